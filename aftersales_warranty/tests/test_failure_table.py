from datetime import date, datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .quality_common import QualityCommon


@tagged("post_install", "-at_install")
class TestFailureTable(QualityCommon):
    """Ten units sold on 1 March: month 4 ends on 30 June, which is today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls._create_product(name="Table Model")
        cls.units = [
            cls._sell(
                f"T-{n}",
                date(2026, 3, 1),
                product_id=cls.model.id,
                batch="B-1" if n < 4 else "B-2",
            )
            for n in range(10)
        ]
        cls.Table = cls.env["aftersales.failure.table"]
        cls.env["aftersales.planning.setting"].search(
            [("company_id", "=", cls.company.id)]
        ).unlink()
        cls.env["aftersales.planning.setting"].create(
            {"record_start": date(2026, 1, 1)}
        )

    def _compute(self):
        self.Table._count_company(self.company)
        return self.Table.search(
            [("product_tmpl_id", "=", self.model.product_tmpl_id.id)]
        )

    def _by_month(self, rows, *names):
        return {
            (row.batch, row.month): tuple(row[name] for name in names) for row in rows
        }

    def test_failures_by_model_batch_and_month(self):
        self._fail(self.units[0], datetime(2026, 3, 20, 4))
        self._fail(self.units[0], datetime(2026, 3, 25, 4), self.fault_b)
        self._fail(self.units[5], datetime(2026, 6, 15, 4))
        rows = self._compute()
        found = self._by_month(rows, "units", "exposure", "failures", "rate")
        self.assertEqual(
            found,
            {
                ("B-1", 1): (4, 4, 2, 500.0),
                ("B-1", 2): (4, 4, 0, 0.0),
                ("B-1", 3): (4, 4, 0, 0.0),
                ("B-1", 4): (4, 4, 0, 0.0),
                ("B-2", 1): (6, 6, 0, 0.0),
                ("B-2", 2): (6, 6, 0, 0.0),
                ("B-2", 3): (6, 6, 0, 0.0),
                ("B-2", 4): (6, 6, 1, 166.667),
            },
        )

    def test_totals_divide_the_sums(self):
        self._fail(self.units[0], datetime(2026, 3, 20, 4))
        rows = self._compute()
        ((rate, failures, units),) = self.Table._read_group(
            [("id", "in", rows.ids), ("month", "=", 1)],
            [],
            ["rate:avg", "failures:sum", "units:sum"],
        )
        self.assertEqual((rate, failures, units), (100.0, 1, 10))
        by_batch = self.Table._read_group(
            [("id", "in", rows.ids)], ["batch"], ["rate:avg"]
        )
        self.assertEqual(by_batch, [("B-1", 62.5), ("B-2", 0.0)])

    def test_costs_are_those_of_the_orders(self):
        self._fail(self.units[0], datetime(2026, 3, 20, 4), parts=2)
        self._fail(self.units[1], datetime(2026, 3, 21, 4), parts=1)
        rows = self._compute()
        self.assertEqual(sum(rows.mapped("cost")), 300.0)
        self.assertEqual(rows.filtered("cost").month, 1)

    def test_money_is_for_few(self):
        rows = self._compute()
        for user in (self.user_service, self.user_reviewer, self.user_warehouse):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                rows.with_user(user).read(["cost"])
        for user in (self.user_head, self.user_auditor, self.user_clerk):
            rows.with_user(user).read(["cost"])

    def test_units_that_left_count_until_then(self):
        self.units[9].write({"state": "closed", "date_closed": date(2026, 4, 10)})
        rows = self._compute()
        found = self._by_month(rows, "units", "exposure")
        self.assertEqual(found["B-2", 1], (6, 6))
        self.assertEqual(found["B-2", 2], (6, 5.5))
        self.assertEqual(found["B-2", 3], (5, 5))

    def test_a_second_count_replaces_the_first(self):
        first = self._compute()
        self._fail(self.units[0], datetime(2026, 3, 20, 4))
        second = self._compute()
        self.assertFalse(first.exists())
        self.assertEqual(len(second), 8)
        self.assertEqual(sum(second.mapped("failures")), 1)

    def test_the_job_counts_every_company(self):
        self._run_job("aftersales.failure.table", "_cron_compute")
        rows = self.Table.search(
            [("product_tmpl_id", "=", self.model.product_tmpl_id.id)]
        )
        self.assertEqual(len(rows), 8)
        self.assertEqual(set(rows.mapped("date_to")), {date(2026, 6, 30)})

    def test_the_repairs_behind_a_row(self):
        order = self._fail(self.units[0], datetime(2026, 3, 20, 4))
        self._fail(self.units[0], datetime(2026, 4, 20, 4), self.fault_b)
        row = self._compute().filtered(lambda r: r.batch == "B-1" and r.month == 1)
        action = row.with_user(self.user_head).action_view_orders()
        found = self.env["aftersales.service.order"].search(action["domain"])
        self.assertEqual(found, order)

    def test_who_counts_and_who_writes(self):
        with self.assertRaisesRegex(AccessError, "is counted by one of: "):
            self.Table.with_user(self.user_service).action_compute()
        self.Table.with_user(self.user_reviewer).action_compute()
        row = self._compute()[:1]
        with self.assertRaises(AccessError):
            row.with_user(self.user_head).write({"failures": 0})

    def test_two_companies(self):
        rows = self._compute()
        user = self.user_head.copy(
            {
                "login": "table_other",
                "company_id": self.company_b.id,
                "company_ids": [(6, 0, self.company_b.ids)],
            }
        )
        self.assertFalse(self.Table.with_user(user).search([("id", "in", rows.ids)]))

    def test_counting_takes_few_queries(self):
        for unit in self.units:
            self._fail(unit, datetime(2026, 3, 20, 4))
        self._compute()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(22):
            self.Table._count_company(self.company)
