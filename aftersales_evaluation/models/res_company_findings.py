from odoo import fields, models


class ResCompany(models.Model):
    """Settings of findings."""

    _inherit = "res.company"

    aftersales_finding_repeat_months = fields.Integer(
        "Months of Repetition",
        default=24,
        required=True,
        help="Findings of the same clause at the same point count as repetitions for "
        "so many months.",
    )
    aftersales_finding_suspend_count = fields.Integer(
        "Failures until Suspension",
        default=3,
        required=True,
        help="The same clause failed so many times: the suspension of the point is "
        "proposed to the head of service. Zero: never.",
    )
    aftersales_finding_remind_days = fields.Integer(
        "Days of Reminder",
        default=3,
        required=True,
        help="The owner of a finding is reminded so many days before it is due.",
    )

    _aftersales_finding_numbers = models.Constraint(
        "CHECK (aftersales_finding_repeat_months >= 1"
        " AND aftersales_finding_suspend_count >= 0"
        " AND aftersales_finding_remind_days >= 0)",
        "Findings are counted over at least one month, and their other numbers "
        "cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_finding_repeat_months = fields.Integer(
        related="company_id.aftersales_finding_repeat_months", readonly=False
    )
    aftersales_finding_suspend_count = fields.Integer(
        related="company_id.aftersales_finding_suspend_count", readonly=False
    )
    aftersales_finding_remind_days = fields.Integer(
        related="company_id.aftersales_finding_remind_days", readonly=False
    )
