from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal import AftersalesPortal
from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    get_readable,
)
from odoo.addons.portal.controllers.portal import CustomerPortal


def _answer(quotation_sudo, name, signature, way, url):
    """Take an acceptance; what the signature form of the portal expects.

    :return: dict with the address to go to, or the error to show
    """
    try:
        with request.env.cr.savepoint():
            quotation_sudo._accept(
                str(name or ""),
                str(signature or ""),
                way,
                request.httprequest.remote_addr,
            )
    except (UserError, ValidationError) as error:
        return {"error": str(error)}
    return {"force_refresh": True, "redirect_url": url}


class ServiceQuotation(http.Controller):
    """Page where a customer accepts a quotation without a login.

    The token of the link is the key to this one quotation.
    """

    def _get_quotation_sudo(self, quotation_id, access_token):
        """The quotation of a link, in the language of its customer.

        :raise NotFound: a wrong token and a missing quotation look the same
        """
        Quotation = request.env["aftersales.quotation"]
        quotation_sudo = Quotation._find_by_token(quotation_id, access_token)
        if not quotation_sudo:
            raise request.not_found()
        lang = quotation_sudo.partner_id.lang
        if lang and request.env.user._is_public():
            request.update_context(lang=lang)
            quotation_sudo = quotation_sudo.with_context(lang=lang)
        return quotation_sudo

    @http.route(
        "/service-quotation/<int:quotation_id>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
    )
    def service_quotation(self, quotation_id, access_token=None, error=None, **kw):
        """Show the charges and ask for name and signature."""
        quotation_sudo = self._get_quotation_sudo(quotation_id, access_token)
        url = f"/service-quotation/{quotation_id}"
        response = request.render(
            "aftersales_warranty.quotation_page",
            {
                "quotation": quotation_sudo,
                "access_token": access_token,
                "token": access_token,
                "can_answer": not quotation_sudo._is_overdue(),
                "accept_url": f"{url}/accept?access_token={access_token}",
                "decline_url": f"{url}/decline",
                "error": request.session.pop("aftersales_error", None),
            },
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @http.route(
        "/service-quotation/<int:quotation_id>/accept", type="jsonrpc", auth="public"
    )
    def service_quotation_accept(
        self, quotation_id, access_token=None, name=None, signature=None
    ):
        """Take the acceptance of the link."""
        access_token = access_token or request.httprequest.args.get("access_token")
        quotation_sudo = self._get_quotation_sudo(quotation_id, access_token)
        url = f"/service-quotation/{quotation_id}?access_token={access_token}"
        return _answer(quotation_sudo, name, signature, "link", url)

    @http.route(
        "/service-quotation/<int:quotation_id>/decline",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def service_quotation_decline(self, quotation_id, access_token=None, **post):
        """Take the refusal of the link."""
        quotation_sudo = self._get_quotation_sudo(quotation_id, access_token)
        try:
            quotation_sudo._decline(post.get("reason"))
        except (UserError, ValidationError) as error:
            request.session["aftersales_error"] = str(error)
        return request.redirect(
            f"/service-quotation/{quotation_id}?access_token={access_token}"
        )


class QuotationPortal(CustomerPortal):
    """Quotations of the customer, or of the user's own point."""

    def _prepare_home_portal_values(self, counters):
        """Count the quotations the user may see."""
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_quotation_count" in counters:
            values["aftersales_quotation_count"] = count_readable(
                "aftersales.quotation"
            )
        return values

    @http.route(
        ["/my/quotations", "/my/quotations/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_quotations(self, page=1, **kw):
        """List the quotations that the user may read."""
        quotations, page_values = get_list_page(
            "aftersales.quotation", [], "/my/quotations", page
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values, quotations=quotations, page_name="aftersales_quotation"
        )
        return request.render("aftersales_warranty.portal_my_quotations", values)

    def _get_own_quotation_sudo(self, quotation_id):
        """Quotation that the user may read, as superuser.

        :raise MissingError, AccessError: unknown or foreign quotation
        """
        return get_readable("aftersales.quotation", quotation_id).sudo()

    def _is_customer(self, quotation_sudo):
        """Whether the user is the customer: a point accepts nothing for him."""
        mine = request.env.user.partner_id.commercial_partner_id
        return quotation_sudo.partner_id.commercial_partner_id == mine

    @http.route(
        "/my/quotations/<int:quotation_id>", type="http", auth="user", website=True
    )
    def portal_my_quotation(self, quotation_id, **kw):
        """Show one quotation; the customer may answer it."""
        try:
            quotation_sudo = self._get_own_quotation_sudo(quotation_id)
        except (AccessError, MissingError):
            return request.redirect("/my/quotations")
        url = f"/my/quotations/{quotation_id}"
        values = self._prepare_portal_layout_values()
        values.update(
            quotation=quotation_sudo,
            page_name="aftersales_quotation",
            can_answer=self._is_customer(quotation_sudo)
            and not quotation_sudo._is_overdue(),
            accept_url=f"{url}/accept",
            decline_url=f"{url}/decline",
            error=request.session.pop("aftersales_error", None),
        )
        return request.render("aftersales_warranty.portal_my_quotation", values)

    @http.route("/my/quotations/<int:quotation_id>/accept", type="jsonrpc", auth="user")
    def portal_accept_quotation(self, quotation_id, name=None, signature=None, **kw):
        """Take the acceptance of the customer on his portal."""
        try:
            quotation_sudo = self._get_own_quotation_sudo(quotation_id)
        except (AccessError, MissingError) as error:
            return {"error": str(error)}
        if not self._is_customer(quotation_sudo):
            return {"error": request.env._("Only the customer can accept it.")}
        url = f"/my/quotations/{quotation_id}"
        return _answer(quotation_sudo, name, signature, "portal", url)

    @http.route(
        "/my/quotations/<int:quotation_id>/decline",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_decline_quotation(self, quotation_id, **post):
        """Take the refusal of the customer on his portal."""
        try:
            quotation_sudo = self._get_own_quotation_sudo(quotation_id)
            if self._is_customer(quotation_sudo):
                quotation_sudo._decline(post.get("reason"))
        except (UserError, ValidationError) as error:
            # Reading was refused, or the quotation is not open any more.
            request.session["aftersales_error"] = str(error)
        return request.redirect(f"/my/quotations/{quotation_id}")


class AftersalesOrderQuotationPortal(AftersalesPortal):
    """A point quotes on the portal and lets the customer sign."""

    def _get_portal_steps(self):
        """Add quotation and approval to the steps of the point's work."""
        return {
            **super()._get_portal_steps(),
            "quote": lambda order, post: order.action_send_quotation(),
            "overcharge": lambda order, post: order._request_overcharge(
                (post.get("reason") or "")[:1000]
            ),
        }

    @http.route(
        "/my/service-orders/<int:order_id>/accept-quotation",
        type="jsonrpc",
        auth="user",
    )
    def portal_order_accept(self, order_id, name=None, signature=None, **kw):
        """Take the customer's signature on the technician's device."""
        try:
            order_sudo = self._get_service_order_sudo(order_id)
        except (AccessError, MissingError) as error:
            return {"error": str(error)}
        if not self._may_work_on(order_sudo):
            return {"error": request.env._("This order is not at your point.")}
        sent_sudo = order_sudo.quotation_ids.filtered(lambda q: q.state == "sent")
        if not sent_sudo:
            return {"error": request.env._("No quotation is open. Send one first.")}
        return _answer(sent_sudo, name, signature, "signature", order_sudo.access_url)
