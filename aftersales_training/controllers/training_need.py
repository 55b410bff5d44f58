from odoo import http
from odoo.http import request

from .training import TrainingPortal


class TrainingNeedPortal(TrainingPortal):
    """Own training needs on the page of the own courses."""

    @http.route()
    def portal_my_training(self, page=1, message=None, **kwargs):
        """List the open needs of the person, too."""
        response = super().portal_my_training(page=page, message=message, **kwargs)
        response.qcontext["needs"] = self._get_own_needs()
        return response

    def _get_own_needs(self):
        """Plain values of the open needs of whoever is logged in."""
        Need = request.env["aftersales.training.need"]
        needs = Need.search(Need._get_own_open_domain(request.env.user))
        return [need._prepare_page_vals() for need in needs]
