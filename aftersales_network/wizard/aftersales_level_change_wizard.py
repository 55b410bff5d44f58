from odoo import fields, models


class AftersalesLevelChangeWizard(models.TransientModel):
    """Change of a level outside an assessment, with its reason."""

    _name = "aftersales.level.change.wizard"
    _description = "Change Level"

    service_point_id = fields.Many2one(
        "aftersales.service.point", required=True, readonly=True
    )
    company_id = fields.Many2one(related="service_point_id.company_id")
    old_level_id = fields.Many2one(
        related="service_point_id.level_id", string="Present Level"
    )
    level_id = fields.Many2one(
        "aftersales.point.level",
        "New Level",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    reason = fields.Text(required=True)

    def action_change(self):
        """Carry the change out; the head of service only."""
        self.ensure_one()
        self.service_point_id._change_level(self.level_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
