from odoo import api, fields, models


class AftersalesPolicyPublish(models.TransientModel):
    """Shows what a version changes and asks why, before it is frozen."""

    _name = "aftersales.policy.publish"
    _description = "Publish a Policy Version"

    version_id = fields.Many2one(
        "aftersales.policy.version", required=True, readonly=True, ondelete="cascade"
    )
    previous_id = fields.Many2one(related="version_id.previous_id")
    date_effective = fields.Date(related="version_id.date_effective")
    difference = fields.Html(related="version_id.difference", sanitize=False)
    late_unit_count = fields.Integer(related="version_id.late_unit_count")
    reason = fields.Text(
        "Reason for the Change",
        compute="_compute_reason",
        store=True,
        readonly=False,
    )

    @api.depends("version_id")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = wizard.version_id.reason

    def action_publish(self):
        """Write the reason and freeze the version."""
        self.ensure_one()
        version = self.version_id
        if (self.reason or "") != (version.reason or ""):
            version.reason = self.reason
        version.action_publish()
        return {"type": "ir.actions.act_window_close"}
