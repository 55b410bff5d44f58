from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


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
        """Certified managers ÷ managers of the point itself."""
        Staff = self.env["aftersales.staff"]
        Staff._flush_people()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.service_point_id,
                       COUNT(DISTINCT holding.person), COUNT(DISTINCT %(person)s)
                  FROM aftersales_staff s
             LEFT JOIN hr_employee e ON e.id = s.employee_id
             LEFT JOIN (%(held)s) holding ON holding.person = %(person)s
                 WHERE s.is_manager AND s.service_point_id = ANY(%(points)s)
                   AND %(present)s
              GROUP BY s.service_point_id
                """,
                person=Staff._get_person_sql(),
                held=Staff._get_held_sql(date_to, for_ratio=True),
                present=Staff._get_present_sql(date_to),
                points=points.ids,
            )
        )
        return {point_id: (holders, heads) for point_id, holders, heads in rows}

    @api.model
    def _metric_domain_ratio(self, points, date_from, date_to):
        """Managers of the points on the last day."""
        counted = self.env["aftersales.staff"]._get_counted_domain(date_to)
        return (
            "aftersales.staff",
            counted
            & Domain("service_point_id", "in", points.ids)
            & Domain("is_manager", "=", True),
        )
