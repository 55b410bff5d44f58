from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_return_guard = fields.Boolean(
        "Check Returned Goods",
        default=True,
        help="Goods come back only from the customer they were delivered to, and not "
        "more than was delivered; also when a transfer is validated directly.",
    )
    aftersales_return_inspection = fields.Selection(
        [
            ("serial", "Serial Numbers"),
            ("all", "All Goods"),
            ("none", "Only Goods of Return Documents"),
        ],
        "Inspect before Resale",
        default="serial",
        required=True,
        help="Goods that come back from a customer go to the returns area and reach "
        "the stock only after an inspection. Goods of return documents always do.",
    )

    def _is_return_inspected(self, product):
        """Whether the product has to be inspected when a customer gives it back."""
        self.ensure_one()
        rule = self.aftersales_return_inspection
        return rule == "all" or (rule == "serial" and product.tracking == "serial")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_return_guard = fields.Boolean(
        related="company_id.aftersales_return_guard", readonly=False
    )
    aftersales_return_inspection = fields.Selection(
        related="company_id.aftersales_return_inspection", readonly=False
    )
