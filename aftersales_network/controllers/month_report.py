from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from .portal import PAGE_SIZE


class MonthReportPortal(CustomerPortal):
    """Monthly reports of the own point on the portal."""

    def _prepare_home_portal_values(self, counters):
        """Count the reports the user may see."""
        values = super()._prepare_home_portal_values(counters)
        if "month_report_count" in counters:
            Report = request.env["aftersales.month.report"]
            values["month_report_count"] = (
                Report.search_count([]) if Report.has_access("read") else 0
            )
        return values

    @http.route(
        ["/my/month-reports", "/my/month-reports/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_month_reports(self, page=1, **kw):
        """List the monthly reports of the own point."""
        Report = request.env["aftersales.month.report"]
        pager = portal_pager(
            url="/my/month-reports",
            total=Report.search_count([]),
            page=page,
            step=PAGE_SIZE,
        )
        values = self._prepare_portal_layout_values()
        values.update(
            reports=Report.search([], limit=PAGE_SIZE, offset=pager["offset"]),
            page_name="month_reports",
            pager=pager,
            default_url="/my/month-reports",
        )
        return request.render("aftersales_network.portal_my_month_reports", values)

    def _get_month_report_sudo(self, report_id):
        """The report, checked against the user's own rights, as superuser.

        :raise MissingError, AccessError: unknown or foreign report
        """
        report = request.env["aftersales.month.report"].browse(report_id).exists()
        if not report:
            raise MissingError(request.env._("This monthly report does not exist."))
        report.check_access("read")
        return report.sudo()

    @http.route(
        "/my/month-reports/<int:report_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_month_report(self, report_id, report_type=None, download=False, **kw):
        """Show one report, or its PDF."""
        try:
            report_sudo = self._get_month_report_sudo(report_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        if report_type in ("html", "pdf", "text"):
            return self._show_report(
                model=report_sudo,
                report_type=report_type,
                report_ref="aftersales_network.action_report_month_report",
                download=download,
            )
        values = self._prepare_portal_layout_values()
        values.update(
            month_report=report_sudo,
            page_name="month_report",
            error=request.session.pop("aftersales_error", None),
        )
        return request.render("aftersales_network.portal_month_report", values)

    @http.route(
        "/my/month-reports/<int:report_id>/<string:step>",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_month_report_step(self, report_id, step, **post):
        """Save the remarks of a draft, or submit it."""
        try:
            report_sudo = self._get_month_report_sudo(report_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        handler = {
            "save": report_sudo._portal_save,
            "submit": report_sudo._portal_submit,
        }.get(step)
        if handler is None:
            raise request.not_found()
        try:
            with request.env.cr.savepoint():
                message = handler(post)
        except (UserError, ValidationError) as error:
            message = str(error)
        if message:
            request.session["aftersales_error"] = message
        return request.redirect(f"/my/month-reports/{report_id}")
