from odoo import models


class AftersalesReturn(models.Model):
    """Incoming transfers of the return documents."""

    _inherit = "aftersales.return"

    def _create_receipts(self):
        """One incoming transfer per document, straight into the quarantine.

        The steps of receipts from suppliers do not matter: returned goods are
        inspected where they arrive, whatever the reception steps.
        """
        result = super()._create_receipts()
        # Whoever takes a return in need not read the transfers of the warehouse.
        lines_sudo = self.sudo().line_ids.filtered(
            lambda line: line.state == "expected" and not line.move_ids
        )
        lines_sudo._create_receipt_moves()
        return result

    def _cancel_receipts(self):
        """Cancel what has not arrived of refused or cancelled documents."""
        # Whoever ends the document need not be allowed to touch transfers.
        self.line_ids.sudo().move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )._action_cancel()

    def _prepare_receipt_vals(self):
        """Values of the incoming transfer of one document; extension point."""
        self.ensure_one()
        kind = self.warehouse_id.aftersales_in_type_id
        return {
            "picking_type_id": kind.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "origin": self.name,
            "location_id": kind.default_location_src_id.id,
            "location_dest_id": self.warehouse_id.aftersales_quarantine_loc_id.id,
        }

    def _adopt_moves(self, moves):
        """Make documents for goods that arrived without one.

        A return made from the delivery, or a receipt made by hand, brings goods
        into the quarantine too; they are inspected and disposed of like others.
        """
        # Whoever validates the transfer need not be allowed to make documents.
        for found in moves.sudo().grouped("picking_id").values():
            document = self.sudo().create(found._aftersales_prepare_return_vals())
            document._write_flow({"state": "confirmed"})
            for line, move in zip(document.line_ids, found, strict=True):
                move.aftersales_return_line_id = line
            document.line_ids._note_arrival()

    def _get_area(self, place):
        """Location of a place in the returns area of the document's warehouse."""
        self.ensure_one()
        return self.warehouse_id[f"aftersales_{place}_loc_id"]
