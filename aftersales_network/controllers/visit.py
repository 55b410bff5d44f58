from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from .portal_page import (
    count_readable,
    get_list_page,
    get_readable,
    read_uploads,
    take_step,
)

#: Pictures that one answer may carry.
MAX_PHOTOS = 5


class VisitPortal(CustomerPortal):
    """Reported visits to the own point, and its findings, on the portal."""

    def _prepare_home_portal_values(self, counters):
        """Count the reported visits the user may see."""
        values = super()._prepare_home_portal_values(counters)
        if "visit_count" in counters:
            values["visit_count"] = count_readable("aftersales.visit")
        return values

    @http.route(
        ["/my/visits", "/my/visits/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_visits(self, page=1, **kw):
        """List the reported visits to the own point."""
        visits, page_values = get_list_page(
            "aftersales.visit", [("state", "=", "reported")], "/my/visits", page
        )
        values = self._prepare_portal_layout_values()
        values.update(page_values, visits=visits, page_name="visits")
        return request.render("aftersales_network.portal_my_visits", values)

    def _get_visit_sudo(self, visit_id):
        """The reported visit, checked against the user's own rights, as superuser.

        :raise MissingError, AccessError: unknown, not reported or foreign visit
        """
        visit_sudo = get_readable("aftersales.visit", visit_id).sudo()
        if visit_sudo.state != "reported":
            raise MissingError(request.env._("This visit does not exist."))
        return visit_sudo

    @http.route("/my/visits/<int:visit_id>", type="http", auth="user", website=True)
    def portal_visit(self, visit_id, **kw):
        """Show one visit with its findings."""
        try:
            visit_sudo = self._get_visit_sudo(visit_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        photos = visit_sudo.task_ids.photo_ids
        photos.generate_access_token()
        values = self._prepare_portal_layout_values()
        values.update(
            visit=visit_sudo,
            page_name="visit",
            may_work=visit_sudo.service_point_id.id
            in request.env.user._get_aftersales_point_ids(),
            error=request.session.pop("aftersales_error", None),
        )
        return request.render("aftersales_network.portal_visit", values)

    @http.route(
        "/my/visits/<int:visit_id>/tasks/<int:task_id>/done",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_visit_task_done(self, visit_id, task_id, **post):
        """Mark a finding as done, with what was done and pictures of it."""
        try:
            visit_sudo = self._get_visit_sudo(visit_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        own = request.env.user._get_aftersales_point_ids()
        if visit_sudo.service_point_id.id not in own:
            return request.redirect("/my")
        task_sudo = visit_sudo.task_ids.filtered(lambda task: task.id == task_id)
        if not task_sudo:
            raise request.not_found()
        take_step(task_sudo._portal_done, post, read_uploads("photos", MAX_PHOTOS))
        return request.redirect(f"/my/visits/{visit_id}")
