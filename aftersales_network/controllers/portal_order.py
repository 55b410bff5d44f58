from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from .portal import AftersalesPortal


class AftersalesPortalOrder(AftersalesPortal):
    """The rest of the technician's work: pauses, photos, inspection, signature."""

    def _get_portal_steps(self):
        """Add the steps that carry a reason, a photo or a second person."""
        return {
            **super()._get_portal_steps(),
            "arrive": lambda order, post: order.action_arrive(),
            "pause": lambda order, post: order._portal_pause(post),
            "resume": lambda order, post: order.action_resume(),
            "fee": lambda order, post: order._portal_fee(post),
            "photo": lambda order, post: order._portal_photo(post),
            "inspect": lambda order, post: order._portal_inspect(
                post, request.httprequest.form.getlist("item")
            ),
            "hand_over": lambda order, post: order.action_hand_over(),
        }

    def _get_page_view_values(self, document, *args, **kwargs):
        """Add what the page of one order offers to choose from."""
        values = super()._get_page_view_values(document, *args, **kwargs)
        if document._name == "aftersales.service.order" and values.get("may_work"):
            values.update(self._get_order_choices(document))
        return values

    def _get_order_choices(self, order_sudo):
        """Pause reasons, faults and kinds of photo; whether to inspect."""
        env = order_sudo.env
        reasons = env["aftersales.pause.reason"].search([])
        field = env["aftersales.service.order.photo"]._fields["kind"]
        return {
            "pause_reasons": reasons,
            "faults": env["aftersales.fault"].search([]),
            "photo_kinds": field._description_selection(env),
            "is_worker": request.env.user in order_sudo._get_workers(),
        }

    @http.route("/my/service-orders/<int:order_id>/sign", type="jsonrpc", auth="user")
    def portal_service_order_sign(self, order_id, name=None, signature=None):
        """Take the customer's signature on the technician's device."""
        try:
            order_sudo = self._get_service_order_sudo(order_id)
            if not self._may_work_on(order_sudo):
                raise AccessError(request.env._("This order is not at your point."))
            order_sudo._confirm(str(name or ""), str(signature or ""), "signature")
        except (AccessError, MissingError, UserError, ValidationError) as error:
            return {"error": str(error)}
        return {"force_refresh": True, "redirect_url": order_sudo.access_url}
