from datetime import date, datetime
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models import aftersales_maintenance_run as run
from .race_common import RaceCommon

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@tagged("post_install", "-at_install")
class TestMaintenance(RaceCommon):
    """Planned visits: made once, ordered in time, counted as done or missed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type_visit = cls.env["aftersales.service.type"].create(
            {"name": "Yearly Tour", "code": "TOUR", "kind": "maintenance"}
        )
        cls.plan = cls._create_plan()
        # delivered on 5 January 2026: a visit on every 5th
        cls.Line = cls.env["aftersales.maintenance.plan.line"]

    @classmethod
    def _create_plan(cls, **vals):
        return cls.env["aftersales.maintenance.plan"].create(
            {
                "name": "Tour",
                "categ_ids": [Command.set(cls.categ.ids)],
                "service_type_id": cls.type_visit.id,
                "date_from": date(2026, 1, 1),
                "cycle_months": 1,
                "visit_count": 3,
                "lead_days": 10,
                "window_days": 7,
                **vals,
            }
        )

    def _run(self, today="2026-02-01", size=run.BATCH):
        self.env.flush_all()
        with (
            freeze_time(f"{today} 02:00:00"),
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
            patch.object(run, "BATCH", size),
        ):
            self.Line.with_env(self.env(cr=cr, user=1))._cron_run_plans()
        self.env.invalidate_all()

    def _lines(self, unit=None):
        return (unit or self.unit).maintenance_line_ids.sorted("number")

    def _finish(self, line, moment):
        order = line.order_id
        order.write({"service_point_id": self.point.id, "state": "in_progress"})
        order.write({"date_start": moment, "date_end": moment, "state": "done"})

    def test_a_visit_is_called_by_its_serial(self):
        self._run("2026-01-20")
        self.assertEqual(self._lines()[0].display_name, f"{self.unit.serial} – Tour 1")

    # -- planning ------------------------------------------------------------------

    def test_the_job_plans_and_orders_in_time(self):
        self._run("2026-01-20")
        lines = self._lines()
        self.assertEqual(
            [(line.number, line.date_due, line.state) for line in lines],
            [
                (1, date(2026, 2, 5), "planned"),
                (2, date(2026, 3, 5), "planned"),
                (3, date(2026, 4, 5), "planned"),
            ],
        )
        self.assertEqual(lines[0].date_open, date(2026, 1, 26))
        self.assertEqual(lines[0].date_limit, date(2026, 2, 12))
        self.assertEqual(lines[0].partner_id, self.customer)
        self.assertEqual(self.unit.maintenance_count, 3)
        self.assertEqual(self.unit.date_next_visit, date(2026, 2, 5))
        self._run("2026-01-25")
        self.assertFalse(lines.order_id)
        self._run("2026-01-26")
        order = lines[0].order_id
        self.assertEqual(lines.mapped("state"), ["ordered", "planned", "planned"])
        self.assertEqual(order.service_type_id, self.type_visit)
        self.assertEqual(order.registration_id, self.unit)
        self.assertEqual(order.partner_id, self.customer)
        self.assertEqual(order.origin, "Tour")
        # 12 February ends at 16:00 UTC in Shanghai
        self.assertEqual(order.date_promised, datetime(2026, 2, 12, 15, 59, 59))

    def test_the_job_can_run_again_and_again(self):
        for _time in range(3):
            self.plan._restart()
            self._run("2026-01-26")
        self.assertEqual(len(self._lines()), 3)
        orders = self.env["aftersales.service.order"].search(
            [("maintenance_line_id", "in", self._lines().ids)]
        )
        self.assertEqual(len(orders), 1)

    def test_the_job_works_in_batches(self):
        units = self.env["aftersales.registration"].create(
            [
                {
                    "product_id": self.product.id,
                    "serial": f"M-{index}",
                    "partner_id": self.customer.id,
                    "date_sale": date(2026, 1, 5),
                }
                for index in range(7)
            ]
        )
        self._run("2026-01-26", size=3)
        for unit in units:
            self.assertEqual(
                self._lines(unit).mapped("state"), ["ordered", "planned", "planned"]
            )

    def test_two_jobs_cannot_plan_or_order_a_visit_twice(self):
        row = {
            "id": 1,
            "plan_id": 1,
            "registration_id": 7,
            "number": 1,
            "date_due": "2026-01-01",
            "date_open": "2026-01-01",
            "date_limit": "2026-01-01",
        }
        twin = {**row, "id": 2}
        table = "aftersales_maintenance_plan_line"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "number": 2}))
        order = {
            "id": 1,
            "name": "A",
            "company_id": 1,
            "currency_id": 1,
            "partner_id": 1,
            "service_type_id": 1,
            "date_request": "2026-01-01",
            "state": "draft",
            "maintenance_line_id": 5,
        }
        twin = {**order, "id": 2, "name": "B"}
        table = "aftersales_service_order"
        self.assertIsInstance(self._race(table, order, twin), UniqueViolation)
        self.assertIsNone(self._race(table, order, {**twin, "state": "cancelled"}))

    def test_a_second_job_passes_over_what_exists(self):
        self._run("2026-01-20")
        before = self._lines()
        rows = [(self.plan, self.unit, 1, date(2030, 1, 1))]
        self.Line._insert_visits(rows)
        self.env.invalidate_all()
        self.assertEqual(self._lines(), before)
        self.assertEqual(before[0].date_due, date(2026, 2, 5))

    def test_only_matching_units_are_visited(self):
        other = self._create_product(
            categ_id=self.env.ref("product.product_category_goods").id
        )
        stranger = self._create_unit(serial="OTHER", product_id=other.id)
        child = self.env["product.category"].create(
            {"name": "Child", "parent_id": self.categ.id}
        )
        inside = self._create_unit(
            serial="CHILD", product_id=self._create_product(categ_id=child.id).id
        )
        closed = self._create_unit(serial="CLOSED")
        closed.action_close()
        self._run("2026-01-20")
        self.assertFalse(self._lines(stranger))
        self.assertFalse(self._lines(closed))
        self.assertEqual(len(self._lines(inside)), 3)

    def test_a_closed_unit_is_not_visited_any_more(self):
        self._run("2026-01-26")
        self.unit.action_close()
        self.assertEqual(self._lines().mapped("state"), ["ordered"])
        self._run("2026-01-27")
        self.assertEqual(self._lines().mapped("state"), ["ordered"])

    def test_a_new_date_moves_the_visits(self):
        self._run("2026-01-20")
        self.unit.date_delivery = date(2026, 1, 15)
        self._run("2026-01-21")
        self.assertEqual(
            self._lines().mapped("date_due"),
            [date(2026, 2, 15), date(2026, 3, 15), date(2026, 4, 15)],
        )

    def test_another_cycle_plans_anew(self):
        self._run("2026-01-20")
        self.plan.cycle_months = 6
        self.assertFalse(self._lines())
        self._run("2026-01-21")
        self.assertEqual(
            self._lines().mapped("date_due"), [date(2026, 7, 5), date(2027, 1, 5)]
        )
        self.plan.action_archive()
        self.assertFalse(self._lines())

    def test_usage_cycle(self):
        self.plan.write(
            {"cycle_months": 12, "cycle_usage": 3000, "usage_per_month": 1000}
        )
        self._run("2026-01-21")
        self.assertEqual(self._lines()[0].date_due, date(2026, 4, 5))

    def test_plan_now(self):
        with freeze_time("2026-01-20 02:00:00"):
            self.plan.with_user(self.user_head).action_plan_now()
        self.assertEqual(len(self._lines()), 3)
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_service).action_plan_now()

    # -- outcome -------------------------------------------------------------------

    def test_done_missed_and_refused_are_counted(self):
        late = self._create_unit(serial="LATE")
        gone = self._create_unit(serial="GONE")
        lazy = self._create_unit(serial="LAZY")
        self._run("2026-02-25")
        units = self.unit | late | gone | lazy
        march = units.maintenance_line_ids.filtered(lambda v: v.number == 2)
        by_unit = {line.registration_id: line for line in march}
        (units.maintenance_line_ids - march)._write_flow({"date_refused": MARCH[0]})
        self._finish(by_unit[self.unit], datetime(2026, 3, 10))
        self._finish(by_unit[late], datetime(2026, 3, 20))
        by_unit[gone].order_id.service_point_id = self.point
        by_unit[lazy].order_id.service_point_id = self.point
        by_unit[gone]._refuse("Sold the flat")
        self._run("2026-03-25")
        self.assertEqual(
            {line.registration_id: (line.state, line.is_on_time) for line in march},
            {
                self.unit: ("done", True),
                late: ("done", False),
                gone: ("refused", False),
                lazy: ("missed", False),
            },
        )
        self.assertEqual(by_unit[gone].order_id.state, "cancelled")
        self.assertEqual(
            (self.plan.visit_due_count, self.plan.visit_done_count), (3, 1)
        )
        self.assertEqual(self.plan.visit_missed_count, 1)
        self.assertAlmostEqual(self.plan.rate, 100 / 3, 2)
        Metric = self.env["aftersales.metric"]
        points = self.point | self.point_b
        values = Metric._compute_metrics(["PLANVIS"], points, *MARCH)["PLANVIS"]
        self.assertEqual(values[self.point.id], (1, 3))
        self.assertEqual(values[self.point_b.id], (0, 0))
        model, domain = Metric._get_metric_domain("PLANVIS", self.point, *MARCH)
        self.assertEqual(self.env[model].search(domain), march - by_unit[gone])

    def test_a_missed_visit_can_still_be_made(self):
        self._run("2026-01-26")
        line = self._lines()[0]
        self._run("2026-02-13")
        self.assertEqual(line.state, "missed")
        self._finish(line, datetime(2026, 2, 14))
        self.assertEqual((line.state, line.is_on_time), ("done", False))
        line.order_id.action_reopen()
        self.assertEqual(line.state, "missed")

    def test_a_cancelled_order_is_replaced_by_hand_only(self):
        self._run("2026-01-26")
        line = self._lines()[0]
        first = line.order_id
        first._cancel("Nobody at home")
        self.assertEqual(line.state, "planned")
        self._run("2026-01-27")
        self.assertEqual(line.order_id, first)
        line.with_user(self.user_dispatcher).action_create_order()
        self.assertNotEqual(line.order_id, first)
        self.assertEqual(line.state, "ordered")
        with self.assertRaisesRegex(UserError, "is in state “Ordered”"):
            line.action_create_order()

    def test_a_refusal_needs_its_reason(self):
        self._run("2026-01-20")
        line = self._lines()[0]
        action = line.with_user(self.user_dispatcher).action_refuse()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_dispatcher)
            .with_context(**action["context"])
            .create({"reason": "Moved abroad"})
        )
        wizard.action_confirm()
        self.assertEqual(line.refuse_reason, "Moved abroad")
        self.assertEqual(line.refused_by_id, self.user_dispatcher)
        self.assertEqual(line.state, "refused")
        with self.assertRaisesRegex(UserError, "Write down why"):
            self._lines()[1]._refuse("  ")
        with self.assertRaisesRegex(UserError, "is in state “Refused"):
            line._refuse("again")

    # -- price ---------------------------------------------------------------------

    def test_the_plan_says_who_pays(self):
        self.plan.price = 80
        paid = self._create_plan(name="Paid", price_mode="paid", price=50)
        old = self._create_unit(
            serial="AGED", date_sale=date(2020, 1, 5), date_delivery=date(2020, 1, 5)
        )
        self.plan.visit_count = paid.visit_count = 0
        self._run("2026-01-26")

        def amounts(plan, unit):
            line = plan.line_ids.filtered(
                lambda v: v.registration_id == unit and v.order_id
            )[0].order_id.line_ids
            return line.amount_warranty, line.amount_customer

        # free by promise, whether in cover or not; paid in any case
        self.assertEqual(amounts(self.plan, self.unit), (80.0, 0.0))
        self.assertEqual(amounts(self.plan, old), (80.0, 0.0))
        self.assertEqual(amounts(paid, self.unit), (0.0, 50.0))
        with self.assertRaisesRegex(ValidationError, "say what the customer pays"):
            paid.price = 0
        order = self._lines()[0].order_id
        line = self._add_lines(order, ("labour", 1, 10.0, None)) - order.line_ids[:1]
        with self.assertRaisesRegex(UserError, "comes from its plan"):
            line[-1:].with_user(self.user_dispatcher).is_plan_fee = True

    # -- bad input, rights ---------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_bad_plans(self):
        with self.assertRaisesRegex(ValidationError, "name a product or a category"):
            self._create_plan(categ_ids=False)
        for bad in (
            {"cycle_months": -1},
            {"cycle_months": 0},
            {"lead_days": -1},
            {"window_days": -1},
            {"visit_count": -1},
        ):
            with (
                self.subTest(bad=bad),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self._create_plan(**bad)

    def test_nobody_types_the_outcome(self):
        self._run("2026-01-26")
        line = self._lines()[0].with_user(self.user_admin)
        for vals in (
            {"date_due": date(2030, 1, 1)},
            {"state": "done"},
            {"is_missed": True},
            {"is_on_time": True},
            {"date_done": date(2026, 2, 1)},
            {"refuse_reason": "x"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                line.with_context(aftersales_flow=True).write(vals)
        order = line.order_id
        with self.assertRaises(UserError):
            order.with_user(self.user_admin).maintenance_line_id = False

    def test_roles(self):
        self._run("2026-01-26")
        line = self._lines()[0]
        line.order_id.service_point_id = self.point
        planned = self._lines()[1]
        everything = ("dispatcher", "reviewer", "clerk", "warehouse", "auditor", "head")
        for role in (*everything, "hr", "admin"):
            user = getattr(self, f"user_{role}")
            found = self.Line.with_user(user).search([("id", "in", self._lines().ids)])
            with self.subTest(role=role):
                self.assertIn(planned, found)
        for user, expected in (
            (self.user_centre, line),
            (self.user_service, self.Line),
        ):
            found = self.Line.with_user(user).search([("id", "in", self._lines().ids)])
            self.assertEqual(found, expected, user.login)
        for role in ("auditor", "warehouse", "clerk"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role), self.assertRaises(AccessError):
                planned.with_user(user)._refuse("x")
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_warehouse).read(["price"])
        with self.assertRaises(AccessError):
            self.Line.with_user(self.user_portal).search([])
        with self.assertRaises(AccessError):
            self.plan.with_user(self.user_dispatcher).cycle_months = 2

    def test_another_company(self):
        plan = self._create_plan(company_id=self.company_b.id)
        foreign = self._create_unit(serial="B", company_id=self.company_b.id)
        self._run("2026-01-20")
        self.assertEqual(plan.line_ids.registration_id, foreign)
        self.assertEqual(self._lines().plan_id, self.plan)
        self.user_head.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        found = self.Line.with_user(self.user_head).search([])
        self.assertEqual(found.plan_id, plan)

    def test_views(self):
        with Form(self.env["aftersales.maintenance.plan"]) as form:
            form.name = "By form"
            form.service_type_id = self.type_visit
            form.categ_ids.add(self.categ)
        self.assertEqual(form.record.cycle_months, 12)
        self._run("2026-01-20")
        for action in (
            form.record.action_view_lines(),
            self.unit.action_view_maintenance(),
        ):
            for kind in action["view_mode"].split(","):
                self.env[action["res_model"]].get_view(view_type=kind)

    # -- speed ---------------------------------------------------------------------

    def test_a_batch_of_200_units(self):
        units = self.env["aftersales.registration"].create(
            [
                {
                    "product_id": self.product.id,
                    "serial": f"S-{index}",
                    "partner_id": self.customer.id,
                    "date_sale": date(2026, 1, 5),
                }
                for index in range(200)
            ]
        )
        self.env.flush_all()

        def plan(records):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.Line._plan_units(self.plan, records)
            return self.cr.sql_log_count - before

        with freeze_time("2026-01-26 02:00:00"):
            few, many = plan(units[:20]), plan(units)
            self.assertLessEqual(many, few)
            self.assertLessEqual(many, 12)
            self.assertEqual(
                self.Line.search_count([("plan_id", "=", self.plan.id)]), 600
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self.Line._order_batch(), 200)
            self.env.flush_all()
            queries = self.cr.sql_log_count - before
        # a number from the sequence and the chatter each; see the network's P1
        self.assertLessEqual(queries / 200, 6, queries)
