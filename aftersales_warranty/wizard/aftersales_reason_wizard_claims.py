from odoo import api, models


class AftersalesReasonWizard(models.TransientModel):
    """Steps of authorisations and claims that need a reason."""

    _inherit = "aftersales.reason.wizard"

    @api.model
    def _get_allowed_methods(self):
        """Add the end of an authorisation and the objection to a claim."""
        return {
            **super()._get_allowed_methods(),
            "aftersales.authorization": ("_reject", "_withdraw"),
            "aftersales.claim": ("_object",),
        }

    def _get_needed_access(self):
        """Who gives an opinion on a claim reads it; the step looks at his role."""
        is_opinion = self.res_model == "aftersales.claim" and self.method == "_object"
        return "read" if is_opinion else super()._get_needed_access()
