from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps about customers' money and compensations that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        return {
            **super()._get_allowed_methods(),
            "aftersales.order.payment": ("_cancel",),
            "aftersales.day.close": ("_reject", "_reopen"),
            "aftersales.compensation": ("_refuse", "_cancel"),
            "aftersales.insurance.claim": ("_refuse",),
        }
