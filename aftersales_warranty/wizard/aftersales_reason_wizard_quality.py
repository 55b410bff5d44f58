from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of quality reports and trainings that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        allowed = super()._get_allowed_methods()
        return {
            **allowed,
            "aftersales.quality.report": ("_reject",),
            "aftersales.quality.alert": ("_settle_alert",),
            "aftersales.customer.training": ("_cancel",),
        }
