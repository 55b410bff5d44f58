from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesResponsibleMixin(models.AbstractModel):
    """Area, unit or function that a certified manager is responsible for."""

    _name = "aftersales.responsible.mixin"
    _description = "Has a Responsible Manager"

    #: Field of the responsibility that names this record, and whether those below
    #: it are covered, too.
    _RESPONSIBLE_FIELD = None
    _RESPONSIBLE_TREE = False

    has_responsible = fields.Boolean(
        "Certified Manager Responsible",
        compute="_compute_has_responsible",
        search="_search_has_responsible",
        groups="aftersales_network.group_user",
        help="A service manager with a valid certificate is responsible today, for "
        "this or for what is above it.",
    )

    @api.depends_context("company", "allowed_company_ids")
    def _compute_has_responsible(self):
        covered = self.search(
            Domain("id", "in", self._origin.ids)
            & Domain("active", "in", (True, False))
            & self._search_has_responsible("in", [True])
        )
        for record in self:
            record.has_responsible = record._origin in covered

    def _search_has_responsible(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        return self._get_responsible_domain(today)

    @api.model
    def _get_responsible_domain(self, on_date):
        """Records with a certified manager responsible on a day."""
        Responsibility = self.env["aftersales.responsibility"]
        ids = Responsibility._get_covered_ids(self._RESPONSIBLE_FIELD, on_date)
        operator = "child_of" if self._RESPONSIBLE_TREE else "in"
        return Domain("id", operator, ids) if ids else Domain.FALSE

    def action_view_responsibilities(self):
        """Open who is and was responsible."""
        self.ensure_one()
        field = self._RESPONSIBLE_FIELD
        kinds = {"area_id": "area", "service_point_id": "unit"}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Responsible for %(name)s", name=self.display_name),
            "res_model": "aftersales.responsibility",
            "view_mode": "list,form",
            "domain": [(field, "=", self.id)],
            "context": {
                f"default_{field}": self.id,
                "default_kind": kinds.get(field, "function"),
            },
        }


class AftersalesArea(models.Model):
    _name = "aftersales.area"
    _inherit = ["aftersales.area", "aftersales.responsible.mixin"]

    _RESPONSIBLE_FIELD = "area_id"
    _RESPONSIBLE_TREE = True


class AftersalesFunction(models.Model):
    _name = "aftersales.function"
    _inherit = ["aftersales.function", "aftersales.responsible.mixin"]

    _RESPONSIBLE_FIELD = "function_id"


class AftersalesServicePoint(models.Model):
    _name = "aftersales.service.point"
    _inherit = ["aftersales.service.point", "aftersales.responsible.mixin"]

    _RESPONSIBLE_FIELD = "service_point_id"
    _RESPONSIBLE_TREE = True


class AftersalesStaff(models.Model):
    """What a manager is responsible for."""

    _inherit = "aftersales.staff"

    responsibility_ids = fields.One2many(
        "aftersales.responsibility", "staff_id", "Responsibilities"
    )
    responsibility_count = fields.Integer(compute="_compute_responsibility_count")
    is_certified_manager = fields.Boolean(
        "Certified Manager",
        compute="_compute_is_certified_manager",
        search="_search_is_certified_manager",
        help="Service manager with a valid certificate that counts for the ratio.",
    )
    has_responsibility = fields.Boolean(
        "Responsible for Something",
        compute="_compute_responsibility_count",
        search="_search_has_responsibility",
        help="A responsibility of the person runs today, at whatever post.",
    )

    @api.depends("responsibility_ids.date_from", "responsibility_ids.date_to")
    def _compute_responsibility_count(self):
        today = self.env.company._get_aftersales_today()
        Line = self.env["aftersales.responsibility"]
        domain = Line._get_running_domain(today) & self._get_same_person_domain()
        lines = Line.search(domain)
        counts = {}
        for line in lines:
            key = line.staff_id._get_person_key()
            counts[key] = counts.get(key, 0) + 1
        for staff in self:
            count = counts.get(staff._get_person_key(), 0)
            staff.responsibility_count = count
            staff.has_responsibility = bool(count)

    @api.depends("is_manager", "employee_id", "partner_id")
    def _compute_is_certified_manager(self):
        today = self.env.company._get_aftersales_today()
        certified = self._get_certified_on(today)
        for staff in self:
            staff.is_certified_manager = staff in certified

    def _search_is_certified_manager(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        rows = self.env.execute_query(self._get_certified_sql(today))
        return Domain("id", "in", [row[0] for row in rows])

    def _search_has_responsibility(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        Line = self.env["aftersales.responsibility"].sudo()
        people = Line.search(Line._get_running_domain(today)).staff_id
        return people._get_same_person_domain()

    def _get_same_person_domain(self):
        """Staff lines, or responsibilities, of these people at whatever post."""
        contacts, employees = self._get_person_ids()
        return (
            Domain("partner_id", "in", contacts)
            | Domain("employee_id.work_contact_id", "in", contacts)
            | Domain("employee_id", "in", employees)
        )

    def _get_person_ids(self):
        """Contacts and employees behind the lines."""
        staff_sudo = self.sudo()
        contacts = staff_sudo.partner_id | staff_sudo.employee_id.work_contact_id
        return contacts.ids, staff_sudo.employee_id.ids

    def _get_certified_on(self, on_date):
        """Those lines that are a certified manager's on a day."""
        # Whether somebody is certified is no secret; the certificate itself is.
        query = SQL(
            "%s AND s.id = ANY(%s)", self._get_certified_sql(on_date), self._origin.ids
        )
        found = {row[0] for row in self.env.execute_query(query)}
        return self.filtered(lambda s: s._origin.id in found)

    @api.model
    def _get_certified_sql(self, on_date):
        """Query of the lines of certified managers; it ends in its conditions."""
        self._flush_people()
        return SQL(
            """
            SELECT DISTINCT s.id
              FROM aftersales_staff s
         LEFT JOIN hr_employee e ON e.id = s.employee_id
              JOIN (%(held)s) held ON held.person = %(person)s
             WHERE s.is_manager AND %(present)s
            """,
            held=self._get_held_sql(on_date, for_ratio=True),
            person=self._get_person_sql(),
            present=self._get_present_sql(on_date),
        )

    def action_view_responsibilities(self):
        """Open what the person is and was responsible for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Responsibilities of %(name)s", name=self.name),
            "res_model": "aftersales.responsibility",
            "view_mode": "list,form",
            "domain": list(self._get_same_person_domain()),
            "context": {"default_staff_id": self.id},
        }
