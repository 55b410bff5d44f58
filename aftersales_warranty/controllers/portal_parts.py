from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal import AftersalesPortal
from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_own_sudo,
)
from odoo.addons.portal.controllers.portal import CustomerPortal

#: Old parts and boxes on one page.
LIMIT = 200


class AftersalesPartsPortal(CustomerPortal):
    """Parts, old parts and counts of the own point on the portal."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        for counter, model in (
            ("aftersales_part_count", "aftersales.part.balance"),
            ("aftersales_old_part_count", "aftersales.part.return"),
        ):
            if counter in counters:
                values[counter] = count_readable(model)
        return values

    def _get_own_points_sudo(self):
        """Points the user belongs to, as superuser; may be empty."""
        ids = request.env.user._get_aftersales_point_ids()
        return request.env["aftersales.service.point"].browse(ids).exists().sudo()

    def _run(self, handler, *args):
        """Carry a step out; its refusal is shown on the next page.

        :return: what the step returned, or ``None``
        """
        try:
            with request.env.cr.savepoint():
                return handler(*args)
        except (UserError, ValidationError) as error:
            request.session["aftersales_error"] = str(error)
        return None

    def _render(self, template, **values):
        layout = self._prepare_portal_layout_values()
        layout.update(values, error=request.session.pop("aftersales_error", None))
        return request.render(f"aftersales_warranty.{template}", layout)

    # Parts

    @http.route("/my/parts", type="http", auth="user", website=True, readonly=True)
    def portal_my_parts(self, **kw):
        """What the own points have, and what is on its way to them."""
        points_sudo = self._get_own_points_sudo()
        if not points_sudo:
            return request.redirect("/my")
        Balance = request.env["aftersales.part.balance"]
        return self._render(
            "portal_my_parts",
            points=points_sudo,
            balances=Balance.search([]).sudo(),
            receipts=points_sudo._portal_get_receipts(),
            returns=points_sudo._portal_get_returns(),
            page_name="aftersales_parts",
        )

    @http.route(
        "/my/parts/<int:point_id>/<string:step>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_parts_step(self, point_id, step, picking_id=None, **post):
        """Confirm a receipt, send parts back or start a count."""
        point_sudo = self._get_own_points_sudo().filtered(lambda p: p.id == point_id)
        if not point_sudo:
            return request.redirect("/my")
        if step == "count":
            count = self._run(point_sudo._portal_start_count)
            return request.redirect(f"/my/counts/{count.id}" if count else "/my/parts")
        if step == "return":
            self._run(point_sudo._portal_return_parts, post)
        elif step == "receive" and str(picking_id or "").isdigit():
            picking = point_sudo._portal_get_receipts().filtered(
                lambda p: p.id == int(picking_id)
            )
            if not picking:
                return request.redirect("/my/parts")
            self._run(point_sudo._portal_receive, picking, post)
        else:
            raise request.not_found()
        return request.redirect("/my/parts")

    # Counts

    @http.route("/my/counts/<int:count_id>", type="http", auth="user", website=True)
    def portal_count(self, count_id, **kw):
        """Show the sheet of one count."""
        try:
            count_sudo = get_own_sudo("aftersales.point.count", count_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        return self._render(
            "portal_point_count", count=count_sudo, page_name="aftersales_count"
        )

    @http.route(
        "/my/counts/<int:count_id>/<string:step>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_count_step(self, count_id, step, **post):
        """Save the sheet, or hand it in."""
        try:
            count_sudo = get_own_sudo("aftersales.point.count", count_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        steps = {"save": count_sudo._portal_save, "submit": count_sudo._portal_submit}
        if step not in steps:
            raise request.not_found()
        self._run(steps[step], post)
        return request.redirect(f"/my/counts/{count_id}")

    # Old parts

    @http.route("/my/old-parts", type="http", auth="user", website=True, readonly=True)
    def portal_my_old_parts(self, **kw):
        """Old parts the own points owe, and their boxes."""
        if not self._get_own_points_sudo():
            return request.redirect("/my")
        Part = request.env["aftersales.part.return"]
        Shipment = request.env["aftersales.part.shipment"]
        return self._render(
            "portal_my_old_parts",
            parts=Part.search(
                Domain("state", "=", "owed"), limit=LIMIT, order="date_due, id"
            ).sudo(),
            shipments=Shipment.search(
                Domain("state", "!=", "cancelled"), limit=40
            ).sudo(),
            page_name="aftersales_old_parts",
        )

    @http.route(
        "/my/old-parts/pack", type="http", auth="user", website=True, methods=["POST"]
    )
    def portal_pack_old_parts(self, **post):
        """Put the ticked parts into one box."""
        ids = [
            int(text)
            for text in request.httprequest.form.getlist("part")
            if text.isdigit() and len(text) < 10
        ]
        # Under the user's own rights: foreign parts are not found.
        parts = request.env["aftersales.part.return"].search(
            Domain("id", "in", ids)
            & Domain("service_point_id", "in", self._get_own_points_sudo().ids)
        )
        shipment = self._run(parts.sudo()._portal_pack)
        if not shipment:
            return request.redirect("/my/old-parts")
        return request.redirect(f"/my/old-part-shipments/{shipment.id}")

    @http.route(
        "/my/old-parts/<int:part_id>/prove",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_prove_old_part(self, part_id, **post):
        """Take the photo of a part scrapped at the point."""
        try:
            part_sudo = get_own_sudo("aftersales.part.return", part_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        self._run(part_sudo._portal_prove, post)
        return request.redirect("/my/old-parts")

    @http.route(
        "/my/old-part-shipments/<int:shipment_id>",
        type="http",
        auth="user",
        website=True,
    )
    def portal_part_shipment(self, shipment_id, report_type=None, download=False, **kw):
        """Show one box, or its label."""
        try:
            shipment_sudo = get_own_sudo("aftersales.part.shipment", shipment_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type in ("html", "pdf", "text"):
            return self._show_report(
                model=shipment_sudo,
                report_type=report_type,
                report_ref="aftersales_warranty.action_report_part_shipment",
                download=download,
            )
        return self._render(
            "portal_part_shipment",
            shipment=shipment_sudo,
            page_name="aftersales_part_shipment",
        )

    @http.route(
        "/my/old-part-shipments/<int:shipment_id>/<string:step>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_part_shipment_step(self, shipment_id, step, **post):
        """Send a box, or give it up."""
        try:
            shipment_sudo = get_own_sudo("aftersales.part.shipment", shipment_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if step == "ship":
            self._run(shipment_sudo._portal_ship, post)
        elif step == "cancel":
            self._run(shipment_sudo.action_cancel)
            return request.redirect("/my/old-parts")
        else:
            raise request.not_found()
        return request.redirect(f"/my/old-part-shipments/{shipment_id}")


class AftersalesPartsOrderPortal(AftersalesPortal):
    """A point uses parts, and reports missing ones, on the page of its order."""

    def _get_portal_steps(self):
        return {
            **super()._get_portal_steps(),
            "use_parts": lambda order, post: order.action_use_parts(),
            "missing": lambda order, post: order._portal_part_missing(post),
            "part_arrived": lambda order, post: order.part_request_ids.filtered(
                lambda r: r.state == "requested"
            ).action_arrived(),
        }


class ServiceDate(http.Controller):
    """Page where a customer agrees to a new date without a login."""

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
        "/service-date/<int:order_id>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
    )
    def service_date(self, order_id, access_token=None, **kw):
        """Show the proposed date and ask for the consent."""
        order_sudo = self._get_order_sudo(order_id, access_token)
        response = request.render(
            "aftersales_warranty.service_date_page",
            {
                "order": order_sudo,
                "access_token": access_token,
                "error": request.session.pop("aftersales_error", None),
            },
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @http.route(
        "/service-date/<int:order_id>/agree",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    def service_date_agree(self, order_id, access_token=None, name=None, **post):
        """Take the consent of the link."""
        order_sudo = self._get_order_sudo(order_id, access_token)
        try:
            with request.env.cr.savepoint():
                order_sudo._agree_part_date(str(name or ""), "link")
        except (UserError, ValidationError) as error:
            request.session["aftersales_error"] = str(error)
        return request.redirect(f"/service-date/{order_id}?access_token={access_token}")
