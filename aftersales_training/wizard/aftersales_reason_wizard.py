from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Revoking a certificate takes a reason, too."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.certificate": ("_revoke",),
            "aftersales.training.session": ("_cancel",),
        }
