from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the decision that a repair is no rework."""
        methods = super()._get_allowed_methods()
        mine = (*methods.get("repair.order", ()), "_aftersales_reject_rework")
        return {**methods, "repair.order": mine}
