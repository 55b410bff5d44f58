from odoo import fields, models


class ResCompany(models.Model):
    """Settings of the supervision of points."""

    _inherit = "res.company"

    aftersales_report_due_day = fields.Integer(
        "Monthly Report Due on Day",
        default=5,
        required=True,
        help="Day of the following month until which points submit their report.",
    )
    aftersales_visit_months = fields.Integer(
        "Months Between Visits",
        default=6,
        required=True,
        help="A point without a visit for so many months is listed.",
    )

    _aftersales_report_due_day_range = models.Constraint(
        "CHECK (aftersales_report_due_day BETWEEN 1 AND 28)",
        "The due day of the monthly report must be between 1 and 28.",
    )
    _aftersales_visit_months_positive = models.Constraint(
        "CHECK (aftersales_visit_months >= 1)",
        "There must be at least one month between two visits.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_report_due_day = fields.Integer(
        related="company_id.aftersales_report_due_day", readonly=False
    )
    aftersales_visit_months = fields.Integer(
        related="company_id.aftersales_visit_months", readonly=False
    )
