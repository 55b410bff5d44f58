from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal import AftersalesPortal
from odoo.addons.aftersales_network.controllers.portal_page import take_step

from .units import URL, AftersalesUnitPortal


class AftersalesRecallPortal(AftersalesUnitPortal):
    """The owner of a recalled unit asks for the work on its page."""

    @http.route()
    def portal_my_unit(self, unit_id, error=None, **kw):
        """Show what went wrong with the last step."""
        error = error or request.session.pop("aftersales_error", None)
        return super().portal_my_unit(unit_id, error=error, **kw)

    @http.route(
        f"{URL}/<int:unit_id>/recall/<int:row_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_unit_recall(self, unit_id, row_id, **post):
        """Ask for the work of an open recall of an own unit."""
        try:
            unit_sudo = self._get_own_unit_sudo(unit_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        if take_step(unit_sudo._portal_ask_recall, row_id):
            request.session["aftersales_notice"] = request.env._(
                "Thank you. A service point will get in touch with you."
            )
        return request.redirect(f"{URL}/{unit_id}")


class AftersalesRecallOrderPortal(AftersalesPortal):
    """A point orders the recall work of a unit that it has at hand."""

    def _get_portal_steps(self):
        return {
            **super()._get_portal_steps(),
            "recall": lambda order, post: order._make_recall_orders(),
        }
