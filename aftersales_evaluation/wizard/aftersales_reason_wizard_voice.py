from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add closing against the customer and reopening of complaints."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.complaint": ("_close_without_consent", "_reopen"),
        }
