from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesClaimDecision(models.TransientModel):
    """Asks for amount and reason of a decision."""

    _name = "aftersales.claim.decision"
    _description = "Claim Decision"

    step = fields.Selection(
        [("line", "Decide Line"), ("reject", "Reject"), ("send_back", "Send Back")],
        required=True,
        default="line",
    )
    claim_ids = fields.Many2many("aftersales.claim")
    line_id = fields.Many2one("aftersales.claim.line")
    revision = fields.Integer(
        default=-1, help="Revision that the page showed; -1 where it showed none."
    )
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount_claimed = fields.Monetary(related="line_id.amount_claimed")
    amount_allowed = fields.Monetary(related="line_id.amount_allowed")
    amount = fields.Monetary(
        "Approved", compute="_compute_amount", store=True, readonly=False
    )
    reason_id = fields.Many2one("aftersales.claim.reason")
    note = fields.Text()
    date_answer_due = fields.Date(
        "Complete by",
        compute="_compute_date_answer_due",
        store=True,
        readonly=False,
        help="Last day on which the point completes the claim.",
    )

    @api.depends("line_id")
    def _compute_amount(self):
        for wizard in self:
            line = wizard.line_id
            wizard.amount = (
                line.amount_approved if line.is_decided else line.amount_allowed
            )

    @api.depends("claim_ids", "step")
    def _compute_date_answer_due(self):
        for wizard in self:
            company = wizard.claim_ids.company_id[:1] or self.env.company
            days = timedelta(days=company.aftersales_answer_days)
            asks = wizard.step == "send_back"
            wizard.date_answer_due = asks and company._get_aftersales_today() + days

    def action_apply(self):
        """Carry the decision out.

        :raise UserError: no reason, or a claim that was decided on meanwhile
        """
        self.ensure_one()
        claims = self.claim_ids or self.line_id.claim_id
        seen = (claims.id, self.revision) if self.revision >= 0 else None
        claims = claims.with_context(aftersales_claim_seen=seen)
        if self.step == "line":
            line = self.line_id.with_context(aftersales_claim_seen=seen)
            line.action_decide_line(self.amount, self.reason_id, self.note)
        elif self.step == "reject":
            self._check_given(self.reason_id)
            claims._reject(self.reason_id, self.note)
        else:
            self._check_given((self.note or "").strip())
            claims._send_back(self.note, self.date_answer_due)
        return {"type": "ir.actions.act_window_close"}

    def _check_given(self, value):
        """Refuse a decision without its reason."""
        if not value:
            raise UserError(self.env._("Give the reason for this decision."))
