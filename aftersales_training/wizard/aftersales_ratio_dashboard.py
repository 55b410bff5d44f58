import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ..tools.ratio import DEFAULT_RULE, month_ends, share, value_on

WIDE_GROUPS = (
    "aftersales_network.group_training_officer",
    "aftersales_network.group_head",
    "aftersales_network.group_auditor",
    "aftersales_network.group_technical_reviewer",
)
CURVE_MONTHS = 24
HISTORY_MONTHS = 12
NEXT_TO_EXPIRE = 10


class AftersalesRatioDashboard(models.TransientModel):
    """The manager ratio of a company, centre or point on a date.

    The figures are computed when they are looked at; only
    :meth:`action_keep_evidence` stores them.
    """

    _name = "aftersales.ratio.dashboard"
    _description = "Manager Ratio on a Date"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        default=lambda self: self._default_service_point_id(),
        domain="[('company_id', '=', company_id)]",
        help="Centre or point with everything below it; empty: the whole company.",
    )
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
    rule_percent = fields.Float(
        "Rule (%)", related="company_id.aftersales_ratio_percent"
    )
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
    curve = fields.Text(compute="_compute_curve")
    date_under = fields.Date("Falls Below On", compute="_compute_curve")
    forecast_note = fields.Char(compute="_compute_curve")

    @api.model
    def _default_service_point_id(self):
        """A centre manager starts with the own unit."""
        user = self.env.user
        if any(user.has_group(group) for group in WIDE_GROUPS):
            return False
        ids = user._get_aftersales_point_ids()
        return self.env["aftersales.service.point"].browse(sorted(ids)[:1])

    @api.depends("date")
    def _compute_display_name(self):
        for board in self:
            board.display_name = self.env._("Manager Ratio")

    @api.depends("company_id", "service_point_id", "date")
    def _compute_figures(self):
        Ratio = self.env["aftersales.manager.ratio"]
        for board in self:
            board.is_allowed = board._is_scope_allowed()
            figures = (
                Ratio._get_ratio(board.date, **board._get_scope_args())
                if board.is_allowed and board.date
                else Ratio._prepare_figures(DEFAULT_RULE, [], [])
            )
            for name in ("managers", "holders", "required", "shortfall", "ratio"):
                board[name] = figures[name]
            board.ratio_percent = round(100 * figures["ratio"], 2)
            managers, holders = figures["manager_ids"], figures["holder_ids"]
            board.manager_staff_ids = [Command.set(managers)]
            board.holder_staff_ids = [Command.set(holders)]
            board.open_staff_ids = [Command.set(sorted(set(managers) - set(holders)))]

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
            board.curve = json.dumps(
                [
                    {
                        "key": self.env._("Certified (%)"),
                        "values": [
                            {
                                "x": format_date(self.env, row["date"]),
                                "y": round(100 * row["ratio"], 2),
                            }
                            for row in rows
                        ],
                    }
                ]
            )

    def action_view_managers(self):
        """Open the service managers of the date."""
        name = self.env._("Service Managers")
        return self._get_staff_action(name, self.manager_staff_ids)

    def action_view_holders(self):
        """Open the certified managers of the date."""
        name = self.env._("Certified Managers")
        return self._get_staff_action(name, self.holder_staff_ids)

    def action_view_open(self):
        """Open the managers whom a certificate would help."""
        name = self.env._("Managers without Certificate")
        return self._get_staff_action(name, self.open_staff_ids)

    def action_view_expiring(self):
        """Open the certificates behind the figure, the next to expire first."""
        self.ensure_one()
        found = self.holder_staff_ids._get_certificates(self._get_counting_domain())
        certificates = self.env["aftersales.certificate"].union(*found.values())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Certificates That Count"),
            "res_model": "aftersales.certificate",
            "view_mode": "list,calendar,form",
            "domain": [("id", "in", certificates.ids)],
        }

    def action_view_curve(self):
        """Open recorded month ends and the forecast as a graph."""
        self.ensure_one()
        self._check_scope()
        rows, _days = self._get_curve()
        lines = self.env["aftersales.ratio.forecast"].create(
            [{**row, "dashboard_id": self.id} for row in self._get_history() + rows]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Course of the Manager Ratio"),
            "res_model": "aftersales.ratio.forecast",
            "view_mode": "graph,list",
            "domain": [("id", "in", lines.ids)],
        }

    def action_view_snapshots(self):
        """Open the recorded figures of this unit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recorded Ratios"),
            "res_model": "aftersales.manager.ratio",
            "view_mode": "list,graph,pivot,form",
            "domain": list(self._get_snapshot_domain()),
        }

    def action_keep_evidence(self):
        """Store today's answer for this date and unit; nobody changes it later."""
        self.ensure_one()
        self._check_scope()
        officer = "aftersales_network.group_training_officer"
        auditor = "aftersales_network.group_auditor"
        if not (self.env.user.has_group(officer) or self.env.user.has_group(auditor)):
            raise AccessError(
                self.env._("Only HR training officers and auditors keep evidence.")
            )
        if self.date > self.company_id._get_aftersales_today():
            raise UserError(self.env._("A future date is a forecast, not evidence."))
        # Nobody has the right to create evidence with figures of his own.
        ratio_sudo = self.env["aftersales.manager.ratio"].sudo()
        snapshot = ratio_sudo._create_snapshot(
            self.date, self.company_id, self.service_point_id
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.manager.ratio",
            "res_id": snapshot.id,
            "view_mode": "form",
        }

    @api.model
    def action_open(self):
        """Open the dashboard with the figures of today."""
        board = self.create({})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Manager Ratio"),
            "res_model": self._name,
            "res_id": board.id,
            "view_mode": "form",
            "target": "current",
        }

    def _get_staff_action(self, name, staff):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "aftersales.staff",
            "view_mode": "list,form",
            "domain": [("id", "in", staff.ids), ("active", "in", (True, False))],
        }

    def _get_scope_args(self):
        """Arguments of the questions about the chosen unit."""
        self.ensure_one()
        return {"company": self.company_id, "point": self.service_point_id}

    def _is_scope_allowed(self):
        """Whether the user may see the figures of this company and unit.

        Who sees every point may ask for a company; others for their own units.
        """
        self.ensure_one()
        point = self.service_point_id
        if self.company_id not in self.env.companies:
            return False
        if point:
            return point.has_access("read") and point.company_id == self.company_id
        return any(self.env.user.has_group(group) for group in WIDE_GROUPS)

    def _check_scope(self):
        if not self._is_scope_allowed():
            raise AccessError(self.env._("Choose a unit that you are responsible for."))

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
        dates = [self.date, *month_ends(self.date, CURVE_MONTHS)]
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


class AftersalesRatioForecast(models.TransientModel):
    """One point of the course of the ratio, recorded or expected."""

    _name = "aftersales.ratio.forecast"
    _description = "Manager Ratio Course"
    _order = "date, id"

    dashboard_id = fields.Many2one(
        "aftersales.ratio.dashboard", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True)
    kind = fields.Selection(
        [("recorded", "Recorded"), ("forecast", "Forecast")], required=True
    )
    managers = fields.Integer()
    holders = fields.Integer("Certified")
    required = fields.Integer()
    ratio = fields.Float("Share", digits=(7, 6), aggregator="avg")
