from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Decisions about prices that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        allowed = super()._get_allowed_methods()
        orders = (
            "_request_overcharge",
            "_approve_overcharge",
            "_reject_overcharge",
            "_waive_quotation",
        )
        return {
            **allowed,
            "aftersales.service.order": (
                *allowed.get("aftersales.service.order", ()),
                *orders,
            ),
            "aftersales.price.list": ("_withdraw",),
            "aftersales.quotation": ("_decline",),
        }
