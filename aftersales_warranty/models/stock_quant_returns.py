from odoo import api, models
from odoo.exceptions import UserError


class StockQuant(models.Model):
    """Stock records of returned goods, closed against writing them directly."""

    _inherit = "stock.quant"

    _AFTERSALES_KEY_FIELDS = frozenset(
        ("quantity", "location_id", "lot_id", "product_id", "owner_id")
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Transfers write the stock as superuser; this is a call from outside.
        direct = not self.env.su and any("quantity" in vals for vals in vals_list)
        quants = super().create(vals_list)
        if direct:
            quants._aftersales_check_free()
        return quants

    def write(self, vals):
        direct = not self.env.su and self._AFTERSALES_KEY_FIELDS & set(vals)
        if direct:
            self._aftersales_check_free()
        result = super().write(vals)
        if direct:
            self._aftersales_check_free()
        return result

    def _aftersales_check_free(self):
        """Refuse records of the returns area or of a serial under a return.

        :raise UserError: naming the goods
        """
        lines_sudo = self.env["aftersales.return.line"].sudo()
        held = lines_sudo.search_fetch(
            [("received_lot_id", "in", self.lot_id.ids), ("is_held", "=", True)],
            ["received_lot_id"],
        ).received_lot_id
        wrong = self.filtered(
            lambda quant: quant.location_id.aftersales_place or quant.lot_id in held
        )[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(goods)s came back from a customer; its stock changes only by "
                    "the disposition of the return.",
                    goods=wrong.lot_id.display_name or wrong.product_id.display_name,
                )
            )

    @api.model
    def action_view_aftersales_returns(self):
        """Count the goods of the returns area, as any other stock."""
        action = self.action_view_inventory()
        return {
            **action,
            "name": self.env._("Stock-Take of Returns"),
            "domain": [("location_id.aftersales_place", "!=", False)],
            "context": {**action["context"], "search_default_my_count": False},
        }
