from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the steps of rankings, awards and level proposals."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.ranking": ("_cancel",),
            "aftersales.award": ("_release", "_cancel"),
            "aftersales.level.proposal": ("_refuse",),
        }
