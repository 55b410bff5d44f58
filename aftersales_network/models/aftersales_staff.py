from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class AftersalesStaff(models.Model):
    """A person in a role at a service point, for a period.

    The person is either an employee or a contact (an outside company's
    people), never both.
    """

    _name = "aftersales.staff"
    _description = "Service Staff"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "service_point_id, name, id"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name", store=True, compute_sudo=True, index="trigram"
    )
    active = fields.Boolean(default=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    employee_id = fields.Many2one(
        "hr.employee", index="btree_not_null", check_company=True, tracking=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        domain="[('is_company', '=', False)]",
    )
    user_id = fields.Many2one(
        "res.users",
        compute="_compute_user_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    role_id = fields.Many2one(
        "aftersales.staff.role",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    is_manager = fields.Boolean(related="role_id.is_manager", store=True)
    date_from = fields.Date(
        "From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date("To", tracking=True, help="Last day; empty while it lasts.")
    phone = fields.Char(compute="_compute_phone", compute_sudo=True)
    open_order_count = fields.Integer(compute="_compute_open_order_count")

    #: The user follows from the person: he is what record rules are built on.
    _FLOW_FIELDS = frozenset(("user_id",))

    _person_xor = models.Constraint(
        "CHECK (num_nonnulls(employee_id, partner_id) = 1)",
        "A staff line needs either an employee or a contact, not both.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A staff line cannot end before it starts.",
    )
    _presence_idx = models.Index(
        "(service_point_id, date_from, date_to) WHERE active IS TRUE"
    )

    @api.depends("employee_id.name", "partner_id.name")
    def _compute_name(self):
        for staff in self:
            staff.name = staff.employee_id.name or staff.partner_id.name

    @api.depends("employee_id.user_id", "partner_id.user_ids")
    def _compute_user_id(self):
        for staff in self:
            staff.user_id = staff.employee_id.user_id or staff.partner_id.user_ids[:1]

    @api.depends("employee_id.work_phone", "partner_id.phone")
    def _compute_phone(self):
        for staff in self:
            staff.phone = staff.employee_id.work_phone or staff.partner_id.phone

    def _compute_open_order_count(self):
        Order = self.env["aftersales.service.order"]
        counts = dict(
            Order._read_group(
                Order._get_open_domain() & Domain("technician_id", "in", self.ids),
                ["technician_id"],
                ["__count"],
            )
        )
        for staff in self:
            staff.open_order_count = counts.get(staff._origin, 0)

    @api.depends("name", "role_id.name", "service_point_id.name")
    @api.depends_context("aftersales_show_point")
    def _compute_display_name(self):
        for staff in self:
            suffix = staff.role_id.name or ""
            if self.env.context.get("aftersales_show_point"):
                suffix = f"{suffix}, {staff.service_point_id.name}"
            staff.display_name = f"{staff.name or ''} ({suffix})"

    @api.constrains(
        "employee_id",
        "partner_id",
        "role_id",
        "service_point_id",
        "date_from",
        "date_to",
        "active",
    )
    def _check_no_double_period(self):
        """One person holds one role at one point only once at a time."""
        keys = ("service_point_id", "role_id")
        others = self.search(Domain.AND([[(key, "in", self[key].ids)] for key in keys]))
        for staff in self.filtered("active"):
            twin = (others - staff).filtered(lambda o, s=staff: o._overlaps(s))
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(person)s already holds the role %(role)s at %(point)s "
                        "from %(start)s. End that line first.",
                        person=staff.name,
                        role=staff.role_id.name,
                        point=staff.service_point_id.display_name,
                        start=twin[0].date_from,
                    )
                )

    def _overlaps(self, other):
        """Whether both lines name one person, role and point at one time."""
        self.ensure_one()
        return (
            self.service_point_id == other.service_point_id
            and self.role_id == other.role_id
            and self.employee_id == other.employee_id
            and self.partner_id == other.partner_id
            and (not other.date_to or self.date_from <= other.date_to)
            and (not self.date_to or other.date_from <= self.date_to)
        )

    def action_view_orders(self):
        """Open the jobs of this person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders of %(name)s", name=self.name),
            "res_model": "aftersales.service.order",
            "view_mode": "list,kanban,form",
            "domain": [("technician_id", "=", self.id)],
        }

    @api.model
    def _get_present_domain(self, on_date):
        """Domain of the staff lines that run on ``on_date``."""
        return Domain("date_from", "<=", on_date) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", on_date)
        )

    def _get_missing_qualifications(self, service_type, on_date):
        """Tell which qualifications each person lacks for a job.

        Extension point: this module knows no certificates and finds nothing
        missing.

        :param service_type: ``aftersales.service.type`` record, may be empty
        :param on_date: date on which the job is done
        :return: ``{staff_id: [text, …]}`` for every record of ``self``
        """
        return {staff.id: [] for staff in self}

    @api.model
    def _get_certificate_gaps(self, jobs):
        """Tell which certificates people lacked at jobs that are done.

        Extension point: this module knows no certificates.  Other than
        :meth:`_get_missing_qualifications` it asks whatever the setting of the
        company is, for many jobs of any day at once.

        :param jobs: list of (staff, service type, day)
        :return: list of lists of certificate names in the order of ``jobs``; None
            where nothing is known about certificates
        """
