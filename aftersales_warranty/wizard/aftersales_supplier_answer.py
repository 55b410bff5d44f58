from odoo import api, fields, models


class AftersalesSupplierAnswer(models.TransientModel):
    """What the supplier says to one line of a claim."""

    _name = "aftersales.supplier.answer"
    _description = "Answer of the Supplier"

    line_id = fields.Many2one(
        "aftersales.supplier.claim.line", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount_asked = fields.Monetary(related="line_id.amount_asked")
    amount_recoverable = fields.Monetary(related="line_id.amount_recoverable")
    amount = fields.Monetary(
        "Accepted Amount",
        compute="_compute_amount",
        store=True,
        readonly=False,
        required=True,
    )
    note = fields.Char("Reason of the Supplier")

    @api.depends("line_id")
    def _compute_amount(self):
        for answer in self:
            answer.amount = answer.line_id.amount_recoverable

    def action_confirm(self):
        """Note the answer."""
        self.ensure_one()
        self.line_id._answer(self.amount, self.note)
        return {"type": "ir.actions.act_window_close"}
