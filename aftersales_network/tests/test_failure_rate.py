from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .planning_common import PlanningCommon


@tagged("post_install", "-at_install")
class TestFailureRate(PlanningCommon):
    """Rates by model and age, learned from own repairs with censoring (X09)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rate = cls.env["aftersales.failure.rate"]
        cls.template = cls.product.product_tmpl_id
        cls.setting.write(
            {
                "record_start": date(2020, 1, 1),
                "min_failures": 5,
                "min_exposure": 10,
                "prior_years": 0,
            }
        )

    @classmethod
    def _learn(cls, day="2024-01-01"):
        with freeze_time(f"{day} 04:00:00"):
            cls.Rate._count_company(cls.company)
        return cls.Rate.search([("product_tmpl_id", "=", cls.template.id)], order="age")

    def test_units_that_did_not_fail_count_with_their_time(self):
        """20 units from 1 January 2022, censored on 1 January 2024 (730 days).

        Year 0: 20 × 365.25 days = 20 unit-years, 2 failures → 0.1
        Year 1: 20 × 364.75 days = 19.973 unit-years, 1 failure → 0.050068
        """
        lots = self._deliver_serials(20, self._noon(2022, 1, 1))
        for lot, day in (
            (lots[0], self._noon(2022, 6, 1)),
            (lots[1], self._noon(2022, 7, 1)),
            (lots[1], self._noon(2023, 7, 1)),
        ):
            self._repair(day, lot_id=lot.id)
        rows = self._learn()
        self.assertEqual(rows.mapped("age"), [0, 1])
        self.assertEqual(rows.mapped("failures"), [2, 1])
        self.assertEqual(rows.mapped("units"), [20.0, 20.0])
        self.assertAlmostEqual(rows[0].exposure, 20.0, 3)
        self.assertAlmostEqual(rows[1].exposure, 20 * 364.75 / 365.25, 3)
        self.assertAlmostEqual(rows[0].rate, 0.1, 6)
        self.assertAlmostEqual(rows[1].rate, 0.050068, 5)
        # Garwood: 2 failures 0.24221 to 7.22469, divided by 20
        self.assertAlmostEqual(rows[0].low, 0.24221 / 20, 5)
        self.assertAlmostEqual(rows[0].high, 7.22469 / 20, 5)
        # Without any design rate the thin data is all there is
        self.assertEqual(rows.mapped("source"), ["learned", "learned"])
        self.assertEqual(rows[0].used_rate, rows[0].rate)
        self.assertEqual(str(rows[0].date_from), "2020-01-01")
        self.assertEqual(str(rows[0].date_to), "2024-01-01")

    def test_returned_units_count_until_their_return(self):
        lots = self._deliver_serials(2, self._noon(2022, 1, 1))
        self._move(
            self.product, 1, self._noon(2022, 7, 2), self.customer, lots[0], back=True
        )
        rows = self._learn("2023-01-01")
        # 182 days of the one + 365 days of the other
        self.assertAlmostEqual(rows[0].exposure, (182 + 365) / 365.25, 3)

    def test_thin_data_takes_the_design_rate(self):
        self.template.aftersales_design_failure_rate = 0.3
        lots = self._deliver_serials(20, self._noon(2022, 1, 1))
        self._repair(self._noon(2022, 6, 1), lot_id=lots[0].id)
        row = self._learn()[0]
        self.assertEqual((row.source, row.used_rate), ("design", 0.3))
        self.assertEqual((row.rate, row.design_rate), (0.05, 0.3))

    def test_blend(self):
        """(1 + 0.3 × 20) / (20 + 20) = 0.175"""
        self.setting.prior_years = 20
        self.template.aftersales_design_failure_rate = 0.3
        lots = self._deliver_serials(20, self._noon(2022, 1, 1))
        self._repair(self._noon(2022, 6, 1), lot_id=lots[0].id)
        row = self._learn()[0]
        self.assertEqual(row.source, "blended")
        self.assertAlmostEqual(row.used_rate, 0.175, 6)
        self.assertLess(row.used_low, 0.175)
        self.assertGreater(row.used_high, 0.175)

    def test_thick_data_stands_alone(self):
        self.template.aftersales_design_failure_rate = 0.9
        lots = self._deliver_serials(20, self._noon(2022, 1, 1))
        for lot in lots[:5]:
            self._repair(self._noon(2022, 6, 1), lot_id=lot.id)
        row = self._learn()[0]
        self.assertEqual((row.source, row.used_rate), ("learned", 0.25))

    def test_design_rate_of_the_category_above(self):
        above = self.env["product.category"].create(
            {"name": "Goods", "aftersales_design_failure_rate": 0.2}
        )
        self.categ.parent_id = above
        self._deliver_serials(1, self._noon(2022, 1, 1))
        self.assertEqual(self._learn()[0].used_rate, 0.2)
        self.categ.aftersales_design_failure_rate = 0.4
        self.assertEqual(self._learn()[0].used_rate, 0.4)

    def test_new_model_learns_from_its_category(self):
        """20 units with 6 failures make 0.3; the new model has one unit."""
        lots = self._deliver_serials(20, self._noon(2022, 1, 1))
        for lot in lots[:6]:
            self._repair(self._noon(2022, 6, 1), lot_id=lot.id)
        self._move(self.bulk, 1, self._noon(2022, 1, 1), self.customer)
        self._learn()
        row = self.Rate.search(
            [("product_tmpl_id", "=", self.bulk.product_tmpl_id.id), ("age", "=", 0)]
        )
        # category: 6 failures in 21 unit-years
        self.assertEqual(row.design_source, "category")
        self.assertAlmostEqual(row.used_rate, 6 / 21, 6)
        whole = self.Rate.search(
            [("product_categ_id", "=", self.categ.id), ("level", "=", "category")],
            order="age",
        )[0]
        self.assertEqual((whole.failures, whole.source), (6, "learned"))

    def test_what_is_no_failure(self):
        lots = self._deliver_serials(3, self._noon(2022, 1, 1))
        kept = self._repair(self._noon(2022, 6, 1), lot_id=lots[0].id)
        self._create_order(lot_id=lots[1].id, date_request=self._noon(2022, 6, 1))
        install = self.env.ref("aftersales_network.service_type_installation")
        self._repair(
            self._noon(2022, 6, 1), lot_id=lots[1].id, service_type_id=install.id
        )
        # before the delivery, and on a unit nobody knows
        self._repair(self._noon(2021, 6, 1), lot_id=lots[2].id)
        stranger = self._create_customer("Stranger")
        self._repair(self._noon(2022, 6, 1), serial="UNKNOWN", partner_id=stranger.id)
        rows = self._learn()
        self.assertEqual(sum(rows.mapped("failures")), 1)
        action = rows[0].with_user(self.user_head).action_view_orders()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), kept)

    def test_rework_is_no_second_failure(self):
        Order = self.env["aftersales.service.order"]
        lots = self._deliver_serials(1, self._noon(2022, 1, 1))
        first = self._repair(self._noon(2022, 6, 1), lot_id=lots.id)
        second = self._repair(self._noon(2022, 6, 20), lot_id=lots.id)
        self.assertEqual(self._learn()[0].failures, 2)
        second._write_flow({"is_rework": True})
        self.assertEqual(self._learn()[0].failures, 1)
        action = self._learn()[0].action_view_orders()
        self.assertEqual(Order.search(action["domain"]), first)

    def test_unit_by_typed_serial_and_by_customer(self):
        self._deliver_serials(1, self._noon(2022, 1, 1), prefix="TYPED")
        self._move(self.bulk, 2, self._noon(2022, 1, 1), self.customer)
        self._repair(self._noon(2022, 6, 1), serial="TYPED-0")
        contact = self._create_customer("Contact", parent_id=self.customer.id)
        self._repair(
            self._noon(2023, 6, 1), product_id=self.bulk.id, partner_id=contact.id
        )
        self.assertEqual(self._learn().mapped("failures"), [1, 0])
        rows = self.Rate.search(
            [("product_tmpl_id", "=", self.bulk.product_tmpl_id.id)], order="age"
        )
        self.assertEqual(rows.mapped("failures"), [0, 1])
        self.assertAlmostEqual(rows[0].exposure, 2.0, 3)

    def test_before_the_records_began_nothing_was_seen(self):
        """Recorded from 2023: the first year of the unit counts no time."""
        self.setting.record_start = date(2023, 1, 1)
        lots = self._deliver_serials(4, self._noon(2022, 1, 1))
        self._repair(self._noon(2022, 6, 1), lot_id=lots[0].id)
        self._repair(self._noon(2023, 6, 1), lot_id=lots[0].id)
        rows = self._learn()
        # day 365 of the unit is still its first year of 365.25 days
        self.assertAlmostEqual(rows[0].exposure, 4 * 0.25 / 365.25, 3)
        self.assertEqual((rows[0].failures, rows[1].failures), (0, 1))

    def test_records_begin_with_the_first_repair(self):
        self.setting.record_start = False
        self.env["aftersales.service.order"].search([]).write({"state": "cancelled"})
        lots = self._deliver_serials(1, self._noon(2022, 1, 1))
        self._repair(self._noon(2022, 6, 1), lot_id=lots.id)
        self.assertEqual(str(self._learn()[0].date_from), "2022-06-01")

    def test_oldest_class_takes_everything_older(self):
        self.setting.last_age = 1
        lots = self._deliver_serials(1, self._noon(2020, 1, 1))
        self._repair(self._noon(2023, 6, 1), lot_id=lots.id)
        rows = self._learn()
        self.assertEqual(rows.mapped("age"), [0, 1])
        self.assertEqual(rows[1].failures, 1)
        self.assertAlmostEqual(rows[1].exposure, 3.0, 2)
        action = rows[1].action_view_orders()
        self.assertEqual(len(action["domain"][0][2]), 1)

    def test_learning_again_replaces_the_rows(self):
        self._deliver_serials(2, self._noon(2022, 1, 1))
        first = self._learn()
        second = self._learn()
        self.assertEqual(len(first), len(second))
        self.assertFalse(first.exists())

    def test_cron_learns_every_company(self):
        self._deliver_serials(2, self._noon(2022, 1, 1))
        with self.enter_registry_test_mode():
            self.env.ref(
                "aftersales_network.aftersales_failure_rate_cron"
            ).method_direct_trigger()
        self.assertTrue(
            self.Rate.search_count([("product_tmpl_id", "=", self.template.id)])
        )

    def test_roles(self):
        self._deliver_serials(2, self._noon(2022, 1, 1))
        row = self._learn()[0]
        for role in ("head", "centre", "admin"):
            self.Rate.with_user(getattr(self, f"user_{role}")).action_compute()
        row = self.Rate.search([("product_tmpl_id", "=", self.template.id)])[0]
        for role in ("dispatcher", "auditor"):
            own = self.Rate.with_user(getattr(self, f"user_{role}"))
            self.assertTrue(own.search_count([("id", "=", row.id)]))
            with self.assertRaisesRegex(
                AccessError, "Failure Rate” is counted by one of: "
            ):
                own.action_compute()
        for role in ("head", "admin", "centre"):
            with self.assertRaises(AccessError):
                row.with_user(getattr(self, f"user_{role}")).write({"used_rate": 0})
        for role in ("service", "clerk", "portal"):
            with self.assertRaises(AccessError):
                self.Rate.with_user(getattr(self, f"user_{role}")).search([])

    def test_companies_learn_apart(self):
        self._deliver_serials(2, self._noon(2022, 1, 1))
        self._learn()
        with freeze_time("2024-01-01 04:00:00"):
            self.Rate._count_company(self.company_b)
        self.assertFalse(
            self.Rate.search_count([("company_id", "=", self.company_b.id)])
        )
        self.assertTrue(
            self.Rate.search_count([("product_tmpl_id", "=", self.template.id)])
        )

    def test_queries_do_not_grow_with_the_units(self):
        lots = self._deliver_serials(3, self._noon(2022, 1, 1))
        self._repair(self._noon(2022, 6, 1), lot_id=lots[0].id)
        self._learn()
        self.env.flush_all()
        before = self.cr.sql_log_count
        self._learn()
        few = self.cr.sql_log_count - before
        more = self._deliver_serials(30, self._noon(2022, 3, 1), prefix="M")
        for lot in more[:10]:
            self._repair(self._noon(2022, 9, 1), lot_id=lot.id)
        self._learn()
        self.env.flush_all()
        before = self.cr.sql_log_count
        self._learn()
        self.assertLessEqual(self.cr.sql_log_count - before, few + 1)

    def test_a_company_that_cannot_be_counted_does_not_stop_the_others(self):
        counted = []

        def count(table, company):
            counted.append(company)
            if company == self.company:
                reason = "No way"
                raise UserError(reason)

        with (
            patch.object(type(self.Rate), "_count_company", count),
            patch.object(type(self.env["ir.cron"]), "_commit_progress"),
            mute_logger(
                "odoo.addons.aftersales_network.models.aftersales_counted_table"
            ),
        ):
            self.Rate._cron_compute()
        self.assertIn(self.company, counted)
        self.assertIn(self.company_b, counted)

    def test_units_are_not_walked_through_for_each_repair(self):
        show = SQL("SHOW enable_nestloop")
        self.assertEqual(self.Rate._fetch_hashed(show), [("off",)])
        self.assertEqual(self.env.execute_query(show), [("on",)])
