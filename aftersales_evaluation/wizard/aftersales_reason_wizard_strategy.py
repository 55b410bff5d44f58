from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the steps on ballots, controlled documents and crisis events."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.ballot": ("_cancel",),
            "aftersales.document": ("_send_back", "_retire"),
            "aftersales.crisis": ("_reopen",),
            "aftersales.crisis.action": ("_cancel",),
        }
