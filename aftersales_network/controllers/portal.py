from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from .portal_page import (
    count_readable,
    get_list_page,
    get_readable,
    take_step,
)


class AftersalesPortal(CustomerPortal):
    """Service orders of the own point on the portal."""

    def _prepare_home_portal_values(self, counters):
        """Count the service orders the user may see."""
        values = super()._prepare_home_portal_values(counters)
        if "service_order_count" in counters:
            values["service_order_count"] = count_readable("aftersales.service.order")
        return values

    def _get_service_order_filters(self):
        """Filters of the list: ``{key: (label, domain)}``."""
        Order = request.env["aftersales.service.order"]
        return {
            "open": (request.env._("Open"), Order._get_open_domain()),
            "done": (request.env._("Done"), Order._get_done_domain()),
            "all": (request.env._("All"), []),
        }

    @http.route(
        ["/my/service-orders", "/my/service-orders/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_service_orders(self, page=1, filterby="open", **kw):
        """List the orders of the own point."""
        filters = self._get_service_order_filters()
        orders, page_values = get_list_page(
            "aftersales.service.order",
            filters.get(filterby, filters["open"])[1],
            "/my/service-orders",
            page,
            url_args={"filterby": filterby},
        )
        values = self._prepare_portal_layout_values()
        values.update(
            page_values,
            orders=orders,
            page_name="service_orders",
            searchbar_filters={
                key: {"label": label, "domain": dom}
                for key, (label, dom) in filters.items()
            },
            filterby=filterby,
        )
        return request.render("aftersales_network.portal_my_service_orders", values)

    def _get_service_order_sudo(self, order_id):
        """The order, checked against the user's own rights, as superuser.

        The record rule of the portal limits reading to the own point; a token
        of the customer's link is no key to the actions of the point.

        :raise MissingError, AccessError: unknown or foreign order
        """
        return get_readable("aftersales.service.order", order_id).sudo()

    def _may_work_on(self, order):
        """Whether the portal user belongs to the point that has the order."""
        own = request.env.user._get_aftersales_point_ids()
        return order.service_point_id.id in own

    @http.route(
        "/my/service-orders/<int:order_id>", type="http", auth="public", website=True
    )
    def portal_service_order(self, order_id, access_token=None, error=None, **kw):
        """Show one order to the point, or to the customer by his link."""
        try:
            order_sudo = self._document_check_access(
                "aftersales.service.order", order_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        values = self._get_page_view_values(
            order_sudo,
            access_token,
            {
                "service_order": order_sudo,
                "page_name": "service_order",
                "may_work": self._may_work_on(order_sudo),
                "error": request.session.pop("aftersales_error", None),
            },
            "my_service_orders_history",
            False,
        )
        return request.render("aftersales_network.portal_service_order", values)

    @http.route(
        "/my/service-orders/<int:order_id>/<string:step>",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_service_order_step(self, order_id, step, **post):
        """Carry out one step of the point's work on an order."""
        try:
            order_sudo = self._get_service_order_sudo(order_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not self._may_work_on(order_sudo):
            return request.redirect("/my")
        handler = self._get_portal_steps().get(step)
        if handler is None:
            raise request.not_found()
        take_step(handler, order_sudo, post)
        return request.redirect(f"/my/service-orders/{order_id}")

    def _get_portal_steps(self):
        """Steps a point may carry out on the portal: ``{step: handler}``."""
        return {
            "accept": lambda order, post: order.action_accept(),
            "refuse": lambda order, post: order._portal_refuse(post.get("reason")),
            "start": lambda order, post: order.action_start(),
            "wait": lambda order, post: order.action_wait_part(),
            "tick": lambda order, post: order._portal_tick(post.get("step_id")),
            "line": lambda order, post: order._portal_add_line(post),
            "remove": lambda order, post: order._portal_remove_line(
                post.get("line_id")
            ),
            "done": lambda order, post: order._portal_done(post),
        }
