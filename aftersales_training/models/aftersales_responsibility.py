from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

#: What each kind of responsibility is about.
TARGET_FIELDS = {
    "area": "area_id",
    "unit": "service_point_id",
    "function": "function_id",
}


class AftersalesResponsibility(models.Model):
    """What a certified manager manages and guides, for a period.

    GB/T 27922, 5.1.2.2 asks for certified managers because they manage service
    work and guide it: each of them has an area, a unit or a function of one's
    own.  Whoever lost the certificate no longer counts as responsible, although
    the line stays.
    """

    _name = "aftersales.responsibility"
    _description = "Area of Responsibility"
    _inherit = ["aftersales.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    staff_id = fields.Many2one(
        "aftersales.staff",
        "Certified Manager",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('is_manager', '=', True)]",
        tracking=True,
    )
    company_id = fields.Many2one(
        related="staff_id.company_id", store=True, index=True, precompute=True
    )
    employee_id = fields.Many2one(
        related="staff_id.employee_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    partner_id = fields.Many2one(
        related="staff_id.partner_id",
        string="Contact",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    kind = fields.Selection(
        [("area", "Area"), ("unit", "Unit"), ("function", "Function")],
        required=True,
        default="area",
        tracking=True,
    )
    area_id = fields.Many2one(
        "aftersales.area",
        "Service Area",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="The area with everything below it.",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit Managed",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="The centre or point with everything below it.",
    )
    function_id = fields.Many2one(
        "aftersales.function",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    target_name = fields.Char(
        "Responsible For", compute="_compute_target_name", compute_sudo=True
    )
    is_lead = fields.Boolean(
        "Lead",
        tracking=True,
        help="Several managers may share a responsibility; one of them leads.",
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        tracking=True,
    )
    date_to = fields.Date("To", tracking=True, help="Last day; empty while it lasts.")
    description = fields.Char(help="What the manager guides and decides there.")
    status = fields.Selection(
        [
            ("coming", "Not Begun"),
            ("valid", "In Force"),
            ("over", "Over"),
            ("left", "No Longer Manager"),
            ("uncertified", "Certificate Lapsed"),
        ],
        compute="_compute_status",
        search="_search_status",
    )
    on_date = fields.Date(
        "In Force On",
        compute="_compute_on_date",
        search="_search_on_date",
        help="Search a day to see who was responsible on it.",
    )

    _SCOPE_FIELDS = frozenset(("staff_id",))

    _target_given = models.Constraint(
        "CHECK ((kind = 'area') = (area_id IS NOT NULL)"
        " AND (kind = 'unit') = (service_point_id IS NOT NULL)"
        " AND (kind = 'function') = (function_id IS NOT NULL))",
        "Name the area, the unit or the function, as the kind of responsibility says.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A responsibility cannot end before it starts.",
    )
    # Two people may name a lead at the same moment: the database decides.
    _area_lead = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, area_id WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (is_lead AND area_id IS NOT NULL)",
        "This area has a lead in that period already. End that one first.",
    )
    _unit_lead = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, service_point_id WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (is_lead AND service_point_id IS NOT NULL)",
        "This unit has a lead in that period already. End that one first.",
    )
    _function_lead = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, function_id WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (is_lead AND function_id IS NOT NULL)",
        "This function has a lead in that period already. End that one first.",
    )

    @api.depends("area_id.complete_name", "service_point_id.name", "function_id.name")
    def _compute_target_name(self):
        for line in self:
            line.target_name = (
                line.area_id.complete_name
                or line.service_point_id.display_name
                or line.function_id.name
            )

    @api.depends("staff_id.name", "target_name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = ": ".join(
                part for part in (line.staff_id.name, line.target_name) if part
            )

    @api.depends("staff_id", "date_from", "date_to")
    def _compute_status(self):
        today = self.env.company._get_aftersales_today()
        certified = self.staff_id._get_certified_on(today)
        for line in self:
            line.status = line._get_status_on(today, line.staff_id in certified)

    def _compute_on_date(self):
        self.on_date = False

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        parts = {
            "coming": Domain("date_from", ">", today),
            "over": Domain("date_to", "<", today),
        }
        running = self._get_running_domain(today)
        here = self.env["aftersales.staff"]._get_counted_domain(today) & Domain(
            "is_manager", "=", True
        )
        present = running & Domain("staff_id", "any", here)
        certified = Domain("staff_id.is_certified_manager", "=", True)
        parts["left"] = running & ~Domain("staff_id", "any", here)
        parts["valid"] = present & certified
        parts["uncertified"] = present & ~certified
        return Domain.OR(parts[name] for name in value if name in parts)

    def _search_on_date(self, operator, value):
        if operator not in ("in", "=") or not value:
            return NotImplemented
        days = [value] if isinstance(value, str) else list(value)
        return Domain.OR(
            self._get_running_domain(fields.Date.to_date(day)) for day in days
        )

    @api.onchange("kind")
    def _onchange_kind(self):
        for kind, name in TARGET_FIELDS.items():
            if kind != self.kind:
                self[name] = False

    @api.constrains("staff_id", "date_from")
    def _check_certified(self):
        """Only a certified manager manages and guides.

        :raise ValidationError: naming the person, the day and the way out
        """
        for day, lines in self.grouped("date_from").items():
            certified = lines.staff_id._get_certified_on(day)
            for line in lines:
                if line.staff_id not in certified:
                    raise ValidationError(
                        self.env._(
                            "%(person)s is no certified service manager on %(date)s. "
                            "Record and verify the certificate first, or let the "
                            "responsibility start later.",
                            person=line.staff_id.display_name,
                            date=format_date(self.env, day),
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        """Who was responsible on a day that is over stays on record.

        :raise UserError: naming the responsibility and the way out
        """
        for line in self:
            if line.date_from < line.company_id._get_aftersales_today():
                raise UserError(
                    self.env._(
                        "“%(line)s” has applied to days that are over. Enter its last "
                        "day instead of deleting it.",
                        line=line.display_name,
                    )
                )

    @api.model
    def _get_running_domain(self, on_date):
        """Lines whose period includes a day."""
        return Domain("date_from", "<=", on_date) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", on_date)
        )

    def _get_status_on(self, day, is_certified):
        """The value of ``status`` on a day."""
        self.ensure_one()
        if not self.staff_id or not self.date_from or self.date_from > day:
            return "coming"
        if self.date_to and self.date_to < day:
            return "over"
        staff = self.staff_id
        if not (staff.is_manager and staff._runs_on(day)):
            return "left"
        return "valid" if is_certified else "uncertified"

    @api.model
    def _get_covered_ids(self, field, on_date):
        """Targets with a certified manager responsible for them on a day.

        Whoever is responsible for an area or a unit is so for everything below.

        :param field: ``area_id``, ``service_point_id`` or ``function_id``
        :return: ids of the targets themselves, not of those below
        """
        self.flush_model()
        Staff = self.env["aftersales.staff"]
        Staff._flush_people()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT %(target)s
                  FROM aftersales_responsibility r
                  JOIN aftersales_staff s ON s.id = r.staff_id
             LEFT JOIN hr_employee e ON e.id = s.employee_id
                  JOIN (%(held)s) held ON held.person = %(person)s
                 WHERE %(target)s IS NOT NULL AND s.is_manager AND %(present)s
                   AND r.company_id = ANY(%(companies)s)
                   AND r.date_from <= %(day)s
                   AND (r.date_to IS NULL OR r.date_to >= %(day)s)
                """,
                target=SQL.identifier("r", field),
                held=Staff._get_held_sql(on_date, for_ratio=True),
                person=Staff._get_person_sql(),
                present=Staff._get_present_sql(on_date),
                companies=self.env.companies.ids,
                day=on_date,
            )
        )
        return [row[0] for row in rows]
