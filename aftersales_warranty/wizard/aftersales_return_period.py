from datetime import timedelta

from dateutil.relativedelta import relativedelta
from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesReturnPeriod(models.TransientModel):
    """The period and place of a printed warehouse report."""

    _name = "aftersales.return.period"
    _description = "Period of the Returns Report"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", check_company=True, help="Empty: every warehouse."
    )
    kind = fields.Selection(
        [("day", "Day"), ("week", "Week"), ("month", "Month"), ("other", "Other")],
        default="day",
        required=True,
    )
    date_from = fields.Date(
        "From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_to = fields.Date(
        "To",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The period ends before it starts."
    )

    @api.depends("kind", "company_id")
    def _compute_dates(self):
        for wizard in self:
            today = wizard.company_id._get_aftersales_today()
            start = {
                "day": today,
                "week": today - timedelta(days=today.weekday()),
                "month": today.replace(day=1),
            }.get(wizard.kind, wizard.date_from or today)
            end = {
                "day": start,
                "week": start + timedelta(days=6),
                "month": start + relativedelta(months=1, days=-1),
            }.get(wizard.kind, wizard.date_to or today)
            wizard.date_from, wizard.date_to = start, end

    def action_print(self):
        """Print the report of the period."""
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it starts."))
        return self.env.ref("aftersales_warranty.return_work_report").report_action(
            self
        )

    # -- figures of the report -------------------------------------------------

    def _get_work_domain(self):
        """Rows of the period, in the company's days."""
        self.ensure_one()
        start, end = self._get_bounds()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", start),
            ("date", "<", end),
        ]
        if self.warehouse_id:
            domain.append(("warehouse_id", "=", self.warehouse_id.id))
        return domain

    def _get_bounds(self):
        """First moment of the period and first one after it, in UTC."""
        zone = timezone(self.company_id._get_aftersales_tz())
        days = (self.date_from, self.date_to + timedelta(days=1))
        return tuple(
            zone.localize(fields.Datetime.to_datetime(day))
            .astimezone(utc)
            .replace(tzinfo=None)
            for day in days
        )

    def _get_figures(self):
        """Tables of the printed report: ``[(title, [(label, count, quantity)])]``."""
        Work = self.env["aftersales.return.work"]
        tables = (
            (self.env._("Steps"), "step", []),
            (self.env._("Receipts"), "receipt_result", [("step", "=", "received")]),
            (self.env._("Grades"), "grade_id", [("step", "=", "inspected")]),
            (self.env._("Dispositions"), "disposition", [("step", "=", "disposed")]),
            (self.env._("Products"), "product_id", [("step", "=", "received")]),
            (self.env._("People"), "user_id", []),
        )
        figures = []
        for title, field, domain in tables:
            groups = Work._read_group(
                self._get_work_domain() + domain,
                [field],
                ["__count", "quantity:sum"],
            )
            rows = [
                (self._get_label(Work, field, value), count, quantity)
                for value, count, quantity in groups
            ]
            figures.append((title, rows))
        return figures

    @staticmethod
    def _get_label(model, field, value):
        if isinstance(value, models.BaseModel):
            return value.display_name or "-"
        labels = dict(model._fields[field]._description_selection(model.env))
        return labels.get(value, "-")

    def _get_waiting(self):
        """Goods in the returns area, the oldest first."""
        domain = [("is_held", "=", True), ("company_id", "=", self.company_id.id)]
        if self.warehouse_id:
            domain.append(("return_id.warehouse_id", "=", self.warehouse_id.id))
        return self.env["aftersales.return.line"].search(domain, order="date_received")
