from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.ratio import (
    Interval,
    falls_under,
    forecast,
    month_ends,
    required_heads,
    share,
    shortfall,
)

FORECAST_MONTHS = 24
# A frozen record only learns later that its alert is over.
FREE_FIELDS = {"date_closed"}


class AftersalesManagerRatio(models.Model):
    """Share of certified service managers as it was on a day, kept as evidence.

    The figures of any day come from :meth:`_get_ratio`; the records of this
    model are snapshots that nobody changes.
    """

    _name = "aftersales.manager.ratio"
    _description = "Manager Ratio"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date desc, company_id, service_point_id, id desc"
    _check_company_auto = True

    date = fields.Date(required=True, readonly=True, index=True)
    kind = fields.Selection(
        [
            ("month_end", "Month End"),
            ("alert", "Fell Below"),
            ("evidence", "Kept as Evidence"),
        ],
        required=True,
        readonly=True,
        default="evidence",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Centre or point with everything below it; empty: the whole company.",
    )
    percent = fields.Float("Rule (%)", digits=(5, 2), readonly=True, aggregator=None)
    minimum = fields.Integer("At Least", readonly=True, aggregator=None)
    managers = fields.Integer(readonly=True)
    holders = fields.Integer("Certified", readonly=True)
    required = fields.Integer(readonly=True)
    shortfall = fields.Integer(readonly=True)
    ratio = fields.Float(
        "Share",
        digits=(7, 6),
        readonly=True,
        aggregator="avg",
        help="Certified ÷ managers; 0 where there is no manager.",
    )
    is_met = fields.Boolean("Met", readonly=True)
    date_closed = fields.Date(
        "Met Again On", readonly=True, help="Day on which the alert was over."
    )
    line_ids = fields.One2many(
        "aftersales.manager.ratio.line", "ratio_id", "People", readonly=True
    )
    difference = fields.Text("Records Today", compute="_compute_difference")

    _month_end_uniq = models.UniqueIndex(
        "(company_id, COALESCE(service_point_id, 0), date) WHERE kind = 'month_end'",
        "This month end has been recorded already.",
    )
    _open_alert_uniq = models.UniqueIndex(
        "(company_id) WHERE kind = 'alert' AND date_closed IS NULL",
        "There is an open alert for this company already.",
    )

    @api.depends("company_id.name", "service_point_id.name", "date")
    def _compute_display_name(self):
        for record in self:
            unit = record.service_point_id.name or record.company_id.name
            record.display_name = f"{unit} {record.date}"

    @api.depends("line_ids", "managers", "holders", "required")
    def _compute_difference(self):
        for record in self:
            record.difference = record._describe_difference()

    def write(self, vals):
        if set(vals) - FREE_FIELDS:
            raise UserError(
                self.env._("A recorded manager ratio is evidence and cannot change.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        raise UserError(self.env._("A recorded manager ratio is evidence and stays."))

    def action_view_managers(self):
        """Open the people who were counted."""
        name = self.env._("Service Managers")
        return self._get_line_action(name, [])

    def action_view_holders(self):
        """Open the certified people who were counted."""
        name = self.env._("Certified Managers")
        return self._get_line_action(name, [("is_holder", "=", True)])

    def _get_line_action(self, name, domain):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "aftersales.manager.ratio.line",
            "view_mode": "list",
            "domain": [("ratio_id", "=", self.id), *domain],
        }

    # Figures

    @api.model
    def _get_ratio(self, date, point=None, company=None):
        """Return the figures of the certified-manager rule on any date.

        Managers are the people of staff lines in a manager role that run on the
        date, at the head office, centres and points alike; holders are those of
        them with a certificate that counts and holds on the date.  Somebody in
        two roles, at two points or known as employee and as contact is one
        person.

        :param date: past, present or future date
        :param point: ``aftersales.service.point``; it and everything below it
        :param company: ``res.company``; default: of the point, else the current
        :return: dict ``managers, holders, required, shortfall, ratio`` (holders ÷
            managers, 0.0 without managers), ``manager_ids, holder_ids``: ids of
            ``aftersales.staff``, one line per person (the oldest that runs)
        """
        day = fields.Date.to_date(date)
        company, point = self._get_scope(point, company)
        self.env["aftersales.staff"]._flush_people()
        ((manager_ids, holder_ids),) = self.env.execute_query(
            self._get_ratio_sql(day, company, point)
        )
        return self._prepare_figures(company, manager_ids or [], holder_ids or [])

    @api.model
    def _get_scope(self, point, company):
        """Return (company, point) of a question."""
        point = point or self.env["aftersales.service.point"]
        return company or point.company_id or self.env.company, point

    @api.model
    def _prepare_figures(self, company, manager_ids, holder_ids):
        """Apply the rule of the company to counted people."""
        rate, minimum = company.sudo()._get_aftersales_ratio_rule()
        managers, holders = len(manager_ids), len(holder_ids)
        required = required_heads(managers, rate, minimum)
        return {
            "managers": managers,
            "holders": holders,
            "required": required,
            "shortfall": shortfall(holders, required),
            "ratio": float(share(holders, managers) or 0),
            "manager_ids": manager_ids,
            "holder_ids": holder_ids,
        }

    @api.model
    def _get_ratio_sql(self, day, company, point):
        """One row: staff ids of the managers, staff ids of the holders."""
        Staff = self.env["aftersales.staff"]
        return SQL(
            """
            WITH head AS (
                SELECT %(person)s AS person, MIN(s.id) AS staff_id
                  FROM aftersales_staff s
             LEFT JOIN hr_employee e ON e.id = s.employee_id
                 WHERE s.is_manager AND %(scope)s AND %(present)s
              GROUP BY 1
            ), holding AS (
                SELECT DISTINCT person FROM (%(held)s) held
            )
            SELECT array_agg(head.staff_id ORDER BY head.staff_id),
                   array_agg(head.staff_id ORDER BY head.staff_id)
                       FILTER (WHERE holding.person IS NOT NULL)
              FROM head
         LEFT JOIN holding ON holding.person = head.person
            """,
            person=Staff._get_person_sql(),
            present=Staff._get_present_sql(day),
            held=Staff._get_held_sql(day, for_ratio=True),
            scope=self._get_scope_sql(company, point),
        )

    @api.model
    def _get_scope_sql(self, company, point):
        """Condition that the staff line ``s`` belongs to the company and unit."""
        if not point:
            return SQL("s.company_id = %s", company.id)
        return SQL(
            "s.company_id = %(company)s AND s.service_point_id IN ("
            "SELECT id FROM aftersales_service_point WHERE parent_path LIKE %(path)s)",
            company=company.id,
            path=f"{point.sudo().parent_path}%",
        )

    # Forecast

    @api.model
    def _get_forecast(self, date, point=None, company=None, months=FORECAST_MONTHS):
        """Return the course of the ratio from a date on, as known today.

        :return: (list of ``RatioPoint``, list of dates on which it falls under)
        """
        first = fields.Date.to_date(date)
        last = month_ends(first, months + 1)[-1]
        company, point = self._get_scope(point, company)
        managers, certificates = self._get_intervals(first, last, company, point)
        rule = company.sudo()._get_aftersales_ratio_rule()
        course = forecast(managers, certificates, first, last, *rule)
        return course, falls_under(course)

    @api.model
    def _get_intervals(self, first, last, company, point):
        """Load who manages and who holds when, within a window of dates."""
        Staff = self.env["aftersales.staff"]
        Staff._flush_people()
        managers = SQL(
            """
            SELECT %(person)s, s.date_from, s.date_to
              FROM aftersales_staff s
         LEFT JOIN hr_employee e ON e.id = s.employee_id
             WHERE s.is_manager AND %(scope)s AND s.date_from <= %(last)s
               AND (s.date_to >= %(first)s OR s.date_to IS NULL AND s.active)
            """,
            person=Staff._get_person_sql(),
            scope=self._get_scope_sql(company, point),
            first=first,
            last=last,
        )
        certificates = SQL(
            """
            SELECT COALESCE(c.holder_partner_id, e.work_contact_id,
                            -c.holder_employee_id),
                   c.date_issue, LEAST(c.date_expiry, c.date_revoked - 1)
              FROM aftersales_certificate c
              JOIN aftersales_certificate_type t ON t.id = c.type_id
         LEFT JOIN hr_employee e ON e.id = c.holder_employee_id
             WHERE c.state IN ('verified', 'revoked') AND t.counts_for_ratio
               AND c.date_issue <= %(last)s
               AND COALESCE(c.date_expiry, %(first)s) >= %(first)s
               AND COALESCE(c.date_revoked, %(last)s) > %(first)s
            """,
            first=first,
            last=last,
        )
        queries = (managers, certificates)
        return tuple(
            [Interval(*row) for row in self.env.execute_query(query)]
            for query in queries
        )

    # Difference

    def _describe_difference(self):
        """Say where the records of today give another answer for that day."""
        self.ensure_one()
        live = self._get_ratio(
            self.date, point=self.service_point_id, company=self.company_id
        )
        staff_sudo = self.env["aftersales.staff"].sudo().browse(live["manager_ids"])
        live_keys = {staff._get_person_key(): staff.name for staff in staff_sudo}
        kept_keys = {line.person_key: line.name for line in self.line_ids}
        gone = [name for key, name in kept_keys.items() if key not in live_keys]
        new = [name for key, name in live_keys.items() if key not in kept_keys]
        same_counts = all(
            live[name] == self[name] for name in ("managers", "holders", "required")
        )
        if same_counts and not gone and not new:
            return False
        text = self.env._(
            "Today's records give %(managers)s managers, %(holders)s certified and "
            "%(required)s required for this day.",
            managers=live["managers"],
            holders=live["holders"],
            required=live["required"],
        )
        if gone:
            text += " " + self.env._("No longer: %(names)s.", names=", ".join(gone))
        if new:
            text += " " + self.env._("New: %(names)s.", names=", ".join(new))
        return text
