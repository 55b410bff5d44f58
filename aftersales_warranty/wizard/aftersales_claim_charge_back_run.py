from odoo import api, fields, models


class AftersalesClaimChargeBackRun(models.TransientModel):
    """Asks what an audit takes back from a settled claim."""

    _name = "aftersales.claim.charge.back.run"
    _description = "Charge a Claim Back"

    claim_id = fields.Many2one("aftersales.claim", required=True)
    currency_id = fields.Many2one(related="claim_id.currency_id")
    line_ids = fields.Many2many(
        "aftersales.claim.line",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('claim_id', '=', claim_id)]",
    )
    amount_chargeable = fields.Monetary(
        "May Be Charged Back", compute="_compute_amount_chargeable"
    )
    amount = fields.Monetary(
        "Take Back", compute="_compute_amount", store=True, readonly=False
    )
    reason_id = fields.Many2one("aftersales.claim.reason", required=True)
    note = fields.Text("Finding", required=True)

    @api.depends("claim_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.claim_id.line_ids.filtered("amount_chargeable")

    @api.depends("line_ids")
    def _compute_amount_chargeable(self):
        for wizard in self:
            wizard.amount_chargeable = sum(wizard.line_ids.mapped("amount_chargeable"))

    @api.depends("line_ids")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.amount_chargeable

    def action_apply(self):
        """Charge the lines back.

        :raise UserError: not billed, too late, too much, or the own claim
        """
        self.ensure_one()
        lines = self.line_ids or self.claim_id.line_ids
        self.env["aftersales.claim.charge.back"]._charge_back(
            lines, self.amount, self.reason_id, self.note
        )
        return {"type": "ir.actions.act_window_close"}
