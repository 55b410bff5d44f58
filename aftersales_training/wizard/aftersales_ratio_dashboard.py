import json

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import format_date

from odoo.addons.aftersales_network.wizard.dashboard_mixin import WIDE_GROUPS

from ..tools.ratio import DEFAULT_RULE, month_ends, share, value_on

CURVE_MONTHS = 24
HISTORY_MONTHS = 12
NEXT_TO_EXPIRE = 10


class AftersalesRatioDashboard(models.TransientModel):
    """The manager ratio of a company, centre or point on a date.

    The figures are computed when they are looked at; only
    :meth:`action_keep_evidence` stores them.
    """

    _name = "aftersales.ratio.dashboard"
    _inherit = ["aftersales.dashboard.mixin"]
    _description = "Manager Ratio on a Date"

    _WIDE_GROUPS = ("aftersales_network.group_training_officer", *WIDE_GROUPS)

    date = fields.Date(
        required=True, default=lambda self: self.env.company._get_aftersales_today()
    )
    is_allowed = fields.Boolean(compute="_compute_figures")
    managers = fields.Integer(compute="_compute_figures")
    holders = fields.Integer("Certified", compute="_compute_figures")
    required = fields.Integer(compute="_compute_figures")
    shortfall = fields.Integer(compute="_compute_figures")
    ratio = fields.Float("Share", digits=(7, 6), compute="_compute_figures")
    ratio_percent = fields.Float(
        "Certified (%)", digits=(5, 2), compute="_compute_figures"
    )
    rule_percent = fields.Float("Rule (%)", digits=(5, 2), compute="_compute_figures")
    rule_minimum = fields.Integer("At Least", compute="_compute_figures")
    answer = fields.Char(compute="_compute_figures")
    manager_staff_ids = fields.Many2many(
        "aftersales.staff", compute="_compute_figures", string="Service Managers"
    )
    holder_staff_ids = fields.Many2many(
        "aftersales.staff", compute="_compute_figures", string="Certified Managers"
    )
    open_staff_ids = fields.Many2many(
        "aftersales.staff", compute="_compute_figures", string="Not Certified"
    )
    expiring_ids = fields.Many2many(
        "aftersales.certificate", compute="_compute_expiring", string="Expire Next"
    )
    units = fields.Json("Units Below", compute="_compute_units")
    curve = fields.Text(compute="_compute_curve")
    date_under = fields.Date("Falls Below On", compute="_compute_curve")
    forecast_note = fields.Char(compute="_compute_curve")

    @api.model
    def _get_page_name(self):
        return self.env._("Manager Ratio")

    @api.depends("date")
    def _compute_display_name(self):
        for board in self:
            board.display_name = self.env._("Manager Ratio")

    @api.depends("company_id", "service_point_id", "date")
    def _compute_figures(self):
        for board in self:
            board.is_allowed = board._is_scope_allowed()
            rule, figures = board._get_figures()
            for name in ("managers", "holders", "required", "shortfall", "ratio"):
                board[name] = figures[name]
            board.ratio_percent = round(100 * figures["ratio"], 2)
            board.rule_percent = float(100 * rule.rate)
            board.rule_minimum = rule.minimum
            board.answer = board._describe_answer()
            managers, holders = figures["manager_ids"], figures["holder_ids"]
            board.manager_staff_ids = [Command.set(managers)]
            board.holder_staff_ids = [Command.set(holders)]
            missing = sorted(set(managers) - set(holders))
            board.open_staff_ids = [Command.set(board._rank_for_training(missing))]

    def _get_figures(self):
        """Return (rule of the day, figures); zeros where the user may not ask."""
        Ratio = self.env["aftersales.manager.ratio"]
        if not self.is_allowed or not self.date:
            return DEFAULT_RULE, Ratio._prepare_figures(DEFAULT_RULE, [], [])
        rule = self.company_id.sudo()._get_aftersales_ratio_rule(self.date)
        return rule, Ratio._get_ratio(self.date, **self._get_scope_args())

    def _describe_answer(self):
        """The figures in one sentence."""
        return self.env._(
            "%(holders)s certified of %(managers)s managers; the rule (%(percent)s %%, "
            "at least %(minimum)s) asks for %(required)s.",
            holders=self.holders,
            managers=self.managers,
            percent=f"{self.rule_percent:g}",
            minimum=self.rule_minimum,
            required=self.required,
        )

    def _rank_for_training(self, staff_ids):
        """Whom to train first: at units that lack heads, longest in the role."""
        if not staff_ids:
            return []
        Staff = self.env["aftersales.staff"].with_context(active_test=False)
        groups = Staff._read_group(
            [("id", "in", staff_ids)], ["service_point_id"], ["id:array_agg"]
        )
        units = self.env["aftersales.service.point"].union(*(g[0] for g in groups))
        ratios = self.env["aftersales.manager.ratio"]._get_ratios(
            self.date, self.company_id, units, with_company=False
        )
        urgent = {
            staff_id
            for unit, ids in groups
            for staff_id in ids
            if ratios[unit.id]["shortfall"]
        }
        ordered = Staff.search([("id", "in", staff_ids)], order="date_from, id")
        return sorted(ordered.ids, key=lambda staff_id: staff_id not in urgent)

    @api.depends("company_id", "service_point_id", "date")
    def _compute_units(self):
        Ratio = self.env["aftersales.manager.ratio"]
        names = ("managers", "holders", "required", "shortfall")
        for board in self:
            units = board._get_units_below()
            ratios = (
                Ratio._get_ratios(board.date, board.company_id, units, False)
                if units
                else {}
            )
            board.units = [
                {
                    "id": unit.id,
                    "name": unit.display_name,
                    **{name: ratios[unit.id][name] for name in names},
                    "percent": round(100 * ratios[unit.id]["ratio"], 2),
                }
                for unit in units
            ]

    def _get_units_below(self):
        """Nothing where the user may not ask."""
        if not self.date or not self._is_scope_allowed():
            return self.env["aftersales.service.point"]
        return super()._get_units_below()

    @api.depends("holder_staff_ids", "date")
    def _compute_expiring(self):
        for board in self:
            found = board.holder_staff_ids._get_certificates(
                board._get_counting_domain() & Domain("date_expiry", "!=", False)
            )
            certificates = self.env["aftersales.certificate"].union(*found.values())
            board.expiring_ids = certificates.sorted("date_expiry")[:NEXT_TO_EXPIRE]

    @api.depends("company_id", "service_point_id", "date")
    def _compute_curve(self):
        for board in self:
            rows, days = board._get_curve()
            board.date_under = days[0] if days else False
            board.forecast_note = board._describe_forecast(days)
            board.curve = json.dumps(board._prepare_curve(rows, days))

    def _prepare_curve(self, rows, days):
        """Both lines of the chart: recorded month ends, then the forecast."""
        history = self._get_history() if rows else []
        points = history + rows
        dates = [row["date"] for row in points]
        under = next((n for n, day in enumerate(dates) if days and day >= days[0]), -1)
        return {
            "labels": [format_date(self.env, day) for day in dates],
            "holders": [row["holders"] for row in points],
            "required": [row["required"] for row in points],
            "holders_label": self.env._("Certified"),
            "required_label": self.env._("Required"),
            "now": len(history),
            "under": under,
        }

    def _get_scope_args(self):
        """Arguments of the questions about the chosen unit."""
        self.ensure_one()
        return {"company": self.company_id, "point": self.service_point_id}

    def _get_counting_domain(self):
        """Certificates that count on the chosen date."""
        Certificate = self.env["aftersales.certificate"]
        return Certificate._get_valid_domain(self.date) & Domain(
            "type_id.counts_for_ratio", "=", True
        )

    def _get_snapshot_domain(self):
        return Domain("company_id", "=", self.company_id.id) & Domain(
            "service_point_id", "=", self.service_point_id.id
        )

    def _get_curve(self):
        """Return (rows from the chosen date on, dates of falling below)."""
        self.ensure_one()
        if not self.date or not self._is_scope_allowed():
            return [], []
        course, days = self.env["aftersales.manager.ratio"]._get_forecast(
            self.date, months=CURVE_MONTHS, **self._get_scope_args()
        )
        dates = sorted({self.date, *month_ends(self.date, CURVE_MONTHS), *days})
        rows = []
        for day in dict.fromkeys(dates):
            value = value_on(course, day)
            rows.append(
                {
                    "date": day,
                    "kind": "forecast",
                    "managers": value.managers,
                    "holders": value.holders,
                    "required": value.required,
                    "ratio": float(share(value.holders, value.managers) or 0),
                }
            )
        return rows, days

    def _get_history(self):
        """Recorded month ends before the chosen date, oldest first."""
        snapshots = self.env["aftersales.manager.ratio"].search(
            self._get_snapshot_domain()
            & Domain("kind", "=", "month_end")
            & Domain("date", "<", self.date),
            limit=HISTORY_MONTHS,
        )
        names = ("date", "managers", "holders", "required", "ratio")
        return [
            {"kind": "recorded", **{name: snapshot[name] for name in names}}
            for snapshot in reversed(snapshots)
        ]

    def _describe_forecast(self, days):
        """Say when the requirement stops being met."""
        if not days:
            return self.env._("Met for the next two years, as known today.")
        if days[0] == self.date:
            return self.env._("Not met on this date.")
        return self.env._(
            "Falls below on %(date)s unless certificates are renewed.",
            date=format_date(self.env, days[0]),
        )
