from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW


class AccountPayment(models.Model):
    """Payments that have a receipt change with it only."""

    _inherit = "account.payment"

    aftersales_order_payment_ids = fields.One2many(
        "aftersales.order.payment",
        "payment_id",
        "Payment Receipts",
        groups="aftersales_network.group_settlement_clerk,"
        "aftersales_network.group_head,aftersales_network.group_auditor",
    )

    def _get_outstanding_account(self, payment_type):
        """Money of a receipt stands where its way of payment says."""
        context = self.env.context
        if (
            context.get("aftersales_flow") is FLOW
            and "aftersales_account_id" in context
        ):
            return self.env["account.account"].browse(context["aftersales_account_id"])
        return super()._get_outstanding_account(payment_type)

    def _check_aftersales_receipt(self):
        """Refuse to take back what the customer has a receipt of.

        :raise UserError: naming the receipt and its order
        """
        if self.env.context.get("aftersales_flow") is FLOW:
            return
        # Accounting need not read receipts.
        receipts_sudo = self.sudo().aftersales_order_payment_ids
        receipt_sudo = receipts_sudo.filtered(lambda r: r.state == "posted")[:1]
        if receipt_sudo:
            raise UserError(
                self.env._(
                    "The customer has receipt %(receipt)s of this payment. Cancel the "
                    "receipt on service order %(order)s instead.",
                    receipt=receipt_sudo.name,
                    order=receipt_sudo.order_id.name,
                )
            )

    def write(self, vals):
        """A payment with a receipt is neither reset nor cancelled."""
        if vals.get("state") in ("draft", "canceled", "rejected"):
            self._check_aftersales_receipt()
        return super().write(vals)

    def unlink(self):
        """A payment with a receipt is not deleted."""
        self._check_aftersales_receipt()
        return super().unlink()


class AccountMove(models.Model):
    """Invoices of service orders, and the entries of receipts."""

    _inherit = "account.move"

    aftersales_order_ids = fields.One2many(
        "aftersales.service.order",
        "customer_move_id",
        "Service Orders",
        groups="aftersales_network.group_settlement_clerk,"
        "aftersales_network.group_head,aftersales_network.group_auditor",
    )

    def _check_aftersales_money(self):
        """Refuse to take back what a receipt or a credit rests on.

        :raise UserError: naming the receipt
        """
        if self.env.context.get("aftersales_flow") is FLOW:
            return
        moves_sudo = self.sudo()
        moves_sudo.origin_payment_id._check_aftersales_receipt()
        credits_sudo = moves_sudo.aftersales_order_ids.payment_ids.filtered(
            lambda p: p.state == "posted" and p.move_id in moves_sudo
        )[:1]
        if credits_sudo:
            raise UserError(
                self.env._(
                    "Receipt %(receipt)s puts the charge of %(order)s on this invoice. "
                    "Cancel the receipt first.",
                    receipt=credits_sudo.name,
                    order=credits_sudo.order_id.name,
                )
            )
        line_sudo = self.env["aftersales.day.close.line"].sudo()
        line_sudo = line_sudo.search([("move_id", "in", self.ids)], limit=1)
        if line_sudo:
            raise UserError(
                self.env._(
                    "This entry explains the difference of the day %(day)s. Have the "
                    "day reopened instead.",
                    day=line_sudo.close_id.display_name,
                )
            )

    def _post(self, soft=True):
        """An invoice asks for what its order charges, and no more."""
        posted = super()._post(soft)
        for order_sudo in self.sudo().aftersales_order_ids:
            order_sudo.customer_move_id._check_aftersales_charge(order_sudo)
        return posted

    def _check_aftersales_charge(self, order):
        """Refuse an invoice that no longer equals the charge of its order.

        :raise UserError: naming both with their amounts
        """
        self.ensure_one()
        if self.currency_id != order.currency_id or self.currency_id.compare_amounts(
            self.amount_total, order.amount_payable
        ):
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s is %(amount)s, but %(order)s charges the "
                    "customer %(charge)s. Correct the invoice.",
                    invoice=self.display_name,
                    amount=self.currency_id.format(self.amount_total),
                    order=order.name,
                    charge=order.currency_id.format(order.amount_payable),
                )
            )

    def button_draft(self):
        """A receipt's entry stays posted."""
        self._check_aftersales_money()
        return super().button_draft()

    def button_cancel(self):
        """A cancelled invoice leaves the order to be invoiced anew."""
        self._check_aftersales_money()
        result = super().button_cancel()
        self.sudo().aftersales_order_ids._write_flow({"customer_move_id": False})
        return result

    def unlink(self):
        """A deleted invoice leaves the order to be invoiced anew."""
        self.check_access("unlink")
        self._check_aftersales_money()
        self.sudo().aftersales_order_ids._write_flow({"customer_move_id": False})
        return super().unlink()
