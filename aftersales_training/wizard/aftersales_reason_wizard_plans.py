from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of needs and plans that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        return {
            **super()._get_allowed_methods(),
            "aftersales.training.need": ("_cancel",),
            "aftersales.training.plan": ("_refuse", "_reopen", "_cancel"),
            "aftersales.training.plan.line": ("_cancel",),
        }
