from odoo import models
from odoo.fields import Domain


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        """Register delivered serials, close the units that came back."""
        result = super()._action_done()
        lines = self.move_line_ids.filtered(
            lambda line: (
                line.state == "done"
                and line.lot_id
                and line.product_id.tracking == "serial"
            )
        )
        delivered = lines.filtered(lambda x: x.location_dest_usage == "customer")
        returned = lines.filtered(
            lambda x: (
                x.location_usage == "customer" and x.location_dest_usage != "customer"
            )
        )
        if returned:
            returned._aftersales_close_units()
        if delivered:
            delivered._aftersales_register_units()
        return result


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _aftersales_get_live_units(self):
        """Live registrations of the serials; one query for the batch."""
        # Whoever may validate the transfer registers the unit; reading the
        # registrations is not part of the warehouse's rights.
        Registration_sudo = self.env["aftersales.registration"].sudo()
        return Registration_sudo.search_fetch(
            Domain("lot_id", "in", self.lot_id.ids) & Domain("state", "=", "active"),
            ["lot_id", "state"],
        )

    def _aftersales_close_units(self):
        """End the registrations of serials that came back from a customer."""
        today = self.env.company._get_aftersales_today()
        self._aftersales_get_live_units()._close("returned", today)

    def _aftersales_register_units(self):
        """Register serials that went to a customer and are not registered yet."""
        known = self._aftersales_get_live_units().lot_id
        lines = self.filtered(lambda line: line.lot_id not in known)
        Registration_sudo = (
            self.env["aftersales.registration"]
            .sudo()
            .with_context(
                tracking_disable=True,
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
            )
        )
        return Registration_sudo.create(
            [line._aftersales_prepare_registration_vals() for line in lines]
        )

    def _aftersales_prepare_registration_vals(self):
        """Values of the registration of one delivered serial.

        Extension point.
        """
        self.ensure_one()
        picking, move = self.picking_id, self.move_id
        sale_line = move.sale_line_id
        order = sale_line.order_id
        today = self.env.company._get_aftersales_today()
        return {
            "company_id": picking.company_id.id,
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "serial": self.lot_id.name,
            "partner_id": (order.partner_id or picking.partner_id).id,
            "currency_id": (order.currency_id or picking.company_id.currency_id).id,
            "price": sale_line.price_reduce_taxinc if sale_line else 0.0,
            "date_sale": picking.company_id._get_aftersales_today(order.date_order)
            if order
            else today,
            "date_delivery": today,
            "picking_id": picking.id,
        }
