from odoo import fields, models


class AftersalesReturnDecision(models.TransientModel):
    """Asks what a customer gets after an inspection."""

    _name = "aftersales.return.decision"
    _description = "Decide after Inspection"

    line_id = fields.Many2one("aftersales.return.line", required=True, readonly=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    price_paid = fields.Monetary(related="line_id.price_paid")
    fee = fields.Monetary(related="line_id.fee")
    outcome = fields.Selection(
        [
            ("full", "As promised"),
            ("reduce", "Less money"),
            ("deny", "Nothing; the goods go back"),
        ],
        required=True,
        default="full",
    )
    reduction = fields.Monetary()
    reason = fields.Text(required=True)

    def action_decide(self):
        """Keep the decision on the return line."""
        self.ensure_one()
        reduction = self.reduction if self.outcome == "reduce" else 0.0
        self.line_id._decide(self.reason, reduction, deny=self.outcome == "deny")
        return {"type": "ir.actions.act_window_close"}
