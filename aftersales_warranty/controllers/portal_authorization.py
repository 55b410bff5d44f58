from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal import AftersalesPortal
from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    get_readable,
    take_step,
)
from odoo.addons.portal.controllers.portal import CustomerPortal


class AftersalesAuthorizationPortal(CustomerPortal):
    """Authorisations of the user's own service point."""

    def _prepare_home_portal_values(self, counters):
        """Count the authorisations that the user may read."""
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_authorization_count" in counters:
            values["aftersales_authorization_count"] = count_readable(
                "aftersales.authorization"
            )
        return values

    @http.route(
        ["/my/authorisations", "/my/authorisations/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_authorizations(self, page=1, **kw):
        """List the authorisations that the user may read."""
        permits, page_values = get_list_page(
            "aftersales.authorization", [], "/my/authorisations", page
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            permits=permits,
            page_name="aftersales_authorization",
            sees_amounts=request.env.user._sees_claim_amounts(),
        )
        return request.render("aftersales_warranty.portal_my_authorizations", values)

    @http.route(
        "/my/authorisations/<int:permit_id>", type="http", auth="user", website=True
    )
    def portal_my_authorization(self, permit_id, **kw):
        """Show one authorisation and what was decided."""
        try:
            permit = get_readable("aftersales.authorization", permit_id)
        except (AccessError, MissingError):
            return request.redirect("/my/authorisations")
        values = self._prepare_portal_layout_values()
        values.update(
            permit=permit,
            page_name="aftersales_authorization",
            error=request.session.pop("aftersales_error", None),
            sees_amounts=request.env.user._sees_claim_amounts(),
        )
        return request.render("aftersales_warranty.portal_my_authorization", values)

    @http.route(
        "/my/authorisations/<int:permit_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_withdraw_authorization(self, permit_id, reason=None, **kw):
        """Take a request of the own point back."""
        try:
            permit = get_readable("aftersales.authorization", permit_id)
        except (AccessError, MissingError):
            return request.redirect("/my/authorisations")
        take_step(permit._portal_withdraw, reason)
        return request.redirect(f"/my/authorisations/{permit_id}")


class AftersalesOrderAuthorizationPortal(AftersalesPortal):
    """A point asks for an authorisation on the page of its order."""

    def _get_portal_steps(self):
        """Add the request to the steps of the point's work."""
        return {
            **super()._get_portal_steps(),
            "authorisation": lambda order, post: order._portal_ask_authorization(post),
        }

    def _get_page_view_values(self, document, *args, **kwargs):
        """Tell the page of an order whether amounts may be shown."""
        values = super()._get_page_view_values(document, *args, **kwargs)
        if document._name == "aftersales.service.order":
            values["sees_amounts"] = request.env.user._sees_claim_amounts()
        return values
