from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the waiver of conditions."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.point.condition": ("action_waive", "action_revoke_waiver"),
        }
