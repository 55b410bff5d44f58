from datetime import date, datetime

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_promise import MARCH, PromiseCommon


@tagged("post_install", "-at_install")
class TestPromiseCost(PromiseCommon):
    """What a promise costs beside its fulfilment and the satisfaction."""

    def _finish(self, point, price):
        order = self._create_order(
            service_point_id=point.id,
            date_start=datetime(2026, 3, 3, 8),
            date_end=datetime(2026, 3, 4, 8),
        )
        self._add_lines(order, ("labour", 1, price, None))
        order.state = "done"
        return order

    def _answer(self, point, score, **vals):
        self.env["aftersales.satisfaction"]._record(
            [
                {
                    "source": "callback",
                    "date": date(2026, 3, 10),
                    "score": score,
                    "service_point_id": point.id,
                    "company_id": self.company.id,
                    **vals,
                }
            ]
        )

    def _cost(self, amount, month=MARCH[0], promise=None):
        return self.env["aftersales.promise.cost"].create(
            {
                "promise_id": (promise or self.promise).id,
                "name": "Second shift",
                "month": month,
                "amount": amount,
            }
        )

    def _value(self, unit=None):
        return self.promise.value_ids.filtered(
            lambda v: (
                v.service_point_id == (unit or self.env["aftersales.service.point"])
            )
        )

    def test_costs_and_satisfaction_of_a_month(self):
        self._finish(self.point, 100)
        self._finish(self.point, 200)
        self._finish(self.point_b, 600)
        self._answer(self.point, 5)
        self._answer(self.point, 2)
        self._answer(self.point_b, 4)
        self._answer(self.point_b, 1, date=date(2026, 4, 1))
        self._cost(5000, date(2026, 3, 17))
        self._freeze()
        found = {
            unit: (
                value.order_count,
                value.amount_orders,
                value.cost_per_order,
                value.answer_count,
                value.satisfaction,
                value.dissatisfied_rate,
                value.amount_direct,
            )
            for unit in (None, self.centre, self.point_b)
            for value in (self._value(unit),)
        }
        self.assertEqual(
            found,
            {
                None: (3, 900, 300, 3, 3.67, 33.33, 5000),
                self.centre: (2, 300, 150, 2, 3.5, 50, 0),
                self.point_b: (1, 600, 600, 1, 4, 0, 0),
            },
        )
        # orders and answers are frozen, a bill that comes later is not
        self._finish(self.point, 100)
        self.assertEqual(self._value().order_count, 3)
        self._cost(1000)
        self.assertEqual(self._value().amount_direct, 6000)

    def test_a_month_without_anything_divides_by_nothing(self):
        self._freeze()
        value = self._value()
        self.assertEqual(
            (value.order_count, value.cost_per_order, value.satisfaction), (0, 0, 0)
        )
        # nothing is not zero: means pass it over
        ((mean, cost, bad),) = self.Value._read_group(
            [("promise_id", "=", self.promise.id)],
            [],
            ["satisfaction:avg", "cost_per_order:avg", "dissatisfied_rate:avg"],
        )
        self.assertFalse(mean or cost or bad)
        self._answer(self.point, 4, date=date(2026, 2, 3))
        self._freeze(date(2026, 2, 1))
        ((mean,),) = self.Value._read_group(
            [("promise_id", "=", self.promise.id), ("service_point_id", "=", False)],
            [],
            ["satisfaction:avg"],
        )
        self.assertEqual(mean, 4)

    def test_another_company_does_not_count(self):
        self._finish(self.point, 100)
        foreign = self._create_promise(name="Foreign", company_id=self.company_b.id)
        foreign.action_publish()
        self.Value._freeze_month(self.company_b, MARCH[0])
        self.assertEqual(foreign.value_ids.order_count, 0)
        self._cost(10, promise=foreign)
        self._cost(20)
        self.user_head.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        seen = self.env["aftersales.promise.cost"].with_user(self.user_head).search([])
        self.assertEqual(seen.promise_id, foreign)

    def test_money_is_for_few(self):
        self._finish(self.point, 100)
        cost = self._cost(10)
        self._freeze()
        for role in ("head", "auditor", "clerk"):
            user = getattr(self, f"user_{role}")
            self.assertEqual(self._value().with_user(user).amount_orders, 100, role)
            self.assertEqual(cost.with_user(user).has_access("write"), role == "head")
        for role in ("centre", "service", "dispatcher", "hr"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                fields = self._value().with_user(user).fields_get()
                self.assertFalse(
                    {"amount_orders", "cost_per_order", "amount_direct"} & set(fields)
                )
                with self.assertRaises(AccessError):
                    cost.with_user(user).read(["amount"])
        with self.assertRaises(AccessError):
            cost.with_user(self.user_portal).read(["amount"])

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        for amount in (0, -5):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self._cost(amount)
                self.env.flush_all()

    def test_entered_at_the_promise(self):
        with (
            Form(self.promise.with_user(self.user_head)) as form,
            form.cost_ids.new() as line,
        ):
            line.name = "Vouchers"
            line.month = date(2026, 3, 9)
            line.amount = 70
        self.assertEqual(self.promise.cost_ids.month, MARCH[0])
        self._freeze()
        action = self.promise.action_view_benefit()
        values = self.Value.search(action["domain"])
        self.assertEqual(values, self.promise.value_ids)
        self.assertEqual(self._value().amount_direct, 70)
