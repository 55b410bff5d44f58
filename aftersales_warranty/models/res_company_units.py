from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_register_days = fields.Integer(
        "Days to Register",
        default=730,
        help="Purchases that lie longer back are registered only after a person has "
        "looked. 0: no limit.",
    )

    _aftersales_register_days_positive = models.Constraint(
        "CHECK (aftersales_register_days >= 0)",
        "The days to register cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_register_days = fields.Integer(
        related="company_id.aftersales_register_days", readonly=False
    )
