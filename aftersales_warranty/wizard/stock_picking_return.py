from odoo import models


class StockReturnPicking(models.TransientModel):
    """“Return” on a delivery brings goods to be inspected into the quarantine."""

    _inherit = "stock.return.picking"

    def _prepare_picking_default_values_based_on(self, picking):
        values = super()._prepare_picking_default_values_based_on(picking)
        warehouse = picking.picking_type_id.warehouse_id
        products = self.product_return_moves.filtered("quantity").product_id
        comes_back = (
            picking == self.picking_id and picking.location_dest_id.usage == "customer"
        )
        if (
            comes_back
            and warehouse.aftersales_in_type_id
            and any(picking.company_id._is_return_inspected(x) for x in products)
        ):
            values.update(
                picking_type_id=warehouse.aftersales_in_type_id.id,
                location_dest_id=warehouse.aftersales_quarantine_loc_id.id,
            )
        return values
