from odoo import api, fields, models


class AftersalesClaimAppealDecision(models.TransientModel):
    """Asks for the amount that an appeal grants and for the answer."""

    _name = "aftersales.claim.appeal.decision"
    _description = "Decision of an Appeal"

    appeal_id = fields.Many2one("aftersales.claim.appeal", required=True)
    currency_id = fields.Many2one(related="appeal_id.currency_id")
    amount_claimed = fields.Monetary(related="appeal_id.amount_claimed")
    amount_before = fields.Monetary(related="appeal_id.amount_before")
    outcome = fields.Selection(
        [("upheld", "Uphold"), ("partly", "Uphold in Part"), ("refused", "Refuse")],
        required=True,
        default="upheld",
    )
    amount = fields.Monetary(
        "Approved", compute="_compute_amount", store=True, readonly=False
    )
    reason_id = fields.Many2one(
        "aftersales.claim.reason",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        help="Of what is still cut.",
    )
    note = fields.Text("Answer", required=True)

    @api.depends("appeal_id", "outcome")
    def _compute_amount(self):
        for wizard in self:
            appeal = wizard.appeal_id
            wizard.amount = (
                appeal.amount_claimed
                if wizard.outcome == "upheld"
                else appeal.amount_before
            )

    @api.depends("appeal_id")
    def _compute_reason_id(self):
        for wizard in self:
            wizard.reason_id = wizard.appeal_id.first_reason_id

    def action_apply(self):
        """Carry the decision out.

        :raise UserError: amount outside the limits, or the wrong person
        """
        self.ensure_one()
        # The amount decides; what was chosen only proposes it.
        self.appeal_id._decide(self.amount, self.note, self.reason_id)
        return {"type": "ir.actions.act_window_close"}
