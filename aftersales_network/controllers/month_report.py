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


class MonthReportPortal(CustomerPortal):
    """Monthly reports of the own point on the portal."""

    def _prepare_home_portal_values(self, counters):
        """Count the reports the user may see."""
        values = super()._prepare_home_portal_values(counters)
        if "month_report_count" in counters:
            values["month_report_count"] = count_readable("aftersales.month.report")
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
        reports, page_values = get_list_page(
            "aftersales.month.report", [], "/my/month-reports", page
        )
        values = self._prepare_portal_layout_values()
        values.update(page_values, reports=reports, page_name="month_reports")
        return request.render("aftersales_network.portal_my_month_reports", values)

    def _get_month_report_sudo(self, report_id):
        """The report, checked against the user's own rights, as superuser.

        :raise MissingError, AccessError: unknown or foreign report
        """
        return get_readable("aftersales.month.report", report_id).sudo()

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
        take_step(handler, post)
        return request.redirect(f"/my/month-reports/{report_id}")
