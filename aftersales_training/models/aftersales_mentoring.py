from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.grades import metric_value


class AftersalesMentoring(models.Model):
    """A mentor helps a trainee, or a strong unit a weak one, for a period.

    The pair has a goal, optionally a metric of the unit with its value at start
    and end, a log of meetings, and a result that somebody else evaluates.
    """

    _name = "aftersales.mentoring"
    _description = "Mentoring Pair"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, compute_sudo=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("person", "Person to Person"), ("unit", "Unit to Unit")],
        required=True,
        default="person",
    )
    # Mentor
    mentor_expert_id = fields.Many2one(
        "aftersales.expert",
        "From the Expert Pool",
        index="btree_not_null",
        check_company=True,
    )
    mentor_employee_id = fields.Many2one(
        "hr.employee",
        "Mentor (Employee)",
        compute="_compute_mentor",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    mentor_partner_id = fields.Many2one(
        "res.partner",
        "Mentor (Contact)",
        compute="_compute_mentor",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('is_company', '=', False)]",
    )
    mentor_point_id = fields.Many2one(
        "aftersales.service.point",
        "Mentor Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    # Trainee
    trainee_employee_id = fields.Many2one(
        "hr.employee",
        "Trainee (Employee)",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    trainee_partner_id = fields.Many2one(
        "res.partner",
        "Trainee (Contact)",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('is_company', '=', False)]",
    )
    trainee_point_id = fields.Many2one(
        "aftersales.service.point",
        "Weak Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    mentor_person_id = fields.Many2one(
        "res.partner",
        compute="_compute_people",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    trainee_person_id = fields.Many2one(
        "res.partner",
        compute="_compute_people",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    mentor_key = fields.Char(compute="_compute_people", store=True, compute_sudo=True)
    trainee_key = fields.Char(compute="_compute_people", store=True, compute_sudo=True)
    mentor_name = fields.Char(
        "Mentor", compute="_compute_name", store=True, compute_sudo=True
    )
    trainee_name = fields.Char(
        "Trainee", compute="_compute_name", store=True, compute_sudo=True
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit of the Trainee",
        compute="_compute_service_point_id",
        store=True,
        precompute=True,
        compute_sudo=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    # Period, goal, result
    date_from = fields.Date(
        "From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date("To", required=True, tracking=True)
    date_ended = fields.Date("Ended On", readonly=True, copy=False, tracking=True)
    goal = fields.Text(required=True)
    metric_code = fields.Selection("_selection_metric_code", "Metric of the Unit")
    metric_months = fields.Integer("Months Measured", default=3)
    metric_target = fields.Float(digits=(16, 2))
    metric_start = fields.Float("Value at Start", readonly=True, copy=False)
    has_metric_start = fields.Boolean(readonly=True, copy=False)
    metric_end = fields.Float("Value at End", readonly=True, copy=False)
    has_metric_end = fields.Boolean(readonly=True, copy=False)
    responsible_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
        help="Is reminded when the period ends.",
    )
    meeting_ids = fields.One2many("aftersales.mentoring.meeting", "mentoring_id")
    meeting_count = fields.Integer(compute="_compute_meetings")
    hours_total = fields.Float("Hours", compute="_compute_meetings")
    result = fields.Selection(
        [("achieved", "Achieved"), ("partly", "Partly"), ("not", "Not Achieved")],
        copy=False,
        tracking=True,
    )
    evaluation = fields.Text(copy=False)
    evaluated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    end_reason = fields.Text("Reason for the End", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("done", "Done"),
            ("ended", "Ended Early"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    slot = fields.Integer(
        readonly=True,
        copy=False,
        help="Place among the mentor's pairs that run at one time.",
    )
    is_mentor = fields.Boolean("I Am the Mentor", compute="_compute_is_mentor")

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "slot",
            "date_ended",
            "metric_start",
            "has_metric_start",
            "metric_end",
            "has_metric_end",
            "evaluated_by_id",
            "end_reason",
        )
    )
    #: Agreed when it starts.
    _DRAFT_FIELDS = frozenset(
        (
            "kind",
            "company_id",
            "mentor_expert_id",
            "mentor_employee_id",
            "mentor_partner_id",
            "mentor_point_id",
            "trainee_employee_id",
            "trainee_partner_id",
            "trainee_point_id",
            "date_from",
            "goal",
            "metric_code",
            "metric_months",
            "metric_target",
        )
    )
    _RESULT_FIELDS = frozenset(("result", "evaluation"))
    _SCOPE_FIELDS = frozenset(
        ("company_id", "trainee_employee_id", "trainee_partner_id", "trainee_point_id")
    )

    _one_mentor = models.Constraint(
        "CHECK (num_nonnulls(mentor_employee_id, mentor_partner_id, mentor_point_id) "
        "= 1)",
        "A pair needs exactly one mentor: an employee, a contact or a unit.",
    )
    _one_trainee = models.Constraint(
        "CHECK (num_nonnulls(trainee_employee_id, trainee_partner_id, "
        "trainee_point_id) = 1)",
        "A pair needs exactly one trainee: an employee, a contact or a unit.",
    )
    _kind_fits = models.Constraint(
        "CHECK ((kind = 'unit') = (mentor_point_id IS NOT NULL) "
        "AND (kind = 'unit') = (trainee_point_id IS NOT NULL))",
        "People are paired with people and units with units.",
    )
    _not_oneself = models.Constraint(
        "CHECK (mentor_key != trainee_key)", "Nobody is his own mentor."
    )
    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from AND (date_ended IS NULL "
        "OR date_ended >= date_from))",
        "A mentoring cannot end before it starts.",
    )
    _months_positive = models.Constraint(
        "CHECK (metric_months > 0)", "A metric is measured over at least one month."
    )
    _pair_once = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, mentor_key WITH =, trainee_key WITH =, "
        "daterange(date_from, COALESCE(date_ended, date_to), '[]') WITH &&) "
        "WHERE (state != 'cancelled')",
        "This mentor and trainee are already a pair in that period.",
    )
    # Two pairs may start at the same moment: the database gives each place once.
    _slot_once = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, mentor_key WITH =, slot WITH =, "
        "daterange(date_from, COALESCE(date_ended, date_to), '[]') WITH &&) "
        "WHERE (slot > 0)",
        "Another pair of this mentor took the place at this moment. Try again.",
    )

    @api.model
    def _selection_metric_code(self):
        return self.env["aftersales.metric"]._get_metric_selection()

    @api.depends("mentor_expert_id")
    def _compute_mentor(self):
        for pair in self:
            expert = pair.mentor_expert_id.sudo()
            if expert:
                pair.mentor_employee_id = expert.employee_id
                pair.mentor_partner_id = expert.partner_id
            else:
                pair.mentor_employee_id = pair.mentor_employee_id
                pair.mentor_partner_id = pair.mentor_partner_id

    @api.depends(
        "mentor_employee_id.work_contact_id",
        "mentor_partner_id",
        "mentor_point_id",
        "trainee_employee_id.work_contact_id",
        "trainee_partner_id",
        "trainee_point_id",
    )
    def _compute_people(self):
        for pair in self:
            for side in ("mentor", "trainee"):
                employee = pair[f"{side}_employee_id"]
                contact = pair[f"{side}_partner_id"] or employee.work_contact_id
                unit = pair[f"{side}_point_id"]
                pair[f"{side}_person_id"] = contact
                pair[f"{side}_key"] = (
                    f"unit {unit.id}"
                    if unit
                    else f"person {contact.id or -employee.id}"
                )

    @api.depends(
        "mentor_employee_id.name",
        "mentor_partner_id.name",
        "mentor_point_id.name",
        "trainee_employee_id.name",
        "trainee_partner_id.name",
        "trainee_point_id.name",
    )
    def _compute_name(self):
        for pair in self:
            for side in ("mentor", "trainee"):
                pair[f"{side}_name"] = (
                    pair[f"{side}_employee_id"].name
                    or pair[f"{side}_partner_id"].name
                    or pair[f"{side}_point_id"].name
                )
            pair.name = f"{pair.mentor_name or ''} → {pair.trainee_name or ''}"

    @api.depends("trainee_point_id", "trainee_employee_id", "trainee_partner_id")
    def _compute_service_point_id(self):
        found = self._get_trainee_units()
        for pair in self:
            pair.service_point_id = pair.trainee_point_id or found.get(pair, False)

    def _compute_meetings(self):
        rows = self.env["aftersales.mentoring.meeting"]._read_group(
            [("mentoring_id", "in", self.ids)],
            ["mentoring_id"],
            ["__count", "hours:sum"],
        )
        found = {pair: (count, hours) for pair, count, hours in rows}
        for pair in self:
            pair.meeting_count, pair.hours_total = found.get(pair._origin, (0, 0.0))

    @api.depends_context("uid")
    @api.depends("mentor_person_id", "mentor_employee_id")
    def _compute_is_mentor(self):
        for pair in self:
            pair.is_mentor = pair._is_mentored_by(self.env.user)

    @api.constrains("result", "evaluation", "state")
    def _check_result(self):
        for pair in self:
            evaluated = pair.result and (pair.evaluation or "").strip()
            if pair.state == "done" and not evaluated:
                raise ValidationError(
                    self.env._(
                        "%(pair)s needs its result and an evaluation before it is "
                        "done.",
                        pair=pair.name,
                    )
                )

    def write(self, vals):
        """Keep what was agreed at the start and what was evaluated at the end.

        :raise UserError: naming the pair and its state, or because the mentor
            evaluates himself
        """
        if self._DRAFT_FIELDS & set(vals):
            self._check_flow_state("draft")
        if "date_to" in vals:
            self._check_flow_state("draft", "running")
        if self._RESULT_FIELDS & set(vals):
            self._check_flow_state("draft", "running")
            self._check_evaluator()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        for pair in self:
            if pair.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(pair)s was started and cannot be deleted. End it early "
                        "with a reason.",
                        pair=pair.name,
                    )
                )

    def action_view_meetings(self):
        """Open the log of meetings."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_mentoring_meeting_action"
        )
        return {
            **action,
            "domain": [("mentoring_id", "=", self.id)],
            "context": {"default_mentoring_id": self.id},
        }

    def _is_mentored_by(self, user):
        """Whether the user is the mentor, or manages the mentor unit."""
        self.ensure_one()
        pair_sudo = self.sudo()
        users = pair_sudo.mentor_employee_id.user_id
        users |= pair_sudo.mentor_person_id.user_ids
        users |= pair_sudo.mentor_point_id.manager_id
        return user in users

    def _get_trainee_units(self):
        """Unit where each trainee works today: ``{pair: service point}``."""
        Staff = self.env["aftersales.staff"].sudo()
        today = self.env.company._get_aftersales_today()
        employees, contacts = self.trainee_employee_id, self.trainee_partner_id
        lines = Staff.search(
            Staff._get_present_domain(today)
            & (
                Domain("employee_id", "in", employees.ids)
                | Domain("partner_id", "in", contacts.ids)
            ),
            order="date_from, id",
        )
        by_employee = {line.employee_id: line for line in lines if line.employee_id}
        by_contact = {line.partner_id: line for line in lines if line.partner_id}
        found = {}
        for pair in self:
            line = by_employee.get(pair.trainee_employee_id._origin)
            line = line or by_contact.get(pair.trainee_partner_id._origin)
            if line and line.company_id == pair.company_id:
                found[pair] = line.service_point_id
        return found

    def _measure(self, day):
        """Metric of the trainee's unit up to a day; ``None`` if not measured."""
        self.ensure_one()
        if not self.metric_code or not self.service_point_id:
            return None
        # Who may start the pair learns this one figure of the trainee's unit.
        metric_sudo = self.env["aftersales.metric"].sudo()
        metric_sudo = metric_sudo.with_company(self.company_id)
        start = fields.Date.add(
            fields.Date.subtract(day, months=self.metric_months), days=1
        )
        values = metric_sudo._compute_metrics(
            [self.metric_code], self.service_point_id.sudo(), start, day
        )[self.metric_code]
        unit = metric_sudo._get_metric_catalog().get(self.metric_code, {}).get("unit")
        numerator, denominator = (values or {}).get(self.service_point_id.id, (0, 0))
        return metric_value(numerator, denominator, unit)
