from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_ratio_percent = fields.Float(
        related="company_id.aftersales_ratio_percent", readonly=False
    )
    aftersales_ratio_minimum = fields.Integer(
        related="company_id.aftersales_ratio_minimum", readonly=False
    )
    aftersales_ratio_absence = fields.Selection(
        related="company_id.aftersales_ratio_absence", readonly=False
    )
    aftersales_ratio_watch_centres = fields.Boolean(
        related="company_id.aftersales_ratio_watch_centres", readonly=False
    )
    aftersales_ratio_warning_days = fields.Integer(
        related="company_id.aftersales_ratio_warning_days", readonly=False
    )
    aftersales_entry_mode = fields.Selection(
        related="company_id.aftersales_entry_mode", readonly=False
    )
    aftersales_qualification_grace = fields.Integer(
        related="company_id.aftersales_qualification_grace", readonly=False
    )
    aftersales_qualification_mode = fields.Selection(
        related="company_id.aftersales_qualification_mode", readonly=False
    )
