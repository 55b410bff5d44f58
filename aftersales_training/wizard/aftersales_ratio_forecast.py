from odoo import fields, models


class AftersalesRatioForecast(models.TransientModel):
    """One point of the course of the ratio, recorded or expected."""

    _name = "aftersales.ratio.forecast"
    _description = "Manager Ratio Course"
    _order = "date, id"

    dashboard_id = fields.Many2one(
        "aftersales.ratio.dashboard", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True)
    kind = fields.Selection(
        [("recorded", "Recorded"), ("forecast", "Forecast")], required=True
    )
    managers = fields.Integer()
    holders = fields.Integer("Certified")
    required = fields.Integer()
    ratio = fields.Float("Share", digits=(7, 6), aggregator="avg")
