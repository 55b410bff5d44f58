from odoo import models

from .aftersales_service_point_application import DRAFT_STATES, OPEN_STATES


class AftersalesServicePoint(models.Model):
    """State of an application as its applicant may know it."""

    _inherit = "aftersales.service.point"

    def _get_timeline_labels(self):
        """Gates in the order in which an application passes them."""
        return {
            "submit": self.env._("Application submitted"),
            "centre": self.env._("Regional centre"),
            "technical": self.env._("Technical department"),
            "head": self.env._("Head of service"),
        }

    def _get_application_timeline(self):
        """Gates with date and decision; roles only, no persons and no comments.

        :return: list of ``{gate, label, status, date}`` with the status ``done``,
            ``current``, ``rejected`` or ``open``
        """
        self.ensure_one()
        decisions = self._get_gate_decisions()
        current = self._GATES.get(self.state, (None, None))[1]
        timeline = []
        for gate, label in self._get_timeline_labels().items():
            status, date = decisions.get(gate, ("open", False))
            if gate == current:
                status, date = "current", False
            elif self.state not in OPEN_STATES and status == "open":
                status = "done"
            timeline.append(
                {"gate": gate, "label": label, "status": status, "date": date}
            )
        return timeline

    def _get_gate_decisions(self):
        """Decisions of the running application: ``{gate: (status, date)}``."""
        decisions = {}
        if self.state != "prospect" and self.date_submitted:
            decisions["submit"] = ("done", self.date_submitted)
        for line in self._get_application_decisions():
            status = "done" if line.decision == "approved" else "rejected"
            decisions[line.gate] = (status, line.date)
        return decisions

    def _get_application_decisions(self):
        """Decisions since the last submission, as superuser, oldest first."""
        return (
            self.env["aftersales.approval"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("gate", "in", list(self._get_timeline_labels())),
                    ("date", ">=", self._get_application_start()),
                ],
                order="date, id",
            )
        )

    def _get_rejection_reason(self):
        """Reason for which the application was sent back; written for its reader."""
        self.ensure_one()
        if self.state not in DRAFT_STATES:
            return False
        rejected = self._get_application_decisions().filtered(
            lambda line: line.decision == "rejected"
        )
        return rejected[-1:].comment
