from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the reopening of a closed month of key figures."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.kpi.period": ("_reopen",),
        }
