from odoo import api, models
from odoo.tools import SQL

from .aftersales_training_plan import ACTIVE_STATES


class AftersalesMetric(models.AbstractModel):
    """How far the training plans are carried out."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add the people trained as planned."""
        return {
            **super()._get_metric_catalog(),
            "TRAIN": {
                "name": self.env._("People Trained as Planned"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _metric_train(self, points, date_from, date_to):
        """People who passed ÷ trainees of approved plans in the period.

        A trainee counts once per line, at the unit of the staff line he is planned
        with; a pass counts until the last day of the period.
        """
        planned = self._get_planned_sql(points, date_from, date_to)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT service_point_id, COUNT(*) FILTER (WHERE is_trained), COUNT(*)
                  FROM (SELECT service_point_id, line_id, person,
                               bool_or(is_trained) AS is_trained
                          FROM (%s) planned
                      GROUP BY service_point_id, line_id, person) people
              GROUP BY service_point_id
                """,
                planned,
            )
        )
        return {point_id: (trained, wanted) for point_id, trained, wanted in rows}

    @api.model
    def _metric_domain_train(self, points, date_from, date_to):
        """Trainees of approved plans whose lines touch the period."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT staff_id FROM (%s) planned",
                self._get_planned_sql(points, date_from, date_to),
            )
        )
        return "aftersales.staff", self._get_any_domain([row[0] for row in rows])

    @api.model
    def _get_planned_sql(self, points, date_from, date_to):
        """One row per trainee and line: who is planned, and whether he passed."""
        for name in ("plan", "plan.line", "attendee"):
            self.env[f"aftersales.training.{name}"].flush_model()
        Staff = self.env["aftersales.staff"]
        Staff._flush_people()
        return SQL(
            """
            SELECT s.id AS staff_id, s.service_point_id, l.id AS line_id,
                   %(person)s AS person,
                   EXISTS (
                       SELECT 1 FROM aftersales_training_attendee a
                        WHERE a.is_passed AND a.date_passed <= %(stop)s
                          AND a.date_passed >= l.date_from
                          AND (a.course_id = l.course_id OR a.plan_line_id = l.id)
                          AND COALESCE(a.person_id, -a.employee_id) = %(person)s
                   ) AS is_trained
              FROM aftersales_training_plan_line_staff_rel r
              JOIN aftersales_training_plan_line l ON l.id = r.line_id
              JOIN aftersales_training_plan p ON p.id = l.plan_id
              JOIN aftersales_staff s ON s.id = r.staff_id
         LEFT JOIN hr_employee e ON e.id = s.employee_id
             WHERE p.state IN %(states)s AND p.active AND l.state != 'cancelled'
               AND l.date_from <= %(stop)s AND l.date_to >= %(start)s
               AND s.service_point_id = ANY(%(points)s)
            """,
            person=Staff._get_person_sql(),
            start=date_from,
            stop=date_to,
            states=ACTIVE_STATES,
            points=points.ids,
        )


class AftersalesServicePoint(models.Model):
    """Trainings on the page of the five systems."""

    _inherit = "aftersales.service.point"

    def _get_system_metrics(self):
        return {**super()._get_system_metrics(), "TRAIN": "people"}
