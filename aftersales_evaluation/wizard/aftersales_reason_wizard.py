from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the withdrawal of promises."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.promise": ("_withdraw",),
        }
