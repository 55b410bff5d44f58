from datetime import date, datetime

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestOrderCost(AftersalesCommon):
    """Cost of orders and points, beside what was planned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Cost = cls.env["aftersales.order.cost"]
        cls.small = cls._create_finished(
            ("labour", 2, 60, None), ("part", 1, 100, cls.part)
        )
        cls.large = cls._create_finished(
            ("labour", 1, 60, None),
            ("travel", 20, 2, None),
            ("inspection", 1, 30, None),
        )

    @classmethod
    def _create_finished(cls, *lines, **vals):
        order = cls._create_order(**vals)
        order.action_dispatch()
        cls._add_lines(order, *lines)
        return cls._finish_order(
            order,
            date_start=datetime(2026, 3, 2, 10, 0),
            date_end=datetime(2026, 3, 2, 14, 0),
        )

    def _rows(self, domain=(), user=None):
        Cost = self.Cost.with_user(user or self.user_head)
        return Cost.search([("service_point_id", "=", self.point.id), *domain])

    def test_one_row_for_each_order(self):
        rows = {row.order_id: row for row in self._rows([("source", "=", "order")])}
        self.assertEqual(set(rows), {self.small, self.large})
        figures = {
            order: (
                row.amount_labour,
                row.amount_part,
                row.amount_travel,
                row.amount_other,
                row.amount_work,
                row.amount_cost,
            )
            for order, row in rows.items()
        }
        self.assertEqual(
            figures,
            {
                self.small: (120, 100, 0, 0, 220, 220),
                self.large: (60, 0, 40, 30, 130, 130),
            },
        )
        row = rows[self.small]
        self.assertEqual(row.centre_id, self.centre)
        self.assertEqual(row.categ_id, self.categ)
        self.assertEqual(row.date, date(2026, 3, 2))
        self.assertEqual(row.action_open_source()["res_id"], self.small.id)

    def test_cost_per_point_and_per_order(self):
        self.env["aftersales.point.adjustment"].create(
            {
                "service_point_id": self.point.id,
                "date": date(2026, 3, 31),
                "amount": 50,
                "reason": "Award",
            }
        )
        ((point, cost, mean, orders, adjusted),) = self.Cost._read_group(
            [("service_point_id", "=", self.point.id)],
            ["service_point_id"],
            [
                "amount_cost:sum",
                "cost_per_order:avg",
                "order_count:sum",
                "amount_adjustment:sum",
            ],
        )
        self.assertEqual(
            (point, cost, mean, orders, adjusted), (self.point, 400, 175, 2, 50)
        )

    def test_open_orders_cost_nothing_yet(self):
        order = self._create_order()
        order.action_dispatch()
        self._add_lines(order, ("labour", 2, 60, None))
        self.assertNotIn(order, self._rows().order_id)

    def test_budget_beside_what_was_spent(self):
        budget = self.env["aftersales.budget"].create(
            {
                "service_point_id": self.point.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
                "line_ids": [
                    Command.create(
                        {
                            "category_id": self.env["aftersales.budget.category"]
                            .search([], limit=1)
                            .id,
                            "amount_planned": 1000,
                        }
                    )
                ],
            }
        )
        self.assertFalse(self._rows([("source", "=", "budget")]))
        budget._write_flow({"state": "approved"})
        self.env["aftersales.budget.post"].create(
            {
                "name": "Tools",
                "date": date(2026, 3, 5),
                "line_id": budget.line_ids.id,
                "amount": 300,
                "state": "posted",
            }
        )
        (row,) = self.Cost._read_group(
            [("service_point_id", "=", self.point.id)],
            [],
            [
                "amount_budget:sum",
                "amount_spent:sum",
                "amount_left:sum",
                "amount_cost:sum",
            ],
        )
        self.assertEqual(row, (1000, 300, 700, 350))

    def test_other_currencies_count_at_the_rate_of_the_day(self):
        euro = self.env.ref("base.EUR")
        currency = (
            euro if euro != self.company.currency_id else self.env.ref("base.USD")
        )
        currency.active = True
        for day, rate in (("2026-01-01", 2), ("2026-03-01", 4), ("2026-03-20", 8)):
            self.env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": day, "rate": rate}
            )
        order = self._create_finished(("labour", 2, 60, None), currency_id=currency.id)
        (row,) = self._rows([("order_id", "=", order.id)])
        expected = currency._convert(
            order.amount_total, self.company.currency_id, self.company, date(2026, 3, 2)
        )
        self.assertEqual(order.amount_total, 120)
        self.assertAlmostEqual(row.amount_cost, expected)
        self.assertEqual(row.currency_id, self.company.currency_id)

    def test_ids_do_not_meet(self):
        self.test_cost_per_point_and_per_order()
        rows = self.Cost.search([])
        self.assertEqual(len(rows), len(set(rows.ids)))

    def test_who_sees_costs(self):
        for role in ("head", "auditor", "clerk"):
            user = getattr(self, f"user_{role}")
            self.assertEqual(len(self._rows(user=user)), 2, role)
            self.assertFalse(self.Cost.with_user(user).has_access("write"))
        for role in ("centre", "service", "dispatcher", "reviewer", "warehouse", "hr"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self._rows(user=getattr(self, f"user_{role}"))
        with self.assertRaises(AccessError):
            self._rows(user=self.user_portal)

    def test_another_company_sees_its_own(self):
        self.user_head.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertFalse(self._rows())

    def test_a_group_is_read_with_one_query(self):
        domain = [("date", ">=", "2026-03-01"), ("date", "<=", "2026-03-31")]
        groups = (["service_point_id"], ["amount_cost:sum", "cost_per_order:avg"])
        self.Cost._read_group(domain, *groups)
        with self.assertQueryCount(1):
            self.Cost._read_group(domain, *groups)

    def test_views(self):
        for kind in ("pivot", "graph", "list", "search"):
            self.Cost.with_user(self.user_head).get_view(view_type=kind)
