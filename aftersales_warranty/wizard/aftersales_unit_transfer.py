from odoo import api, fields, models


class AftersalesUnitTransfer(models.TransientModel):
    """Hands a unit to another owner, or reports its sale by the dealer."""

    _name = "aftersales.unit.transfer"
    _description = "Change of Owner"

    registration_id = fields.Many2one(
        "aftersales.registration", "Unit", required=True, readonly=True
    )
    company_id = fields.Many2one(related="registration_id.company_id")
    currency_id = fields.Many2one(related="registration_id.currency_id")
    is_sale = fields.Boolean(compute="_compute_is_sale")
    old_partner_id = fields.Many2one(
        related="registration_id.partner_id", string="Present Owner"
    )
    partner_id = fields.Many2one("res.partner", "New Owner", required=True)
    date = fields.Date(
        "On",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
    )
    price = fields.Monetary("Price Paid")
    note = fields.Text()
    proof_ids = fields.Many2many(
        "ir.attachment",
        help="Invoice, contract or the letter of the former owner.",
    )

    @api.depends("registration_id")
    def _compute_is_sale(self):
        for wizard in self:
            wizard.is_sale = wizard.registration_id.is_dealer_stock

    def action_apply(self):
        """Change the owner and keep the proof."""
        self.ensure_one()
        unit = self.registration_id
        unit.check_access("write")
        line = unit._transfer(
            self.partner_id,
            self.date,
            self.note,
            self.price if self.is_sale else None,
        )
        unit._attach_proofs(line, self.proof_ids)
        return {"type": "ir.actions.act_window_close"}
