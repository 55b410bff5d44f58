from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import claim_checks as kernel
from ..tools.settlement import to_minor
from .flow import FLOW


class AftersalesClaimLine(models.Model):
    """One claimed cost: part, labour, travel… with its three amounts."""

    _name = "aftersales.claim.line"
    _description = "Warranty Claim Line"
    _order = "claim_id, sequence, id"
    _check_company_auto = True

    claim_id = fields.Many2one(
        "aftersales.claim", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="claim_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="claim_id.service_point_id", store=True, index=True, precompute=True
    )
    claim_state = fields.Selection(
        related="claim_id.state", store=True, precompute=True
    )
    serial = fields.Char(related="claim_id.serial", store=True, precompute=True)
    date_failure = fields.Date(
        related="claim_id.date_failure", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="claim_id.currency_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("part", "Part"),
            ("labour", "Labour"),
            ("travel", "Travel"),
            ("inspection", "Inspection"),
            ("sublet", "Sublet"),
            ("freight", "Freight"),
            ("other", "Other"),
        ],
        required=True,
        default="part",
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True
    )
    name = fields.Char(
        "Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    quantity = fields.Float(
        default=1.0,
        digits="Product Unit",
        help="Pieces of a part, hours of labour or kilometres of travel.",
    )
    cover_share = fields.Float("Cover %", digits=(5, 2), aggregator=None)
    serial_removed = fields.Char("Old Part Serial")
    old_part_due = fields.Boolean()
    old_part_received = fields.Boolean()
    order_line_id = fields.Many2one(
        "aftersales.service.order.line", copy=False, index="btree_not_null"
    )
    amount_reference = fields.Monetary(
        "List Value",
        default=0.0,
        help="List price of the parts, to which the mark-up is added.",
    )
    amount_claimed = fields.Monetary("Claimed", required=True, default=0.0)
    amount_allowed = fields.Monetary("Allowed", readonly=True, copy=False, default=0.0)
    amount_approved = fields.Monetary(
        "Approved", readonly=True, copy=False, default=0.0
    )
    is_decided = fields.Boolean("Decided", readonly=True, copy=False)
    reason_id = fields.Many2one(
        "aftersales.claim.reason", readonly=True, copy=False, index="btree_not_null"
    )
    decision_note = fields.Char(readonly=True, copy=False)
    settlement_line_ids = fields.One2many("aftersales.settlement.line", "claim_line_id")

    _amounts_order = models.Constraint(
        "CHECK (amount_claimed >= 0 AND amount_allowed >= 0 AND amount_approved >= 0 "
        "AND amount_approved <= amount_allowed AND amount_allowed <= amount_claimed)",
        "Approved cannot exceed allowed, nor allowed exceed claimed; none is negative.",
    )
    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "The quantity of a claim line cannot be negative."
    )
    # The same part of the same unit on the same day belongs to one claim only.
    _part_once = models.Constraint(
        "EXCLUDE USING gist (company_id WITH =, product_id WITH =, serial WITH =, "
        "date_failure WITH =, claim_id WITH <>) WHERE (kind = 'part' "
        "AND claim_state <> 'cancelled' AND claim_state <> 'rejected')",
        "This part of this unit is claimed already for the same day.",
    )

    #: Only the decision writes these.
    _DECISION_FIELDS = frozenset(
        (
            "amount_allowed",
            "amount_approved",
            "reason_id",
            "decision_note",
            "is_decided",
        )
    )
    #: The warehouse may tick these at any time.
    _FREE_FIELDS = frozenset(("old_part_received",))

    @api.depends("product_id", "kind")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.name = line.product_id.display_name or line.name or labels[line.kind]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                for name in self._DECISION_FIELDS:
                    vals.pop(name, None)
        lines = super().create(vals_list)
        lines.claim_id._check_editable()
        return lines

    def write(self, vals):
        if self.env.context.get("aftersales_claim_flow") is not FLOW:
            if set(vals) & self._DECISION_FIELDS:
                raise UserError(self.env._("Decide a line with its button."))
            if set(vals) - self._FREE_FIELDS:
                self.claim_id._check_editable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self.claim_id._check_editable()

    def action_decide(self):
        """Open the decision of the line."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide Line"),
            "res_model": "aftersales.claim.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    def action_decide_line(self, amount, reason=None, note=None):
        """Decide one line.

        :param amount: approved amount, between 0 and what is allowed
        :param reason: ``aftersales.claim.reason``; needed when less is approved
            than claimed
        :raise UserError: outside these limits, or without a reason
        """
        self.ensure_one()
        self.claim_id._check_can_decide()
        self._check_decision(amount, reason)
        self.with_context(aftersales_claim_flow=FLOW).write(
            {
                "amount_approved": amount,
                "reason_id": reason.id if reason else False,
                "decision_note": note,
                "is_decided": True,
            }
        )

    def _check_decision(self, amount, reason):
        """Refuse an amount outside the limits and a cut without its reason."""
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        if compare(amount, 0) < 0 or compare(amount, self.amount_allowed) > 0:
            raise UserError(
                self.env._(
                    "Approve between 0 and the allowed %(allowed)s for “%(line)s”.",
                    allowed=self.currency_id.format(self.amount_allowed),
                    line=self.name,
                )
            )
        if compare(amount, self.amount_claimed) < 0 and not reason:
            raise UserError(
                self.env._(
                    "“%(line)s” gets less than claimed: give the reason.",
                    line=self.name,
                )
            )

    def _to_kernel(self):
        """The line as the checks want it."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        is_part = self.kind == "part" and self.amount_reference
        has_cover = self.order_line_id or self.cover_share
        return kernel.LineFacts(
            kind=self.kind,
            claimed=to_minor(self.amount_claimed, digits),
            quantity=Decimal(str(self.quantity)),
            reference=to_minor(self.amount_reference, digits) if is_part else None,
            old_part_due=self.old_part_due and not self.old_part_received,
            share=Decimal(str(self.cover_share)) if has_cover else None,
        )
