from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

COMPLAINTS = "/my/complaints"
FIGURES = "/my/service-figures"


class VoicePortal(CustomerPortal):
    """Complaints of customers, and what a point may know of its figures."""

    def _prepare_home_portal_values(self, counters):
        """Count the own complaints, and the points whose figures are shown."""
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            Complaint = request.env["aftersales.complaint"]
            values["complaint_count"] = Complaint.sudo().search_count(
                Complaint._portal_get_own_domain()
            )
        if "service_figure_count" in counters:
            values["service_figure_count"] = len(self._get_own_points())
        return values

    def _get_own_points(self):
        """Points where the user works, under his own rights."""
        Point = request.env["aftersales.service.point"]
        if not Point.has_access("read"):
            return Point
        return Point.search([("is_user_point", "=", True)])

    @http.route(
        [COMPLAINTS, f"{COMPLAINTS}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_complaints(self, page=1, **kwargs):
        """List the own complaints, with the form of a new one."""
        Complaint = request.env["aftersales.complaint"]
        domain = Complaint._portal_get_own_domain()
        # Own documents only, by the user's contact.
        complaints_sudo = Complaint.sudo()
        page_values = pager(
            url=COMPLAINTS,
            total=complaints_sudo.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            complaints=complaints_sudo.search(
                domain, limit=self._items_per_page, offset=page_values["offset"]
            ),
            orders=Complaint._portal_get_orders(),
            page_name="complaint",
            pager=page_values,
            default_url=COMPLAINTS,
            error=request.session.pop("aftersales_error", None),
            typed=request.session.pop("aftersales_typed", {}),
        )
        return request.render("aftersales_evaluation.portal_my_complaints", values)

    @http.route(
        f"{COMPLAINTS}/lodge",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_lodge_complaint(self, **post):
        """Take a complaint; what is wrong with it is said on the page."""
        try:
            with request.env.cr.savepoint():
                request.env["aftersales.complaint"]._portal_lodge(post)
        except (AccessError, UserError, ValidationError) as error:
            request.session["aftersales_error"] = str(error)
            request.session["aftersales_typed"] = {
                name: str(post.get(name) or "")[:4000]
                for name in ("subject", "description", "order_id")
            }
        return request.redirect(COMPLAINTS)

    @http.route(FIGURES, type="http", auth="user", website=True, readonly=True)
    def portal_my_figures(self, **kwargs):
        """Closed key figures, answers and complaints of the own points."""
        points = self._get_own_points()
        if not points:
            return request.redirect("/my")
        values = self._prepare_portal_layout_values()
        values.update(
            points._portal_get_voice(), page_name="service_figures", points=points
        )
        return request.render("aftersales_evaluation.portal_my_figures", values)
