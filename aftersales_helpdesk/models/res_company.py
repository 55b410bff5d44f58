from odoo import fields, models

#: Hours to answer a case where the company says nothing.
CASE_HOURS = 24.0


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_case_hours = fields.Float(
        "Hours to Answer a Case",
        default=CASE_HOURS,
        help="After these hours an open case is overdue and goes to the next higher "
        "person.",
    )

    _aftersales_case_hours_positive = models.Constraint(
        "CHECK (aftersales_case_hours > 0)",
        "The hours to answer a case have to be more than zero.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_case_hours = fields.Float(
        related="company_id.aftersales_case_hours", readonly=False
    )
