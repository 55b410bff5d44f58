from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesSettlementAnswer(models.TransientModel):
    """Answers one dispute of a statement: keep, correct or move on."""

    _name = "aftersales.settlement.answer"
    _description = "Answer to a Dispute"

    dispute_id = fields.Many2one("aftersales.settlement.dispute", required=True)
    line_name = fields.Char(related="dispute_id.line_name")
    text = fields.Text(related="dispute_id.text")
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    line_amount = fields.Monetary(related="dispute_id.line_amount")
    decision = fields.Selection(
        [
            ("keep", "Keep It as It Is"),
            ("correct", "Correct the Amount"),
            ("defer", "Move the Line to the Next Period"),
        ],
        required=True,
        default="keep",
    )
    amount_right = fields.Monetary(
        "Right Amount",
        compute="_compute_amount_right",
        store=True,
        readonly=False,
        help="What the disputed line should be; the difference is added.",
    )
    answer = fields.Text(required=True, help="The point reads it on the portal.")

    @api.depends("dispute_id")
    def _compute_amount_right(self):
        for wizard in self:
            wizard.amount_right = wizard.dispute_id.line_amount

    def action_answer(self):
        """Carry the answer out."""
        self.ensure_one()
        dispute = self.dispute_id
        dispute.check_access("write")
        dispute.settlement_id._lock()
        if self.decision == "keep":
            dispute._keep(self.answer)
        elif self.decision == "correct":
            dispute._correct(self.answer, self.amount_right - dispute.line_amount)
        elif self.decision == "defer":
            dispute._defer(self.answer)
        else:
            raise UserError(self.env._("Choose how to answer."))
        return {"type": "ir.actions.act_window_close"}
