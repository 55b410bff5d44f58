from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date
from odoo.tools.misc import clean_context

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import customer_money as kernel
from ..tools.settlement import to_minor

#: Who gives money back and cancels receipts.
CASHIER_GROUPS = (
    "aftersales_network.group_settlement_clerk",
    "aftersales_network.group_centre_manager",
    "aftersales_network.group_head",
)
#: In these states of a job a customer pays.
PAYING_STATES = ("accepted", "in_progress", "waiting_part", "done", "closed")


class AftersalesOrderPayment(models.Model):
    """Posting, cancelling and giving back."""

    _inherit = "aftersales.order.payment"

    # -- posting ---------------------------------------------------------------

    def action_post(self):
        """Give the payments their receipts and post them in accounting.

        :raise UserError: more than is owed, a closed day, or no journal
        """
        self.check_access("write")
        self._check_flow_state("draft")
        # Defaults of the page that asks are not meant for what is made here.
        context = clean_context(self.env.context)
        payments = self.with_env(self.env(context=context))
        for payment in payments.sorted("id"):
            payment._post()
        return True

    def _post(self):
        """Post one payment: checks, day sheet, number, document."""
        self.ensure_one()
        if self.kind == "refund":
            self._check_cashier()
        self._check_order()
        self._check_day()
        self._check_method()
        self._check_amount()
        number = self.env["ir.sequence"].with_company(self.company_id)
        # The sheet is the company's paper; whoever takes money enters it there.
        line_sudo = self.env["aftersales.day.close"].sudo()._take_in(self)
        self._write_flow(
            {
                "name": number._aftersales_next_numbers(self._name, 1)[0],
                "state": "posted",
                "user_id": self.env.uid,
                "close_line_id": line_sudo.id,
            }
        )
        # Who takes money at the counter has no accounting rights.
        self.sudo()._create_document()
        # Two receipts of one job at once: the second sees the first, or starts anew.
        self.flush_model()
        self.order_id.flush_recordset(["amount_paid", "amount_credit"])

    def _check_order(self):
        """Refuse money for a job that is not in work.

        :raise UserError: naming the order
        """
        order_sudo = self.order_id.sudo()
        if order_sudo.state in PAYING_STATES or self.kind == "refund":
            return
        raise UserError(
            self.env._(
                "%(order)s is not in work at a point; nobody takes money for it. "
                "Have the point accept it first.",
                order=order_sudo.name,
            )
        )

    def _check_day(self):
        """Refuse a day that has not come yet.

        :raise UserError: naming the day
        """
        if self.date > self.company_id._get_aftersales_today():
            raise UserError(
                self.env._(
                    "%(date)s has not come yet. Enter the day on which the money was "
                    "taken.",
                    date=format_date(self.env, self.date),
                )
            )

    def _check_method(self):
        """Refuse a way of payment that the point or the currency does not have.

        :raise UserError: naming both
        """
        method_sudo = self.method_id.sudo()
        if not method_sudo._is_offered_at(self.service_point_id):
            raise UserError(
                self.env._(
                    "%(point)s does not take “%(method)s”. Choose another way of "
                    "payment.",
                    point=self.service_point_id.display_name,
                    method=method_sudo.name,
                )
            )
        method_sudo._check_currency(self.currency_id)
        if self.kind == "refund" and method_sudo.kind == "credit":
            raise UserError(
                self.env._(
                    "Nothing can be given back on account. Choose how the money goes "
                    "back."
                )
            )

    def _check_amount(self):
        """Refuse more than is owed, or more than was paid.

        :raise UserError: naming both amounts and the way out
        """
        if self.kind == "refund":
            self._check_refund()
            return
        order_sudo = self.order_id.sudo()
        currency = order_sudo.currency_id
        open_amount = order_sudo._get_open_amount(self.method_kind == "credit")
        if currency.compare_amounts(self.amount_order, open_amount) > 0:
            raise UserError(
                self.env._(
                    "%(order)s: the customer owes %(open)s, not %(amount)s. Take less, "
                    "or charge the work on the order first.",
                    order=order_sudo.name,
                    open=currency.format(open_amount),
                    amount=currency.format(self.amount_order),
                )
            )

    def _check_refund(self):
        """Refuse a refund without a reason, or beyond what was paid."""
        origin = self.origin_id
        left = origin._get_refundable()
        if origin.order_id != self.order_id or origin.currency_id != self.currency_id:
            raise UserError(
                self.env._(
                    "A refund goes back on the order and in the currency of its "
                    "payment %(receipt)s.",
                    receipt=origin.name,
                )
            )
        if self.currency_id.compare_amounts(self.amount, left) > 0:
            raise UserError(
                self.env._(
                    "%(left)s of %(receipt)s can still be given back, not %(amount)s.",
                    left=self.currency_id.format(left),
                    receipt=origin.name,
                    amount=self.currency_id.format(self.amount),
                )
            )
        if not (self.note or "").strip():
            raise UserError(
                self.env._(
                    "Say in the note why money of %(receipt)s is given back.",
                    receipt=origin.name,
                )
            )

    def _get_refundable(self):
        """What of a payment may still be given back, in its currency."""
        self.ensure_one()
        if self.state != "posted" or self.kind != "payment":
            return 0.0
        if self.method_kind == "credit":
            return 0.0
        digits = self.currency_id.decimal_places
        refunds = self.refund_ids.filtered(lambda r: r.state == "posted")
        left = kernel.refundable(
            to_minor(self.amount, digits),
            [to_minor(refund.amount, digits) for refund in refunds],
        )
        return self.currency_id.round(left / 10**digits)

    def _check_cashier(self):
        """Only those who answer for the money give it back or cancel a receipt.

        :raise AccessError: another role
        """
        if not any(self.env.user.has_group(name) for name in CASHIER_GROUPS):
            raise AccessError(
                self.env._(
                    "Money is given back, and receipts are cancelled, by the centre, "
                    "the settlement clerk or the head of service."
                )
            )

    # -- accounting ------------------------------------------------------------

    def _create_document(self):
        """Post the payment in accounting: money as payment, credit as invoice."""
        self.ensure_one()
        order = self.order_id
        if self.method_kind == "credit":
            self._write_flow({"move_id": order._get_customer_invoice().id})
            return
        payments = self.env["account.payment"].with_company(self.company_id)
        payment = payments.with_context(
            aftersales_flow=FLOW,
            aftersales_account_id=self.method_id._get_liquidity_account().id,
            # An entry at once, also where bank statements make it later.
            force_payment_move=True,
        ).create(self._prepare_payment_vals())
        payment.action_post()
        self._write_flow({"payment_id": payment.id})
        self._reconcile()

    def _prepare_payment_vals(self):
        """Values of the payment in accounting; extension point."""
        self.ensure_one()
        is_refund = self.kind == "refund"
        journal = self.method_id.journal_id
        lines = journal._get_available_payment_method_lines(
            "outbound" if is_refund else "inbound"
        )
        return {
            "payment_type": "outbound" if is_refund else "inbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "journal_id": journal.id,
            "payment_method_line_id": lines[:1].id,
            "currency_id": self.currency_id.id,
            "amount": self.amount,
            "date": self.date,
            "memo": f"{self.name} {self.order_id.name}",
        }

    def _reconcile(self):
        """Set the payment against the invoice, a refund against its payment."""
        for payment in self:
            moves = payment.payment_id.move_id
            invoice = payment.order_id.customer_move_id
            if payment.kind == "refund":
                moves |= payment.origin_id.payment_id.move_id
            elif invoice.state == "posted":
                moves |= invoice
            lines = moves.line_ids.filtered(
                lambda x: (
                    x.account_id.account_type == "asset_receivable"
                    and not x.reconciled
                    and x.parent_state == "posted"
                )
            )
            for group in lines.grouped("account_id").values():
                if len(group.move_id) > 1:
                    group.reconcile()

    # -- cancelling ------------------------------------------------------------

    def action_ask_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_can_cancel()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _check_can_cancel(self):
        """A receipt is cancelled while its day is open.

        :raise UserError: naming the receipt, its day and the way out
        """
        self._check_cashier()
        self._check_flow_state("draft", "posted")
        for payment in self.filtered(lambda p: p.state == "posted"):
            if payment.close_id.sudo().state != "open":
                raise UserError(
                    self.env._(
                        "Receipt %(receipt)s is in the day close of %(date)s. Give "
                        "the money back instead, or have that day reopened.",
                        receipt=payment.name,
                        date=format_date(self.env, payment.date),
                    )
                )
            if payment.refund_ids.filtered(lambda r: r.state == "posted"):
                raise UserError(
                    self.env._(
                        "Money of receipt %(receipt)s was given back already; it "
                        "cannot be cancelled.",
                        receipt=payment.name,
                    )
                )

    def _cancel(self, reason):
        """Cancel receipts of an open day, with their documents.

        :param reason: why, kept as evidence
        """
        self.check_access("write")
        reason = self._check_reason_given(reason)
        self._check_can_cancel()
        for payment_sudo in self.sudo():
            if payment_sudo.close_id:
                payment_sudo.close_id._touch()
            payment_sudo._cancel_document()
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        for payment in self:
            payment.message_post(body=reason)

    def _cancel_document(self):
        """Take the document back out of accounting."""
        self.ensure_one()
        document = self.payment_id.with_context(aftersales_flow=FLOW)
        if document and document.state not in ("canceled", "rejected"):
            document.action_cancel()

    # -- giving back -----------------------------------------------------------

    def action_refund(self):
        """Open a draft refund of what is left of the payment.

        :raise UserError: nothing is left to give back
        """
        self.ensure_one()
        self._check_cashier()
        left = self._get_refundable()
        if self.currency_id.is_zero(left):
            raise UserError(
                self.env._(
                    "Nothing of %(receipt)s can be given back.",
                    receipt=self.display_name,
                )
            )
        refund = self.create(
            {
                "order_id": self.order_id.id,
                "partner_id": self.partner_id.id,
                "kind": "refund",
                "origin_id": self.id,
                "method_id": self.method_id.id,
                "currency_id": self.currency_id.id,
                "amount": left,
                "date": fields.Date.to_string(self.company_id._get_aftersales_today()),
            }
        )
        return refund._get_records_action()

    def _get_report_base_filename(self):
        """Name of the file that a person saves."""
        self.ensure_one()
        return self.env._("Receipt %(number)s", number=self.name)

    def action_print_receipt(self):
        """The receipt as PDF.

        :raise UserError: a draft has none
        """
        self._check_flow_state("posted")
        report = self.env.ref("aftersales_warranty.action_report_customer_receipt")
        return report.report_action(self)
