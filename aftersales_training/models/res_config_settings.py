from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_ratio_percent = fields.Float(
        related="company_id.aftersales_ratio_percent", readonly=False
    )
    aftersales_ratio_minimum = fields.Integer(
        related="company_id.aftersales_ratio_minimum", readonly=False
    )
    aftersales_qualification_mode = fields.Selection(
        related="company_id.aftersales_qualification_mode", readonly=False
    )
