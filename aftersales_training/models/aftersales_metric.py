from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.ratio import rule_on
from .aftersales_manager_ratio_figures import AWAY_HOLDERS, AWAY_MANAGERS


class AftersalesMetric(models.AbstractModel):
    """Figures about certificates; they hold on the last day of the period."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add certification coverage and the share of certified managers."""
        return {
            **super()._get_metric_catalog(),
            "CERT": {
                "name": self.env._("Certification Coverage"),
                "unit": "%",
                "direction": "up",
            },
            "RATIO": {
                "name": self.env._("Certified Managers"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _metric_cert(self, points, date_from, date_to):
        """People with all required certificates ÷ people who need one."""
        standing = self.env["aftersales.role.requirement"]._get_standing_sql(date_to)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT service_point_id, COUNT(*) FILTER (WHERE complete), COUNT(*)
                  FROM (SELECT service_point_id, person, bool_and(is_met) AS complete
                          FROM (%(standing)s) need
                         WHERE service_point_id = ANY(%(points)s)
                      GROUP BY service_point_id, person) people
              GROUP BY service_point_id
                """,
                standing=standing,
                points=points.ids,
            )
        )
        return {point_id: (met, needing) for point_id, met, needing in rows}

    @api.model
    def _metric_domain_cert(self, points, date_from, date_to):
        """People in a post that needs a certificate."""
        standing = self.env["aftersales.role.requirement"]._get_standing_sql(date_to)
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT staff_id FROM (%(standing)s) need "
                "WHERE service_point_id = ANY(%(points)s)",
                standing=standing,
                points=points.ids,
            )
        )
        return "aftersales.staff", self._get_any_domain([row[0] for row in rows])

    @api.model
    def _get_any_domain(self, staff_ids):
        """These staff lines, ended and archived ones included."""
        return Domain("id", "in", staff_ids) & Domain("active", "in", (True, False))

    @api.model
    def _metric_ratio(self, points, date_from, date_to):
        """Certified managers ÷ managers of the point itself.

        Domain of GB/T 27922, 5.1.2: who manages and who holds on the last day;
        people on long leave as the rule of their company says.
        """
        Ratio = self.env["aftersales.manager.ratio"]
        Staff = self.env["aftersales.staff"]
        Ratio._flush_people()
        away_managers, away_holders = self._get_away_companies(points, date_to)
        Absence = self.env["aftersales.staff.absence"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.service_point_id,
                       COUNT(DISTINCT holding.person), COUNT(DISTINCT %(person)s)
                  FROM aftersales_staff s
             LEFT JOIN hr_employee e ON e.id = s.employee_id
             LEFT JOIN (%(held)s) holding ON holding.person = %(person)s
                       AND (s.company_id, %(person)s) NOT IN (%(away_holders)s)
                 WHERE s.is_manager AND s.service_point_id = ANY(%(points)s)
                   AND %(present)s
                   AND (s.company_id, %(person)s) NOT IN (%(away_managers)s)
              GROUP BY s.service_point_id
                """,
                person=Staff._get_person_sql(),
                held=Staff._get_held_sql(date_to, for_ratio=True),
                present=Staff._get_present_sql(date_to),
                away_managers=Absence._get_away_sql(date_to, away_managers),
                away_holders=Absence._get_away_sql(date_to, away_holders),
                points=points.ids,
            )
        )
        return {point_id: (holders, heads) for point_id, holders, heads in rows}

    @api.model
    def _get_away_companies(self, points, day):
        """Companies whose rule leaves people on leave out: managers, holders."""
        companies_sudo = points.sudo().company_id
        schedule = self.env["aftersales.ratio.rule"]._get_schedule(companies_sudo)
        modes = {
            company_id: rule_on(rules, day).absence
            for company_id, rules in schedule.items()
        }
        return (
            [key for key, mode in modes.items() if mode in AWAY_MANAGERS],
            [key for key, mode in modes.items() if mode in AWAY_HOLDERS],
        )

    @api.model
    def _metric_domain_ratio(self, points, date_from, date_to):
        """Managers of the points on the last day, as they are counted."""
        counted = (
            self.env["aftersales.staff"]._get_counted_domain(date_to)
            & Domain("service_point_id", "in", points.ids)
            & Domain("is_manager", "=", True)
        )
        away_managers, _holders = self._get_away_companies(points, date_to)
        if not away_managers:
            return "aftersales.staff", counted
        self.env["aftersales.manager.ratio"]._flush_people()
        Absence = self.env["aftersales.staff.absence"]
        away = self.env.execute_query(Absence._get_away_sql(date_to, away_managers))
        keys = {(company_id, person) for company_id, person in away}
        # The figure counts whoever is there; its list shows the same people.
        staff_sudo = self.env["aftersales.staff"].sudo().search(counted)
        kept = staff_sudo.filtered(
            lambda s: (s.company_id.id, s._get_person_key()) not in keys
        )
        return "aftersales.staff", self._get_any_domain(kept.ids)
