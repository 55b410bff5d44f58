from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.training_steps import completion, percent
from .aftersales_trainer import MONEY_GROUPS

PLAN_STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("approved", "Approved"),
    ("running", "Running"),
    ("done", "Done"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]
ACTIVE_STATES = ("approved", "running", "done")


class AftersalesTrainingPlan(models.Model):
    """Plan of trainings: of a year, a common topic, special or of a region.

    Another person than the one who submits it approves it; from then on lines
    and budget are frozen until it is reopened with a reason.  What is completed
    follows from the people who passed.
    """

    _name = "aftersales.training.plan"
    _description = "Training Plan"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.unit.company.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "year desc, date_from, id"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        copy=False,
        tracking=True,
    )
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("yearly", "Yearly"),
            ("common", "Common Topic"),
            ("special", "Special"),
            ("regional", "Regional"),
        ],
        required=True,
        default="yearly",
        index=True,
        tracking=True,
        help="Special: after big deviations of results or for new products. "
        "Regional: of one regional centre.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Whose people are trained, with the units below; empty: the company.",
    )
    year = fields.Integer(
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.company._get_aftersales_today().year,
    )
    date_from = fields.Date(
        "From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    date_to = fields.Date(
        "To",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        tracking=True,
    )
    goal = fields.Text(tracking=True, help="What the trainings are to bring about.")
    budget = fields.Monetary(groups=MONEY_GROUPS, tracking=True)
    budget_line_id = fields.Many2one(
        "aftersales.budget.line",
        "Service Budget",
        groups=MONEY_GROUPS,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="Category of a service budget against which the spending is booked.",
    )
    state = fields.Selection(
        PLAN_STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    revision = fields.Integer(
        readonly=True, copy=False, help="How often the approved plan was reopened."
    )
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_on = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    refuse_reason = fields.Text(readonly=True, copy=False)
    cancel_reason = fields.Text(readonly=True, copy=False)
    line_ids = fields.One2many("aftersales.training.plan.line", "plan_id", copy=True)
    approval_ids = fields.One2many(
        "aftersales.approval",
        "res_id",
        "Approvals",
        domain=[("res_model", "=", "aftersales.training.plan")],
    )
    # Figures
    planned_people = fields.Integer(compute="_compute_figures", store=True)
    trained_people = fields.Integer(compute="_compute_figures", store=True)
    line_count = fields.Integer("Lines", compute="_compute_figures", store=True)
    line_done_count = fields.Integer(
        "Lines Done", compute="_compute_figures", store=True
    )
    completion = fields.Float(
        "Trained (%)",
        digits=(5, 2),
        compute="_compute_figures",
        store=True,
        aggregator="avg",
        help="People who passed ÷ people planned, line by line.",
    )
    line_completion = fields.Float(
        "Lines Done (%)",
        digits=(5, 2),
        compute="_compute_figures",
        store=True,
        aggregator="avg",
    )
    better_count = fields.Integer(
        "Lines with Better Figures", compute="_compute_figures", store=True
    )
    worse_count = fields.Integer(
        "Lines with Worse Figures", compute="_compute_figures", store=True
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "revision",
            "submitted_by_id",
            "submitted_on",
            "approved_by_id",
            "approved_on",
            "refuse_reason",
            "cancel_reason",
        )
    )
    _SCOPE_FIELDS = frozenset(("kind", "company_id", "service_point_id"))
    #: Frozen once the plan is submitted.
    _PLAN_FIELDS = frozenset(
        (
            "name",
            "kind",
            "company_id",
            "service_point_id",
            "year",
            "date_from",
            "date_to",
            "goal",
            "budget",
            "budget_line_id",
        )
    )

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A training plan cannot end before it starts."
    )
    _year_range = models.Constraint(
        "CHECK (year BETWEEN 2000 AND 2100)",
        "The year of a training plan must lie between 2000 and 2100.",
    )
    _budget_positive = models.Constraint(
        "CHECK (budget >= 0)", "The budget of a training plan cannot be negative."
    )
    _regional_unit = models.Constraint(
        "CHECK (kind != 'regional' OR service_point_id IS NOT NULL)",
        "A regional training plan needs its regional centre.",
    )

    @api.depends("kind", "year", "service_point_id.name")
    @api.depends_context("lang")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for plan in self:
            parts = (kinds.get(plan.kind), plan.service_point_id.name, str(plan.year))
            plan.name = " ".join(part for part in parts if part)

    @api.depends("year")
    def _compute_dates(self):
        for plan in self:
            year = plan.year if 2000 <= (plan.year or 0) <= 2100 else None
            if year and (not plan.date_from or plan.date_from.year != year):
                plan.date_from = date(year, 1, 1)
                plan.date_to = date(year, 12, 31)
            else:
                plan.date_from = plan.date_from or fields.Date.context_today(self)
                plan.date_to = plan.date_to or plan.date_from

    @api.depends(
        "line_ids.planned_people",
        "line_ids.trained_people",
        "line_ids.state",
        "line_ids.effect",
    )
    def _compute_figures(self):
        for plan in self:
            lines = plan.line_ids.filtered(lambda x: x.state != "cancelled")
            done = lines.filtered(lambda x: x.state == "done")
            plan.line_count = len(lines)
            plan.line_done_count = len(done)
            plan.planned_people = sum(lines.mapped("planned_people"))
            plan.trained_people = sum(lines.mapped("trained_people"))
            plan.completion = percent(
                completion((x.trained_people, x.planned_people) for x in lines)
            )
            plan.line_completion = percent(completion([(len(done), len(lines))]))
            effects = lines.mapped("effect")
            plan.better_count = effects.count("better")
            plan.worse_count = effects.count("worse")

    @api.constrains("kind", "service_point_id")
    def _check_regional(self):
        for plan in self:
            if plan.kind == "regional" and plan.service_point_id.tier != "centre":
                raise ValidationError(
                    self.env._(
                        "The regional plan %(plan)s needs a regional centre as its "
                        "unit; %(unit)s is none.",
                        plan=plan.name,
                        unit=plan.service_point_id.display_name,
                    )
                )

    def write(self, vals):
        """Refuse changes of what was submitted or approved."""
        if not self._is_flow() and (self._PLAN_FIELDS | {"line_ids"}) & set(vals):
            self._check_plan_frozen(vals)
        return super().write(vals)

    def _check_plan_frozen(self, vals):
        """A submitted plan stays as it is; its lines look after themselves.

        :raise UserError: naming the plan and the way out
        """
        if not self._PLAN_FIELDS & set(vals):
            return
        frozen = self.filtered(lambda p: p.state != "draft")[:1]
        if frozen:
            raise UserError(frozen._get_frozen_message())

    def _get_frozen_message(self):
        """Sentence on why nothing changes, and what to do."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Training plan %(plan)s is in state “%(state)s”: its content, lines and "
            "budget are frozen. Reopen it with a reason to change them.",
            plan=self.name,
            state=labels[self.state],
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for plan in self:
            if plan.state != "draft" or plan.revision:
                raise UserError(
                    self.env._(
                        "Training plan %(plan)s was submitted and cannot be deleted. "
                        "Cancel it with a reason.",
                        plan=plan.name,
                    )
                )

    def copy_data(self, default=None):
        """Dates move with the year, those of the lines, too."""
        vals_list = super().copy_data(default)
        for plan, vals in zip(self, vals_list, strict=True):
            years = vals.get("year", plan.year) - plan.year
            rows = [command[2] for command in vals.get("line_ids", ())]
            for row in [vals, *rows]:
                for name in ("date_from", "date_to"):
                    if row.get(name):
                        row[name] = fields.Date.add(row[name], years=years)
        return vals_list

    def action_copy_next_year(self):
        """Make the plan of the next year from this one, as a draft."""
        self.ensure_one()
        plan = self.copy({"year": self.year + 1})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": plan.id,
            "view_mode": "form",
        }

    def action_view_lines(self):
        """Open the lines of the plan with their steps."""
        self.ensure_one()
        return self._get_part_action(
            "aftersales.training.plan.line",
            self.env._("Lines of %(plan)s", plan=self.name),
            [("plan_id", "=", self.id)],
            "list,kanban,calendar,pivot,form",
            {"default_plan_id": self.id},
        )

    def action_view_sessions(self):
        """Open the sessions of the plan."""
        self.ensure_one()
        return self._get_part_action(
            "aftersales.training.session",
            self.env._("Sessions of %(plan)s", plan=self.name),
            [("plan_line_id.plan_id", "=", self.id)],
        )

    def action_view_needs(self):
        """Open the needs that the plan answers."""
        self.ensure_one()
        return self._get_part_action(
            "aftersales.training.need",
            self.env._("Training Needs of %(plan)s", plan=self.name),
            [("plan_line_id.plan_id", "=", self.id)],
        )

    def _get_part_action(
        self, model, name, domain, view_mode="list,form", context=None
    ):
        """Window action on what belongs to the plan."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": view_mode,
            "domain": domain,
            "context": context or {},
        }
