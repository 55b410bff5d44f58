from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of recalls and supplier claims that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        allowed = super()._get_allowed_methods()
        steps = ("_refuse", "_set_unreachable", "_set_scrapped", "_set_remedied")
        return {
            **allowed,
            "aftersales.campaign": ("_request_close", "_keep_open", "_cancel"),
            "aftersales.campaign.unit": steps,
            "aftersales.supplier.claim": ("_reject_all", "_dispute"),
        }
