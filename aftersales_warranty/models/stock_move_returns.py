from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.aftersales_network.models.flow import FLOW


class StockMove(models.Model):
    """Transfers of goods that come back."""

    _inherit = "stock.move"

    aftersales_return_line_id = fields.Many2one(
        "aftersales.return.line",
        "Return Line",
        index="btree_not_null",
        check_company=True,
        copy=False,
        readonly=True,
    )

    def _prepare_merge_moves_distinct_fields(self):
        return [
            *super()._prepare_merge_moves_distinct_fields(),
            "aftersales_return_line_id",
        ]

    def _prepare_move_split_vals(self, qty):
        """What stays away remains part of the return."""
        return {
            **super()._prepare_move_split_vals(qty),
            "aftersales_return_line_id": self.aftersales_return_line_id.id,
        }

    def _skip_push(self):
        """Returned goods stay where they are brought until somebody decides."""
        return bool(self.aftersales_return_line_id) or super()._skip_push()

    def _should_bypass_reservation(self, forced_location=False):
        """Goods under a disposition are held by their return, not by a reservation."""
        is_held = (
            self.aftersales_return_line_id
            and self.env.context.get("aftersales_flow") is FLOW
        )
        return bool(is_held) or super()._should_bypass_reservation(forced_location)

    def _check_quantity(self):
        """A serial that its return holds cannot be anywhere else."""
        moves = self
        if self.env.context.get("aftersales_flow") is FLOW:
            moves = self.filtered(
                lambda move: (
                    not move.aftersales_return_line_id
                    or move.location_usage != "internal"
                )
            )
        return super(StockMove, moves)._check_quantity()

    def _trigger_assign(self):
        """Nobody waits for goods that are not inspected yet."""
        waiting = self.filtered(lambda move: not move.location_dest_id.aftersales_place)
        return super(StockMove, waiting)._trigger_assign()

    def _update_orderpoints(self):
        """The returns area belongs to no warehouse: nothing is ordered because of it.

        A disposition is done as soon as it is made and counts once.
        """
        moves = self
        if self.env.context.get("aftersales_flow") is FLOW:
            moves = self.filtered(lambda move: move.state == "done")
        return super(
            StockMove, moves.filtered(lambda move: move._aftersales_is_stocked())
        )._update_orderpoints()

    def _aftersales_split_whole(self):
        """Transfers of the moves: those that are here as a whole, then the others.

        Where nothing stays behind, no backorder is to be looked for.

        :return: list of ``(pickings, is_whole)``
        """
        pickings = self.picking_id
        waiting = pickings.move_ids.filtered(
            lambda move: (
                move not in self
                and move.state not in ("done", "cancel")
                or move.product_uom.compare(move.quantity, move.product_uom_qty) < 0
            )
        )
        partial = waiting.picking_id
        return [
            (found, is_whole)
            for found, is_whole in ((pickings - partial, True), (partial, False))
            if found
        ]

    def _aftersales_is_awaited(self):
        """Whether any move waits for goods like these."""
        # Asked without writing the moves that were just made; one that begins to wait
        # in this very transaction looks for its goods by itself.
        waiting = SQL(
            "SELECT 1 FROM stock_move WHERE product_id IN %s AND state IN %s LIMIT 1",
            tuple(self.product_id.ids),
            ("confirmed", "partially_available", "waiting"),
        )
        return bool(self.env.execute_query(waiting))

    def _aftersales_is_stocked(self):
        """Whether the move changes the stock of a warehouse."""
        self.ensure_one()
        places = self.location_id | self.location_dest_id
        is_return = any(places.mapped("aftersales_place"))
        return not is_return or bool(places.warehouse_id)

    def _action_done(self, cancel_backorder=False):
        """Note on the return lines what has arrived, whoever validated it."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        arrived = moves.filtered(
            lambda move: (
                move.state == "done"
                and move.location_usage == "customer"
                and move.location_dest_id.aftersales_place == "quarantine"
            )
        )
        if arrived:
            arrived._aftersales_note_arrival()
        return moves

    def _aftersales_note_arrival(self):
        """Bind what arrived to its return line; goods without one get one."""
        bound = self.filtered("aftersales_return_line_id")
        if bound:
            bound.aftersales_return_line_id._note_arrival()
        stray = self - bound
        if stray:
            self.env["aftersales.return"]._adopt_moves(stray)

    def _aftersales_get_partner(self):
        """Who hands the goods over or gets them."""
        self.ensure_one()
        origin = self.origin_returned_move_id
        return (
            self.picking_id.partner_id
            or self.partner_id
            or origin.picking_id.partner_id
            or origin.partner_id
        )

    def _aftersales_prepare_return_vals(self):
        """Values of the document for goods that arrived without one."""
        first = self[0]
        partner = first._aftersales_get_partner() or first.company_id.partner_id
        warehouse = self.env["stock.warehouse"].search(
            [
                ("company_id", "=", first.company_id.id),
                (
                    "aftersales_quarantine_loc_id",
                    "parent_of",
                    first.location_dest_id.id,
                ),
            ],
            limit=1,
        )
        return {
            "company_id": first.company_id.id,
            "partner_id": partner.commercial_partner_id.id,
            "warehouse_id": warehouse.id,
            "line_ids": [
                Command.create(
                    {
                        "product_id": move.product_id.id,
                        "lot_id": move.move_line_ids.lot_id[:1].id,
                        "quantity": move.quantity,
                        "product_uom_id": move.product_uom.id,
                        "origin_move_id": move.origin_returned_move_id.id,
                    }
                )
                for move in self
            ],
        }
