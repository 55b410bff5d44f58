from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: States of a point in which it owes a report for the month.
REPORTING_STATES = ("probation", "active", "suspended", "withdrawal")
#: Figures that the lines add up to.
TOTALS = (
    "count_total",
    "count_installation",
    "count_repair",
    "count_other",
    "count_on_time",
    "part_count",
    "amount_total",
)


class AftersalesMonthReport(models.Model):
    """What a point did in one month, handed to its centre.

    After the network-planning seed text every point reports its installations
    and repairs monthly, with quality information.  The figures come from the
    orders finished in the month (days in the time zone of the company); they
    are refreshed while the report is a draft and frozen once it is submitted.
    A returned report stays as it was; its correction is the next revision.
    """

    _name = "aftersales.month.report"
    _description = "Monthly Report"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.point.kind.mixin",
        "aftersales.portal.form.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "month desc, service_point_id, revision desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('tier', '=', 'point')]",
    )
    centre_id = fields.Many2one(
        "aftersales.service.point",
        "Responsible Centre",
        compute="_compute_centre_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="Centre of the point when the report was drafted.",
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(
        required=True, index=True, default=lambda self: self._get_last_month()
    )
    date_due = fields.Date("Due Date", compute="_compute_date_due")
    revision = fields.Integer(default=1, required=True, readonly=True, copy=False)
    previous_id = fields.Many2one(
        "aftersales.month.report",
        "Corrects",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("accepted", "Accepted"),
            ("returned", "Returned"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    line_ids = fields.One2many(
        "aftersales.month.report.line", "report_id", readonly=True, copy=False
    )
    count_total = fields.Integer("Jobs Done", compute="_compute_totals", store=True)
    count_installation = fields.Integer(
        "Installations", compute="_compute_totals", store=True
    )
    count_repair = fields.Integer("Repairs", compute="_compute_totals", store=True)
    count_other = fields.Integer("Other Jobs", compute="_compute_totals", store=True)
    count_on_time = fields.Integer("On Time", compute="_compute_totals", store=True)
    on_time_rate = fields.Float(
        "On Time (%)", compute="_compute_rates", digits=(5, 1), aggregator="avg"
    )
    hours_average = fields.Float("Average Hours", compute="_compute_rates")
    part_count = fields.Integer("Part Lines", compute="_compute_totals", store=True)
    amount_total = fields.Monetary("Amount", compute="_compute_totals", store=True)
    note_quality = fields.Text(
        "Quality Information",
        help="Faults that repeat, batches, what customers say about the products.",
    )
    note_competitor = fields.Text(
        "News of Competitors", help="Prices, offers and service of other brands."
    )
    note_needs = fields.Text(
        "Needs of the Point", help="Parts, tools, training or help that is missing."
    )
    date_built = fields.Datetime("Figures as of", readonly=True, copy=False)
    submitted_by_id = fields.Many2one(
        "res.users", "Submitted by", readonly=True, copy=False
    )
    date_submitted = fields.Datetime("Submitted On", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, copy=False
    )
    date_decided = fields.Datetime("Decided On", readonly=True, copy=False)
    return_reason = fields.Text(readonly=True, copy=False)
    is_reminded = fields.Boolean(readonly=True, copy=False)
    is_missing = fields.Boolean(
        "Overdue",
        compute="_compute_is_missing",
        search="_search_is_missing",
        help="Not submitted although the due day of the company has passed.",
    )
    change_note = fields.Text(
        "Orders Changed Since",
        compute="_compute_change_note",
        help="What the orders say now, where it differs from the submitted figures.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "revision",
            "previous_id",
            "date_built",
            "submitted_by_id",
            "date_submitted",
            "decided_by_id",
            "date_decided",
            "return_reason",
            "is_reminded",
            "centre_id",
            "name",
            *TOTALS,
        )
    )

    _month_start = models.Constraint(
        "CHECK (EXTRACT(DAY FROM month) = 1)",
        "A monthly report starts on the first day of its month.",
    )
    _point_month_uniq = models.UniqueIndex(
        "(service_point_id, month) WHERE state != 'returned'",
        "The point already has a report for this month.",
    )
    _revision_uniq = models.UniqueIndex(
        "(service_point_id, month, revision)",
        "The point already has this revision of the report.",
    )
    _missing_idx = models.Index("(month) WHERE state = 'draft'")

    @api.model
    def _get_last_month(self):
        """First day of the month before today, in the company's time zone."""
        today = self.env.company._get_aftersales_today()
        return today.replace(day=1) - relativedelta(months=1)

    @api.model
    def _get_due_month(self, company):
        """Newest month whose report is past the due day of ``company``."""
        today = company._get_aftersales_today()
        back = 1 if today.day > company.aftersales_report_due_day else 2
        return today.replace(day=1) - relativedelta(months=back)

    @api.depends("service_point_id.name", "month", "revision")
    def _compute_name(self):
        for report in self:
            month = report.month.strftime("%Y-%m") if report.month else ""
            name = f"{report.service_point_id.name or ''} {month}".strip()
            report.name = f"{name}/{report.revision}" if report.revision > 1 else name

    @api.depends("service_point_id")
    def _compute_centre_id(self):
        for report in self:
            report.centre_id = report.service_point_id.centre_id

    @api.depends("month", "company_id.aftersales_report_due_day")
    def _compute_date_due(self):
        for report in self:
            day = report.company_id.aftersales_report_due_day or 1
            report.date_due = report.month and (
                report.month + relativedelta(months=1, day=day)
            )

    @api.depends(
        "line_ids.kind",
        "line_ids.count_done",
        "line_ids.count_on_time",
        "line_ids.part_count",
        "line_ids.amount",
    )
    def _compute_totals(self):
        for report in self:
            lines = report.line_ids
            kinds = {"installation": 0, "repair": 0, "other": 0}
            for line in lines:
                kinds[line.kind if line.kind in kinds else "other"] += line.count_done
            report.count_total = sum(kinds.values())
            report.count_installation = kinds["installation"]
            report.count_repair = kinds["repair"]
            report.count_other = kinds["other"]
            report.count_on_time = sum(lines.mapped("count_on_time"))
            report.part_count = sum(lines.mapped("part_count"))
            report.amount_total = sum(lines.mapped("amount"))

    @api.depends("line_ids.hours_total", "line_ids.hours_count", "count_total")
    def _compute_rates(self):
        for report in self:
            hours = sum(report.line_ids.mapped("hours_total"))
            started = sum(report.line_ids.mapped("hours_count"))
            done = report.count_total
            report.hours_average = hours / started if started else 0.0
            report.on_time_rate = 100.0 * report.count_on_time / done if done else 0.0

    @api.depends("state", "month", "service_point_id.state")
    def _compute_is_missing(self):
        for company, reports in self.grouped("company_id").items():
            due = self._get_due_month(company or self.env.company)
            for report in reports:
                report.is_missing = (
                    report.state == "draft"
                    and report.service_point_id.state != "closed"
                    and bool(report.month and report.month <= due)
                )

    def _search_is_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        open_domain = Domain("state", "=", "draft")
        open_domain &= Domain("service_point_id.state", "!=", "closed")
        return open_domain & Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("month", "<=", self._get_due_month(company))
            for company in self.env.companies
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("month"):
                month = fields.Date.to_date(vals["month"])
                vals["month"] = month.replace(day=1)
        reports = super().create(vals_list)
        reports._rebuild()
        return reports

    def write(self, vals):
        if not self._is_flow():
            self._check_editable(vals)
        return super().write(vals)

    def _check_editable(self, vals):
        """Refuse another point or month, and changes of a submitted report.

        :raise UserError: naming the report
        """
        fixed = self[:1] if {"service_point_id", "month"} & set(vals) else self[:0]
        if fixed:
            raise UserError(
                self.env._(
                    "%(report)s: point and month are fixed. Delete the draft and "
                    "start another report.",
                    report=fixed.name,
                )
            )
        notes = {"note_quality", "note_competitor", "note_needs"}
        frozen = self.filtered(lambda r: r.state != "draft")[:1]
        if frozen and notes & set(vals):
            raise UserError(
                self.env._(
                    "%(report)s is submitted; its remarks are frozen like its "
                    "figures. The centre may return it for a correction.",
                    report=frozen.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        kept = self.filtered(lambda r: r.state != "draft" or r.previous_id)[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(report)s was handed in before and stays readable; it cannot "
                    "be deleted.",
                    report=kept.name,
                )
            )

    def action_view_orders(self):
        """Open the orders behind the figures of the report."""
        self.ensure_one()
        return self._get_orders_action(self.line_ids, self.name)

    @api.model
    def _get_orders_action(self, lines, name):
        """Window action on the orders that ``lines`` count."""
        ids = [order_id for line in lines for order_id in line.order_refs or []]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders of %(name)s", name=name),
            "res_model": "aftersales.service.order",
            "view_mode": "list,kanban,pivot,form",
            "domain": [("id", "in", ids)],
            "context": {"create": False},
        }

    def _get_report_base_filename(self):
        """Name of the PDF file, as the portal asks for it."""
        self.ensure_one()
        return self.name.replace("/", "-")
