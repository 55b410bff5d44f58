from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the report of improvement actions."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.improvement": ("_finish",),
        }
