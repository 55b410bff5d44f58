import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW

_logger = logging.getLogger(__name__)

#: Points that one step of the job takes up.
BATCH = 50
#: More points than this are left to the scheduled job.
AT_ONCE = 50


class AftersalesSettlementPeriod(models.Model):
    """The run that settles the points of a company for one period.

    Each point is a line of its own and settled in its own transaction: what is done
    stays done when the process is killed, and the next run goes on with the rest.
    A second run of the period takes only what no settlement holds yet.
    """

    _name = "aftersales.settlement.period"
    _description = "Settlement Period"
    _inherit = ["aftersales.flow.mixin", "mail.thread"]
    _order = "date_to desc, id desc"
    _rec_name = "date_to"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("Until", required=True, readonly=True)
    send_statements = fields.Boolean(
        readonly=True, help="The statements go to the points without a clerk's look."
    )
    state = fields.Selection(
        [("running", "Running"), ("done", "Done")],
        default="running",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many(
        "aftersales.settlement.period.line", "period_id", "Points", readonly=True
    )
    settlement_ids = fields.One2many(
        "aftersales.settlement", "period_id", "Settlements", readonly=True
    )
    settlement_count = fields.Integer(compute="_compute_settlement_count")
    point_count = fields.Integer("Number of Points", compute="_compute_progress")
    waiting_count = fields.Integer("Points Waiting", compute="_compute_progress")
    failed_count = fields.Integer("Points Failed", compute="_compute_progress")
    progress = fields.Float("Progress %", compute="_compute_progress")

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A period cannot end before it starts."
    )
    _period_uniq = models.UniqueIndex(
        "(company_id, date_from, date_to)", "This period has its run already."
    )

    _FLOW_FIELDS = frozenset(
        ("state", "company_id", "date_from", "date_to", "send_statements")
    )

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for period in self:
            days = (period.date_from, period.date_to)
            texts = [format_date(self.env, day) for day in days if day]
            period.display_name = " – ".join(texts)

    def _compute_settlement_count(self):
        counts = dict(
            self.env["aftersales.settlement"]._read_group(
                [("period_id", "in", self.ids)], ["period_id"], ["__count"]
            )
        )
        for period in self:
            period.settlement_count = counts.get(period._origin, 0)

    @api.depends("line_ids.state")
    def _compute_progress(self):
        rows = self.env["aftersales.settlement.period.line"]._read_group(
            [("period_id", "in", self.ids)], ["period_id", "state"], ["__count"]
        )
        counts = {}
        for period, state, count in rows:
            counts.setdefault(period, {})[state] = count
        for period in self:
            found = counts.get(period._origin, {})
            total = sum(found.values())
            period.point_count = total
            period.waiting_count = found.get("waiting", 0)
            period.failed_count = found.get("failed", 0)
            done = total - period.waiting_count
            period.progress = 100 * done / total if total else 0

    @api.ondelete(at_uninstall=False)
    def _unlink_except_settled(self):
        kept = self.filtered("settlement_ids")[:1]
        if kept:
            raise UserError(
                self.env._(
                    "The run of %(period)s made settlements and stays.",
                    period=kept.display_name,
                )
            )

    def action_view_settlements(self):
        """Open the settlements of the run."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settlements"),
            "res_model": "aftersales.settlement",
            "view_mode": "list,form,pivot,graph",
            "domain": [("period_id", "=", self.id)],
        }

    def action_run_again(self):
        """Take up points that failed, and what has come up since.

        :raise AccessError: no settlement clerk
        """
        self.ensure_one()
        self.env["aftersales.settlement"]._check_clerk()
        self._queue(self._find_points(self.company_id, self.date_to))
        return self._go_on()

    # -- queueing --------------------------------------------------------------

    @api.model
    def _start(self, company, date_from, date_to, points=None):
        """The run of a period, new or there, with the points that wait.

        :param points: only these; every point of the company that waits otherwise
        """
        self.env["aftersales.settlement"]._check_clerk()
        period = self.search(
            Domain("company_id", "=", company.id)
            & Domain("date_from", "=", date_from)
            & Domain("date_to", "=", date_to)
        )
        if not period:
            period = self.with_context(aftersales_flow=FLOW).create(
                {
                    "company_id": company.id,
                    "date_from": date_from,
                    "date_to": date_to,
                    "send_statements": company.aftersales_statement_send,
                }
            )
            period = period.with_env(self.env)
        found = period._find_points(company, date_to)
        period._queue(found & points if points else found)
        return period

    @api.model
    def _find_points(self, company, date_to):
        """Points of the company for which something waits."""
        Settlement = self.env["aftersales.settlement"].with_company(company)
        Point = self.env["aftersales.service.point"]
        # A point that left is still owed its money.
        points = Point.with_context(active_test=False).search(
            [("company_id", "=", company.id)]
        )
        waiting = (
            ("aftersales.claim.line", Settlement._get_claim_lines_domain),
            ("aftersales.point.adjustment", Settlement._get_adjustments_domain),
        )
        entries = Settlement._prepare_deductions(points, date_to)
        found = Point.browse({entry["service_point_id"] for entry in entries})
        for model, get_domain in waiting:
            rows = self.env[model]._read_group(
                get_domain(points, date_to), ["service_point_id"]
            )
            found |= Point.union(*(point for (point,) in rows))
        return found

    def _queue(self, points):
        """Let points wait for the run; those it knows wait again."""
        self.ensure_one()
        Line = self.env["aftersales.settlement.period.line"]
        flow = {"aftersales_flow": FLOW}
        known = self.line_ids.filtered(lambda line: line.service_point_id in points)
        known.with_context(**flow).write({"state": "waiting", "message": False})
        failed = (self.line_ids - known).filtered(lambda line: line.state == "failed")
        failed.with_context(**flow).write({"state": "nothing", "message": False})
        Line.with_context(**flow).create(
            [
                {"period_id": self.id, "service_point_id": point.id}
                for point in points - known.service_point_id
            ]
        )
        if points:
            self._write_flow({"state": "running"})
        elif not self.line_ids.filtered(lambda line: line.state == "waiting"):
            self._write_flow({"state": "done"})

    def _go_on(self):
        """Settle few points at once; leave many to the scheduled job.

        :return: window action
        """
        self.ensure_one()
        if self.waiting_count > AT_ONCE:
            cron = self.env.ref("aftersales_warranty.settlement_period_ir_cron")
            cron.sudo()._trigger()
        else:
            self._work_off(self._get_waiting())
        if self.settlement_ids and self.state == "done" and not self.failed_count:
            return self.action_view_settlements()
        return self._get_records_action()

    # -- working off -----------------------------------------------------------

    def _get_waiting(self, limit=None, after=0):
        """Lines of the runs that wait, in order.

        :param after: id of the last line that was tried
        """
        return self.env["aftersales.settlement.period.line"].search(
            self._get_waiting_domain() & Domain("id", ">", after),
            order="id",
            limit=limit,
        )

    def _work_off(self, lines):
        """Settle the points of the lines; close runs that have none left."""
        for line in lines:
            line._settle()
        self._close_finished()

    def _close_finished(self):
        """Runs without waiting points are done."""
        self.invalidate_recordset(["waiting_count"])
        over = self.filtered(lambda p: p.state == "running" and not p.waiting_count)
        over._write_flow({"state": "done"})

    @api.model
    def _cron_settle(self):
        """Start the run of the last month where it is due, then work runs off."""
        self._start_due()
        Cron = self.env["ir.cron"]
        periods = self.search([("state", "=", "running")])
        waiting = self.env["aftersales.settlement.period.line"]
        left = waiting.search_count(periods._get_waiting_domain())
        Cron._commit_progress(remaining=left)
        last = 0
        # A point that another worker has is passed over, not tried for ever.
        while lines := periods._get_waiting(limit=BATCH, after=last):
            for line in lines:
                line._settle()
                last, left = line.id, max(left - 1, 0)
                if not Cron._commit_progress(1, remaining=left):
                    return
        periods._close_finished()
        Cron._commit_progress(remaining=0)

    def _get_waiting_domain(self):
        """Lines of the runs that wait."""
        return Domain("period_id", "in", self.ids) & Domain("state", "=", "waiting")

    @api.model
    def _start_due(self):
        """Start the runs of the companies that settle every month."""
        # The scheduled job works for every company.
        companies = (
            self.env["res.company"]
            .sudo()
            .search([("aftersales_settlement_cycle", "=", "month")])
        )
        for company in companies:
            today = company._get_aftersales_today()
            if today.day < company.aftersales_settlement_day:
                continue
            date_to = today.replace(day=1) - relativedelta(days=1)
            date_from = date_to.replace(day=1)
            known = self.search_count(
                Domain("company_id", "=", company.id)
                & Domain("date_from", "=", date_from)
                & Domain("date_to", "=", date_to)
            )
            if not known:
                self.with_company(company)._start(company, date_from, date_to)


class AftersalesSettlementPeriodLine(models.Model):
    """One point in the run of a period."""

    _name = "aftersales.settlement.period.line"
    _description = "Point in a Settlement Period"
    _inherit = ["aftersales.flow.mixin"]
    _order = "period_id, id"
    _rec_name = "service_point_id"
    _check_company_auto = True

    period_id = fields.Many2one(
        "aftersales.settlement.period",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="period_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Settled"),
            ("nothing", "Nothing to Settle"),
            ("failed", "Failed"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    settlement_count = fields.Integer("Settlements Made", readonly=True)
    open_claim_count = fields.Integer(
        "Claims Undecided",
        readonly=True,
        help="Claims of the period that were not decided yet; they come with the next.",
    )
    message = fields.Char(readonly=True)

    _point_once = models.UniqueIndex(
        "(period_id, service_point_id)", "This point is in the run already."
    )

    _FLOW_FIELDS = frozenset(
        (
            "period_id",
            "service_point_id",
            "state",
            "settlement_count",
            "open_claim_count",
            "message",
        )
    )

    def _settle(self):
        """Settle the point, whole or not at all; a failure is noted."""
        self.ensure_one()
        # Another worker may have it: it is settled once.
        if not self.try_lock_for_update():
            return
        self.invalidate_recordset(["state"])
        if self.state != "waiting":
            return
        try:
            with self.env.cr.savepoint():
                vals = self._settle_point()
                self.env.flush_all()
        except (UserError, ValidationError) as error:
            self.env.invalidate_all()
            vals = {"state": "failed", "message": str(error)}
        except Exception as error:  # one bad point never stops the others
            _logger.exception("Settling point %s failed", self.service_point_id.id)
            self.env.invalidate_all()
            vals = {"state": "failed", "message": str(error)}
        self._write_flow(vals)

    def _settle_point(self):
        """Make the settlements of the point.

        :return: what is noted in the line
        """
        period, point = self.period_id, self.service_point_id
        Settlement = self.env["aftersales.settlement"].with_company(self.company_id)
        settlements = Settlement._settle_points(point, period.date_from, period.date_to)
        settlements._write_flow(period_id=period.id)
        if period.send_statements:
            settlements.action_send()
        return {
            "state": "done" if settlements else "nothing",
            "settlement_count": self.settlement_count + len(settlements),
            "open_claim_count": self._count_open_claims(),
            "message": False,
        }

    def _count_open_claims(self):
        """Claims of the point that were handed in and are not decided."""
        return self.env["aftersales.claim"].search_count(
            Domain("service_point_id", "=", self.service_point_id.id)
            & Domain("state", "in", ("submitted", "review"))
            & Domain("date_submission", "<=", self.period_id.date_to)
        )


class AftersalesSettlement(models.Model):
    """The run that made a settlement."""

    _inherit = "aftersales.settlement"

    period_id = fields.Many2one(
        "aftersales.settlement.period",
        "Settlement Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )

    _FLOW_FIELDS = frozenset(("period_id",))
