from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .aftersales_trainer import MONEY_GROUPS
from .aftersales_training_course import CONTENT_TYPES


class AftersalesTrainingPlanLine(models.Model):
    """One training of a plan, led through the eight steps.

    Performance analysis, enquiry, trainees, goal, plan, resources, run and
    review (work flow of the network-planning text).  What was planned is frozen
    with the plan; the steps go on until the line is closed.
    """

    _name = "aftersales.training.plan.line"
    _description = "Training Plan Line"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "plan_id, sequence, date_from, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        "aftersales.training.plan", required=True, index=True, ondelete="cascade"
    )
    plan_state = fields.Selection(related="plan_id.state", string="Plan Status")
    kind = fields.Selection(related="plan_id.kind", store=True)
    year = fields.Integer(related="plan_id.year", store=True, aggregator=None)
    company_id = fields.Many2one(
        related="plan_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="plan_id.currency_id")
    service_point_id = fields.Many2one(
        related="plan_id.service_point_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    sequence = fields.Integer(default=10)
    course_id = fields.Many2one(
        "aftersales.training.course",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="May be chosen later, before the first session.",
    )
    content_type = fields.Selection(
        CONTENT_TYPES,
        "Content",
        compute="_compute_content_type",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    # Plan
    role_ids = fields.Many2many(
        "aftersales.staff.role",
        "aftersales_training_plan_line_role_rel",
        "line_id",
        "role_id",
        "Roles",
    )
    point_ids = fields.Many2many(
        "aftersales.service.point",
        "aftersales_training_plan_line_point_rel",
        "line_id",
        "point_id",
        "Units",
        check_company=True,
        help="Whose people are trained and measured; empty: those of the plan.",
    )
    planned_people = fields.Integer(tracking=True)
    planned_hours = fields.Float(
        compute="_compute_planned_hours", store=True, readonly=False, precompute=True
    )
    date_from = fields.Date(
        "From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
    )
    date_to = fields.Date(
        "To",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    quarter = fields.Selection(
        [("1", "Q1"), ("2", "Q2"), ("3", "Q3"), ("4", "Q4")],
        compute="_compute_quarter",
        store=True,
    )
    cost_planned = fields.Monetary(
        "Planned Costs", groups=MONEY_GROUPS, aggregator="sum"
    )
    # Steps
    need_ids = fields.One2many("aftersales.training.need", "plan_line_id", "Needs")
    analysis = fields.Text(
        "Performance Analysis", help="What goes badly, and what it is put down to."
    )
    enquiry = fields.Text(help="What the people concerned say they need.")
    survey_id = fields.Many2one(
        "survey.survey", "Enquiry Form", index="btree_not_null", ondelete="set null"
    )
    trainee_ids = fields.Many2many(
        "aftersales.staff",
        "aftersales_training_plan_line_staff_rel",
        "line_id",
        "staff_id",
        "Trainees",
        check_company=True,
    )
    goal = fields.Text(tracking=True, help="What the trainees can do afterwards.")
    trainer_ids = fields.Many2many(
        "aftersales.trainer",
        "aftersales_training_plan_line_trainer_rel",
        "line_id",
        "trainer_id",
        "Trainers",
        compute="_compute_resources",
        store=True,
        readonly=False,
        check_company=True,
    )
    material_ids = fields.Many2many(
        "aftersales.training.material",
        "aftersales_training_plan_line_material_rel",
        "line_id",
        "material_id",
        "Materials",
        compute="_compute_resources",
        store=True,
        readonly=False,
        domain="[('course_id', '=', course_id)]",
    )
    session_ids = fields.One2many(
        "aftersales.training.session", "plan_line_id", "Sessions"
    )
    attendee_ids = fields.One2many(
        "aftersales.training.attendee", "plan_line_id", "Attendees"
    )
    review = fields.Text(tracking=True, help="What was reached, what not, and why.")
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    cancel_reason = fields.Text(readonly=True, copy=False)
    # Figures
    need_count = fields.Integer(compute="_compute_counts")
    session_count = fields.Integer(compute="_compute_counts")
    trained_people = fields.Integer(
        compute="_compute_trained_people",
        store=True,
        help="People who attended and passed; each counts once.",
    )
    completion = fields.Float(
        "Trained (%)",
        digits=(5, 2),
        compute="_compute_trained_people",
        store=True,
        aggregator="avg",
    )

    _FLOW_FIELDS = frozenset(("state", "closed_by_id", "closed_on", "cancel_reason"))
    _SCOPE_FIELDS = frozenset(("plan_id",))
    #: Planned; frozen with the plan.
    _PLAN_FIELDS = frozenset(
        (
            "plan_id",
            "content_type",
            "role_ids",
            "point_ids",
            "planned_people",
            "planned_hours",
            "date_from",
            "date_to",
            "cost_planned",
            "goal",
            "metric_code",
            "goal_value",
        )
    )
    #: May go on until the line is closed.
    _STEP_FIELDS = frozenset(
        (
            "course_id",
            "analysis",
            "enquiry",
            "survey_id",
            "trainee_ids",
            "trainer_ids",
            "material_ids",
            "review",
            "need_ids",
        )
    )

    _people_positive = models.Constraint(
        "CHECK (planned_people >= 0)", "The planned people cannot be negative."
    )
    _hours_positive = models.Constraint(
        "CHECK (planned_hours >= 0)", "The planned hours cannot be negative."
    )
    _cost_positive = models.Constraint(
        "CHECK (cost_planned >= 0)", "The planned costs cannot be negative."
    )
    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A plan line cannot end before it starts."
    )

    @api.depends("course_id")
    def _compute_content_type(self):
        for line in self:
            line.content_type = (
                line.course_id.content_type or line.content_type or "technical"
            )

    @api.depends("course_id")
    def _compute_planned_hours(self):
        for line in self:
            line.planned_hours = line.planned_hours or line.course_id.hours

    @api.depends("plan_id")
    def _compute_dates(self):
        for line in self:
            line.date_from = line.date_from or line.plan_id.date_from
            line.date_to = line.date_to or line.plan_id.date_to

    @api.depends("date_from")
    def _compute_quarter(self):
        for line in self:
            day = line.date_from
            line.quarter = str((day.month + 2) // 3) if day else False

    @api.depends("course_id")
    def _compute_resources(self):
        for line in self:
            materials = line.course_id.material_ids
            line.trainer_ids = line.trainer_ids or line.course_id.trainer_ids
            line.material_ids = line.material_ids.filtered(
                lambda m, c=line.course_id: m.course_id == c
            ) or materials.filtered(lambda m: m.state == "published")

    def _compute_counts(self):
        needs = dict(
            self.env["aftersales.training.need"]._read_group(
                [("plan_line_id", "in", self.ids)], ["plan_line_id"], ["__count"]
            )
        )
        sessions = dict(
            self.env["aftersales.training.session"]._read_group(
                [("plan_line_id", "in", self.ids)], ["plan_line_id"], ["__count"]
            )
        )
        for line in self:
            line.need_count = needs.get(line._origin, 0)
            line.session_count = sessions.get(line._origin, 0)

    @api.depends(
        "planned_people",
        "attendee_ids.is_passed",
        "attendee_ids.person_id",
        "attendee_ids.employee_id",
    )
    def _compute_trained_people(self):
        for line in self:
            passed = line.sudo().attendee_ids.filtered("is_passed")
            line.trained_people = len({a._get_person_key() for a in passed})
            line.completion = line._get_completion()

    @api.depends("course_id.name", "content_type", "plan_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        types = dict(self._fields["content_type"]._description_selection(self.env))
        for line in self:
            what = line.course_id.name or types.get(line.content_type) or ""
            line.display_name = f"{line.plan_id.name or ''}: {what}"

    @api.constrains("date_from", "date_to", "plan_id")
    def _check_period(self):
        for line in self:
            plan = line.plan_id
            days = [day for day in (line.date_from, line.date_to) if day]
            if any(not plan.date_from <= day <= plan.date_to for day in days):
                raise ValidationError(
                    self.env._(
                        "%(line)s: its dates lie outside the plan (%(start)s to "
                        "%(end)s).",
                        line=line.display_name,
                        start=plan.date_from,
                        end=plan.date_to,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Add lines to drafts only."""
        lines = super().create(vals_list)
        lines._check_plan_draft()
        return lines

    def write(self, vals):
        """Freeze what was planned with the plan, and everything once closed."""
        names = set(vals)
        if not self._is_flow():
            if names & self._PLAN_FIELDS:
                self._check_plan_draft()
            if names & (self._STEP_FIELDS | self._PLAN_FIELDS):
                self._check_line_open()
            if "course_id" in names:
                self._check_course_free()
        result = super().write(vals)
        if "plan_id" in names and not self._is_flow():
            self._check_plan_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_plan_draft()
        self._check_line_open()

    def _check_plan_draft(self):
        """Refuse a change of what was submitted.

        :raise UserError: naming the plan and the way out
        """
        frozen = self.plan_id.filtered(lambda p: p.state != "draft")[:1]
        if frozen and not self._is_flow():
            raise UserError(frozen._get_frozen_message())

    def _check_line_open(self):
        """A closed line is evidence.

        :raise UserError: naming the line
        """
        closed = self.filtered(lambda x: x.state != "open")[:1]
        if closed:
            raise UserError(
                self.env._(
                    "%(line)s is closed and stays as it is.", line=closed.display_name
                )
            )

    def _check_course_free(self):
        """The course changes only before the approval, or while none is chosen."""
        fixed = self.filtered(lambda x: x.course_id and x.plan_state != "draft")[:1]
        if fixed:
            raise UserError(fixed.plan_id._get_frozen_message())
