from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of a return that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        allowed = super()._get_allowed_methods()
        return {**allowed, "aftersales.return": ("_refuse", "_cancel")}
