from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesSupplierClaimLine(models.Model):
    """An approved claim line: what its supplier is asked for, or why nothing.

    Lines without a supplier claim say why nothing can be asked. A claim line is
    recovered once: a second live line is impossible.
    """

    _name = "aftersales.supplier.claim.line"
    _description = "Supplier Claim Line"
    _inherit = ["aftersales.flow.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    supplier_claim_id = fields.Many2one(
        "aftersales.supplier.claim",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        check_company=True,
    )
    claim_line_id = fields.Many2one(
        "aftersales.claim.line",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    claim_id = fields.Many2one(
        related="claim_line_id.claim_id",
        string="Warranty Claim",
        store=True,
        index=True,
        precompute=True,
    )
    company_id = fields.Many2one(
        related="claim_line_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="claim_line_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", "Supplier", index="btree_not_null", readonly=True
    )
    term_id = fields.Many2one(
        "aftersales.supplier.term",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    product_id = fields.Many2one(
        "product.product", "Causal Part", index="btree_not_null", readonly=True
    )
    name = fields.Char(related="claim_line_id.name", string="Description")
    kind = fields.Selection(related="claim_line_id.kind", store=True)
    serial = fields.Char(related="claim_line_id.serial")
    date = fields.Date("Approved on", required=True, index=True, readonly=True)
    amount_base = fields.Monetary("Approved to the Point", readonly=True)
    amount_asked = fields.Monetary("Asked For", readonly=True)
    amount_accepted = fields.Monetary("Accepted by the Supplier", readonly=True)
    reason = fields.Selection(
        [
            ("asked", "Asked For"),
            ("waiting", "Waits for the Old Part"),
            ("no_causal", "No Causal Part"),
            ("no_term", "No Term of a Supplier"),
            ("no_date", "Start of Use Unknown"),
            ("out_of_time", "Out of the Supplier's Time"),
            ("out_of_usage", "Out of the Supplier's Usage"),
            ("no_fault", "No Fault Found"),
            ("not_supplier", "Not the Supplier's Fault"),
            ("kind", "Not Borne by the Term"),
            ("taken_back", "Taken Back from the Point"),
        ],
        "Result of the Recovery",
        required=True,
        readonly=True,
        index=True,
    )
    answer = fields.Selection(
        [
            ("open", "No Answer"),
            ("accepted", "Accepted"),
            ("partly", "Partly Accepted"),
            ("rejected", "Rejected"),
        ],
        default="open",
        required=True,
        readonly=True,
    )
    answer_note = fields.Char("Reason of the Supplier", readonly=True)
    is_disputed = fields.Boolean("Disputed", readonly=True)
    is_live = fields.Boolean(default=True, readonly=True)
    is_recovered = fields.Boolean(
        "Recovered", compute="_compute_is_recovered", store=True, compute_sudo=True
    )
    amount_recovered = fields.Monetary(
        "Recovered Amount",
        compute="_compute_is_recovered",
        store=True,
        compute_sudo=True,
        help="What the supplier credited, as far as it is still recoverable.",
    )
    part_return_id = fields.Many2one(
        "aftersales.part.return",
        "Old Part",
        index="btree_not_null",
        readonly=True,
    )
    ship_state = fields.Selection(
        [("none", "Not Needed"), ("due", "To Be Shipped"), ("shipped", "Shipped")],
        "Way Back",
        compute="_compute_ship_state",
        compute_sudo=True,
    )

    _claim_line_once = models.UniqueIndex(
        "(claim_line_id) WHERE is_live",
        "This claim line is in another supplier claim already.",
    )
    _amounts_order = models.Constraint(
        "CHECK (amount_accepted >= 0 AND amount_accepted <= amount_asked)",
        "A supplier accepts between nothing and what is asked for.",
    )
    _asked_has_claim = models.Constraint(
        "CHECK (reason <> 'asked' OR supplier_claim_id IS NOT NULL)",
        "What is asked for belongs to a supplier claim.",
    )

    #: All of it follows from claims, terms and the steps of the supplier claim.
    _FLOW_FIELDS = frozenset(
        (
            "supplier_claim_id",
            "claim_line_id",
            "partner_id",
            "term_id",
            "product_id",
            "date",
            "amount_base",
            "amount_asked",
            "amount_accepted",
            "reason",
            "answer",
            "answer_note",
            "is_disputed",
            "is_live",
            "part_return_id",
        )
    )

    @api.depends(
        "supplier_claim_id.state", "amount_accepted", "amount_recoverable", "is_live"
    )
    def _compute_is_recovered(self):
        for line in self:
            is_credited = line.supplier_claim_id.state == "credited"
            line.is_recovered = bool(line.is_live and is_credited)
            credited = min(line.amount_accepted, line.amount_recoverable)
            line.amount_recovered = credited if line.is_recovered else 0.0

    @api.depends("term_id.is_ship_back", "part_return_id.date_to_supplier")
    def _compute_ship_state(self):
        for line in self:
            part = line.part_return_id
            if part.date_to_supplier:
                line.ship_state = "shipped"
            else:
                needed = line.term_id.is_ship_back and part
                line.ship_state = "due" if needed else "none"

    @api.depends("claim_id.name", "claim_line_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.claim_id.name or ''} {line.name or ''}".strip()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        """Lines of claims that were sent are evidence.

        :raise UserError: naming the supplier claim
        """
        kept = self.filtered(
            lambda x: x.supplier_claim_id.state not in (False, "draft", "cancelled")
        )[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(claim)s was sent to the supplier; its lines stay.",
                    claim=kept.supplier_claim_id.name,
                )
            )

    def _is_present(self):
        """Whether the claim line still stands at the amount it was taken with."""
        self.ensure_one()
        source = self.claim_line_id
        approved = source._get_recovery_amount()
        return source.claim_state in ("approved", "partially", "settled") and not (
            self.currency_id.compare_amounts(approved, self.amount_base)
        )

    # -- answer --------------------------------------------------------------------

    def action_accept(self):
        """The supplier accepts lines as they are."""
        self.supplier_claim_id._check_answerable()
        self._accept()

    def _accept(self):
        for line in self:
            line._answer(line.amount_recoverable, False)

    def action_answer(self):
        """Open the answer of the supplier to the line."""
        self.ensure_one()
        self.supplier_claim_id._check_answerable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer of the Supplier"),
            "res_model": "aftersales.supplier.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_id": self.id},
        }

    def _answer(self, amount, note):
        """Note what the supplier accepts of lines.

        :param amount: between nothing and what may be asked for
        :param note: his reason; needed where he accepts less
        :raise UserError: outside these limits, or without a reason
        """
        self.supplier_claim_id._check_answerable()
        for line in self:
            line._check_answer(amount, note)
            compare = line.currency_id.compare_amounts
            answer = "partly" if compare(amount, 0) > 0 else "rejected"
            if not compare(amount, line.amount_recoverable):
                answer = "accepted"
            line._write_flow(
                {"amount_accepted": amount, "answer": answer, "answer_note": note}
            )

    def _check_answer(self, amount, note):
        """Refuse an amount outside the limits and a cut without a reason."""
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        self._check_answer_limits(amount)
        if compare(amount, self.amount_recoverable) < 0 and not (note or "").strip():
            raise UserError(
                self.env._(
                    "“%(line)s” gets less than asked for: write down the reason of the "
                    "supplier.",
                    line=self.display_name,
                )
            )

    def _check_answer_limits(self, amount):
        """Refuse less than nothing and more than may be asked for."""
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        if compare(amount, 0) < 0 or compare(amount, self.amount_asked) > 0:
            raise UserError(
                self.env._(
                    "“%(line)s”: the supplier accepts between 0 and the %(asked)s "
                    "asked for.",
                    line=self.display_name,
                    asked=self.currency_id.format(self.amount_asked),
                )
            )
        if compare(amount, self.amount_recoverable) > 0:
            raise UserError(
                self.env._(
                    "“%(line)s”: %(asked)s were asked for, but money was taken back "
                    "from the point since. The supplier bears %(left)s at most.",
                    line=self.display_name,
                    asked=self.currency_id.format(self.amount_asked),
                    left=self.currency_id.format(self.amount_recoverable),
                )
            )

    def _filter_cut(self):
        """Lines of which the supplier does not bear all."""
        return self.filtered(lambda x: x.answer in ("partly", "rejected"))
