from odoo import fields, models


class AftersalesApproval(models.Model):
    """Decisions on training plans."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("training_plan", "Training Plan")],
        ondelete={"training_plan": "cascade"},
    )
