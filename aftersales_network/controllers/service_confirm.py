from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request


class ServiceConfirm(http.Controller):
    """Page where a customer confirms the work without a login.

    The token of the link is the key to this one page; it opens nothing else.
    """

    def _get_order_sudo(self, order_id, access_token):
        """The order of a link, in the language of its customer.

        :raise NotFound: a wrong token and a missing order look the same
        """
        Order = request.env["aftersales.service.order"]
        order_sudo = Order._find_by_confirm_token(order_id, access_token)
        if not order_sudo:
            raise request.not_found()
        lang = order_sudo.partner_id.lang
        if lang and request.env.user._is_public():
            request.update_context(lang=lang)
            order_sudo = order_sudo.with_context(lang=lang)
        return order_sudo

    @http.route(
        "/service-confirm/<int:order_id>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
    )
    def service_confirm(self, order_id, access_token=None, **kw):
        """Show the steps and ask for name and signature."""
        order_sudo = self._get_order_sudo(order_id, access_token)
        response = request.render(
            "aftersales_network.service_confirm_page",
            {
                "order": order_sudo,
                "access_token": access_token,
                "confirm_label": request.env._("Confirm the Work"),
                "can_confirm": order_sudo.state == "done"
                and not order_sudo.date_confirmed
                and not (
                    order_sudo.needs_inspection
                    and order_sudo.inspection_result != "passed"
                ),
            },
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @http.route("/service-confirm/<int:order_id>/sign", type="jsonrpc", auth="public")
    def service_confirm_sign(
        self,
        order_id,
        access_token=None,
        name=None,
        signature=None,
        remarks=None,
        step_ids=None,
    ):
        """Take the confirmation of the link."""
        order_sudo = self._get_order_sudo(order_id, access_token)
        ticked = [step for step in step_ids or () if isinstance(step, int)]
        try:
            order_sudo._confirm(
                str(name or ""),
                str(signature or ""),
                "link",
                str(remarks or ""),
                ticked,
            )
        except (UserError, ValidationError) as error:
            return {"error": str(error)}
        return {
            "force_refresh": True,
            "redirect_url": f"/service-confirm/{order_id}?access_token={access_token}",
        }
