from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of authorisations that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the refusal and the withdrawal of an authorisation."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.authorization": ("_reject", "_withdraw"),
        }
