from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_probation_months = fields.Integer(
        "Months of Probation",
        default=3,
        help="Length of the probation of a new service point.",
    )

    aftersales_probation_score = fields.Float(
        "Score to Pass the Probation",
        default=60.0,
        digits=(5, 1),
        help="An assessment below this score cannot be passed.",
    )

    _aftersales_probation_range = models.Constraint(
        "CHECK (aftersales_probation_months BETWEEN 1 AND 24"
        " AND aftersales_probation_score BETWEEN 0 AND 100)",
        "The probation lasts between 1 and 24 months, its score is 0 to 100.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_probation_months = fields.Integer(
        related="company_id.aftersales_probation_months", readonly=False
    )
    aftersales_probation_score = fields.Float(
        related="company_id.aftersales_probation_score", readonly=False
    )
