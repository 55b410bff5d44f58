from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of the supervision that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        allowed = super()._get_allowed_methods()
        return {
            **allowed,
            "aftersales.month.report": ("action_return",),
            "aftersales.visit": ("_cancel",),
            "aftersales.visit.task": ("_reopen",),
        }
