import json
import logging

from dateutil.relativedelta import relativedelta
from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import kpi as kernel

_logger = logging.getLogger(__name__)

BATCH_SIZE = 200
#: Columns that the job writes, with their types.
COLUMNS = {
    "kpi_id": "int",
    "period_id": "int",
    "company_id": "int",
    "service_point_id": "int",
    "tier": "varchar",
    "month": "date",
    "owner_id": "int",
    "numerator": "numeric",
    "denominator": "numeric",
    "own_numerator": "numeric",
    "own_denominator": "numeric",
    "value": "numeric",
    "has_target": "bool",
    "target": "numeric",
    "attainment": "numeric",
    "status": "varchar",
    "reason": "varchar",
    "date_computed": "timestamp",
    "is_frozen": "bool",
    "create_uid": "int",
    "create_date": "timestamp",
    "write_uid": "int",
    "write_date": "timestamp",
}
#: What a second measurement of an open month leaves alone.
KEPT = {"kpi_id", "period_id", "company_id", "service_point_id", "month", "tier"}
KEPT |= {"is_frozen", "create_uid", "create_date"}


class AftersalesKpiPeriod(models.Model):
    """Measuring: points batch by batch, then centres and the company from them.

    The cursor of the month is written with the figures of its batch: interrupted
    anywhere, the job goes on behind it without a double or a gap.
    """

    _inherit = "aftersales.kpi.period"

    # -- the job -------------------------------------------------------------------

    @api.model
    def _cron_measure(self, batch_size=BATCH_SIZE):
        """Measure the running and the last month of every company, in batches."""
        periods = self._get_due_periods()
        for number, period in enumerate(periods, start=1):
            if not period._run(batch_size, len(periods) - number):
                return

    def _run(self, batch_size, periods_left):
        """Measure one month to its end, with a commit after each batch.

        A month that somebody else has in hand, or that fails, is left for the next
        run and does not keep the others waiting.

        :return: whether time is left
        """
        self.ensure_one()
        Cron = self.env["ir.cron"]
        left = 1
        while left:
            try:
                with self.env.cr.savepoint():
                    left = self._run_batch(batch_size)
            except SerializationFailure:
                self.env.cr.rollback()
                left = 0
            except Exception:
                _logger.exception("The key figures of %s failed", self.display_name)
                self.env.invalidate_all()
                left = 0
            if not Cron._commit_progress(1, remaining=left + periods_left):
                return False
        return True

    @api.model
    def _get_due_periods(self):
        """Open months that the job measures: unfinished ones first."""
        today = fields.Date.context_today(self)
        self._create_missing(today)
        since = today.replace(day=1) - relativedelta(months=1)
        return self.search(
            Domain("state", "=", "open")
            & Domain("company_id.active", "=", True)
            & (
                Domain("date_run", "!=", False)
                | (Domain("month", ">=", since) & Domain("month", "<=", today))
            )
            & (
                Domain("date_run", "!=", False)
                | Domain("date_computed", "=", False)
                | Domain("date_computed", "<", fields.Datetime.to_datetime(today))
            ),
            order="date_run, month, company_id",
        )

    @api.model
    def _create_missing(self, today):
        """Open the running and the last month where a company has units."""
        Point = self.env["aftersales.service.point"]
        groups = Point._read_group(
            [("state", "in", ("active", "probation"))], ["company_id"]
        )
        months = [today.replace(day=1), today.replace(day=1) - relativedelta(months=1)]
        known = {
            (period.company_id, period.month)
            for period in self.search([("month", "in", months)])
        }
        self.create(
            [
                {"company_id": company.id, "month": month}
                for (company,) in groups
                for month in months
                if company.active and (company, month) not in known
            ]
        )

    def action_measure(self):
        """Measure open months anew: small networks at once, others by the job."""
        self.check_access("write")
        self._check_flow_state("open")
        periods_sudo = self.sudo()
        # A new start: what an interrupted run measured may be old.
        periods_sudo._write_flow({"date_run": False, "point_cursor": 0})
        later = periods_sudo.browse()
        for period_sudo in periods_sudo:
            if period_sudo._run_batch(BATCH_SIZE) == 1:
                period_sudo._run_batch(BATCH_SIZE)
            if period_sudo.date_run:
                later |= period_sudo
        if later:
            self.env.ref("aftersales_evaluation.ir_cron_kpi").sudo()._trigger()

    # -- one batch -----------------------------------------------------------------

    def _run_batch(self, limit):
        """Measure the next units, or at last centres and company.

        :return: number of batches left at least; 0 when the month is done, or when
            somebody else measures or closed it
        """
        self.ensure_one()
        if not self.try_lock_for_update():
            return 0
        self.invalidate_recordset()
        if self.state != "open":
            return 0
        if not self.date_run:
            self._write_flow({"date_run": fields.Datetime.now(), "point_cursor": 0})
        kpis = self._get_kpis()
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        todo = self._get_leaves_domain() & Domain("id", ">", self.point_cursor)
        points = Point.search(todo, limit=limit, order="id")
        if points:
            self._store(self._measure_points(kpis, points))
            self._write_flow({"point_cursor": points[-1].id})
            left = Point.search_count(todo & Domain("id", ">", points[-1].id))
            return -(-left // limit) + 1
        self._store(self._measure_groups(kpis))
        self._end_run()
        return 0

    def _end_run(self):
        """Drop what this run did not find any more and write down its moment."""
        self.value_ids.filtered(lambda v: v.date_computed < self.date_run).unlink()
        self._write_flow(
            {"date_computed": self.date_run, "date_run": False, "point_cursor": 0}
        )

    def _get_kpis(self):
        """Indicators of the company."""
        Kpi = self.env["aftersales.kpi"]
        return Kpi.search(Kpi._get_measured_domain(self.company_id))

    def _get_leaves_domain(self):
        """Units without others below them; the head office is the company."""
        return (
            self._get_units_domain()
            & Domain("tier", "!=", "hq")
            & Domain("child_ids", "=", False)
        )

    def _get_figures(self, kpis, points):
        """Metric values of units: ``{code: {point_id: (numerator, denominator)}}``."""
        codes = sorted(set(kpis.mapped("metric_code")))
        # Figures count all records of the units, whoever asks.
        metric_sudo = self.env["aftersales.metric"].sudo().with_company(self.company_id)
        return metric_sudo._compute_metrics(
            codes, points.sudo(), self.month, self._get_last_day()
        )

    def _measure_points(self, kpis, points):
        """Rows of units that stand for themselves."""
        figures = self._get_figures(kpis, points)
        goals = self._load_goals(kpis)
        return [
            self._prepare_row(kpi, point, pair, pair, goals[kpi])
            for kpi in kpis
            if (by_point := figures[kpi.metric_code]) is not None
            for point in points
            for pair in (by_point[point.id],)
            # a point closed long ago is not listed for ever
            if point.state != "closed" or pair[1]
        ]

    def _measure_groups(self, kpis):
        """Rows of centres and the company: their own work and all below them."""
        units = self._get_units().sudo()
        leaves = units.filtered_domain(self._get_leaves_domain())
        own = self._load_own(kpis, leaves)
        inner = units - leaves
        figures = self._get_figures(kpis, inner)
        goals = self._load_goals(kpis)
        rows = []
        for kpi in kpis:
            by_point = figures[kpi.metric_code]
            if by_point is None:
                rows.append(
                    self._prepare_row(kpi, units.browse(), None, None, goals[kpi])
                )
                continue
            pairs = {**own.get(kpi.id, {}), **by_point}
            for top, below in self._get_subtrees(units).items():
                if top and top not in by_point:
                    continue
                total = kernel.sum_pairs(pairs[i] for i in below if i in pairs)
                rows.append(
                    self._prepare_row(
                        kpi, units.browse(top), total, by_point.get(top), goals[kpi]
                    )
                )
        return rows

    def _load_own(self, kpis, leaves):
        """Own figures measured in this run: ``{kpi_id: {point_id: pair}}``."""
        Value = self.env["aftersales.kpi.value"]
        rows = Value.search_fetch(
            Domain("period_id", "=", self.id)
            & Domain("kpi_id", "in", kpis.ids)
            & Domain("service_point_id", "in", leaves.ids)
            & Domain("date_computed", ">=", self.date_run),
            ["kpi_id", "service_point_id", "own_numerator", "own_denominator"],
        )
        result = {}
        for row in rows:
            pair = (row.own_numerator, row.own_denominator)
            result.setdefault(row.kpi_id.id, {})[row.service_point_id.id] = pair
        return result

    def _get_subtrees(self, units):
        """Units that each centre stands for, under False all: ``{id: [ids]}``."""
        heads = set(units.filtered(lambda p: p.tier == "hq").ids)
        result = {False: units.ids}
        for unit in units:
            for part in (unit.parent_path or "").split("/"):
                if part and int(part) not in heads:
                    result.setdefault(int(part), []).append(unit.id)
        return result

    def _load_goals(self, kpis):
        """Targets that hold on the last day of the month."""
        Target = self.env["aftersales.kpi.target"]
        return Target._load_goals(kpis, self.company_id, self._get_last_day())

    def _prepare_row(self, kpi, point, pair, own, goals):
        """Columns of one figure.

        :param pair: (numerator, denominator), None where nothing measures it
        :param own: the part of it that the unit did itself
        """
        chain = self.env["aftersales.kpi.target"]._get_chain(point)
        target = kernel.pick_goal(goals, chain)
        reading = kernel.read(
            *(pair or (None, None)),
            kpi._get_factor(),
            kpi.direction,
            target and target._get_goal(),
            kpi.min_sample,
        )
        owner = target and target.owner_id or kpi.owner_id
        tier = (
            "company" if not point else "centre" if point.tier == "centre" else "point"
        )
        return {
            "kpi_id": kpi.id,
            "service_point_id": point.id or None,
            "tier": tier,
            "owner_id": owner.id,
            "numerator": self._to_number(pair and pair[0]),
            "denominator": self._to_number(pair and pair[1]),
            "own_numerator": self._to_number(own and own[0]),
            "own_denominator": self._to_number(own and own[1]),
            # what is not there is empty: a mean must not take it for zero
            "value": None
            if reading.value is None
            else self._to_number(reading.value, 2),
            "has_target": bool(target),
            "target": target.target if target else None,
            "attainment": self._to_percent(reading.attainment),
            "status": reading.status,
            "reason": reading.reason,
        }

    @api.model
    def _to_number(self, value, digits=4):
        """A figure as text for the database; no cases are zero cases."""
        return str(kernel.round_half_up(kernel.exact(value), digits))

    @api.model
    def _to_percent(self, share):
        """Attainment in percent; what is missed never reads as 100."""
        if share is None:
            return None
        percent = kernel.round_half_up(share * 100, 2)
        if share < 1 and percent >= 100:
            percent -= kernel.CENT
        return str(percent)

    def _store(self, rows):
        """Write figures: new ones are added, open ones replaced, frozen ones stay."""
        if not rows:
            return
        now = fields.Datetime.to_string(self.env.cr.now())
        common = {
            "period_id": self.id,
            "company_id": self.company_id.id,
            "month": fields.Date.to_string(self.month),
            "date_computed": fields.Datetime.to_string(self.date_run),
            "is_frozen": False,
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "create_date": now,
            "write_date": now,
        }
        self.env["aftersales.kpi.value"].flush_model()
        self.env.execute_query(self._get_upsert([{**row, **common} for row in rows]))
        self.env["aftersales.kpi.value"].invalidate_model()

    @api.model
    def _get_upsert(self, rows, table="aftersales_kpi_value"):
        """Statement that writes figures, safe against a second job at work."""
        columns = [SQL.identifier(name) for name in COLUMNS]
        # The types are constants of this file, nothing that anybody types.
        types = [
            SQL("%s %s", SQL.identifier(name), SQL(kind))  # pylint: disable=sql-injection
            for name, kind in COLUMNS.items()
        ]
        changed = [
            SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
            for name in COLUMNS
            if name not in KEPT
        ]
        return SQL(
            """
            INSERT INTO %(table)s AS v (%(columns)s)
                 SELECT %(columns)s FROM jsonb_to_recordset(%(rows)s::jsonb)
                     AS r(%(types)s)
            ON CONFLICT (kpi_id, period_id, COALESCE(service_point_id, 0))
              DO UPDATE SET %(changed)s WHERE v.is_frozen IS NOT TRUE
              RETURNING v.id
            """,
            table=SQL.identifier(table),
            columns=SQL(", ").join(columns),
            types=SQL(", ").join(types),
            changed=SQL(", ").join(changed),
            rows=json.dumps(rows),
        )

    def _unfreeze(self):
        """Open the figures; the frozen ones are kept beside them."""
        Value = self.env["aftersales.kpi.value"]
        Value.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE aftersales_kpi_value
                   SET is_frozen = FALSE, date_frozen = NULL,
                       value_before = value, status_before = status
                 WHERE period_id IN %(ids)s
                """,
                ids=tuple(self.ids),
            )
        )
        Value.invalidate_model()
