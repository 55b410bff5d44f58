from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import customer_money as kernel
from ..tools.settlement import from_minor, to_minor
from .aftersales_order_payment import ACCOUNT_GROUPS
from .aftersales_order_payment_flow import PAYING_STATES

#: Who may put the charge of a job on an invoice.
INVOICE_GROUPS = (
    "aftersales_network.group_settlement_clerk",
    "aftersales_network.group_head",
)


class AftersalesServiceOrder(models.Model):
    """What the customer paid of a job, what is on account, what is still due."""

    _inherit = "aftersales.service.order"

    payment_ids = fields.One2many("aftersales.order.payment", "order_id")
    customer_move_id = fields.Many2one(
        "account.move",
        "Customer Invoice",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=ACCOUNT_GROUPS,
    )
    amount_paid = fields.Monetary(
        "Paid so Far",
        compute="_compute_amount_paid",
        store=True,
        help="Money taken for the job less money given back.",
    )
    amount_credit = fields.Monetary(
        "Put on Account", compute="_compute_amount_paid", store=True
    )
    amount_due = fields.Monetary(
        "Still to Pay", compute="_compute_amount_due", compute_sudo=True
    )
    amount_on_account = fields.Monetary(
        "Open on Account", compute="_compute_amount_due", compute_sudo=True
    )
    amount_overpaid = fields.Monetary(
        "To Give Back", compute="_compute_amount_due", compute_sudo=True
    )
    payment_status = fields.Selection(
        [
            ("free", "Nothing to Pay"),
            ("unpaid", "Not Paid"),
            ("partial", "Partly Paid"),
            ("on_account", "On Account"),
            ("paid", "Fully Paid"),
            ("overpaid", "Paid too Much"),
        ],
        compute="_compute_payment_status",
        store=True,
        compute_sudo=True,
    )

    _FLOW_FIELDS = frozenset(("customer_move_id",))

    _unpaid_idx = models.Index(
        "(date_request DESC, id DESC) WHERE payment_status IN ('unpaid', 'partial')"
    )

    @api.depends("payment_ids.state", "payment_ids.amount_order")
    def _compute_amount_paid(self):
        for order in self:
            posted = order.payment_ids.filtered(lambda p: p.state == "posted")
            credit = posted.filtered(lambda p: p.method_kind == "credit")
            order.amount_credit = sum(credit.mapped("amount_order"))
            order.amount_paid = sum((posted - credit).mapped("amount_order"))

    @api.depends("payment_status", "state", "amount_payable", "quotation_ids.state")
    def _compute_amount_due(self):
        for order in self:
            found = order._get_balance(order._get_amount_to_pay())
            order.amount_due = order._from_minor(found.due)
            order.amount_on_account = order._from_minor(found.on_account)
            order.amount_overpaid = order._from_minor(found.overpaid)

    @api.depends(
        "amount_paid",
        "amount_credit",
        "amount_customer",
        "is_rework",
        "currency_id",
        "state",
        "customer_move_id.state",
        "customer_move_id.amount_residual",
    )
    def _compute_payment_status(self):
        for order in self:
            free = order.is_rework or order.state == "cancelled"
            payable = 0.0 if free else order.amount_customer
            order.payment_status = order._get_balance(payable).status

    def _from_minor(self, minor):
        digits = self.currency_id.decimal_places
        return float(from_minor(minor, digits))

    def _get_amount_to_pay(self):
        """What the customer pays in all.

        While the work goes on, what he accepted in a quotation may be paid
        beforehand; in the end the charged lines count.  A cancelled job costs
        nothing: what was taken for it goes back.
        """
        self.ensure_one()
        if self.state == "cancelled":
            return 0.0
        payable = self.amount_payable
        quoted = self.quotation_id
        if self.state in ("done", "closed") or quoted.state != "accepted":
            return payable
        if quoted.currency_id != self.currency_id or self.is_rework:
            return payable
        return max(payable, quoted.amount_total)

    def _get_balance(self, payable):
        """Where the customer stands; see the kernel."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        # Whoever takes money need not read the invoice, only what is open of it.
        invoice_sudo = self.sudo().customer_move_id
        open_minor = None
        if invoice_sudo.state == "posted":
            open_minor = to_minor(invoice_sudo.amount_residual, digits)
        return kernel.balance(
            to_minor(payable, digits),
            to_minor(self.amount_paid, digits),
            to_minor(self.amount_credit, digits),
            open_minor,
        )

    def _get_open_amount(self, is_credit=False):
        """What may still be taken, in the currency of the order.

        :param is_credit: it is put on account; what is there already is not put
            there again
        """
        self.ensure_one()
        found = self._get_balance(self._get_amount_to_pay())
        return self._from_minor(found.due + (0 if is_credit else found.on_account))

    # -- taking money ----------------------------------------------------------

    def action_take_payment(self):
        """Open a new payment of what is still to pay.

        :raise UserError: the job is not in work, or nothing is to pay
        """
        self.ensure_one()
        if self.state not in PAYING_STATES:
            raise UserError(
                self.env._(
                    "%(order)s is not in work at a point; nobody takes money for it. "
                    "Have the point accept it first.",
                    order=self.name,
                )
            )
        amount = self._get_open_amount()
        if self.currency_id.is_zero(amount):
            raise UserError(
                self.env._("%(order)s: nothing is left to pay.", order=self.name)
            )
        view = "aftersales_warranty.aftersales_order_payment_view_form_take"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take a Payment"),
            "res_model": "aftersales.order.payment",
            "view_mode": "form",
            "views": [(self.env.ref(view).id, "form")],
            "target": "new",
            "context": {"default_order_id": self.id, "default_amount": amount},
        }

    def action_view_payments(self):
        """Open the payments of the order."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payments of %(order)s", order=self.name),
            "res_model": "aftersales.order.payment",
            "view_mode": "list,form",
            "domain": [("order_id", "=", self.id)],
            "context": {"create": False},
        }

    # -- invoice ---------------------------------------------------------------

    def action_invoice_customer(self):
        """Put what the customer is charged on an invoice and open it.

        :raise AccessError: another role
        :raise UserError: the work is not done, or nothing is charged
        """
        if not any(self.env.user.has_group(name) for name in INVOICE_GROUPS):
            raise AccessError(
                self.env._(
                    "Invoices of service orders are made by the settlement clerk or "
                    "the head of service."
                )
            )
        self.check_access("read")
        # The clerk has no accounting rights; the charge of the order decides.
        moves_sudo = self.env["account.move"].sudo()
        for order_sudo in self.sudo():
            moves_sudo |= order_sudo._get_customer_invoice()
        return moves_sudo.with_env(self.env)._get_records_action()

    def _get_customer_invoice(self):
        """The posted invoice of the charge; it is made where none exists.

        Runs as superuser.

        :raise UserError: the work is not done, or nothing is charged
        """
        self.ensure_one()
        if self.customer_move_id:
            if self.customer_move_id.state == "draft":
                self.customer_move_id.action_post()
            return self.customer_move_id
        if self.state not in ("done", "closed"):
            raise UserError(
                self.env._(
                    "%(order)s is not done; what the customer pays may still change. "
                    "It goes on account when the work is done.",
                    order=self.name,
                )
            )
        if self.currency_id.is_zero(self.amount_payable):
            raise UserError(
                self.env._(
                    "%(order)s charges the customer nothing; there is nothing to "
                    "invoice.",
                    order=self.name,
                )
            )
        moves = self.env["account.move"].with_company(self.company_id)
        invoice = moves.with_context(aftersales_flow=FLOW).create(
            self._prepare_customer_invoice_vals()
        )
        self._write_flow({"customer_move_id": invoice.id})
        invoice.action_post()
        posted = self.payment_ids.filtered(lambda p: p.state == "posted")
        posted.filtered(lambda p: p.kind == "payment" and p.payment_id)._reconcile()
        return invoice

    def _prepare_customer_invoice_vals(self):
        """Values of the customer's invoice; extension point."""
        self.ensure_one()
        order = self.with_context(lang=self.partner_id.lang)
        vals = {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.company_id._get_aftersales_today(),
            "invoice_origin": self.name,
            "ref": self.name,
            "invoice_line_ids": [
                Command.create(line._prepare_customer_invoice_line_vals())
                for line in order._get_charged_lines()
            ],
        }
        journal = self._get_credit_journal()
        if journal:
            vals["journal_id"] = journal.id
        return vals

    def _get_credit_journal(self):
        """Sales journal of the way of payment “on account”; may be empty."""
        methods = self.env["aftersales.payment.method"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("kind", "=", "credit"),
                ("journal_id", "!=", False),
            ],
            limit=1,
        )
        return methods.journal_id

    def _check_lines_editable(self):
        """What is invoiced to the customer stays as the invoice states it."""
        result = super()._check_lines_editable()
        self._check_not_invoiced()
        return result

    def action_reopen(self):
        """An invoiced order is not taken back into work."""
        self._check_not_invoiced()
        return super().action_reopen()

    def _check_not_invoiced(self):
        """Refuse to change what is invoiced to the customer.

        :raise UserError: naming the order and its invoice
        """
        invoiced_sudo = self.sudo().filtered(
            lambda order: order.customer_move_id.state == "posted"
        )[:1]
        if invoiced_sudo:
            raise UserError(
                self.env._(
                    "%(order)s is invoiced to the customer in %(invoice)s and cannot "
                    "change any more. Have the invoice cancelled first.",
                    order=invoiced_sudo.name,
                    invoice=invoiced_sudo.customer_move_id.name,
                )
            )

    # -- portal ----------------------------------------------------------------

    def _portal_get_methods(self):
        """Ways in which the point takes money on the portal.

        Runs as superuser on an order that the controller checked.
        """
        self.ensure_one()
        methods = self.env["aftersales.payment.method"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("is_portal", "=", True),
                ("kind", "!=", "credit"),
            ]
        )
        return methods.filtered(lambda m: m._is_offered_at(self.service_point_id))

    def _portal_pay(self, post):
        """Record money that a person of the point took, and write its receipt.

        :raise UserError: no such way of payment, or a wrong amount
        """
        self.ensure_one()
        chosen = str(post.get("method_id") or "")
        method = self._portal_get_methods().filtered(lambda m: str(m.id) == chosen)
        if not method:
            raise UserError(
                self.env._("%(order)s: choose how the customer pays.", order=self.name)
            )
        amount = self._portal_number(post.get("amount"), self.env._("Amount"))
        self.env["aftersales.order.payment"].create(
            {
                "order_id": self.id,
                "method_id": method.id,
                "amount": self.currency_id.round(amount),
                "date": self.company_id._get_aftersales_today(),
                "staff_id": self._portal_get_staff().id,
                "note": (post.get("note") or "").strip()[:200],
            }
        ).action_post()

    def _portal_get_staff(self):
        """Who of the point the user is; may be empty."""
        self.ensure_one()
        return self.service_point_id.staff_ids.filtered(
            lambda staff: staff.user_id == self.env.user
        )[:1]


class AftersalesServiceOrderLine(models.Model):
    _inherit = "aftersales.service.order.line"

    def _prepare_customer_invoice_line_vals(self):
        """Values of the invoice line of a charge; extension point.

        The charge contains its tax, so that the total is what was told to the
        customer.
        """
        self.ensure_one()
        tax = self.company_id.aftersales_customer_tax_id
        name = f"{self.name} ({self.quantity:g})" if self.quantity != 1 else self.name
        return {
            "product_id": self.product_id.id,
            "name": name,
            "quantity": 1,
            "price_unit": self.amount_customer,
            "tax_ids": [Command.set(tax.ids)],
        }
