from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults


class AftersalesClaimLine(models.Model):
    """One claimed cost: part, labour, travel… with its three amounts."""

    _name = "aftersales.claim.line"
    _description = "Warranty Claim Line"
    _inherit = ["aftersales.plain.export.mixin", "aftersales.scope.mixin"]
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
    # Who entered what is claimed; ``write_uid`` is also set by the decision.
    author_id = fields.Many2one("res.users", readonly=True, copy=False)
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
    #: Copies of the claim's own fields.
    _CLAIM_FIELDS = frozenset(
        (
            "company_id",
            "service_point_id",
            "claim_state",
            "serial",
            "date_failure",
            "currency_id",
            "author_id",
        )
    )
    #: What the rates allow; see ``aftersales_claim_line_rates.py``.
    _RATE_FIELDS = frozenset(
        (
            "hours_flat",
            "rate_id",
            "rate_source",
            "unit_price",
            "markup_percent",
            "amount_limit",
            "is_limited",
        )
    )
    #: The company knows these; a point is checked against them.
    _CHECK_FIELDS = frozenset(
        ("amount_reference", "cover_share", "old_part_due", "order_line_id")
    )
    #: May be ticked at any time by those who receive old parts.
    _FREE_FIELDS = frozenset(("old_part_received",))
    _SCOPE_FIELDS = frozenset(("claim_id",))

    @api.depends("product_id", "kind")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.name = line.product_id.display_name or line.name or labels[line.kind]

    @api.model_create_multi
    def create(self, vals_list):
        cleaned = self
        if not self.env.su:
            guarded = self._get_guarded_names()
            cleaned = without_guarded_defaults(self, guarded | self._CHECK_FIELDS)
            if self.env.user.share and not self._is_flow():
                guarded |= self._CHECK_FIELDS
            vals_list = [
                {name: value for name, value in vals.items() if name not in guarded}
                for vals in vals_list
            ]
        lines = super(AftersalesClaimLine, cleaned).create(
            [{"author_id": self.env.uid, **vals} for vals in vals_list]
        )
        lines.claim_id._check_editable()
        lines.claim_id._note_author()
        return lines

    def write(self, vals):
        if not self._is_flow():
            self._check_writable(vals)
            if set(vals) - self._FREE_FIELDS:
                vals = {**vals, "author_id": self.env.uid}
                self.claim_id._note_author()
        return super().write(vals)

    def _is_flow(self):
        """Whether the caller is a step of this module."""
        return self.env.context.get("aftersales_claim_flow") is FLOW

    def _can_receive_parts(self):
        """Whether the user may confirm that an old part came back."""
        groups = (
            "aftersales_network.group_warehouse",
            "aftersales_network.group_settlement_clerk",
        )
        return self.env.su or any(self.env.user.has_group(name) for name in groups)

    def _get_guarded_names(self):
        """Fields that a plain creation leaves at their defaults."""
        names = self._DECISION_FIELDS | self._CLAIM_FIELDS | self._RATE_FIELDS
        return names if self._can_receive_parts() else names | self._FREE_FIELDS

    def _check_writable(self, vals):
        """Refuse what the user may not write, and changes after submission.

        :raise UserError: naming the way out
        :raise AccessError: an old part confirmed by another role
        """
        changed = set(vals)
        if changed & self._DECISION_FIELDS:
            raise UserError(self.env._("Decide a line with its button."))
        if changed & self._RATE_FIELDS:
            raise UserError(
                self.env._("Rates and limits of a claim line come from the contract.")
            )
        if not self.env.su and (
            changed & self._CLAIM_FIELDS
            or (self.env.user.share and changed & self._CHECK_FIELDS)
        ):
            raise UserError(
                self.env._(
                    "The company sets the list value, the cover and the return of old "
                    "parts of a claim line."
                )
            )
        if changed & self._FREE_FIELDS and not self._can_receive_parts():
            raise AccessError(
                self.env._(
                    "Only the warehouse or a settlement clerk confirms that an old "
                    "part came back."
                )
            )
        if changed - self._FREE_FIELDS:
            target = self.env["aftersales.claim"].browse(vals.get("claim_id") or ())
            target.check_access("write")
            (self.claim_id | target)._check_editable()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self.claim_id._check_editable()
        self.claim_id._note_author()

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

    def _set_check_values(self):
        """Take from the products what parts are checked against."""
        for line in self.with_context(aftersales_claim_flow=FLOW):
            product = line.product_id
            if line.kind != "part" or not product:
                continue
            reference = line.quantity * product.lst_price
            line.write(
                {
                    "amount_reference": reference or line.amount_reference,
                    "old_part_due": line.old_part_due
                    or product.aftersales_old_part == "return",
                }
            )
