from odoo import fields, models


class ResCompany(models.Model):
    """How the company guards prices and quotations."""

    _inherit = "res.company"

    aftersales_price_guard = fields.Selection(
        [
            ("off", "Only Shown"),
            ("approve", "Needs Approval"),
            ("block", "Refused"),
        ],
        "Charge above the Listed Range",
        required=True,
        default="approve",
        help="What happens when a customer is charged more than the price list says.",
    )
    aftersales_price_unlisted = fields.Boolean(
        "Guard Unlisted Charges",
        help="A charge for something that the price list does not name counts as "
        "above the range.",
    )
    aftersales_quotation_rule = fields.Selection(
        [
            ("off", "Not Needed"),
            ("listed", "Where a Price List Holds"),
            ("always", "For All Paid Work"),
        ],
        "Accepted Quotation",
        required=True,
        default="listed",
        help="Whether the customer accepts a quotation before paid work begins.",
    )
    aftersales_quotation_days = fields.Integer(
        "Validity of Quotations (Days)",
        default=30,
        help="The European form for repair information binds for 30 days.",
    )
    aftersales_quotation_tolerance = fields.Float(
        "Tolerance of Quotations (%)",
        digits=(5, 2),
        help="By how much the charge may exceed the accepted total.",
    )

    _aftersales_quotation_days_positive = models.Constraint(
        "CHECK (aftersales_quotation_days > 0)",
        "A quotation is valid for at least one day.",
    )
    _aftersales_quotation_tolerance_range = models.Constraint(
        "CHECK (aftersales_quotation_tolerance BETWEEN 0 AND 100)",
        "The tolerance of quotations must be between 0 and 100 %.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_price_guard = fields.Selection(
        related="company_id.aftersales_price_guard", readonly=False
    )
    aftersales_price_unlisted = fields.Boolean(
        related="company_id.aftersales_price_unlisted", readonly=False
    )
    aftersales_quotation_rule = fields.Selection(
        related="company_id.aftersales_quotation_rule", readonly=False
    )
    aftersales_quotation_days = fields.Integer(
        related="company_id.aftersales_quotation_days", readonly=False
    )
    aftersales_quotation_tolerance = fields.Float(
        related="company_id.aftersales_quotation_tolerance", readonly=False
    )
