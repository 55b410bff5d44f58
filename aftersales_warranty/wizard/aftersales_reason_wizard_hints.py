from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of the technical support that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        return {
            **super()._get_allowed_methods(),
            "aftersales.escalation": ("_ask_again", "_withdraw"),
            "aftersales.answer": ("_return", "_withdraw"),
        }
