from odoo import fields, models


class AftersalesCrisisDoneWizard(models.TransientModel):
    """Asks what came of an action before it is done."""

    _name = "aftersales.crisis.done.wizard"
    _description = "Result of a Crisis Action"

    action_id = fields.Many2one(
        "aftersales.crisis.action", required=True, readonly=True, ondelete="cascade"
    )
    result = fields.Text(required=True)

    def action_confirm(self):
        """Finish the action with its result; the action checks who may."""
        self.ensure_one()
        self.action_id.action_complete(self.result)
        return {"type": "ir.actions.act_window_close"}
