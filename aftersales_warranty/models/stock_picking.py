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
        lines -= lines._aftersales_link_units()
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

    def _aftersales_link_units(self):
        """Give units that were registered by hand the serial from the stock.

        :return: the lines whose serial was registered
        """
        # As above: registering goes with validating the transfer.
        Registration_sudo = self.env["aftersales.registration"].sudo()
        units_sudo = Registration_sudo.search_fetch(
            Domain("serial", "in", self.lot_id.mapped("name"))
            & Domain("product_id", "in", self.product_id.ids)
            & Domain("company_id", "in", self.picking_id.company_id.ids)
            & Domain("state", "=", "active")
            & Domain("lot_id", "=", False),
            ["serial", "product_id", "company_id"],
        )
        if not units_sudo:
            return self.browse()
        by_key = {(u.company_id, u.product_id, u.serial): u for u in units_sudo}
        linked = self.browse()
        for line in self:
            key = (line.picking_id.company_id, line.product_id, line.lot_id.name)
            if key in by_key:
                by_key[key].lot_id = line.lot_id
                linked |= line
        return linked

    def _aftersales_get_unit_price(self):
        """Price of one unit; the sale may be by the dozen."""
        sale_line = self.move_id.sale_line_id
        if not sale_line:
            return 0.0
        # A unit of measure of the sale is a factor of that of the product.
        pieces = sale_line.product_uom_id._compute_quantity(
            1, self.product_id.uom_id, round=False
        )
        return sale_line.price_reduce_taxinc / (pieces or 1)

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
            "price": self._aftersales_get_unit_price(),
            "date_sale": picking.company_id._get_aftersales_today(order.date_order)
            if order
            else today,
            "date_delivery": today,
            "picking_id": picking.id,
        }
