from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

#: Pictures that one answer may carry.
MAX_PHOTOS = 5


class FindingPortal(CustomerPortal):
    """Findings at the own point on the portal, and their answers."""

    def _prepare_home_portal_values(self, counters):
        """Count the findings that the point has to answer."""
        values = super()._prepare_home_portal_values(counters)
        if "finding_count" in counters:
            Finding = request.env["aftersales.finding"]
            values["finding_count"] = (
                Finding.search_count(self._get_finding_domain())
                if Finding.has_access("read")
                else 0
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
        Finding = request.env["aftersales.finding"]
        if not Finding.has_access("read"):
            return request.redirect("/my")
        domain = self._get_finding_domain()
        page_values = pager(
            url="/my/findings",
            total=Finding.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        findings = Finding.search(
            domain,
            limit=self._items_per_page,
            offset=page_values["offset"],
            order="state, date_due, id",
        )
        values = self._prepare_portal_layout_values()
        values.update(
            findings=findings,
            page_name="finding",
            pager=page_values,
            default_url="/my/findings",
        )
        return request.render("aftersales_evaluation.portal_my_findings", values)

    def _get_finding_sudo(self, finding_id):
        """The finding, checked against the user's own rights, as superuser.

        :raise MissingError, AccessError: unknown, hidden or foreign finding
        """
        finding = request.env["aftersales.finding"].browse(finding_id).exists()
        if not finding:
            raise MissingError(request.env._("This finding does not exist."))
        finding.check_access("read")
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
        uploads = request.httprequest.files.getlist("photos")[:MAX_PHOTOS]
        files = [(file.filename, file.read()) for file in uploads if file.filename]
        try:
            with request.env.cr.savepoint():
                finding_sudo._portal_correct(post, files)
        except (UserError, ValidationError) as error:
            request.session["aftersales_error"] = str(error)
        return request.redirect(f"/my/findings/{finding_id}")
