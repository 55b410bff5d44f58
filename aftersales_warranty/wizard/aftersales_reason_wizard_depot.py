from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the acceptance of goods and the collection of waste."""
        allowed = super()._get_allowed_methods()
        model = "aftersales.return.line"
        return {
            **allowed,
            model: (*allowed.get(model, ()), "_accept", "_collect_waste"),
        }
