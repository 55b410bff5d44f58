from datetime import timedelta

from odoo import fields, models


class AftersalesComplaintSeverity(models.Model):
    """How serious a complaint is, and how soon it is answered and solved."""

    _name = "aftersales.complaint.severity"
    _description = "Severity of Complaints"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    clock = fields.Selection(
        [("clock", "Clock Hours"), ("working", "Working Hours of the Company")],
        "Hours Counted",
        required=True,
        default="clock",
    )
    answer_hours = fields.Float(
        "Hours to the First Answer", required=True, default=24.0
    )
    solution_hours = fields.Float("Hours to the Solution", required=True, default=120.0)
    escalation_hours = fields.Float(
        "Hours to the Head of Service",
        required=True,
        default=24.0,
        help="A missed deadline goes to the manager of the centre at once, and to the "
        "head of service so many clock hours later.",
    )

    _hours_positive = models.Constraint(
        "CHECK (answer_hours > 0 AND solution_hours >= answer_hours "
        "AND escalation_hours >= 0)",
        "Hours must be positive, and the solution cannot be due before the first "
        "answer.",
    )

    def _get_due(self, start, hours, company):
        """Moment so many hours after ``start``, by the clock of the severity.

        :param start: UTC moment
        :param hours: clock hours, or working hours of the company's calendar
        """
        self.ensure_one()
        if self.clock == "working" and company.resource_calendar_id:
            due = company.resource_calendar_id.plan_hours(
                hours, start, compute_leaves=True
            )
            if due:
                return due.replace(microsecond=0)
        return start + timedelta(hours=hours)
