from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class RepairOrder(models.Model):
    """A repaired unit goes back to its customer, and its guarantee begins.

    A unit of the company is inspected a second time before it goes to stock.
    """

    _inherit = "repair.order"

    aftersales_delivery_ids = fields.One2many(
        "stock.picking", "aftersales_repair_id", "Deliveries Back"
    )
    aftersales_can_hand_over = fields.Boolean(
        "Can Be Handed Over", compute="_compute_aftersales_can_hand_over"
    )

    def _compute_aftersales_can_hand_over(self):
        for repair in self:
            repair.aftersales_can_hand_over = (
                repair.aftersales_is_bound
                and repair.state == "done"
                and not repair.aftersales_date_handover
                and not repair.aftersales_is_stock_unit
            )

    def action_aftersales_hand_over(self):
        """Deliver what lies in stock; hand over at once what does not.

        :return: the delivery to validate, if there is one
        :raise UserError: naming the repair that is not ready
        """
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        for repair in self:
            repair._check_can_hand_over()
        places = self._get_aftersales_places()
        stocked = self.filtered(lambda r: r.id in places)
        (self - stocked)._hand_over()
        pickings = stocked._get_aftersales_deliveries(places)
        if not pickings or not pickings.has_access("read"):
            return None
        return pickings._get_records_action(name=self.env._("Delivery Back"))

    def action_aftersales_view_deliveries(self):
        """Open the deliveries back to the customer."""
        return self.aftersales_delivery_ids._get_records_action(
            name=self.env._("Delivery Back")
        )

    def _check_can_hand_over(self):
        """Only a finished repair of a customer's unit is handed over.

        :raise UserError: naming the repair and the rule
        """
        self.ensure_one()
        self._check_aftersales_state("done")
        if not self.aftersales_is_bound or self.aftersales_is_stock_unit:
            raise UserError(
                self.env._(
                    "%(repair)s is not for a customer's unit; there is nothing to hand "
                    "over.",
                    repair=self.name,
                )
            )
        if self.aftersales_date_handover:
            raise UserError(
                self.env._("%(repair)s has been handed over.", repair=self.name)
            )

    def _get_aftersales_places(self):
        """Where the goods of the repairs lie in stock: ``{repair id: location id}``."""
        by_lot = self._find_aftersales_places(self.lot_id.ids)
        places = {r.id: by_lot[r.lot_id.id] for r in self if r.lot_id.id in by_lot}
        for repair in self.filtered("aftersales_return_line_id"):
            if repair.id not in places and not repair.lot_id:
                # Goods without number are where their return says.
                line_sudo = repair.sudo().aftersales_return_line_id
                places[repair.id] = line_sudo._get_location().id
        return places

    def _get_aftersales_deliveries(self, places):
        """Open deliveries back of the repairs, new ones where none is open.

        :param places: ``{repair id: location id}``
        """
        # Who hands over need not be one of the warehouse, which validates it.
        repairs_sudo = self.sudo()
        running = repairs_sudo.aftersales_delivery_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        fresh = repairs_sudo - running.aftersales_repair_id
        created = running.create(
            [r._prepare_aftersales_delivery_vals(places[r.id]) for r in fresh]
        )
        created.action_confirm()
        created.action_assign()
        return (running | created).with_env(self.env)

    def _prepare_aftersales_delivery_vals(self, place):
        """Values of the delivery back of one unit; extension point.

        :param place: id of the location where it lies
        """
        self.ensure_one()
        line = self.aftersales_return_line_id
        warehouse = line.return_id.warehouse_id or self.picking_type_id.warehouse_id
        out_type = line and warehouse.aftersales_out_type_id or warehouse.out_type_id
        partner = self.partner_id.with_company(self.company_id)
        target = partner.property_stock_customer
        move = {
            "product_id": self.product_id.id,
            "product_uom_qty": self.product_qty,
            "product_uom": self.product_uom.id,
            "location_id": place,
            "location_dest_id": target.id,
            "company_id": self.company_id.id,
            "lot_ids": [Command.set(self.lot_id.ids)],
            "aftersales_return_line_id": line.id,
        }
        return {
            "picking_type_id": out_type.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "location_id": place,
            "location_dest_id": target.id,
            "origin": self.name,
            "aftersales_repair_id": self.id,
            "move_ids": [Command.create(move)],
        }

    def _on_aftersales_done(self):
        """Repaired units of the company wait for their second inspection."""
        res = super()._on_aftersales_done()
        own = self.filtered("aftersales_is_stock_unit")
        # Whoever ends the repair need not be one of the returns warehouse.
        lines_sudo = own.aftersales_return_line_id.sudo()
        lines_sudo.filtered(lambda x: x._is_reworked())._reopen_inspection()
        return res

    def _hand_over(self):
        """Note the hand-over; the repair guarantee begins."""
        fresh = self.filtered(lambda r: not r.aftersales_date_handover)
        fresh._write_flow({"aftersales_date_handover": fields.Datetime.now()})
        fresh._on_aftersales_handed_over()

    def _on_aftersales_handed_over(self):
        """Returns that are complete now are done; extension point."""
        # The document follows its lines, whoever handed the unit over.
        self.aftersales_return_line_id.sudo().return_id._update_state()


class StockPicking(models.Model):
    _inherit = "stock.picking"

    aftersales_repair_id = fields.Many2one(
        "repair.order",
        "Repair Delivered Back",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )

    def _action_done(self):
        """The guarantee of a repair begins when its unit is delivered back."""
        res = super()._action_done()
        done = self.filtered(lambda p: p.state == "done" and p.aftersales_repair_id)
        done.aftersales_repair_id._hand_over()
        return res


class StockMove(models.Model):
    _inherit = "stock.move"

    def _aftersales_check_done(self):
        """No unit leaves for a customer in the middle of its repair.

        :raise UserError: naming serial and repair
        """
        res = super()._aftersales_check_done()
        lots = self.filtered(
            lambda move: move.location_dest_id.usage == "customer" and move.lot_ids
        ).lot_ids
        if not lots:
            return res
        # The warehouse sees no repairs of other points; the unit stays all the same.
        repair_sudo = self.env["repair.order"].sudo()
        repair_sudo = repair_sudo.search(
            Domain("lot_id", "in", lots.ids)
            & Domain("aftersales_is_bound", "=", True)
            & Domain("state", "in", ("draft", "confirmed", "under_repair")),
            limit=1,
        )
        if repair_sudo:
            raise UserError(
                self.env._(
                    "Serial %(serial)s is in repair (%(repair)s) and cannot leave for "
                    "a customer. End the repair with its inspection, or cancel it.",
                    serial=repair_sudo.lot_id.name,
                    repair=repair_sudo.name,
                )
            )
        return res


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _aftersales_close_units(self):
        """A unit that comes in for repair stays its customer's."""
        for_repair = self.filtered(
            lambda line: line.move_id.aftersales_return_line_id.resolution == "repair"
        )
        return super(StockMoveLine, self - for_repair)._aftersales_close_units()
