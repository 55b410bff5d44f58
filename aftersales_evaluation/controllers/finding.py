from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.aftersales_network.controllers.portal_page import (
    count_readable,
    get_list_page,
    get_readable,
    read_uploads,
    take_step,
)
from odoo.addons.portal.controllers.portal import CustomerPortal

#: Pictures that one answer may carry.
MAX_PHOTOS = 5


class FindingPortal(CustomerPortal):
    """Findings at the own point on the portal, and their answers."""

    def _prepare_home_portal_values(self, counters):
        """Count the findings that the point has to answer."""
        values = super()._prepare_home_portal_values(counters)
        if "finding_count" in counters:
            values["finding_count"] = count_readable(
                "aftersales.finding", self._get_finding_domain()
            )
        return values

    def _get_finding_domain(self):
        """Findings of the own point, for whoever else has the user's rights."""
        own = request.env.user._get_aftersales_point_ids()
        return [("service_point_id", "in", own), ("is_released", "=", True)]

    @http.route(
        ["/my/findings", "/my/findings/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_findings(self, page=1, **kwargs):
        """List the findings at the own point, the most urgent first."""
        if not request.env["aftersales.finding"].has_access("read"):
            return request.redirect("/my")
        findings, page_values = get_list_page(
            "aftersales.finding",
            self._get_finding_domain(),
            "/my/findings",
            page,
            order="state, date_due, id",
        )
        values = self._prepare_portal_layout_values()
        values.update(page_values, findings=findings, page_name="finding")
        return request.render("aftersales_evaluation.portal_my_findings", values)

    def _get_finding_sudo(self, finding_id):
        """The finding, checked against the user's own rights, as superuser.

        :raise MissingError, AccessError: unknown, hidden or foreign finding
        """
        finding = get_readable("aftersales.finding", finding_id)
        own = request.env.user._get_aftersales_point_ids()
        if finding.service_point_id.id not in own:
            raise MissingError(request.env._("This finding does not exist."))
        return finding.sudo()

    @http.route("/my/findings/<int:finding_id>", type="http", auth="user", website=True)
    def portal_finding(self, finding_id, **kwargs):
        """Show one finding and the form of its answer."""
        try:
            finding_sudo = self._get_finding_sudo(finding_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        finding_sudo.photo_ids.generate_access_token()
        values = self._prepare_portal_layout_values()
        values.update(
            finding=finding_sudo,
            page_name="finding",
            error=request.session.pop("aftersales_error", None),
        )
        return request.render("aftersales_evaluation.portal_finding", values)

    @http.route(
        "/my/findings/<int:finding_id>/answer",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_finding_answer(self, finding_id, **post):
        """Take the answer of the point: cause, correction and pictures."""
        try:
            finding_sudo = self._get_finding_sudo(finding_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        files = read_uploads("photos", MAX_PHOTOS)
        take_step(finding_sudo._portal_correct, post, files)
        return request.redirect(f"/my/findings/{finding_id}")
