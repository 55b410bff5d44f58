from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .aftersales_training_course import CONTENT_TYPES

ORIGINS = [
    ("manual", "Entered by Hand"),
    ("assessment", "Failed Assessment"),
    ("finding", "Audit or Visit Finding"),
    ("metric", "Low Metric"),
    ("product", "New Product"),
    ("certificate", "Expiring Certificate"),
    ("qualification", "Missing Qualification"),
    ("ratio", "Manager Ratio Shortfall"),
]
OPEN_STATES = ("open", "planned")


class AftersalesTrainingNeed(models.Model):
    """Training that a person, or a unit in a role, needs by a day.

    After the network-planning text special training follows big deviations of
    results and new products.  A need is closed by attendance and pass only; who
    does not want it any more cancels it with a reason.
    """

    _name = "aftersales.training.need"
    _description = "Training Need"
    _inherit = [
        "aftersales.due.mixin",
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.person.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_due, id"
    _rec_names_search = ["person_name", "course_id", "text"]
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        compute="_compute_service_point_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    role_id = fields.Many2one(
        "aftersales.staff.role",
        index="btree_not_null",
        ondelete="restrict",
        help="Need of a unit: everybody present in this role; empty: everybody "
        "present at the unit.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    course_id = fields.Many2one(
        "aftersales.training.course",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Empty: any course with this content.",
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
    text = fields.Text("What Is Lacking", tracking=True)
    origin = fields.Selection(ORIGINS, required=True, default="manual", index=True)
    origin_model = fields.Char(readonly=True)
    origin_res_id = fields.Many2oneReference(
        "Origin Record", model_field="origin_model", readonly=True
    )
    date_open = fields.Date(
        "Found On",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        help="Only a pass on this day or later closes the need.",
    )
    date_due = fields.Date(
        "Due Date",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: (
            self.env.company._get_aftersales_today() + relativedelta(months=2)
        ),
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("planned", "Planned"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    plan_line_id = fields.Many2one(
        "aftersales.training.plan.line",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
        tracking=True,
    )
    attendee_id = fields.Many2one(
        "aftersales.training.attendee",
        "Closed by Pass",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Attendance and pass that closed the need.",
    )
    date_done = fields.Date("Closed On", readonly=True, copy=False)
    cancel_reason = fields.Text(readonly=True, copy=False)
    date_reminded = fields.Date("Reminded On", readonly=True, copy=False)
    is_own = fields.Boolean("My Need", compute="_compute_is_own")

    _OPEN_STATES = OPEN_STATES
    _FLOW_FIELDS = frozenset(
        (
            "state",
            "attendee_id",
            "date_done",
            "cancel_reason",
            "date_reminded",
        )
    )
    _FIXED_FIELDS = frozenset(
        (
            "origin",
            "origin_model",
            "origin_res_id",
            "date_open",
        )
    )
    _SCOPE_FIELDS = frozenset(
        ("company_id", "service_point_id", "employee_id", "partner_id", "plan_line_id")
    )
    #: What a closed need states.
    _CLOSED_FIELDS = frozenset(
        (
            "employee_id",
            "partner_id",
            "service_point_id",
            "role_id",
            "course_id",
            "content_type",
            "text",
            "date_due",
            "plan_line_id",
        )
    )

    # A need may also be one of a whole unit.
    _person_xor = models.Constraint(
        "CHECK (num_nonnulls(employee_id, partner_id) <= 1)",
        "Choose either an employee or a contact, not both.",
    )
    _target_given = models.Constraint(
        "CHECK (num_nonnulls(employee_id, partner_id, service_point_id) > 0)",
        "A training need is of a person or of a unit. Choose one.",
    )
    _done_by_pass = models.Constraint(
        "CHECK (state != 'done' OR num_nonnulls(attendee_id, date_done) = 2)",
        "Only attendance and pass close a training need.",
    )
    _open_uniq = models.UniqueIndex(
        "(company_id, COALESCE(person_id, -employee_id, 0),"
        " (CASE WHEN num_nonnulls(employee_id, partner_id) = 0"
        " THEN COALESCE(service_point_id, 0) ELSE 0 END),"
        " COALESCE(role_id, 0), COALESCE(course_id, 0), content_type,"
        " COALESCE(origin_model, ''), COALESCE(origin_res_id, 0))"
        " WHERE state IN ('open', 'planned')",
        "This training need is open already.",
    )
    _origin_idx = models.Index("(origin_model, origin_res_id)")
    _due_idx = models.Index("(company_id, date_due) WHERE state IN ('open', 'planned')")

    @api.depends("employee_id", "partner_id")
    def _compute_service_point_id(self):
        """The unit where the person works today."""
        persons = self.filtered(lambda n: n.employee_id or n.partner_id)
        staff_sudo = persons.sudo()._get_present_staff()
        for need in self:
            key = need._get_person_key()
            found = staff_sudo.filtered(lambda s, k=key: s._get_person_key() == k)[:1]
            need.service_point_id = found.service_point_id or need.service_point_id

    def _get_present_staff(self):
        """Staff lines of the people of these needs that run today."""
        Staff = self.env["aftersales.staff"]
        if not self:
            return Staff
        today = self.env.company._get_aftersales_today()
        people = Domain("employee_id", "in", self.employee_id.ids)
        contacts = self.partner_id | self.employee_id.work_contact_id
        people |= Domain("partner_id", "in", contacts.ids)
        people |= Domain("employee_id.work_contact_id", "in", self.partner_id.ids)
        return Staff.search(Staff._get_present_domain(today) & people)

    @api.depends("service_point_id", "employee_id", "partner_id")
    def _compute_company_id(self):
        for need in self:
            need.company_id = (
                need.service_point_id.company_id
                or need.employee_id.sudo().company_id
                or need.partner_id.company_id
                or need.company_id
                or self.env.company
            )

    @api.depends("course_id")
    def _compute_content_type(self):
        for need in self:
            need.content_type = (
                need.course_id.content_type or need.content_type or "technical"
            )

    @api.depends_context("uid")
    @api.depends("employee_id", "partner_id", "person_id")
    def _compute_is_own(self):
        for need in self:
            need.is_own = bool(need.employee_id or need.partner_id) and need._is_person(
                self.env.user
            )

    @api.depends(
        "course_id.name",
        "content_type",
        "person_name",
        "service_point_id.name",
        "role_id.name",
    )
    @api.depends_context("lang")
    def _compute_display_name(self):
        types = dict(self._fields["content_type"]._description_selection(self.env))
        for need in self:
            what = need.course_id.name or types.get(need.content_type) or ""
            unit = (need.service_point_id.name, need.role_id.name)
            who = need.person_name or " / ".join(part for part in unit if part)
            need.display_name = f"{what}: {who}"

    @api.model_create_multi
    def create(self, vals_list):
        """Record needs; one that comes with a plan line is planned at once."""
        needs = super().create(vals_list)
        needs._check_plan_line()
        needs.filtered("plan_line_id")._write_flow({"state": "planned"})
        return needs

    def write(self, vals):
        """A closed need stays as it is; planning follows the plan line."""
        if not self._is_flow() and self._CLOSED_FIELDS & set(vals):
            self._check_open()
        result = super().write(vals)
        if "plan_line_id" in vals:
            self._check_plan_line()
            self._follow_plan_line()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_handled(self):
        for need in self:
            if need.state != "open" or need.origin != "manual":
                raise UserError(
                    self.env._(
                        "The training need “%(need)s” was found by the system or is "
                        "already handled and cannot be deleted. Cancel it with a "
                        "reason.",
                        need=need.display_name,
                    )
                )

    def _check_open(self):
        """Refuse a change of closed needs.

        :raise UserError: naming the need and the way out
        """
        closed = self.filtered(lambda n: n.state not in OPEN_STATES)[:1]
        if closed:
            raise UserError(
                self.env._(
                    "The training need “%(need)s” is closed and stays as it is. Enter "
                    "a new one, or reopen it when it was cancelled.",
                    need=closed.display_name,
                )
            )

    def _check_plan_line(self):
        """A need belongs only to a line that teaches what it asks for."""
        for need in self.filtered("plan_line_id"):
            line = need.plan_line_id
            is_fit = (
                need.course_id == line.course_id
                if need.course_id and line.course_id
                else need.content_type == line.content_type
            )
            if not is_fit or line.state != "open":
                raise UserError(
                    self.env._(
                        "The plan line “%(line)s” is closed or teaches something else "
                        "than the training need “%(need)s” asks for. Choose another "
                        "line.",
                        line=line.display_name,
                        need=need.display_name,
                    )
                )

    def _follow_plan_line(self):
        """Open needs with a plan line are planned, others open again."""
        active = self.filtered(lambda n: n.state in OPEN_STATES)
        planned = active.filtered("plan_line_id")
        planned._write_flow({"state": "planned"})
        (active - planned)._write_flow({"state": "open"})
