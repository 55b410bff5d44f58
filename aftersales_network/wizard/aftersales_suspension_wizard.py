from odoo import fields, models


class AftersalesSuspensionWizard(models.TransientModel):
    """Asks for the reason and the last day of a suspension."""

    _name = "aftersales.suspension.wizard"
    _description = "Suspend"

    service_point_ids = fields.Many2many(
        "aftersales.service.point", required=True, readonly=True
    )
    reason = fields.Text(required=True)
    date_until = fields.Date("Last Day", required=True)

    def action_confirm(self):
        """Suspend the points."""
        self.ensure_one()
        self.service_point_ids.action_suspend(self.reason, self.date_until)
        return {"type": "ir.actions.act_window_close"}
