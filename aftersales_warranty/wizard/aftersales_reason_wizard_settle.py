from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of a settlement that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        allowed = super()._get_allowed_methods()
        return {
            **allowed,
            "aftersales.point.adjustment": ("_waive",),
            "aftersales.settlement": ("_confirm_for_point",),
        }
