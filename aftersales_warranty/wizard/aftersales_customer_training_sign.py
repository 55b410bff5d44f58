from odoo import fields, models


class AftersalesCustomerTrainingSign(models.TransientModel):
    """The customer signs a training on the trainer's device."""

    _name = "aftersales.customer.training.sign"
    _description = "Signature of a Customer Training"

    training_id = fields.Many2one(
        "aftersales.customer.training", required=True, readonly=True, ondelete="cascade"
    )
    name = fields.Char("Name of the Customer", required=True)
    signature = fields.Binary(required=True)
    remarks = fields.Text()

    def action_confirm(self):
        """Hand name and signature to the training, which checks them."""
        self.ensure_one()
        self.training_id.check_access("write")
        self.training_id._confirm(self.name, self.signature, "signature", self.remarks)
        return {"type": "ir.actions.act_window_close"}
