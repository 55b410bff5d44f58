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
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount_claimed = fields.Monetary(related="line_id.amount_claimed")
    amount_allowed = fields.Monetary(related="line_id.amount_allowed")
    amount = fields.Monetary(
        "Approved", compute="_compute_amount", store=True, readonly=False
    )
    reason_id = fields.Many2one("aftersales.claim.reason")
    note = fields.Text()

    @api.depends("line_id")
    def _compute_amount(self):
        for wizard in self:
            line = wizard.line_id
            wizard.amount = (
                line.amount_approved if line.is_decided else line.amount_allowed
            )

    def action_apply(self):
        """Carry the decision out."""
        self.ensure_one()
        if self.step == "line":
            self.line_id.action_decide_line(self.amount, self.reason_id, self.note)
        elif self.step == "reject":
            self._check_given(self.reason_id)
            self.claim_ids._reject(self.reason_id, self.note)
        else:
            self._check_given((self.note or "").strip())
            self.claim_ids._send_back(self.note)
        return {"type": "ir.actions.act_window_close"}

    def _check_given(self, value):
        """Refuse a decision without its reason."""
        if not value:
            raise UserError(self.env._("Give the reason for this decision."))
