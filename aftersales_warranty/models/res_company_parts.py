from odoo import fields, models


class ResCompany(models.Model):
    """Settings of the spare parts."""

    _inherit = "res.company"

    aftersales_return_days = fields.Integer(
        "Days to Send Old Parts",
        default=30,
        required=True,
        help="Days from the repair until an old part has to be on its way.",
    )
    aftersales_hold_days = fields.Integer(
        "Days to Hold Old Parts",
        default=30,
        required=True,
        help="Days for which a point keeps an old part that may be asked for.",
    )
    aftersales_part_shortage = fields.Selection(
        [("refuse", "Refuse the Order Step"), ("allow", "Book below Zero")],
        "Parts the Point Does Not Have",
        default="refuse",
        required=True,
        help="What happens when an order uses more than the point's stock shows.",
    )

    _aftersales_old_part_days_positive = models.Constraint(
        "CHECK (aftersales_return_days >= 0 AND aftersales_hold_days >= 0)",
        "The days for old parts cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_return_days = fields.Integer(
        related="company_id.aftersales_return_days", readonly=False
    )
    aftersales_hold_days = fields.Integer(
        related="company_id.aftersales_hold_days", readonly=False
    )
    aftersales_part_shortage = fields.Selection(
        related="company_id.aftersales_part_shortage", readonly=False
    )
