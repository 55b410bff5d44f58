from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.download import make_pdf_response
from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    read_all_uploads,
)
from odoo.addons.portal.controllers.portal import CustomerPortal

URL = "/my/returns"


class AftersalesReturnPortal(CustomerPortal):
    """Returns of a customer, and those that a point takes in for its customers."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_return_count" in counters:
            values["aftersales_return_count"] = count_readable("aftersales.return")
        return values

    @http.route(
        [URL, f"{URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_returns(self, page=1, **kw):
        """List the returns that the user may read."""
        documents, page_values = get_list_page(
            "aftersales.return", [], URL, page, order="id desc"
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            # Names of products are shown on pages about the own returns.
            documents=documents.sudo(),
            page_name="aftersales_return",
        )
        return request.render("aftersales_warranty.portal_my_returns", values)

    def _get_return_sudo(self, return_id, access_token=None):
        """A return that the user may read, or whose token he holds."""
        return self._document_check_access(
            "aftersales.return", return_id, access_token=access_token
        ).sudo()

    @http.route(f"{URL}/<int:return_id>", type="http", auth="public", website=True)
    def portal_my_return(self, return_id, access_token=None, **kw):
        """Show one return with its state and what the customer gets."""
        try:
            document_sudo = self._get_return_sudo(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect(URL)
        values = self._prepare_portal_layout_values()
        values.update(
            document=document_sudo,
            sees_money=self._sees_money(document_sudo, access_token),
            token=access_token,
            page_name="aftersales_return",
            notice=request.session.pop("aftersales_notice", None),
        )
        return request.render("aftersales_warranty.portal_my_return", values)

    def _sees_money(self, document_sudo, access_token):
        """The customer sees his money; a point that took the goods does not."""
        owner = document_sudo.partner_id.commercial_partner_id
        mine = request.env.user.partner_id.commercial_partner_id == owner
        return mine or bool(access_token)

    @http.route(f"{URL}/<int:return_id>/label", type="http", auth="public")
    def portal_return_label(self, return_id, access_token=None, **kw):
        """The label of an accepted return as PDF."""
        try:
            document_sudo = self._get_return_sudo(return_id, access_token)
        except (AccessError, MissingError):
            return request.redirect(URL)
        if document_sudo.state != "confirmed":
            return request.redirect(f"{URL}/{return_id}")
        return make_pdf_response(
            "aftersales_warranty.aftersales_return_label_report",
            document_sudo,
            f"{document_sudo.name}.pdf",
        )

    # -- request -------------------------------------------------------------------

    @http.route(f"{URL}/new", type="http", auth="user", website=True)
    def portal_new_return(self, **post):
        """Form of a request; a point asks for the customer of its order."""
        try:
            order_sudo = self._get_order_sudo(post.get("order"))
        except (AccessError, MissingError):
            return request.redirect(URL)
        partner = order_sudo.partner_id or request.env.user.partner_id
        error = None
        if request.httprequest.method == "POST":
            try:
                with request.env.cr.savepoint():
                    document_sudo = request.env["aftersales.return"]._portal_request(
                        partner, post, read_all_uploads("photos"), order_sudo
                    )
            except (UserError, ValidationError) as failure:
                error = str(failure)
            else:
                request.session["aftersales_notice"] = request.env._(
                    "Thank you. We look into your request and write to you."
                )
                return request.redirect(f"{URL}/{document_sudo.id}")
        values = self._prepare_new_values(partner, order_sudo, post)
        values["error"] = error
        return request.render("aftersales_warranty.portal_new_return", values)

    def _get_order_sudo(self, text):
        """The service order of the own point that a return is asked for.

        :raise AccessError, MissingError: an order of somebody else
        """
        Order = request.env["aftersales.service.order"]
        if not text:
            return Order.sudo()
        number = int(text) if str(text).isdecimal() and len(str(text)) < 10 else 0
        order = Order.search([("id", "=", number)])
        if (
            not order
            or not order.sudo().service_point_id.with_env(request.env).is_user_point
        ):
            raise MissingError(request.env._("This order is not at your point."))
        return order.sudo()

    def _prepare_new_values(self, partner, order_sudo, post):
        Line = request.env["aftersales.return.line"]
        selections = {
            name: Line._fields[name]._description_selection(request.env)
            for name in ("fault_class", "resolution")
        }
        Reason_sudo = request.env["aftersales.return.reason"].sudo()
        Return = request.env["aftersales.return"]
        return {
            **self._prepare_portal_layout_values(),
            "page_name": "aftersales_return",
            "is_new": True,
            "order": order_sudo,
            "goods": Return._portal_get_goods(partner, order_sudo),
            "reasons": Reason_sudo.search([("on_portal", "=", True)]),
            "faults": selections["fault_class"],
            "resolutions": selections["resolution"],
            "typed": {key: text for key, text in post.items() if isinstance(text, str)},
        }
