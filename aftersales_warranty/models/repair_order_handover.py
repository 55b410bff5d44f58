from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class RepairOrder(models.Model):
    """A repaired unit goes back to its customer, and its guarantee begins."""

    _inherit = "repair.order"

    aftersales_delivery_ids = fields.One2many(
        "stock.picking", "aftersales_repair_id", "Deliveries Back"
    )
    aftersales_can_hand_over = fields.Boolean(
        compute="_compute_aftersales_can_hand_over"
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
        for repair in self:
            repair._check_can_hand_over()
        places = self._find_aftersales_places(self.lot_id.ids)
        stocked = self.filtered(lambda r: r.lot_id.id in places)
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

    def _get_aftersales_deliveries(self, places):
        """Open deliveries back of the repairs, new ones where none is open.

        :param places: ``{lot id: location id}``
        """
        # Who hands over need not be one of the warehouse, which validates it.
        repairs_sudo = self.sudo()
        running = repairs_sudo.aftersales_delivery_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        fresh = repairs_sudo - running.aftersales_repair_id
        created = running.create(
            [r._prepare_aftersales_delivery_vals(places[r.lot_id.id]) for r in fresh]
        )
        created.action_confirm()
        created.action_assign()
        return (running | created).with_env(self.env)

    def _prepare_aftersales_delivery_vals(self, place):
        """Values of the delivery back of one unit; extension point.

        :param place: id of the location where it lies
        """
        self.ensure_one()
        out_type = self.picking_type_id.warehouse_id.out_type_id
        target = self.partner_id.property_stock_customer
        move = {
            "product_id": self.product_id.id,
            "product_uom_qty": self.product_qty,
            "product_uom": self.product_uom.id,
            "location_id": place,
            "location_dest_id": target.id,
            "company_id": self.company_id.id,
            "lot_ids": [Command.link(self.lot_id.id)],
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


class AftersalesReturnLine(models.Model):
    _inherit = "aftersales.return.line"

    def _is_settled(self):
        """A unit that came for repair is settled when the customer has it back."""
        settled = super()._is_settled()
        if self.resolution != "repair" or self.state == "cancelled":
            return settled
        repairs = self.sudo().repair_ids.filtered(lambda r: r.state != "cancel")
        return settled and all(r.aftersales_date_handover for r in repairs)
