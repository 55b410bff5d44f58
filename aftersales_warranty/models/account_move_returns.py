from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    aftersales_return_line_id = fields.Many2one(
        "aftersales.return.line",
        "Return Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        name = "aftersales_return_line_id"
        kept = [{key: vals[key] for key in vals if key != name} for vals in vals_list]
        cleaned = without_guarded_defaults(self, (name,))
        return super(AccountMoveLine, cleaned).create(kept)

    def write(self, vals):
        if "aftersales_return_line_id" in vals and not self.env.su:
            self._check_aftersales_link_kept(vals["aftersales_return_line_id"])
        return super().write(vals)

    def _check_aftersales_link_kept(self, line_id):
        """Refuse to hand a credit note over to another return, or to none.

        :raise UserError: naming the credit note
        """
        # Compared only: accounting need not read returns.
        other = self.sudo().filtered(
            lambda line: line.aftersales_return_line_id.id != (line_id or False)
        )[:1]
        if other:
            raise UserError(
                self.env._(
                    "Which return %(document)s settles cannot be changed on it. Delete "
                    "the draft and make it from the return again.",
                    document=other.move_id.display_name,
                )
            )

    def _get_aftersales_quantity(self, uom):
        """Quantity of an invoice line in another unit of measure."""
        quantity = self.product_uom_id._compute_quantity(
            self.quantity, uom, round=False
        )
        return Decimal(str(quantity))


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_aftersales_return_lines_sudo(self):
        """Return lines that these documents credit."""
        # Accounting changes the document and need not read returns for that.
        return self.sudo().line_ids.aftersales_return_line_id

    def _post(self, soft=True):
        """A credit note gives back what is due on a return, and no more."""
        lines_sudo = self._get_aftersales_return_lines_sudo()
        posted = super()._post(soft)
        lines_sudo._check_credited()
        lines_sudo.return_id._update_state()
        return posted

    def button_draft(self):
        """A credit note in draft no longer settles its return."""
        result = super().button_draft()
        self._get_aftersales_return_lines_sudo().return_id._update_state()
        return result

    def button_cancel(self):
        """A cancelled credit note leaves the refund due."""
        result = super().button_cancel()
        lines_sudo = self._get_aftersales_return_lines_sudo()
        for line_sudo in lines_sudo.filtered(lambda x: x.refund_move_id in self):
            line_sudo._write_flow({"refund_move_id": False})
        lines_sudo.return_id._update_state()
        return result

    def unlink(self):
        """A deleted credit note leaves the refund due."""
        lines_sudo = self._get_aftersales_return_lines_sudo()
        result = super().unlink()
        lines_sudo.return_id._update_state()
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_aftersales_uncredited(self, uom):
        """Posted invoice lines with what is not credited yet, oldest first.

        :param uom: unit of measure of the result
        :return: list of ``(invoice line, Decimal quantity)``
        """
        self.ensure_one()
        lines = self.invoice_lines.filtered(lambda x: x.parent_state != "cancel")
        credits = lines.filtered(lambda x: x.move_id.move_type == "out_refund")
        free = sum(
            credit._get_aftersales_quantity(uom)
            for credit in credits
            if not credit.move_id.reversed_entry_id
        )
        result = []
        for line in lines.sorted("id"):
            move = line.move_id
            if move.move_type != "out_invoice" or move.state != "posted":
                continue
            own = credits.filtered(lambda x, m=move: x.move_id.reversed_entry_id == m)
            left = line._get_aftersales_quantity(uom)
            left -= sum(credit._get_aftersales_quantity(uom) for credit in own)
            used = min(max(left, Decimal(0)), free or Decimal(0))
            free -= used
            if left - used > 0:
                result.append((line, left - used))
        return result
