from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the steps on evaluation certificates and their surveillance."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.evaluation.certificate": ("_suspend", "_withdraw"),
            "aftersales.evaluation.surveillance": ("_fail",),
        }
