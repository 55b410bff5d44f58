from odoo import models
from odoo.fields import Domain

#: Findings that are too small to train somebody for are left out.
TRIGGER_SEVERITIES = ("major", "critical")


class AftersalesServicePoint(models.Model):
    """What went badly at a point and may call for training."""

    _inherit = "aftersales.service.point"

    def _get_training_triggers(self, date_from, date_to):
        """Tell what went badly at these points in a period.

        Extension point: modules add what they know; a module for training turns
        it into needs.  Any number of points takes the same number of queries.

        :param date_from: first day, inclusive
        :param date_to: last day, inclusive
        :return: list of ``{"kind": "assessment" | "finding" | "metric", "point",
            "record", "text", "date"}``; ``staff`` may name the person, ``earlier``
            the older records of the same cause at the same point
        """
        # Whoever may see the points learns about all of them, whatever documents
        # his role reads.
        self.check_access("read")
        points_sudo = self.sudo()
        return [
            *points_sudo._get_assessment_triggers(date_from, date_to),
            *points_sudo._get_finding_triggers(date_from, date_to),
            *points_sudo._get_condition_triggers(date_to),
        ]

    def _get_assessment_triggers(self, date_from, date_to):
        """Probations that were not passed."""
        assessments = self.env["aftersales.probation.assessment"].search(
            Domain("service_point_id", "in", self.ids)
            & Domain("state", "=", "done")
            & Domain("outcome", "in", ("failed", "extended"))
            & Domain("date", ">=", date_from)
            & Domain("date", "<=", date_to)
        )
        return [
            {
                "kind": "assessment",
                "point": assessment.service_point_id,
                "record": assessment,
                "text": assessment.findings,
                "date": assessment.date,
            }
            for assessment in assessments
        ]

    def _get_finding_triggers(self, date_from, date_to):
        """Findings of reported visits that were not small."""
        tasks = self.env["aftersales.visit.task"].search(
            Domain("service_point_id", "in", self.ids)
            & Domain("kind", "=", "finding")
            & Domain("severity", "in", TRIGGER_SEVERITIES)
            & Domain("visit_id.state", "=", "reported")
            & Domain("visit_id.date_done", ">=", date_from)
            & Domain("visit_id.date_done", "<=", date_to)
        )
        return [
            {
                "kind": "finding",
                "point": task.service_point_id,
                "record": task,
                "text": task.name,
                "date": task.visit_id.date_done,
            }
            for task in tasks
        ]

    def _get_condition_triggers(self, date_to):
        """Open conditions about people at points that are in service.

        Rooms and tools are not mended by training, so other conditions and the
        checks of resources stay out.
        """
        lines = self.env["aftersales.point.condition"].search(
            Domain("service_point_id", "in", self.ids)
            & Domain("service_point_id.state", "in", ("probation", "active"))
            & Domain("category", "=", "people")
            & Domain("status", "=", "open")
        )
        return [
            {
                "kind": "finding",
                "point": line.service_point_id,
                "record": line,
                "text": line._get_failure_text(),
                "date": date_to,
            }
            for line in lines
        ]
