from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesReturn(models.Model):
    """The deliveries to the customer that a return asks for."""

    _inherit = "aftersales.return"

    can_exchange = fields.Boolean(compute="_compute_can_exchange")

    @api.depends("line_ids.state", "line_ids.exchange_picking_id")
    def _compute_can_exchange(self):
        for document in self:
            document.can_exchange = any(
                line.state in line._get_ready_states()
                for line in document._get_exchange_lines()
            )

    def _get_exchange_lines(self):
        """Lines that wait for the goods given in exchange."""
        return self.line_ids.filtered(
            lambda line: (
                line.resolution == "exchange"
                and not line.is_denied
                and line.state not in ("missing", "cancelled")
                and not line.exchange_picking_id
            )
        )

    def action_create_exchanges(self):
        """Send the goods of all exchanges that are due.

        :raise UserError: nothing is due, or none of the model is in stock
        """
        lines = self._get_exchange_lines()
        if not lines:
            raise UserError(
                self.env._(
                    "%(document)s has nothing to exchange.", document=self[:1].name
                )
            )
        lines._create_exchanges()
        return self.action_view_deliveries()


class AftersalesReturnLine(models.Model):
    _inherit = "aftersales.return.line"

    exchange_lot_id = fields.Many2one(
        "stock.lot",
        "Serial Given",
        index="btree_not_null",
        check_company=True,
        copy=False,
        domain="[('product_id', '=', product_id)]",
        help="The serial that the customer gets in exchange; empty: any in stock.",
    )
    exchange_picking_id = fields.Many2one(
        "stock.picking",
        "Exchange Delivery",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    delivery_move_ids = fields.One2many(
        "stock.move", "aftersales_delivery_line_id", readonly=True
    )

    _FLOW_FIELDS = frozenset(("exchange_picking_id", "delivery_move_ids"))

    is_out_of_stock = fields.Boolean(
        "Model out of Stock", compute="_compute_is_out_of_stock"
    )

    @api.depends("state", "resolution", "exchange_picking_id")
    def _compute_is_out_of_stock(self):
        for line in self:
            line.is_out_of_stock = (
                line.resolution == "exchange"
                and not line.exchange_picking_id
                and line.state in line._get_ready_states()
                and line._is_out_of_stock()
            )

    # -- exchange ------------------------------------------------------------------

    def _create_exchanges(self):
        """Deliver goods of the same model, through the steps of the warehouse.

        :return: the transfers
        :raise UserError: too early, sent already, or none of the model in stock
        """
        self.check_access("write")
        self._check_can_settle("exchange")
        # Two users at once: one of them is told to try again.
        self.lock_for_update()
        self._check_stock()
        # Who serves the customer need not be a stock user.
        lines_sudo = self.sudo()
        Rule = lines_sudo.env["stock.rule"]
        Rule.run([line_sudo._prepare_exchange(Rule) for line_sudo in lines_sudo])
        for line_sudo in lines_sudo:
            moves = line_sudo.delivery_move_ids
            if not moves:
                raise UserError(
                    self.env._(
                        "%(line)s: the warehouse %(warehouse)s has no way to deliver "
                        "to customers.",
                        line=line_sudo.display_name,
                        warehouse=line_sudo.return_id.warehouse_id.name,
                    )
                )
            line_sudo._write_flow({"exchange_picking_id": moves.picking_id[:1].id})
            line_sudo._reserve_exchange()
        self.return_id._update_state()
        return lines_sudo.delivery_move_ids.picking_id

    def _prepare_exchange(self, Rule):
        """Procurement of the goods that the customer gets; extension point."""
        document = self.return_id
        customers = self.partner_id.property_stock_customer
        return Rule.Procurement(
            self.product_id,
            self.quantity,
            self.product_uom_id,
            customers,
            self.product_id.display_name,
            document.name,
            self.company_id,
            {
                "warehouse_id": document.warehouse_id,
                "partner_id": self.partner_id.id,
                "date_planned": fields.Datetime.now(),
                "company_id": self.company_id,
                "aftersales_delivery_line_id": self.id,
            },
        )

    def _reserve_exchange(self):
        """Reserve the goods, the chosen serial where one was chosen."""
        self.ensure_one()
        for move in self.delivery_move_ids.filtered(
            lambda m: (
                m.state in ("confirmed", "assigned", "partially_available")
                and not m.move_orig_ids
            )
        ):
            if not self.exchange_lot_id:
                move._action_assign()
                continue
            move._do_unreserve()
            taken = move._update_reserved_quantity(
                self._get_base_quantity(), move.location_id, self.exchange_lot_id
            )
            if not taken:
                raise UserError(
                    self.env._(
                        "Serial %(serial)s is not free in %(place)s. Choose another.",
                        serial=self.exchange_lot_id.name,
                        place=move.location_id.display_name,
                    )
                )
            move._recompute_state()

    def _check_stock(self):
        """Refuse an exchange while none of the model is in stock.

        :raise UserError: with the way out
        """
        for line in self:
            if line._is_out_of_stock():
                raise UserError(
                    self.env._(
                        "No %(product)s is free in %(warehouse)s. Wait for supply, or "
                        "offer the customer a refund without depreciation.",
                        product=line.product_id.display_name,
                        warehouse=line.sudo().return_id.warehouse_id.name,
                    )
                )

    def _is_out_of_stock(self):
        """Whether less than the quantity is free in saleable stock."""
        self.ensure_one()
        # Who serves the customer need not be a stock user.
        line_sudo = self.sudo()
        stock = line_sudo.return_id.warehouse_id.lot_stock_id
        free = line_sudo.product_id.with_context(location=stock.id).free_qty
        uom = line_sudo.product_id.uom_id
        return uom.compare(free, line_sudo._get_base_quantity()) < 0

    def action_refund_instead(self):
        """Turn an exchange without stock into a refund without depreciation.

        Source: where no goods of the same model can be had, the seller refunds
        the price (general three-guarantee regulation of 1995).

        :raise UserError: the model is in stock, or the exchange is under way
        """
        self.check_access("write")
        self._check_can_settle("exchange")
        self.lock_for_update()
        for line in self:
            if not line._is_out_of_stock():
                raise UserError(
                    self.env._(
                        "%(product)s is in stock; the exchange is possible.",
                        product=line.product_id.display_name,
                    )
                )
            line_sudo = line.sudo()
            note = self.env._(
                "No goods of the same model are in stock: refund without depreciation "
                "in place of the exchange."
            )
            text = line_sudo.entitlement_text
            line_sudo._write_flow(
                {
                    "resolution": "refund",
                    "fee": 0.0,
                    "entitlement_text": f"{text}\n{note}" if text else note,
                }
            )
            line_sudo._freeze_paid()
            # It stayed live only for the exchange.
            today = line.company_id._get_aftersales_today()
            line_sudo.registration_id._close("returned", today)
            line.return_id.message_post(body=note)


class StockMove(models.Model):
    _inherit = "stock.move"

    aftersales_delivery_line_id = fields.Many2one(
        "aftersales.return.line",
        "Return Line Served",
        readonly=True,
        copy=True,
        index="btree_not_null",
        help="The return for which the customer gets these goods.",
    )


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        """Moves of an exchange name the return line that they serve."""
        return [*super()._get_custom_move_fields(), "aftersales_delivery_line_id"]


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _aftersales_close_units(self):
        """Units that come in for repair or exchange stay the customer's for now."""
        staying = self.filtered(
            lambda line: (
                line.move_id.aftersales_return_line_id.sudo().resolution
                in ("repair", "exchange")
            )
        )
        return super(StockMoveLine, self - staying)._aftersales_close_units()

    def _aftersales_register_units(self):
        """Goods given in exchange continue the unit that they replace."""
        exchanged = self.filtered(
            lambda line: (
                line.move_id.aftersales_delivery_line_id.sudo().exchange_picking_id
            )
        )
        units = self.env["aftersales.registration"]
        for line in exchanged:
            units |= line._aftersales_exchange_unit()
        others = self.filtered(lambda line: line.lot_id not in units.lot_id)
        return units | super(StockMoveLine, others)._aftersales_register_units()

    def _aftersales_exchange_unit(self):
        """Replace the unit of the return line by the delivered serial.

        :return: the new unit; empty where the old goods were no unit
        """
        self.ensure_one()
        # Validating the transfer is enough to register what it delivers.
        unit_sudo = self.move_id.aftersales_delivery_line_id.sudo().registration_id
        if not unit_sudo:
            return unit_sudo
        return unit_sudo._exchange(
            {"lot_id": self.lot_id.id, "picking_id": self.picking_id.id}
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        """Returns end when their customers are served."""
        result = super()._action_done()
        # The warehouse validates; the document follows by itself.
        moves_sudo = self.move_ids.sudo()
        lines_sudo = moves_sudo.aftersales_delivery_line_id
        lines_sudo |= moves_sudo.filtered(
            lambda move: move.location_dest_usage == "customer"
        ).aftersales_return_line_id
        lines_sudo.return_id._update_state()
        return result
