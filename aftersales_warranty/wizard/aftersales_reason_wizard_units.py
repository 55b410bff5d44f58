from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps about units that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        allowed = super()._get_allowed_methods()
        return {
            **allowed,
            "aftersales.counterfeit.case": ("_clear",),
            "aftersales.registration.request": ("_refuse",),
            "aftersales.service.order": (
                *allowed.get("aftersales.service.order", ()),
                "_waive_charge",
            ),
        }
