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
        self._aftersales_note_lots()
        return result

    def _aftersales_note_lots(self):
        """Say on the transfer which goods tracked by lot were not registered.

        A lot names many pieces: registering it would give all of them one owner
        and one cover.
        """
        lines = self.move_line_ids.filtered(
            lambda line: (
                line.state == "done"
                and line.lot_id
                and line.product_id.tracking == "lot"
                and line.product_id.aftersales_is_unit
                and line.location_dest_usage == "customer"
            )
        )
        notes = {}
        for (picking, product), group in lines.grouped(
            lambda line: (line.picking_id, line.product_id)
        ).items():
            text = self.env._(
                "%(quantity)s %(unit)s of %(product)s were delivered by lot and are "
                "not registered as units. Their cover rests on the proof of purchase.",
                quantity=f"{sum(group.mapped('quantity_product_uom')):g}",
                unit=product.uom_id.name,
                product=product.display_name,
            )
            notes[picking.id] = f"{notes.get(picking.id, '')} {text}".strip()
        if notes:
            self.browse(notes)._message_log_batch(notes)


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
        units_sudo = self._aftersales_get_known_units()
        live_sudo = units_sudo.filtered(lambda u: u.state == "active")
        if live_sudo:
            self._aftersales_check_known(live_sudo)
        lines = self.filtered(lambda line: line.lot_id not in live_sudo.lot_id)
        lines -= lines._aftersales_link_units(live_sudo)
        lines -= lines._aftersales_reopen_units(units_sudo - live_sudo)
        Registration_sudo = units_sudo.with_context(
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
        )
        return Registration_sudo.create(
            [line._aftersales_prepare_registration_vals() for line in lines]
        )

    def _aftersales_get_known_units(self):
        """Units of the serials that are live or came back, in one query.

        Among them those that were registered by hand, without the serial in stock.
        """
        by_hand = (
            Domain("lot_id", "=", False)
            & Domain("state", "=", "active")
            & Domain("serial", "in", self.lot_id.mapped("name"))
            & Domain("product_id", "in", self.product_id.ids)
            & Domain("company_id", "in", self.picking_id.company_id.ids)
        )
        delivered = Domain("lot_id", "in", self.lot_id.ids)
        # As above: registering goes with validating the transfer.
        Registration_sudo = self.env["aftersales.registration"].sudo()
        return Registration_sudo.search_fetch(
            by_hand | (delivered & Domain("state", "in", ("active", "returned"))),
            ["lot_id", "state", "serial", "product_id", "company_id", "partner_id"],
            order="id",
        )

    def _aftersales_link_units(self, units_sudo):
        """Give units that were registered by hand the serial from the stock.

        :param units_sudo: live registrations of the serials
        :return: the lines whose serial was registered
        """
        by_key = {
            (unit.company_id, unit.product_id, unit.serial): unit
            for unit in units_sudo
            if not unit.lot_id
        }
        linked = self.browse()
        for line in self:
            key = (line.picking_id.company_id, line.product_id, line.lot_id.name)
            if key in by_key:
                by_key[key].lot_id = line.lot_id
                linked |= line
        return linked

    def _aftersales_check_known(self, units_sudo):
        """Flag registered units that were delivered to somebody else.

        The first owner stays: a delivery takes no rights away. The head of
        service is asked to clear up which of the two is wrong.

        :param units_sudo: live registrations of the serials
        """
        by_lot = {unit.lot_id: unit for unit in units_sudo if unit.lot_id}
        by_serial = {(u.product_id, u.serial): u for u in units_sudo}
        flagged_sudo = units_sudo.browse()
        for line in self:
            unit = by_lot.get(line.lot_id)
            unit = unit or by_serial.get((line.product_id, line.lot_id.name))
            partner = line._aftersales_get_customer()
            owner = unit and unit.partner_id.commercial_partner_id
            if not unit or unit.picking_id == line.picking_id:
                continue
            if not owner:
                unit.partner_id = partner
            elif owner != partner.commercial_partner_id:
                unit._write_flow({"conflict_picking_id": line.picking_id.id})
                flagged_sudo |= unit
        if flagged_sudo:
            flagged_sudo._ask_head(self.env._("Serial delivered twice"))

    def _aftersales_reopen_units(self, units_sudo):
        """Take up again units that came back and go to the same customer anew.

        Only where the delivery belongs to the same sale or sends a return back;
        another sale is another registration.

        :param units_sudo: returned registrations of the serials, the latest last
        :return: the lines whose unit is live again
        """
        by_lot = {unit.lot_id: unit for unit in units_sudo}
        reopened = self.browse()
        today = self.env.company._get_aftersales_today()
        for line in self.filtered(lambda line: line.lot_id in by_lot):
            unit = by_lot[line.lot_id]
            if not line._aftersales_is_redelivery(unit):
                continue
            values = {"state": "active", "date_closed": False}
            if not unit.is_dealer_stock:
                values["date_delivery"] = today
            unit.write({**values, "picking_id": line.picking_id.id})
            reopened |= line
        return reopened

    def _aftersales_is_redelivery(self, unit_sudo):
        """Whether the line brings a returned unit back to its owner."""
        self.ensure_one()
        owner = unit_sudo.partner_id.commercial_partner_id
        if owner != self._aftersales_get_customer().commercial_partner_id:
            return False
        order = self.move_id.sale_line_id.order_id
        same_sale = order and order == unit_sudo.picking_id.sale_id
        return bool(same_sale or self.move_id.origin_returned_move_id)

    def _aftersales_get_customer(self):
        """Who the goods of the line belong to from now on."""
        self.ensure_one()
        order = self.move_id.sale_line_id.order_id
        return order.partner_id or self.picking_id.partner_id

    def _aftersales_get_unit_price(self):
        """Price of one unit; the sale may be by the dozen."""
        sale_line = self.move_id.sale_line_id
        # A component of a kit has no price of its own.
        if sale_line.product_id != self.product_id:
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
        picking, order = self.picking_id, self.move_id.sale_line_id.order_id
        partner = self._aftersales_get_customer()
        values = {
            "company_id": picking.company_id.id,
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "serial": self.lot_id.name,
            "partner_id": partner.id,
            "currency_id": (order.currency_id or picking.company_id.currency_id).id,
            "picking_id": picking.id,
        }
        if partner and partner._is_aftersales_dealer():
            return {**values, **self._aftersales_prepare_dealer_vals(partner)}
        today = self.env.company._get_aftersales_today()
        return {
            **values,
            "price": self._aftersales_get_unit_price(),
            "date_sale": picking.company_id._get_aftersales_today(order.date_order)
            if order
            else today,
            "date_delivery": today,
        }

    def _aftersales_prepare_dealer_vals(self, partner):
        """Values of a unit that a dealer has for sale: no customer has it yet."""
        today = self.env.company._get_aftersales_today()
        return {
            "dealer_id": partner.commercial_partner_id.id,
            "channel": "dealer",
            "date_dealer": today,
            "date_factory": today,
        }
