from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_return_guard = fields.Boolean(
        "Check Returned Goods",
        default=True,
        help="Goods come back only from the customer they were delivered to, and not "
        "more than was delivered; also when a transfer is validated directly.",
    )
    aftersales_return_inspect = fields.Boolean(
        "Inspect Returned Serials",
        default=True,
        help="Serial numbers that come back from a customer go to the returns area "
        "and reach the stock only after an inspection.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "aftersales_return_inspect" in vals:
            # A setting of the company; warehouses follow whoever may change it.
            warehouses_sudo = (
                self.env["stock.warehouse"]
                .sudo()
                .search([("company_id", "in", self.ids)])
            )
            for warehouse in warehouses_sudo:
                warehouse._aftersales_redirect_returns(
                    warehouse.out_type_id, warehouse.aftersales_in_type_id
                )
        return result


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_return_guard = fields.Boolean(
        related="company_id.aftersales_return_guard", readonly=False
    )
    aftersales_return_inspect = fields.Boolean(
        related="company_id.aftersales_return_inspect", readonly=False
    )
