from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import refund as kernel
from ..tools import returnable
from .aftersales_return import MANAGER_GROUPS
from .aftersales_return_line import MONEY_GROUPS

REFUND_GROUPS = ("aftersales_network.group_settlement_clerk", *MANAGER_GROUPS)
#: What an inspection may find that is the customer's doing.
BAD_FINDINGS = ("customer_damage", "wrong_item")


class AftersalesReturnLine(models.Model):
    """What the customer gets back in money."""

    _inherit = "aftersales.return.line"

    price_paid = fields.Monetary(
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
        help="What the customer paid for these goods, taxes included.",
    )
    reduction = fields.Monetary(
        readonly=True,
        copy=False,
        groups=MONEY_GROUPS,
        help="Kept from the refund because of what the inspection found.",
    )
    is_decided = fields.Boolean("Decided after Inspection", readonly=True, copy=False)
    is_denied = fields.Boolean(
        "Nothing is Given",
        readonly=True,
        copy=False,
        help="After the inspection the customer gets neither money nor goods; his "
        "own goods go back to him.",
    )
    decision_reason = fields.Text("Reason of the Decision", readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    amount_refund = fields.Monetary(
        "Refund",
        compute="_compute_amount_refund",
        store=True,
        groups=MONEY_GROUPS,
        help="Price paid less depreciation and reduction; never more than paid.",
    )
    refund_move_id = fields.Many2one(
        "account.move",
        "Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=MONEY_GROUPS,
    )
    refund_line_ids = fields.One2many(
        "account.move.line", "aftersales_return_line_id", groups=MONEY_GROUPS
    )
    date_due = fields.Date(
        "Due on",
        readonly=True,
        copy=False,
        help="The customer has his money or his goods by this day.",
    )
    is_settled = fields.Boolean(
        "Settled",
        compute="_compute_is_settled",
        store=True,
        compute_sudo=True,
        help="The customer got his money or his goods.",
    )

    can_decide = fields.Boolean(compute="_compute_can_decide")

    _FLOW_FIELDS = frozenset(
        (
            "price_paid",
            "reduction",
            "is_decided",
            "is_denied",
            "decision_reason",
            "decided_by_id",
            "refund_move_id",
            "refund_line_ids",
            "date_due",
        )
    )

    _reduction_positive = models.Constraint(
        "CHECK (reduction >= 0 AND price_paid >= 0)",
        "Price and reduction of a return line cannot be negative.",
    )

    @api.depends("price_paid", "fee", "reduction", "is_denied", "resolution")
    def _compute_amount_refund(self):
        for line in self:
            amount = 0
            if line.resolution == "refund" and not line.is_denied:
                amount = kernel.refund(
                    *(
                        line._to_minor(x)
                        for x in (line.price_paid, line.fee, line.reduction)
                    )
                )
            line.amount_refund = line._from_minor(amount)

    @api.depends(
        "state",
        "resolution",
        "amount_refund",
        "is_denied",
        "refund_line_ids.parent_state",
        "delivery_move_ids.state",
        "move_ids.state",
        "repair_ids.aftersales_date_handover",
    )
    def _compute_is_settled(self):
        for line in self:
            line.is_settled = line._get_is_settled()

    @api.depends(
        "state", "is_settled", "is_decided", "finding", "receipt_result", "is_accepted"
    )
    def _compute_can_decide(self):
        for line in self:
            # Goods that found their place leave a decision open only where the
            # inspection found something the customer answers for.
            line.can_decide = not line.is_settled and (
                line.state == "inspected"
                or (line.state == "disposed" and line._needs_decision())
            )

    def _get_is_settled(self):
        """Whether money or goods have reached the customer."""
        self.ensure_one()
        if self.state == "expected":
            return False
        if self.resolution == "refund" and not self.is_denied:
            states = set(self.refund_line_ids.mapped("parent_state")) - {"cancel"}
            return states == {"posted"} or not self.amount_refund
        given = self.delivery_move_ids
        if self.resolution == "repair" or self.is_denied:
            if any(self.repair_ids.mapped("aftersales_date_handover")):
                return True
            given = self.move_ids
        moves = given.filtered(
            lambda m: m.state != "cancel" and m.location_dest_id.usage == "customer"
        )
        return bool(moves) and set(moves.mapped("state")) == {"done"}

    def _is_settled(self):
        """Whether the customer got what the line promises."""
        self.ensure_one()
        return self.is_settled

    def _to_minor(self, amount):
        """An amount of the line's currency in whole minor units."""
        factor = Decimal(10) ** self.currency_id.decimal_places
        return int((Decimal(str(amount)) * factor).to_integral_value())

    def _from_minor(self, minor):
        return float(Decimal(minor).scaleb(-self.currency_id.decimal_places))

    # -- deadlines ---------------------------------------------------------------

    def _on_received(self):
        """The clock of the refund starts, or the refund may be made."""
        result = super()._on_received()
        # Whoever validates the transfer need not be allowed to write returns.
        for due, lines_sudo in (
            self.sudo().grouped(lambda line: line._get_due_after_receipt()).items()
        ):
            lines_sudo._write_flow({"date_due": due})
            # Goods that cost nothing leave nothing to be reminded of.
            open_lines_sudo = lines_sudo.filtered(lambda line: not line._is_settled())
            open_lines_sudo._schedule_settlement(due)
        return result

    def _get_due_after_receipt(self):
        """Day by which the customer is served, now that the goods are here.

        The rule of the entitlement goes before the days of the settings; what was
        due already stays due.
        """
        self.ensure_one()
        rule = self.entitlement_rule_id
        days = self.company_id.aftersales_refund_days
        if self.resolution == "refund" and rule.refund_days:
            days = rule.refund_days
        due = self.company_id._get_aftersales_today() + timedelta(days=days)
        return min(due, self.date_due or due)

    def _schedule_settlement(self, due):
        """Remind the responsible person of what is due to the customer."""
        for document in self.return_id:
            user = document.user_id or document.create_uid
            # The due date shows on the document; nobody needs a mail about it.
            document.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=due,
                summary=self.env._("Settle the return with the customer"),
                user_id=user.id,
            )

    # -- price -------------------------------------------------------------------

    def _freeze_paid(self):
        """Keep what the customer paid, in the currency in which he paid."""
        for line in self:
            # A step keeps it; the warehouse may take goods in and sees no money.
            line_sudo = line.sudo()
            sale_line = line_sudo.origin_move_id.sale_line_id
            unit = line_sudo.registration_id
            if sale_line:
                paid = line_sudo._get_invoiced_amount(sale_line)
            else:
                paid = unit.price * line_sudo._get_settled_quantity()
            line_sudo._write_flow({"price_paid": line.currency_id.round(paid)})

    def _get_invoiced_amount(self, sale_line):
        """Invoiced price of the quantity, taxes included; 0 if not invoiced."""
        return sum(
            source.currency_id._convert(
                source.price_total / source.quantity * float(quantity),
                self.currency_id,
                self.company_id,
                source.move_id.invoice_date,
                round=False,
            )
            for source, quantity in self._share_invoices(sale_line)
        )

    def _share_invoices(self, sale_line):
        """Invoice lines that the quantity is credited from.

        :return: list of (invoice line, quantity in the unit of that line)
        """
        own = self.product_id.uom_id
        sources = sale_line._get_aftersales_uncredited(own)
        quantity = Decimal(str(self._get_settled_quantity()))
        parts, _missing = returnable.share_out(quantity, sources)
        return [
            (source, own._compute_quantity(float(taken), source.product_uom_id, False))
            for source, taken in parts
        ]

    def _get_settled_quantity(self):
        """Quantity that money is given for, in the product's unit of measure."""
        self.ensure_one()
        if not self.date_received:
            return self._get_base_quantity()
        return self.product_uom_id._compute_quantity(
            self.quantity_received, self.product_id.uom_id, round=False
        )

    # -- decision after the inspection ---------------------------------------------

    def action_open_decision(self):
        """Ask what the customer gets after this inspection, and why."""
        self.ensure_one()
        self._check_may_decide()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide after Inspection"),
            "res_model": "aftersales.return.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    def _check_may_decide(self):
        """Only those responsible for money reduce or refuse a refund.

        :raise AccessError: another role
        :raise UserError: not inspected yet, or settled already
        """
        self.check_access("write")
        self._check_may_refund()
        for line in self:
            if line.state not in ("inspected", "disposed"):
                raise UserError(
                    self.env._(
                        "%(line)s is not inspected yet. The decision follows the "
                        "inspection.",
                        line=line.display_name,
                    )
                )
            line._check_not_settled()
            if not line.can_decide:
                raise UserError(
                    self.env._(
                        "%(line)s has been disposed of; what the customer gets is "
                        "settled as promised.",
                        line=line.display_name,
                    )
                )

    def _check_may_deny(self):
        """Goods that go back to the customer must still be at hand.

        :raise UserError: naming the line and the way out
        """
        for line in self:
            if line.state == "disposed" and line.disposition != "send_back":
                raise UserError(
                    self.env._(
                        "%(line)s has found another place and cannot go back to the "
                        "customer. Reduce the refund instead.",
                        line=line.display_name,
                    )
                )

    def _decide(self, reason, reduction=0.0, deny=False):
        """Keep the decision on what the inspection found.

        :param reduction: what is kept from the refund, currency of the line
        :param deny: the customer gets nothing and his goods go back to him
        :raise UserError: no reason, or more kept than was paid
        """
        self._check_may_decide()
        if deny:
            self._check_may_deny()
        for line in self:
            if not (reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(line)s: give the reason of the decision.",
                        line=line.display_name,
                    )
                )
            most = line.price_paid - line.fee
            if reduction < 0 or line.currency_id.compare_amounts(reduction, most) > 0:
                raise UserError(
                    self.env._(
                        "%(line)s: the reduction must be between 0 and %(most)s.",
                        line=line.display_name,
                        most=line.currency_id.format(max(0, most)),
                    )
                )
            line._write_flow(
                {
                    "reduction": reduction,
                    "is_denied": deny,
                    "is_decided": True,
                    "decision_reason": reason.strip(),
                    "decided_by_id": self.env.uid,
                }
            )
            line.return_id.message_post(
                body=self.env._(
                    "Decision on %(line)s: %(reason)s",
                    line=line.serial or line.product_id.display_name,
                    reason=reason.strip(),
                )
            )
        self.return_id._update_state()
