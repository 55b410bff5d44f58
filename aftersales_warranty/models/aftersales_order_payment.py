from odoo import api, fields, models
from odoo.exceptions import UserError

#: Who may look into accounting from here.
ACCOUNT_GROUPS = (
    "aftersales_network.group_settlement_clerk,aftersales_network.group_head,"
    "aftersales_network.group_auditor"
)


class AftersalesOrderPayment(models.Model):
    """Money that a customer paid for a job, got back, or has on account.

    A draft is a note; posting gives it its receipt number, its document in
    accounting and its place in the day close of the point.  The steps are in
    ``aftersales_order_payment_flow.py``.
    """

    _name = "aftersales.order.payment"
    _description = "Payment of a Customer"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "order_id"]
    _check_company_auto = True

    name = fields.Char(
        "Receipt Number",
        required=True,
        readonly=True,
        copy=False,
        default="/",
        index="trigram",
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    # Not on the point of the order: money stays in the day of who took it.
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        compute="_compute_service_point_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        check_company=True,
    )
    kind = fields.Selection(
        [("payment", "Payment"), ("refund", "Refund")],
        required=True,
        default="payment",
        tracking=True,
    )
    origin_id = fields.Many2one(
        "aftersales.order.payment",
        "Refund of",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        domain="[('order_id', '=', order_id), ('kind', '=', 'payment'), "
        "('state', '=', 'posted')]",
    )
    refund_ids = fields.One2many("aftersales.order.payment", "origin_id")
    method_id = fields.Many2one(
        "aftersales.payment.method",
        "Way of Payment",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    method_kind = fields.Selection(
        related="method_id.kind", string="Kind of Money", store=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    amount = fields.Monetary(required=True, tracking=True)
    amount_signed = fields.Monetary(
        "Amount Taken",
        compute="_compute_amounts",
        store=True,
        help="Below zero where money was given back.",
    )
    order_currency_id = fields.Many2one(
        related="order_id.currency_id", string="Currency of the Order"
    )
    amount_order = fields.Monetary(
        "In the Currency of the Order",
        currency_field="order_currency_id",
        compute="_compute_amounts",
        store=True,
        help="At the rate of the day of the payment.",
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        copy=False,
        index=True,
        tracking=True,
    )
    staff_id = fields.Many2one(
        "aftersales.staff",
        "Taken by",
        index="btree_not_null",
        check_company=True,
        domain="[('service_point_id', '=', service_point_id)]",
    )
    user_id = fields.Many2one("res.users", "Posted by", readonly=True, copy=False)
    note = fields.Char(help="Why money was given back, or a reference of the card.")
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    cancel_reason = fields.Char(readonly=True, copy=False)
    payment_id = fields.Many2one(
        "account.payment",
        "Accounting Payment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=ACCOUNT_GROUPS,
    )
    move_id = fields.Many2one(
        "account.move",
        "Customer Invoice",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=ACCOUNT_GROUPS,
    )
    close_line_id = fields.Many2one(
        "aftersales.day.close.line",
        "Line of the Day Close",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    close_id = fields.Many2one(
        related="close_line_id.close_id",
        string="Day Close",
        store=True,
        index="btree_not_null",
    )
    close_state = fields.Selection(
        related="close_id.state", string="Status of the Day", compute_sudo=True
    )

    _FLOW_FIELDS = frozenset(
        (
            *("name", "state", "user_id", "cancel_reason", "payment_id", "move_id"),
            "close_line_id",
        )
    )
    _SCOPE_FIELDS = frozenset(("order_id", "origin_id"))

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A payment must be above zero."
    )
    _refund_origin = models.Constraint(
        "CHECK ((kind = 'refund') = (origin_id IS NOT NULL))",
        "A refund gives back a payment: choose which one.",
    )
    _day_idx = models.Index("(service_point_id, date)")

    @api.depends("order_id")
    def _compute_service_point_id(self):
        for payment in self:
            payment.service_point_id = payment.order_id.service_point_id

    @api.depends("order_id")
    def _compute_partner_id(self):
        for payment in self:
            payment.partner_id = payment.order_id.partner_id or payment.partner_id

    @api.depends("order_id", "origin_id")
    def _compute_currency_id(self):
        for payment in self:
            payment.currency_id = (
                payment.origin_id.currency_id
                or payment.currency_id
                or payment.order_id.currency_id
            )

    @api.depends("amount", "kind", "currency_id", "date", "order_id.currency_id")
    def _compute_amounts(self):
        for payment in self:
            sign = -1 if payment.kind == "refund" else 1
            payment.amount_signed = sign * payment.amount
            payment.amount_order = sign * payment._get_order_amount()

    def _get_order_amount(self):
        """The amount in the currency of the order, at the rate of the day."""
        self.ensure_one()
        order = self.order_id
        if not order or self.currency_id == order.currency_id:
            return self.amount
        return self.currency_id._convert(
            self.amount, order.currency_id, order.company_id, self.date
        )

    @api.depends("name", "order_id")
    def _compute_display_name(self):
        for payment in self:
            if payment.name and payment.name != "/":
                payment.display_name = payment.name
            else:
                payment.display_name = self.env._(
                    "Draft payment of %(order)s", order=payment.order_id.name or ""
                )

    def write(self, vals):
        """What the receipt states changes in a draft only."""
        fixed = {"order_id", "partner_id", "kind", "origin_id", "method_id", "date"}
        fixed |= {"currency_id", "amount", "staff_id", "note"}
        if set(vals) & fixed and not self._is_flow():
            self.check_access("write")
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        self._check_draft()

    def _check_draft(self):
        """Refuse changes of what has a receipt.

        :raise UserError: naming the receipt and the way out
        """
        kept = self.filtered(lambda p: p.state != "draft")[:1]
        if kept:
            raise UserError(
                self.env._(
                    "Receipt %(receipt)s is written and cannot change any more. Cancel "
                    "it, or give the money back.",
                    receipt=kept.name,
                )
            )
