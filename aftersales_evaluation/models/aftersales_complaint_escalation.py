from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesComplaint(models.Model):
    """Complaints that miss a deadline go up: to the centre, then to the head."""

    _inherit = "aftersales.complaint"

    @api.model
    def _get_late_domain(self):
        """Complaints whose running deadline has passed."""
        now = fields.Datetime.now()
        unanswered = Domain("state", "=", "received")
        unanswered &= Domain("date_answer_due", "<", now)
        unsolved = Domain("state", "!=", "closed")
        return unanswered | (unsolved & Domain("date_solution_due", "<", now))

    @api.model
    def _get_escalation_domain(self):
        """Late complaints nobody was told about, or told long enough ago."""
        now = fields.Datetime.now()
        severities = (
            self.env["aftersales.complaint.severity"]
            .with_context(active_test=False)
            .search_fetch([("escalation_hours", ">=", 0)], ["escalation_hours"])
        )
        waited = Domain.OR(
            [
                Domain("severity_id", "=", severity.id)
                & Domain(
                    "date_escalated",
                    "<",
                    now - timedelta(hours=severity.escalation_hours),
                )
                for severity in severities
            ]
        )
        first = Domain("escalation_level", "=", False)
        second = Domain("escalation_level", "=", "1") & waited
        return self._get_late_domain() & (first | second)

    @api.model
    def _cron_escalate(self, batch_size=100):
        """Escalate late complaints, each level once.

        A complaint that cannot be escalated is logged and left for the next run;
        it does not hold up the others.
        """
        late = self.search(self._get_escalation_domain(), order="id")
        self.env["ir.cron"]._aftersales_each(late, "_escalate", batch_size)

    def _escalate(self):
        """One level up, with a task for whoever is there."""
        self.ensure_one()
        if self.state == "closed":
            return
        level = "2" if self.escalation_level else "1"
        user = self._get_escalation_user(level)
        self._write_flow(
            {"escalation_level": level, "date_escalated": fields.Datetime.now()}
        )
        if user:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Complaint %(name)s is overdue", name=self.name),
                user_id=user.id,
            )

    def _get_escalation_user(self, level):
        """Manager of the centre above the point, else the head of service."""
        self.ensure_one()
        if level == "1":
            unit = self.service_point_id.sudo()
            while unit and not (unit.tier == "centre" and unit.manager_id):
                unit = unit.parent_id
            if unit:
                return unit.manager_id
        heads = self.company_id._get_aftersales_people("aftersales_network.group_head")
        return heads[:1]
