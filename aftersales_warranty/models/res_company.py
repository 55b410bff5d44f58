from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_claim_days = fields.Integer(
        "Claim Filing Days",
        default=60,
        help="Days from the end of a repair in which a claim is filed in time. "
        "0: no deadline.",
    )
    aftersales_claim_tax_id = fields.Many2one(
        "account.tax",
        "Tax on Settlement Bills",
        domain="[('type_tax_use', '=', 'purchase'), ('price_include', '=', False)]",
        help="Empty: settlement bills carry no tax.",
    )

    _aftersales_claim_days_positive = models.Constraint(
        "CHECK (aftersales_claim_days >= 0)", "The filing days cannot be negative."
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_claim_days = fields.Integer(
        related="company_id.aftersales_claim_days", readonly=False
    )
    aftersales_claim_tax_id = fields.Many2one(
        related="company_id.aftersales_claim_tax_id", readonly=False
    )
