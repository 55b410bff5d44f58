from odoo import fields, models
from odoo.exceptions import UserError

#: Receipts of goods that nobody is obliged to take.
REFUSED_RESULTS = ("wrong", "unexpected")


class AftersalesReturnLine(models.Model):
    """What the done transfer of a return line tells about its goods."""

    _inherit = "aftersales.return.line"

    def _check_receivable(self, move_line):
        """Refuse a transfer line that does not fit this return line.

        :raise UserError: naming the line and what it expects
        """
        self.ensure_one()
        self._check_expected()
        expected = self._get_expected_serial()
        found = move_line.lot_id.name or move_line.lot_name or ""
        is_same = not expected or expected == found or self.receipt_result == "wrong"
        if move_line.product_id != self.product_id or not is_same:
            raise UserError(
                self.env._(
                    "%(document)s expects %(goods)s, not %(found)s. Receive other "
                    "goods with “Receive Returns”.",
                    document=self.return_id.name,
                    goods=self._get_goods_name(),
                    found=found or move_line.product_id.display_name,
                )
            )
        quantity = self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id, round=False
        )
        if self.product_id.uom_id.compare(move_line.quantity_product_uom, quantity) > 0:
            self._check_quantity(move_line.quantity)

    def _note_arrival(self):
        """Note what the done transfers brought, and tell the document."""
        # Whoever validates the transfer need not be allowed to write returns.
        lines_sudo = self.sudo()
        now = fields.Datetime.now()
        for line in lines_sudo.filtered(lambda line: line.state == "expected"):
            line._write_flow(line._prepare_arrival_vals(now))
        lines_sudo._inform_customer()
        lines_sudo.with_env(self.env)._on_received()
        lines_sudo.return_id._update_state()

    def _inform_customer(self):
        """Tell the customer about goods that were not expected."""
        for line in self.filtered(lambda x: x.receipt_result in REFUSED_RESULTS):
            line.return_id.message_post(
                body=self.env._(
                    "%(goods)s arrived with your return %(document)s, but was not "
                    "expected. It is kept for you until we have agreed what to do.",
                    goods=line._get_goods_name(),
                    document=line.return_id.name,
                ),
                partner_ids=line.partner_id.ids,
                subtype_xmlid="mail.mt_comment",
            )

    def _keeps_unit(self):
        """Whether the registration of the unit stays open when it arrives.

        A repaired unit goes home again, wrong goods were never returned, and an
        exchange ends the registration itself.
        """
        self.ensure_one()
        is_refused = self.receipt_result in REFUSED_RESULTS
        return is_refused or self.resolution in ("repair", "exchange")

    def _get_frozen_attachments(self):
        """Photos of the receipt and the inspection are evidence."""
        return self.sudo().photo_ids

    def _prepare_arrival_vals(self, now):
        """Values of a line whose goods have just arrived."""
        self.ensure_one()
        moved = self.move_ids.filtered(
            lambda move: move.state == "done" and move.location_usage == "customer"
        ).move_line_ids
        uom = self.product_id.uom_id
        lot = moved.lot_id[:1]
        return {
            "state": "received",
            "receipt_result": self.receipt_result or "right",
            "received_lot_id": lot.id,
            "received_serial": lot.name or self.serial,
            "quantity_received": uom._compute_quantity(
                sum(moved.mapped("quantity_product_uom")), self.product_uom_id
            ),
            "date_received": now,
            "received_by_id": self.env.uid,
            "is_held": True,
        }
