from odoo import api, fields, models

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_claim_adjudicate import INLINE_FIELDS


class AftersalesClaimLine(models.Model):
    """Lines are decided where they stand in the list of their claim."""

    _inherit = "aftersales.claim.line"

    decide_amount = fields.Monetary(
        "To Approve",
        compute="_compute_decide",
        readonly=False,
        help="Typed here, the amount is the decision on the line. Less than what is "
        "claimed needs a reason.",
    )
    decide_reason_id = fields.Many2one(
        "aftersales.claim.reason", "Why", compute="_compute_decide", readonly=False
    )
    decide_note = fields.Char(
        "Remark", compute="_compute_decide", readonly=False, help="Shown to the point."
    )
    decided_by_id = fields.Many2one(
        "res.users", "Line Decided by", readonly=True, copy=False
    )

    _HIDDEN_AMOUNTS = frozenset(("decide_amount",))

    @api.depends(
        "amount_allowed", "amount_approved", "is_decided", "reason_id", "decision_note"
    )
    def _compute_decide(self):
        for line in self:
            decided = line.is_decided
            line.decide_amount = (
                line.amount_approved if decided else line.amount_allowed
            )
            line.decide_reason_id = line.reason_id
            line.decide_note = line.decision_note

    def _get_guarded_names(self):
        return super()._get_guarded_names() | INLINE_FIELDS | {"decided_by_id"}

    def _check_writable(self, vals):
        if "decided_by_id" in vals:
            # Refused like every other part of the decision.
            vals = {**vals, "decision_note": vals["decided_by_id"]}
        return super()._check_writable(vals)

    def write(self, vals):
        typed = {name: vals[name] for name in INLINE_FIELDS & vals.keys()}
        if typed and not self._is_flow():
            for line in self:
                line._decide_typed(typed)
            vals = {name: vals[name] for name in vals.keys() - INLINE_FIELDS}
            if not vals:
                return True
        return super().write(vals)

    def _decide_typed(self, typed):
        """Decide the line as it was typed into the list.

        What is cut to the allowed amount alone takes the reason of that limit.
        """
        self.ensure_one()
        amount = typed.get("decide_amount", self.decide_amount)
        reason = self.decide_reason_id
        if "decide_reason_id" in typed:
            reason = reason.browse(typed["decide_reason_id"] or ())
        compare = self.currency_id.compare_amounts
        if not compare(amount, self.amount_claimed):
            reason = reason.browse()
        elif not reason and not compare(amount, self.amount_allowed):
            reason = self._get_cut_reason(self.claim_id._get_limit_reasons())
        self.action_decide_line(
            amount, reason, typed.get("decide_note", self.decide_note)
        )

    def action_decide(self):
        """Open the decision of the line, with the revision that the page shows."""
        action = super().action_decide()
        action["context"]["default_revision"] = self.claim_id.revision
        return action

    def action_decide_line(self, amount, reason=None, note=None):
        """Decide one line and take its claim up.

        :param amount: approved amount, between 0 and what is allowed
        :param reason: ``aftersales.claim.reason``; needed when less is approved
            than claimed
        :param note: shown to the point
        :raise UserError: outside these limits, without a reason, or a claim that
            another clerk has
        """
        res = super().action_decide_line(amount, reason, note)
        self.with_context(aftersales_claim_flow=FLOW).decided_by_id = self.env.user
        claim = self.claim_id
        if not claim.clerk_id:
            claim._take_up()
        claim._raise_revision()
        return res

    def action_decide_lines(self):
        """Ask how all these lines are decided."""
        self.claim_id._check_can_decide()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide Lines"),
            "res_model": "aftersales.claim.line.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_ids": self.ids},
        }
