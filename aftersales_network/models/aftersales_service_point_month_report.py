from odoo import fields, models
from odoo.fields import Domain

#: States in which a report is with the centre.
HANDED_IN = ("submitted", "accepted")


class AftersalesServicePoint(models.Model):
    """Monthly reports of a point."""

    _inherit = "aftersales.service.point"

    month_report_ids = fields.One2many("aftersales.month.report", "service_point_id")
    month_report_count = fields.Integer(compute="_compute_month_report_count")
    is_month_report_missing = fields.Boolean(
        "Monthly Report Missing",
        compute="_compute_is_month_report_missing",
        search="_search_is_month_report_missing",
        help="The newest report that is due has not been submitted.",
    )

    def _compute_month_report_count(self):
        Report = self.env["aftersales.month.report"]
        counts = {}
        if Report.has_access("read"):
            mine = Domain("service_point_id", "in", self.ids)
            counts = self._count_by_point(Report, mine)
        for point in self:
            point.month_report_count = counts.get(point._origin, 0)

    def _compute_is_month_report_missing(self):
        missing = self.search(
            Domain("id", "in", self.ids) & Domain("is_month_report_missing", "=", True)
        )
        for point in self:
            point.is_month_report_missing = point._origin in missing

    def _search_is_month_report_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        Report = self.env["aftersales.month.report"]
        domains = []
        for company in self.env.companies:
            month = Report._get_due_month(company)
            handed_in = [("month", "=", month), ("state", "in", HANDED_IN)]
            domains.append(
                Report.with_company(company)._get_reporting_domain(month)
                & Domain("month_report_ids", "not any", handed_in)
            )
        return Domain.OR(domains)

    def action_view_month_reports(self):
        """Open the monthly reports of the point."""
        return self._get_related_action(
            "aftersales.month.report",
            self.env._("Monthly Reports"),
            "list,kanban,pivot,graph,form",
        )
