"""P7: the manager ratio on a date over 50,000 people."""

import os
import time
from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.aftersales_training.tools.ratio import value_on

from tests.bench_rows import BenchRows
from tests.common import SuiteCase

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "50000"))
BUDGET_SECONDS = 0.2
BUDGET_QUERIES = 3
ROUNDS = 5


@tagged("-standard", "bench")
class TestBenchRatio(SuiteCase):
    """Contacts at one hundred points; every second manages, every tenth holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Ratio = cls.env["aftersales.manager.ratio"]
        cls.company = cls.env["res.company"].create({"name": "Bench Company"})
        Point = cls.env["aftersales.service.point"]
        cls.hq = Point.create(
            {"name": "Bench HQ", "tier": "hq", "company_id": cls.company.id}
        )
        cls.points = Point.create(
            [
                {
                    "name": f"Bench {number}",
                    "parent_id": cls.hq.id,
                    "company_id": cls.company.id,
                }
                for number in range(100)
            ]
        )
        cls.env.flush_all()
        cls._insert_people()

    @classmethod
    def _insert_people(cls):
        """Rows by SQL: the benchmark measures the question, not the load."""
        ref = cls.env.ref
        cls.env.cr.execute(
            """
            WITH person AS (
                INSERT INTO res_partner
                SELECT (jsonb_populate_record(model, jsonb_build_object(
                           'id', nextval('res_partner_id_seq'),
                           'name', 'Bench ' || n))).*
                  FROM res_partner model, generate_series(1, %(people)s) n
                 WHERE model.id = %(model)s
             RETURNING id
            ), numbered AS (
                SELECT id, row_number() OVER (ORDER BY id) AS n FROM person
            ), post AS (
                INSERT INTO aftersales_staff (name, active, service_point_id,
                    company_id, partner_id, role_id, is_manager, date_from)
                SELECT 'Bench ' || n, true, (%(points)s)[1 + n %% 100], %(company)s,
                       id, CASE WHEN n %% 2 = 0 THEN %(manager)s ELSE %(other)s END,
                       n %% 2 = 0, DATE '2020-01-01'
                  FROM numbered
            )
            INSERT INTO aftersales_certificate (holder_partner_id, person_id,
                holder_name, company_id, type_id, issuer_id, number,
                number_normalized, date_issue, date_expiry, state, reminder_step)
            SELECT id, id, 'Bench ' || n, %(company)s, %(type)s, %(issuer)s,
                   'BENCH-' || n, 'BENCH' || n, DATE '2025-01-01',
                   DATE '2025-06-30' + (n %% 900)::int, 'verified', 0
              FROM numbered WHERE n %% 10 = 0
            """,
            {
                "company": cls.company.id,
                "people": PEOPLE,
                "model": cls.env["res.partner"].create({"name": "Bench"}).id,
                "points": cls.points.ids,
                "manager": ref("aftersales_network.role_service_manager").id,
                "other": ref("aftersales_network.role_technician").id,
                "type": ref("aftersales_training.certificate_type_manager").id,
                "issuer": ref("aftersales_training.certificate_issuer_chamber").id,
            },
        )
        cls.env.cr.execute("ANALYZE aftersales_staff, aftersales_certificate")
        cls.env.invalidate_all()

    def _measure(self, question):
        """Best of some rounds in seconds, queries of a cold round, answer."""
        times = []
        queries = answer = None
        for _round in range(ROUNDS):
            self.env.invalidate_all()
            before, start = self.env.cr.sql_log_count, time.perf_counter()
            answer = question()
            times.append(time.perf_counter() - start)
            queries = self.env.cr.sql_log_count - before
        return min(times), queries, answer

    def _report(self, what, seconds, queries, budget):
        add = BenchRows(os.environ.get("AFTERSALES_BENCH_FILE")).add
        add("P7", what, PEOPLE, seconds, queries, budget)

    def test_ratio_on_a_date(self):
        seconds, queries, figures = self._measure(
            lambda: self.Ratio._get_ratio("2026-06-15", company=self.company)
        )
        budget = f"{BUDGET_QUERIES} queries, {BUDGET_SECONDS} s"
        self._report("ratio on a date", seconds, queries, budget)
        self.assertEqual(figures["managers"], PEOPLE // 2)
        self.env.cr.execute(
            "SELECT COUNT(*) FROM aftersales_certificate WHERE company_id = %s "
            "AND date_expiry >= '2026-06-15'",
            [self.company.id],
        )
        self.assertEqual(figures["holders"], self.env.cr.fetchone()[0])
        self.assertLessEqual(queries, BUDGET_QUERIES)
        self.assertLessEqual(seconds, BUDGET_SECONDS)

    def test_ratio_of_a_subtree(self):
        seconds, queries, figures = self._measure(
            lambda: self.Ratio._get_ratio("2026-06-15", point=self.points[0])
        )
        self._report("ratio of one point", seconds, queries, "3 queries, 0.2 s")
        self.assertEqual(figures["managers"], PEOPLE // 100)
        self.assertLessEqual(queries, BUDGET_QUERIES)
        self.assertLessEqual(seconds, BUDGET_SECONDS)

    def test_forecast(self):
        seconds, queries, (course, days) = self._measure(
            lambda: self.Ratio._get_forecast("2026-06-15", company=self.company)
        )
        self._report("forecast over two years", seconds, queries, "4 queries, 2 s")
        self.assertEqual(len(days), 1)
        for day, is_met in ((days[0] - timedelta(days=1), True), (days[0], False)):
            figures = self.Ratio._get_ratio(day, company=self.company)
            self.assertEqual(not figures["shortfall"], is_met)
            self.assertEqual(value_on(course, day).holders, figures["holders"])
        self.assertLessEqual(queries, 4)
        self.assertLessEqual(seconds, 2)
