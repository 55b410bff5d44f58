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

MODEL = "aftersales.day.close"
URL = "/my/day-closes"


class CustomerMoneyPortal(AftersalesPortal):
    """A point takes money on the portal and closes its days there."""

    def _prepare_home_portal_values(self, counters):
        """Count the days of the own points; the closed ones stay within reach."""
        values = super()._prepare_home_portal_values(counters)
        if "aftersales_day_close_count" in counters:
            values["aftersales_day_close_count"] = count_readable(MODEL)
        return values

    def _get_portal_steps(self):
        """Add the payment to the steps of the point's work."""
        return {
            **super()._get_portal_steps(),
            "pay": lambda order, post: order._portal_pay(post),
        }

    def _get_order_choices(self, order_sudo):
        """Add the ways in which the point takes money."""
        return {
            **super()._get_order_choices(order_sudo),
            "payment_methods": order_sudo._portal_get_methods(),
        }

    @http.route(
        "/my/service-orders/<int:order_id>/receipt/<int:payment_id>",
        type="http",
        auth="public",
        website=True,
        readonly=True,
    )
    def portal_receipt(self, order_id, payment_id, access_token=None, **kw):
        """The receipt as PDF, for the point and for the customer of the link."""
        try:
            order_sudo = self._document_check_access(
                "aftersales.service.order", order_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        payment_sudo = order_sudo.payment_ids.filtered(
            lambda p: p.id == payment_id and p.state == "posted"
        )
        if not payment_sudo:
            return request.redirect("/my")
        return self._show_report(
            model=payment_sudo,
            report_type="pdf",
            report_ref="aftersales_warranty.action_report_customer_receipt",
            download=True,
        )

    # -- day close -------------------------------------------------------------

    @http.route(
        [URL, f"{URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_day_closes(self, page=1, **kw):
        """List the days of the own points."""
        if not request.env[MODEL].has_access("read"):
            return request.redirect("/my")
        closes, page_values = get_list_page(MODEL, [], URL, page)
        values = self._prepare_portal_layout_values()
        values.update(
            page_values, closes=closes.sudo(), page_name="aftersales_day_close"
        )
        return request.render("aftersales_warranty.portal_my_day_closes", values)

    def _get_day_close_sudo(self, close_id):
        """The sheet of an own point, as superuser.

        :raise MissingError, AccessError: unknown or foreign sheet
        """
        return get_readable(MODEL, close_id).sudo()

    @http.route(f"{URL}/<int:close_id>", type="http", auth="user", website=True)
    def portal_my_day_close(self, close_id, **kw):
        """Show one day: what was taken, and what has to be counted."""
        try:
            close_sudo = self._get_day_close_sudo(close_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        values = self._prepare_portal_layout_values()
        values.update(
            close=close_sudo,
            page_name="aftersales_day_close",
            error=request.session.pop("aftersales_error", None),
        )
        return request.render("aftersales_warranty.portal_my_day_close", values)

    @http.route(
        f"{URL}/<int:close_id>/close",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_close_day(self, close_id, **post):
        """Take the count, and close the day."""
        try:
            close_sudo = self._get_day_close_sudo(close_id)
        except (AccessError, MissingError):
            return request.redirect(URL)
        own = request.env.user._get_aftersales_point_ids()
        if close_sudo.service_point_id.id not in own:
            return request.redirect(URL)
        take_step(close_sudo._portal_close, post)
        return request.redirect(f"{URL}/{close_id}")
