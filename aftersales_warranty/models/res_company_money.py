from odoo import fields, models


class ResCompany(models.Model):
    """Accounts and limits of customers' money and of compensations."""

    _inherit = "res.company"

    aftersales_customer_tax_id = fields.Many2one(
        "account.tax",
        "Tax on Customer Charges",
        domain="[('type_tax_use', '=', 'sale'), ('price_include', '=', True)]",
        help="Contained in what the customer is told to pay. Empty: no tax.",
    )
    aftersales_difference_account_id = fields.Many2one(
        "account.account",
        "Account of Cash Differences",
        domain="[('account_type', 'in', ('expense', 'income', 'income_other', "
        "'expense_direct_cost'))]",
        help="For money that is missing or too much at the day close, where the "
        "journal has no account of its own.",
    )
    aftersales_difference_limit = fields.Monetary(
        "Difference without Approval",
        currency_field="currency_id",
        default=0.0,
        help="A day whose differences are above it is approved by a second person.",
    )
    aftersales_compensation_account_id = fields.Many2one(
        "account.account",
        "Account of Compensations",
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="What customers get is charged to it; what an insurer bears is taken "
        "off again.",
    )

    _aftersales_difference_limit_positive = models.Constraint(
        "CHECK (aftersales_difference_limit >= 0)",
        "The difference without approval cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_customer_tax_id = fields.Many2one(
        related="company_id.aftersales_customer_tax_id", readonly=False
    )
    aftersales_difference_account_id = fields.Many2one(
        related="company_id.aftersales_difference_account_id", readonly=False
    )
    aftersales_difference_limit = fields.Monetary(
        related="company_id.aftersales_difference_limit",
        currency_field="aftersales_currency_id",
        readonly=False,
    )
    aftersales_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company"
    )
    aftersales_compensation_account_id = fields.Many2one(
        related="company_id.aftersales_compensation_account_id", readonly=False
    )
