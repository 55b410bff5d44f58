from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.aftersales_network.models.flow import FLOW

#: Findings that turn against the customer and are proved by a photo.
PROOF_FINDINGS = ("customer_damage",)
#: Dispositions that bring the goods to another place of the returns area.
PLACES = {
    "repair": "repair",
    "refurbish": "refurbish",
    "supplier": "supplier",
    "recycle": "waste",
}


class AftersalesReturnLine(models.Model):
    """Inspection and disposition of what came back."""

    _inherit = "aftersales.return.line"

    def _check_depot_rights(self):
        """Only the returns warehouse inspects and disposes.

        :raise AccessError: somebody else
        """
        if not (
            self.env.su or self.env.user.has_group("aftersales_network.group_warehouse")
        ):
            raise AccessError(
                self.env._("Only the returns warehouse inspects and disposes.")
            )

    # -- inspect ---------------------------------------------------------------

    def _inspect(self, grade, finding, note="", photos=None):
        """Record condition and finding of received goods.

        :param grade: ``aftersales.return.grade``
        :param finding: key of the finding
        :param photos: attachments; at least one where damage is stated
        :raise UserError: not received, or damage without a photo
        """
        # No lock: a second inspection at the same time fails on writing the line.
        self._check_depot_rights()
        self._check_flow_state("received")
        photos = photos or self.env["ir.attachment"]
        self._check_proof(finding, photos)
        self._keep_photos(photos)
        self._write_flow(
            {
                "state": "inspected",
                "grade_id": grade.id,
                "finding": finding,
                "inspection_note": note or False,
                "photo_ids": [Command.link(photo.id) for photo in photos],
                "inspected_by_id": self.env.uid,
                "date_inspected": fields.Datetime.now(),
            }
        )
        self._on_inspected()
        self.return_id.sudo()._update_state()

    def _keep_photos(self, photos):
        """Let whoever may read the goods see their photos."""
        own = photos.filtered(lambda photo: photo.create_uid == self.env.user)
        # Uploaded to a dialogue that nobody else can read.
        own.sudo().write({"res_model": self._name, "res_id": self[:1].id})

    def _check_proof(self, finding, photos):
        """Refuse a statement of damage without a photo.

        :raise UserError: naming the goods
        """
        for line in self:
            is_damage = finding in PROOF_FINDINGS or line.receipt_result == "damaged"
            if is_damage and not (photos or line.photo_ids):
                raise UserError(
                    self.env._(
                        "%(goods)s is damaged: add at least one photo.",
                        goods=line._get_goods_name(),
                    )
                )

    # -- dispose ---------------------------------------------------------------

    def _dispose(self, disposition, note="", tags=None):
        """Move inspected goods to where they belong.

        :param disposition: key of the disposition
        :param note: required for scrap and recycling
        :param tags: reasons of a scrap, ``stock.scrap.reason.tag``
        :raise UserError: not inspected, or not possible for the grade
        """
        self._check_depot_rights()
        self._lock_for_depot()
        self._check_flow_state("inspected")
        self._check_disposition(disposition, note, tags)
        moves = getattr(self, f"_dispose_{disposition}")(tags)
        self._note_disposition(disposition, note, moves)
        self._on_disposed()
        self.return_id.sudo()._update_state()

    def _check_disposition(self, disposition, note, tags):
        """Refuse dispositions against the grade, the owner or without a reason.

        :raise UserError: naming the goods and the way out
        """
        for grade in self.grade_id:
            grade._check_disposition(disposition)
        if disposition in ("scrap", "recycle") and not (note or tags):
            raise UserError(
                self.env._("Say why the goods are scrapped or how they are recycled.")
            )
        if disposition == "send_back":
            return
        for line in self:
            if line._is_of_customer():
                raise UserError(
                    self.env._(
                        "%(goods)s was not expected and belongs to %(partner)s. Send "
                        "it back, or let a manager accept it first.",
                        goods=line._get_goods_name(),
                        partner=line.partner_id.display_name,
                    )
                )

    def _is_of_customer(self):
        """Whether the goods were taken in as the customer's property."""
        self.ensure_one()
        return self.receipt_result in ("wrong", "unexpected") and not self.is_accepted

    def _note_disposition(self, disposition, note, moves):
        """Note what became of the goods, with which move, and whether they are free."""
        by_line = {move.aftersales_return_line_id: move for move in moves}
        now = fields.Datetime.now()
        is_free = disposition in ("restock", "scrap")
        for line in self:
            line._write_flow(
                {
                    "state": "disposed",
                    "disposition": disposition,
                    "disposition_note": note or False,
                    "disposition_move_id": by_line.get(line, moves.browse()).id,
                    "disposed_by_id": self.env.uid,
                    "date_disposed": now,
                    "is_held": not is_free,
                    "date_released": is_free and now,
                }
            )

    def _dispose_restock(self, _tags):
        moves = self._move_goods(
            lambda line: line.return_id.warehouse_id.lot_stock_id.id
        )
        # Deliveries that wait for the goods may have them now.
        if moves._aftersales_is_awaited():
            moves._trigger_assign()
        return moves

    def _dispose_repair(self, _tags):
        moves = self._move_to_place("repair")
        self._create_repair()
        return moves

    def _dispose_refurbish(self, _tags):
        return self._move_to_place("refurbish")

    def _dispose_recycle(self, _tags):
        return self._move_to_place("recycle")

    def _dispose_supplier(self, _tags):
        moves = self._move_to_place("supplier")
        self._ship("supplier")
        return moves

    def _dispose_send_back(self, _tags):
        return self._ship("customer")

    def _dispose_scrap(self, tags):
        """Write the goods off by a scrap order with its reasons."""
        scraps = self.env["stock.scrap"].create(
            [line._prepare_scrap_vals(tags) for line in self]
        )
        scraps.with_context(aftersales_flow=FLOW).do_scrap()
        for scrap, line in zip(scraps, self, strict=True):
            moves = scrap.move_ids.with_context(aftersales_flow=FLOW)
            moves.aftersales_return_line_id = line
        return scraps.move_ids

    def _create_repair(self):
        """Make repair orders for the goods; extension point."""

    # -- goods -----------------------------------------------------------------

    def _prepare_scrap_vals(self, tags):
        """Values of the scrap order of one line; extension point."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "scrap_qty": self.quantity_received,
            "lot_id": self.received_lot_id.id,
            "owner_id": self._get_owner().id,
            "location_id": self._get_location().id,
            "origin": self.return_id.name,
            "scrap_reason_tag_ids": [Command.set(tags.ids if tags else [])],
        }

    def _get_owner(self):
        """Whose property the goods are in stock; empty: ours."""
        self.ensure_one()
        return self.partner_id.commercial_partner_id.filtered(
            lambda _partner: self._is_of_customer() and bool(self._get_owned_moves())
        )

    def _get_owned_moves(self):
        """Done moves of the line that carried the customer's property."""
        return self.move_ids.move_line_ids.filtered(
            lambda line: line.owner_id and line.state == "done"
        )

    def _get_location(self):
        """Where the goods are now."""
        self.ensure_one()
        if self.received_lot_id and self.tracking == "serial":
            return self.received_lot_id.location_id
        done = self.move_ids.filtered(lambda move: move.state == "done")
        return done[-1:].location_dest_id or self.return_id._get_area("quarantine")

    def _move_to_place(self, disposition):
        """Bring the goods to a place of the returns area."""
        place = PLACES[disposition]
        return self._move_goods(lambda line: line.return_id._get_area(place).id)

    def _move_goods(self, get_target):
        """Move the goods at once, past the guard of the returns area.

        :param get_target: gives the id of the destination of a line
        :return: the done moves
        """
        vals_list = [
            line._prepare_goods_move_vals(line._get_location().id, get_target(line))
            for line in self
        ]
        # The step has its own rights; the stock follows the decision.
        moves = self.env["stock.move"].sudo().with_context(aftersales_flow=FLOW)
        moves = moves.create([{**vals, "state": "assigned"} for vals in vals_list])
        # Nothing stays behind: no backorder is to be looked for.
        moves._action_done(cancel_backorder=True)
        return moves.with_env(self.env)

    def _prepare_goods_move_vals(self, source, target):
        """Values of a move of the goods; extension point."""
        self.ensure_one()
        places = {"location_id": source, "location_dest_id": target}
        return {
            **places,
            "product_id": self.product_id.id,
            "product_uom": self.product_uom_id.id,
            "product_uom_qty": self.quantity_received,
            "company_id": self.company_id.id,
            "origin": self.return_id.name,
            "aftersales_return_line_id": self.id,
            "picked": True,
            "move_line_ids": [
                Command.create(
                    {
                        **places,
                        "product_id": self.product_id.id,
                        "product_uom_id": self.product_uom_id.id,
                        "quantity": self.quantity_received,
                        "lot_id": self.received_lot_id.id,
                        "owner_id": self._get_owner().id,
                        "picked": True,
                    }
                )
            ],
        }
