from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW

#: Units that are measured: they work, or worked until lately.
MEASURED_STATES = ("probation", "active", "suspended", "withdrawal", "closed")


class AftersalesKpiPeriod(models.Model):
    """A month of key figures of one company: measured, then closed.

    Closing freezes every figure; reopening needs a reason and leaves its trace.
    """

    _name = "aftersales.kpi.period"
    _description = "KPI Month"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "month desc, company_id, id"
    _rec_name = "month"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    month = fields.Date(
        required=True, index=True, default=lambda self: self._get_last_month()
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    date_run = fields.Datetime("Measuring since", readonly=True, copy=False)
    point_cursor = fields.Integer(
        "Last Unit Measured",
        readonly=True,
        copy=False,
        aggregator=None,
        help="An interrupted job goes on behind it.",
    )
    date_computed = fields.Datetime("Figures as of", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_closed = fields.Datetime("Closed on", readonly=True, copy=False)
    reopen_count = fields.Integer("Times Reopened", readonly=True, copy=False)
    value_ids = fields.One2many("aftersales.kpi.value", "period_id", readonly=True)
    ok_count = fields.Integer("Targets Met", compute="_compute_counts")
    warning_count = fields.Integer("Warnings", compute="_compute_counts")
    missed_count = fields.Integer("Targets Missed", compute="_compute_counts")

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "date_run",
            "point_cursor",
            "date_computed",
            "closed_by_id",
            "date_closed",
            "reopen_count",
        )
    )
    _FIXED_FIELDS = frozenset(("company_id", "month"))

    _month_start = models.Constraint(
        "CHECK (EXTRACT(DAY FROM month) = 1)",
        "A month of key figures starts on its first day.",
    )
    _company_month_uniq = models.UniqueIndex(
        "(company_id, month)", "This month exists already for the company."
    )

    @api.model
    def _get_last_month(self):
        """First day of the month before today, in the company's time zone."""
        today = self.env.company._get_aftersales_today()
        return today.replace(day=1) - relativedelta(months=1)

    @api.depends("month", "company_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for period in self:
            month = period.month and format_date(
                self.env, period.month, date_format="MMMM yyyy"
            )
            name = period.company_id.name
            period.display_name = ", ".join(filter(None, (month, name)))

    def _compute_counts(self):
        Value = self.env["aftersales.kpi.value"]
        counts = {
            (period.id, status): count
            for period, status, count in Value._read_group(
                Domain("period_id", "in", self.ids)
                & Domain("service_point_id", "=", False),
                ["period_id", "status"],
                ["__count"],
            )
        }
        for period in self:
            period.ok_count = counts.get((period.id, "ok"), 0)
            period.warning_count = counts.get((period.id, "warning"), 0)
            period.missed_count = counts.get((period.id, "missed"), 0)

    @api.model_create_multi
    def create(self, vals_list):
        """Start months on their first day, whatever day was chosen."""
        for vals in vals_list:
            if vals.get("month"):
                vals["month"] = fields.Date.to_date(vals["month"]).replace(day=1)
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        kept = self.filtered(lambda p: p.state != "open" or p.reopen_count)[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(month)s was closed once and stays as evidence.",
                    month=kept.display_name,
                )
            )
        self.sudo().value_ids.unlink()

    def _get_last_day(self):
        """Last day of the month."""
        self.ensure_one()
        return self.month + relativedelta(day=31)

    def _get_units_domain(self):
        """Units whose work counts in the month."""
        self.ensure_one()
        return Domain("company_id", "=", self.company_id.id) & Domain(
            "state", "in", MEASURED_STATES
        )

    def _get_units(self):
        """Units of the company that the user may read, archived ones included."""
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        return Point.search(self._get_units_domain())

    # -- closing -------------------------------------------------------------------

    def action_close(self):
        """Freeze the figures of months that are over.

        :raise UserError: a month that runs, or that was not measured since its end
        """
        self.check_access("write")
        self.lock_for_update()
        self._check_flow_state("open")
        for period in self:
            period._check_closable()
            self.env["aftersales.approval"]._log(period, "kpi", "approved")
            period._freeze()
        self._write_flow(
            {
                "state": "closed",
                "closed_by_id": self.env.uid,
                "date_closed": fields.Datetime.now(),
            }
        )
        self._remind_owners()

    def _check_closable(self):
        """Refuse to close a month too early.

        :raise UserError: naming the month and the way out
        """
        self.ensure_one()
        company, last = self.company_id, self._get_last_day()
        if company._get_aftersales_today() <= last:
            raise UserError(
                self.env._(
                    "%(month)s is not over yet. Close it after %(day)s.",
                    month=self.display_name,
                    day=format_date(self.env, last),
                )
            )
        computed = self.date_computed
        if (
            not computed
            or self.date_run
            or company._get_aftersales_today(computed) <= last
        ):
            raise UserError(
                self.env._(
                    "%(month)s was not measured completely since its end. Measure it "
                    "anew, then close it.",
                    month=self.display_name,
                )
            )

    def _freeze(self):
        """Freeze all figures of the month."""
        # Nobody has the right to write figures: the step does.
        self.sudo().value_ids.with_context(aftersales_flow=FLOW).write(
            {"is_frozen": True, "date_frozen": fields.Datetime.now()}
        )

    def _remind_owners(self):
        """Plan one activity for each person whose figures missed their target."""
        for period in self:
            missed = period.value_ids.filtered(lambda v: v.status == "missed")
            for owner, values in missed.grouped("owner_id").items():
                if owner.share or not owner.active or owner._is_superuser():
                    continue
                names = sorted(set(values.kpi_id.mapped("name")))
                period.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=owner.id,
                    summary=period.env._("Targets Missed"),
                    note=period.env._(
                        "Figures that missed their target: %(names)s. Say what you "
                        "will do about them.",
                        names=", ".join(names),
                    ),
                )

    def action_reopen(self):
        """Ask why closed months are opened again."""
        self._check_flow_state("closed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reopen")

    def _reopen(self, reason):
        """Open closed months; what was frozen is kept beside the new figures.

        :param reason: why the figures have to change
        """
        self.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down why the month is opened again."))
        self.lock_for_update()
        self._check_flow_state("closed")
        for period in self:
            self.env["aftersales.approval"]._log(period, "kpi", "rejected", reason)
            period.message_post(body=reason)
            period._unfreeze()
            period._write_flow(
                {
                    "state": "open",
                    "closed_by_id": False,
                    "date_closed": False,
                    "reopen_count": period.reopen_count + 1,
                }
            )

    def action_view_values(self):
        """Open the figures of the month."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_kpi_value_action"
        )
        return {
            **action,
            "domain": [("period_id", "=", self.id)],
            "context": {"search_default_company_total": 1},
        }
