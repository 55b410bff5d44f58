from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_claim_flow import CLERK_GROUP


class AftersalesSettlementDispute(models.Model):
    """What a point says against a line of its statement, and the answer.

    Both are evidence: the point writes on the portal, the clerk answers by the
    button, and neither changes afterwards.
    """

    _name = "aftersales.settlement.dispute"
    _description = "Settlement Dispute"
    _inherit = ["aftersales.flow.mixin"]
    _order = "settlement_id, id"
    _rec_name = "line_name"
    _check_company_auto = True

    settlement_id = fields.Many2one(
        "aftersales.settlement",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="settlement_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="settlement_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    version = fields.Integer(readonly=True, help="Of the statement that is disputed.")
    line_id = fields.Many2one(
        "aftersales.settlement.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    claim_line_id = fields.Many2one(
        "aftersales.claim.line",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    adjustment_id = fields.Many2one(
        "aftersales.point.adjustment",
        "Addition or Deduction",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    line_name = fields.Char("Disputed Line", readonly=True)
    line_amount = fields.Monetary("Settled", readonly=True)
    text = fields.Text("Objection", required=True, readonly=True)
    author_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    date = fields.Date("Disputed on", readonly=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("kept", "Kept"),
            ("corrected", "Corrected"),
            ("deferred", "Moved to the Next Period"),
        ],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    answer = fields.Text(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    date_answered = fields.Date("Answered on", readonly=True)
    amount_correction = fields.Monetary("Amount Corrected", readonly=True)
    correction_id = fields.Many2one(
        "aftersales.point.adjustment", readonly=True, index="btree_not_null"
    )
    date_deferred = fields.Date(
        readonly=True, help="The line comes with a period that ends after this day."
    )

    # Two people of a point at once dispute a line once.
    _line_once = models.UniqueIndex(
        "(line_id) WHERE line_id IS NOT NULL AND state = 'open'",
        "This line is disputed already.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "settlement_id",
            "version",
            "line_id",
            "claim_line_id",
            "adjustment_id",
            "line_name",
            "line_amount",
            "text",
            "author_id",
            "date",
            "state",
            "answer",
            "answered_by_id",
            "date_answered",
            "amount_correction",
            "correction_id",
            "date_deferred",
        )
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_flow(self):
        if not self._is_flow():
            raise UserError(self.env._("A dispute is evidence and stays."))

    def action_answer(self):
        """Open the answer of one dispute."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer the Dispute"),
            "res_model": "aftersales.settlement.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispute_id": self.id},
        }

    # -- answers ---------------------------------------------------------------

    def _keep(self, answer):
        """Leave the line as it is, with the reason."""
        self._answer("kept", answer)

    def _correct(self, answer, amount):
        """Add the difference to the statement.

        :param amount: what the point gets more (positive) or less (negative)
        :raise UserError: no difference, or more than was claimed
        """
        self.ensure_one()
        if not self.currency_id.compare_amounts(amount, 0):
            raise UserError(
                self.env._(
                    "%(line)s: a correction of zero has no meaning. Keep the line "
                    "instead.",
                    line=self.line_name,
                )
            )
        self._check_answerable(answer)
        self._check_may_change()
        self._check_within_claim(amount)
        entry = self.env["aftersales.point.adjustment"]._add_once(
            [self._prepare_correction_vals(answer, amount)]
        )
        settlement = self.settlement_id
        settlement._append_entries(entry)
        entry._write_flow({"state": "settled"})
        settlement._rebalance()
        self._answer(
            "corrected",
            answer,
            amount_correction=entry.amount,
            correction_id=entry.id,
        )

    def _prepare_correction_vals(self, answer, amount):
        """Values of the entry that corrects the disputed line."""
        self.ensure_one()
        return {
            "service_point_id": self.service_point_id.id,
            "currency_id": self.currency_id.id,
            "kind": "correction",
            "amount": amount,
            "date": self.settlement_id.date_to,
            "reason": self.env._(
                "Correction of %(line)s: %(answer)s", line=self.line_name, answer=answer
            ),
            "res_model": self._name,
            "res_id": self.id,
            "claim_line_id": self._get_corrected_line().id,
        }

    def _defer(self, answer):
        """Take the line out; it comes with the next period.

        :raise UserError: no line of the statement is disputed
        """
        self.ensure_one()
        self._check_answerable(answer)
        line = self.line_id
        # What belongs to this statement alone cannot leave it.
        bound = (self._name, "aftersales.settlement")
        if not line or line.adjustment_id.res_model in bound:
            raise UserError(
                self.env._(
                    "%(line)s cannot be moved to the next period. Correct or keep it.",
                    line=self.line_name,
                )
            )
        settlement, entry = self.settlement_id, line.adjustment_id
        self._answer("deferred", answer, date_deferred=settlement.date_to)
        entry._write_flow({"state": "open"})
        line.with_context(aftersales_settlement_flow=FLOW).unlink()
        settlement._rebalance()

    def _answer(self, state, answer, **vals):
        """Record the answer."""
        self._check_answerable(answer)
        self._write_flow(
            {
                "state": state,
                "answer": answer.strip(),
                "answered_by_id": self.env.uid,
                "date_answered": self.env.company._get_aftersales_today(),
                **vals,
            }
        )

    def _check_answerable(self, answer):
        """Refuse a second answer, one without words, or one by the wrong person.

        :raise UserError: naming the disputed line
        """
        self.settlement_id._check_clerk()
        self._check_reason_given(answer)
        self._check_flow_state("open")
        self.settlement_id._check_state_in(("disputed",))


class AftersalesSettlement(models.Model):
    """Disputes of a statement."""

    _inherit = "aftersales.settlement"

    dispute_ids = fields.One2many(
        "aftersales.settlement.dispute", "settlement_id", "Disputes", readonly=True
    )
    open_dispute_count = fields.Integer(
        "Disputes to Answer", compute="_compute_open_dispute_count"
    )

    @api.depends("dispute_ids.state")
    def _compute_open_dispute_count(self):
        for settlement in self:
            disputes = settlement.dispute_ids.filtered(lambda d: d.state == "open")
            settlement.open_dispute_count = len(disputes)

    def _check_disputes_answered(self):
        """Refuse to go on while the point waits for an answer.

        :raise UserError: naming the settlement and how many disputes wait
        """
        waiting = self.filtered("open_dispute_count")[:1]
        if waiting:
            raise UserError(
                self.env._(
                    "%(name)s: answer its disputes first (%(count)s).",
                    name=waiting.name,
                    count=waiting.open_dispute_count,
                )
            )

    def _rebalance(self):
        """Carry forward anew, after a line was added or taken out."""
        self.ensure_one()
        self._uncarry()
        self._carry_forward()
        carried = self.line_ids.adjustment_id.filtered(lambda a: a.kind == "carry")
        carried._write_flow({"state": "settled"})

    def _dispute(self, texts, remark=None):
        """Record what the point says against its statement.

        :param texts: ``{settlement line: objection}``
        :param remark: objection against the statement as a whole
        :raise UserError: nothing said, or the statement is not with the point
        """
        self.ensure_one()
        self._check_state_in(("sent", "disputed"))
        rows = [
            self._prepare_dispute_vals(text, line)
            for line, text in texts.items()
            if text.strip()
        ]
        if (remark or "").strip():
            rows.append(self._prepare_dispute_vals(remark))
        if not rows:
            raise UserError(
                self.env._(
                    "Say what is wrong with %(name)s, at its lines or below.",
                    name=self.name,
                )
            )
        self._check_not_disputed(texts)
        self.env["aftersales.settlement.dispute"].create(rows)
        self._write_flow(state="disputed", date_confirm_due=False)
        self._ask_clerk(
            self.env._("%(name)s is disputed: answer the point.", name=self.name)
        )

    def _check_not_disputed(self, texts):
        """Refuse a second objection to a line before the first is answered.

        :raise UserError: naming the line
        """
        waiting = self.dispute_ids.filtered(lambda d: d.state == "open").line_id
        twice = next((x for x, t in texts.items() if t.strip() and x in waiting), None)
        if twice:
            raise UserError(
                self.env._(
                    "“%(line)s” is disputed already. Wait for the answer.",
                    line=twice.name,
                )
            )

    def _prepare_dispute_vals(self, text, line=None):
        """Values of one dispute, with a copy of what is disputed."""
        vals = {
            "settlement_id": self.id,
            "version": self.version,
            "text": text.strip(),
            "author_id": self.env.uid,
            "date": self.company_id._get_aftersales_today(),
            "line_name": self.name,
            "line_amount": self.amount_total,
        }
        if line:
            vals.update(
                line_id=line.id,
                claim_line_id=line.claim_line_id.id,
                adjustment_id=line.adjustment_id.id,
                line_name=line.display_name,
                line_amount=line.amount,
            )
        return vals

    def _ask_clerk(self, summary):
        """Schedule an activity for the clerk in charge."""
        for settlement in self:
            user = settlement._get_responsible_clerk()
            if user:
                settlement.activity_schedule(
                    "mail.mail_activity_data_todo", summary=summary, user_id=user.id
                )

    def _get_responsible_clerk(self):
        """The clerk who made the settlement, or another one of its company."""
        self.ensure_one()
        clerks = self.company_id._get_aftersales_people(CLERK_GROUP)
        return (self.create_uid & clerks) or clerks[:1]
