from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of audits and findings that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        allowed = super()._get_allowed_methods()
        return {
            **allowed,
            "aftersales.finding": ("_verify", "_send_back", "_withdraw"),
            "aftersales.audit": ("_cancel",),
            "aftersales.audit.point": ("_skip",),
            "aftersales.audit.report": ("_return_report",),
        }
