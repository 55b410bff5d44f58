from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

PLAN_STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("running", "Running"),
    ("closed", "Closed"),
]


class AftersalesYearPlan(models.Model):
    """Yearly plan of a centre: targets, actions, budget and the year's review.

    The centre submits it, the head of service approves it, and it closes only
    with a written review of the year and of every target (duties of centre
    managers, network-planning seed text).
    """

    _name = "aftersales.year.plan"
    _description = "Yearly Plan"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "year desc, service_point_id, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, precompute=True)
    active = fields.Boolean(default=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    year = fields.Integer(
        required=True,
        tracking=True,
        default=lambda self: fields.Date.context_today(self).year,
    )
    state = fields.Selection(
        PLAN_STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    summary = fields.Html(help="Situation of the area and what the year is about.")
    target_ids = fields.One2many("aftersales.year.target", "plan_id", copy=True)
    action_ids = fields.One2many("aftersales.year.action", "plan_id", copy=True)
    budget_id = fields.Many2one(
        "aftersales.budget",
        domain="[('service_point_id', '=', service_point_id)]",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    amount_planned = fields.Monetary(related="budget_id.amount_planned")
    amount_spent = fields.Monetary(related="budget_id.amount_spent")
    review = fields.Html("Review of the Year", copy=False)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_on = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    open_action_count = fields.Integer(compute="_compute_action_figures")
    late_action_count = fields.Integer(compute="_compute_action_figures")

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "submitted_by_id",
            "submitted_on",
            "approved_by_id",
            "approved_on",
            "closed_on",
        )
    )
    #: Frozen once the plan was submitted.
    _PLAN_FIELDS = frozenset(("service_point_id", "year", "summary", "budget_id"))

    _unit_year_once = models.UniqueIndex(
        "(service_point_id, year) WHERE active IS TRUE",
        "This unit already has a plan for that year.",
    )
    _year_range = models.Constraint(
        "CHECK (year BETWEEN 2000 AND 2100)",
        "The year of a plan must lie between 2000 and 2100.",
    )

    @api.depends("service_point_id.name", "year")
    def _compute_name(self):
        for plan in self:
            plan.name = f"{plan.service_point_id.name or ''} {plan.year or ''}".strip()

    @api.depends("action_ids.state", "action_ids.date_due")
    def _compute_action_figures(self):
        for plan in self:
            todo = plan.action_ids.filtered(lambda a: a.state == "open")
            plan.open_action_count = len(todo)
            plan.late_action_count = len(todo.filtered("is_late"))

    def write(self, vals):
        if self._PLAN_FIELDS & set(vals):
            self._check_plan_state("draft")
        if "review" in vals:
            self._check_plan_state("draft", "submitted", "running")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self._check_plan_state("draft")

    def _check_plan_state(self, *states):
        """Refuse a step outside its states.

        :raise UserError: naming the plan and its state
        """
        wrong = self.filtered(lambda p: p.state not in states)[:1]
        if wrong:
            label = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Plan %(name)s is in state “%(state)s”; this is not possible "
                    "there. The head of service can return it with a reason.",
                    name=wrong.name,
                    state=label[wrong.state],
                )
            )

    def action_submit(self):
        """Hand the plan to the head of service.

        :raise UserError: no target or no action yet
        """
        self._check_plan_state("draft")
        for plan in self:
            if not plan.target_ids or not plan.action_ids:
                raise UserError(
                    self.env._(
                        "Plan %(name)s needs at least one target and one action "
                        "before it is submitted.",
                        name=plan.name,
                    )
                )
        self._write_flow(
            {
                "state": "submitted",
                "submitted_by_id": self.env.uid,
                "submitted_on": fields.Datetime.now(),
            }
        )
        self._ask_head(self.env._("Approve the yearly plan"))

    def _check_plan_head(self):
        """Only the head of service decides, and not on his own plan.

        :raise AccessError: another role
        :raise UserError: own plan
        """
        if not self.env.user.has_group("aftersales_network.group_head"):
            raise AccessError(
                self.env._("Only the head of service decides on yearly plans.")
            )
        own = self.filtered(lambda p: p.submitted_by_id == self.env.user)[:1]
        if own:
            raise UserError(
                self.env._(
                    "You submitted plan %(name)s. Somebody else must decide.",
                    name=own.name,
                )
            )

    def action_approve(self):
        """Approve submitted plans: they run from now on."""
        self._check_plan_state("submitted")
        self._check_plan_head()
        for plan in self:
            self.env["aftersales.approval"]._log(plan, "year_plan", "approved")
        self._write_flow(
            {
                "state": "running",
                "approved_by_id": self.env.uid,
                "approved_on": fields.Datetime.now(),
            }
        )
        self.activity_feedback(["mail.mail_activity_data_todo"])

    def action_ask_return(self):
        """Ask for the reason, then return the plan to its centre."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_return_plan")

    def _return_plan(self, reason):
        """Return submitted or running plans to draft with a reason."""
        self._check_plan_state("submitted", "running")
        self._check_plan_head()
        for plan in self:
            self.env["aftersales.approval"]._log(plan, "year_plan", "rejected", reason)
            plan.message_post(body=reason)
        self._write_flow({"state": "draft", "approved_by_id": False})
        self.activity_feedback(["mail.mail_activity_data_todo"])

    def action_close(self):
        """Close running plans with their review.

        :raise UserError: review, result of a target or end of an action missing
        """
        self._check_plan_state("running")
        for plan in self:
            missing = plan._get_review_gaps()
            if missing:
                raise UserError(
                    self.env._(
                        "Plan %(name)s cannot be closed without its review: "
                        "%(missing)s.",
                        name=plan.name,
                        missing=", ".join(missing),
                    )
                )
            plan.target_ids._freeze_actual()
            self.env["aftersales.approval"]._log(plan, "year_review", "approved")
        self._write_flow({"state": "closed", "closed_on": fields.Datetime.now()})

    def _get_review_gaps(self):
        """What the review of the year still lacks: list of texts."""
        self.ensure_one()
        gaps = []
        if not self._has_review_text():
            gaps.append(self.env._("the text of the review"))
        gaps += [
            self.env._("result of target “%(target)s”", target=target.name)
            for target in self.target_ids
            if not target.review
        ]
        gaps += [
            self.env._("end of action “%(action)s”", action=action.name)
            for action in self.action_ids
            if action.state == "open"
        ]
        return gaps

    def _has_review_text(self):
        """Whether somebody wrote a review; an empty paragraph is none."""
        self.ensure_one()
        return bool(self.review and self.review.striptags().strip())


class AftersalesYearPlanPart(models.AbstractModel):
    """What belongs to a plan changes only in the states of the plan that allow it."""

    _name = "aftersales.year.plan.part"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Part of a Yearly Plan"

    _SCOPE_FIELDS = frozenset(("plan_id",))
    #: States of the plan in which a part may be added.
    _CREATE_STATES = ("draft",)
    #: May be written until the plan is closed; everything else in a draft only.
    _RUNNING_FIELDS = frozenset()

    plan_id = fields.Many2one(
        "aftersales.year.plan", required=True, index=True, ondelete="cascade"
    )
    service_point_id = fields.Many2one(
        related="plan_id.service_point_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, index=True, precompute=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.plan_id._check_plan_state(*self._CREATE_STATES)
        return parts

    def write(self, vals):
        running = set(vals) <= self._RUNNING_FIELDS
        allowed = ("draft", "submitted", "running") if running else ("draft",)
        self.plan_id._check_plan_state(*allowed)
        res = super().write(vals)
        self.plan_id._check_plan_state(*allowed)
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self.plan_id._check_plan_state("draft")


class AftersalesYearTarget(models.Model):
    """Target of a plan: a measured figure, or one that is typed in."""

    _name = "aftersales.year.target"
    _inherit = ["aftersales.year.plan.part", "aftersales.flow.mixin"]
    _description = "Target of a Yearly Plan"
    _order = "plan_id, sequence, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    metric_code = fields.Selection(
        selection="_selection_metric_code",
        string="Measured By",
        help="Empty: the result is typed in.",
    )
    is_lower_better = fields.Boolean()
    target_value = fields.Float("Target", required=True)
    typed_value = fields.Float("Typed Result")
    frozen_value = fields.Float(readonly=True, copy=False)
    actual_value = fields.Float("Actual", compute="_compute_actual_value")
    is_met = fields.Boolean("Met", compute="_compute_actual_value")
    has_actual = fields.Boolean(compute="_compute_actual_value")
    review = fields.Char("Result and Cause", copy=False)

    _FLOW_FIELDS = frozenset(("frozen_value",))
    #: May be written while the plan runs.
    _RUNNING_FIELDS = frozenset(("typed_value", "review", "frozen_value"))

    @api.model
    def _selection_metric_code(self):
        return self.env["aftersales.metric"]._get_metric_selection()

    @api.depends("metric_code", "typed_value", "frozen_value", "plan_id.state")
    def _compute_actual_value(self):
        measured = self._get_measured_values()
        for target in self:
            if target.plan_id.state == "closed":
                value = target.frozen_value
            elif target.metric_code:
                value = measured.get((target.plan_id, target.metric_code))
            else:
                value = target.typed_value
            target.has_actual = value is not None
            target.actual_value = value or 0.0
            target.is_met = target.has_actual and (
                value <= target.target_value
                if target.is_lower_better
                else value >= target.target_value
            )

    def _get_measured_values(self):
        """Figures of the year up to today: ``{(plan, code): value or None}``."""
        Metric = self.env["aftersales.metric"]
        catalog = Metric._get_metric_catalog()
        values = {}
        for plan, targets in self.filtered("metric_code").grouped("plan_id").items():
            unit = plan.service_point_id
            points = unit.search([("id", "child_of", unit.ids)])
            codes = set(targets.mapped("metric_code"))
            found = Metric._compute_metrics(
                codes, points, date(plan.year, 1, 1), date(plan.year, 12, 31)
            )
            for code in codes:
                pairs = (found[code] or {}).values()
                numerator = sum(float(n) for n, _d in pairs)
                denominator = sum(float(d) for _n, d in pairs)
                factor = 100 if catalog[code]["unit"] == "%" else 1
                if catalog[code]["unit"] in ("number", "money"):
                    values[plan, code] = numerator
                elif denominator:
                    values[plan, code] = factor * numerator / denominator
        return values

    def _freeze_actual(self):
        """Keep the result as it is on closing."""
        for target in self:
            target._write_flow({"frozen_value": target.actual_value})


class AftersalesYearAction(models.Model):
    """Action of a plan with its responsible person and due date."""

    _name = "aftersales.year.action"
    _inherit = ["aftersales.year.plan.part"]
    _description = "Action of a Yearly Plan"
    _order = "plan_id, date_due, id"

    name = fields.Char(required=True)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    date_due = fields.Date("Due", required=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("dropped", "Dropped")],
        default="open",
        required=True,
        index=True,
    )
    result = fields.Char()
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")

    _CREATE_STATES = ("draft", "running")
    #: May be written while the plan runs.
    _RUNNING_FIELDS = frozenset(("state", "result", "user_id"))

    @api.depends("state", "date_due")
    def _compute_is_late(self):
        today = self.env.company._get_aftersales_today()
        for action in self:
            action.is_late = bool(
                action.state == "open" and action.date_due and action.date_due < today
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        return [("state", "=", "open"), ("date_due", "<", today)]
