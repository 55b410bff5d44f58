from odoo import fields, models


class AftersalesAgreementSignWizard(models.TransientModel):
    """Records a signature on paper: file, day and name."""

    _name = "aftersales.agreement.sign.wizard"
    _description = "Record the Signature"

    agreement_id = fields.Many2one(
        "aftersales.agreement", required=True, readonly=True, ondelete="cascade"
    )
    signed_by = fields.Char("Signatory", required=True)
    signed_date = fields.Date(
        "Date of Signature", required=True, default=fields.Date.context_today
    )
    signed_file = fields.Binary(required=True)
    signed_filename = fields.Char()

    def action_confirm(self):
        """Record the signature on the agreement."""
        self.ensure_one()
        self.agreement_id._sign(
            self.signed_by,
            self.signed_date,
            {
                "signed_file": self.signed_file,
                "signed_filename": self.signed_filename,
            },
        )
        return {"type": "ir.actions.act_window_close"}
