"""P8: a month's scorecards of many points over many orders."""

import os
import resource
import time
from datetime import date

import pytest

from odoo.tests import tagged
from odoo.tools import SQL

from tests.common import SuiteCase

POINTS = int(os.environ.get("BENCH_POINTS", "1000"))
ORDERS = int(os.environ.get("BENCH_ORDERS", "100000"))
MONTH = date(2026, 3, 1), date(2026, 3, 31)

HAND_WRITTEN = """
    SELECT o.service_point_id,
           COUNT(*) FILTER (WHERE done),
           COUNT(*) FILTER (WHERE done AND o.is_on_time),
           COUNT(*) FILTER (WHERE done AND o.date_promised IS NOT NULL),
           COUNT(*) FILTER (WHERE done AND o.is_onsite AND o.is_response_on_time),
           COUNT(*) FILTER (WHERE done AND o.is_onsite
                              AND o.date_response_due IS NOT NULL),
           SUM(o.duration_hours) FILTER (WHERE done AND t.kind = 'repair'
                                           AND o.date_start IS NOT NULL),
           COUNT(*) FILTER (WHERE done AND t.kind = 'repair'
                              AND o.date_start IS NOT NULL),
           COUNT(*) FILTER (WHERE requested AND o.is_complaint),
           COUNT(*) FILTER (WHERE requested),
           COUNT(*) FILTER (WHERE done AND o.reopen_count > 0)
      FROM aftersales_service_order o
      JOIN aftersales_service_type t ON t.id = o.service_type_id
     CROSS JOIN LATERAL (
           SELECT o.state IN ('done', 'closed')
                  AND o.date_end >= '2026-03-01' AND o.date_end < '2026-04-01',
                  o.state != 'cancelled'
                  AND o.date_request >= '2026-03-01' AND o.date_request < '2026-04-01'
           ) AS f(done, requested)
     WHERE o.service_point_id IN %(points)s
     GROUP BY o.service_point_id
"""


@tagged("-standard", "bench")
class TestBenchScorecard(SuiteCase):
    @pytest.fixture(autouse=True)
    def _rows(self, bench_row):
        self.bench_row = bench_row

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.points = cls.env["aftersales.service.point"].create(
            [{"name": f"Bench {n}", "state": "active"} for n in range(POINTS)]
        )
        order = cls.env["aftersales.service.order"].create(
            {
                "partner_id": cls.env.company.partner_id.id,
                "service_type_id": cls.env.ref(
                    "aftersales_network.service_type_repair"
                ).id,
            }
        )
        cls.env.flush_all()
        cls._multiply(order)

    @classmethod
    def _multiply(cls, order):
        """Copy an order by SQL: spread over the points and over three months."""
        values = {
            "service_point_id": SQL(
                "(%s::int[])[1 + n %% %s]", list(cls.points.ids), POINTS
            ),
            "name": SQL("'BENCH/' || n"),
            "state": SQL("'done'"),
            "is_complaint": SQL("n %% 50 = 0"),
            "is_on_time": SQL("n %% 20 != 0"),
            "is_response_on_time": SQL("n %% 10 != 0"),
            "is_onsite": SQL("true"),
            "reopen_count": SQL("CASE WHEN n %% 40 = 0 THEN 1 ELSE 0 END"),
            "duration_hours": SQL("1 + n %% 7"),
        }
        moment = SQL("timestamp '2026-02-01' + (n %% 89) * interval '1 day'")
        for name in (
            "date_request",
            "date_end",
            "date_start",
            "date_promised",
            "date_response_due",
        ):
            values[name] = moment
        columns = [
            name
            for name, field in order._fields.items()
            if field.store and field.column_type and name != "id"
        ]
        cls.env.execute_query(
            SQL(
                "INSERT INTO aftersales_service_order (%s) "
                "SELECT %s FROM aftersales_service_order o, generate_series(1, %s) n "
                "WHERE o.id = %s RETURNING 1",
                SQL(", ").join(SQL.identifier(name) for name in columns),
                SQL(", ").join(
                    values.get(name, SQL.identifier("o", name)) for name in columns
                ),
                ORDERS,
                order.id,
            )
        )
        cls.env.cr.execute("ANALYZE aftersales_service_order")
        cls.env.invalidate_all()

    def _measure(self, work):
        """Seconds, queries and result of some work."""
        self.env.flush_all()
        self.env.invalidate_all()
        queries, start = self.env.cr.sql_log_count, time.perf_counter()
        result = work()
        self.env.flush_all()
        seconds = time.perf_counter() - start
        return seconds, self.env.cr.sql_log_count - queries, result

    def _write_row(self, what, measured, budget="", peer=""):
        seconds, queries = measured[:2]
        size = f"{POINTS} points, {ORDERS} orders"
        self.bench_row("P8", what, size, seconds, queries, budget, peer)

    def test_month_of_all_points(self):
        Metric = self.env["aftersales.metric"]
        month = self.env.ref("aftersales_evaluation.set_month")
        codes = sorted(month.indicator_ids._get_metric_codes())
        points = tuple(self.points.ids)
        hand = self._measure(
            lambda: self.env.execute_query(SQL(HAND_WRITTEN, points=points))
        )
        metrics = self._measure(
            lambda: Metric._compute_metrics(codes, self.points, *MONTH)
        )
        cards = self._measure(
            lambda: self.env["aftersales.scorecard"]._create_period_scorecards(
                self.points, month, *MONTH
            )
        )
        peer = f"hand-written SQL {hand[0]:.2f} s"
        self._write_row("hand-written SQL, six figures", hand)
        self._write_row("all metrics", metrics, "≤ 2 × SQL", peer)
        self._write_row("scorecards created and scored", cards, "", peer)
        volume = {row[0]: row[1] for row in hand[2]}
        found = {key: pair[0] for key, pair in metrics[2]["VOLUME"].items()}
        self.assertEqual(found, {point: volume.get(point, 0) for point in points})
        self.assertEqual(len(cards[2]), POINTS)
        self.assertLessEqual(metrics[1], 3 * len(codes))
        self.assertLessEqual(cards[1], 40 + POINTS // 5)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.assertLessEqual(peak, 600, "megabytes resident")
