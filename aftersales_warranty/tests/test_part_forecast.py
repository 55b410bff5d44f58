from datetime import date, datetime
from math import isclose

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .quality_common import QualityCommon


@tagged("post_install", "-at_install")
class TestPartForecast(QualityCommon):
    """A hundred units of one model with a design rate of 0.6 failures a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.categ_f = cls.env["product.category"].create({"name": "Forecast"})
        cls.model = cls._create_product(name="Forecast Model", categ_id=cls.categ_f.id)
        cls.model.product_tmpl_id.aftersales_design_failure_rate = 0.6
        cls.units = [
            cls._sell(f"F-{n}", date(2024, 6, 1), product_id=cls.model.id)
            for n in range(100)
        ]
        cls.fan = cls.env["product.product"].create(
            {"name": "Test Fan", "is_storable": True}
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.Forecast = cls.env["aftersales.part.forecast"]
        Setting = cls.env["aftersales.planning.setting"]
        Setting.search([("company_id", "=", cls.company.id)]).unlink()
        cls.setting = Setting.create({"record_start": date(2020, 1, 1)})
        # Four repairs took two compressors and one fan together.
        for number, parts in enumerate((2, 0, 0, 0)):
            cls._fail(cls.units[number], datetime(2026, 5, 4, 4), parts=parts)
        cls._add_lines(
            cls.env["aftersales.service.order"].search(
                [("registration_id", "=", cls.units[3].id)]
            ),
            ("part", 1, 10.0, cls.fan),
        )

    @classmethod
    def _forecast(cls, user=None, **vals):
        values = {
            "date_from": date(2026, 7, 1),
            "period": "month",
            "period_count": 2,
            "history_months": 12,
            "with_new_units": False,
            "categ_id": cls.categ_f.id,
            **vals,
        }
        Forecast = cls.Forecast.with_user(user or cls.user_warehouse)
        return Forecast.create(values).sudo(False)

    def test_next_period_parts_need(self):
        forecast = self._forecast()
        forecast.with_user(self.user_warehouse).action_compute()
        self.assertEqual(forecast.state, "done")
        self.assertEqual(forecast.repair_count, 4)
        self.assertEqual(forecast.computed_by_id, self.user_warehouse)
        first = forecast.model_ids.filtered(lambda m: m.period_number == 1)
        self.assertEqual(first.product_tmpl_id, self.model.product_tmpl_id)
        years = 100 * 31 / 365.25
        self.assertTrue(isclose(first.unit_years, years, abs_tol=0.001))
        self.assertTrue(isclose(first.failures, years * 0.6, abs_tol=0.001))
        self.assertEqual(first.repairs, 4)
        self.assertEqual(first.source, "design")
        need = {
            (line.product_id, line.period_number): line for line in forecast.line_ids
        }
        self.assertEqual(len(need), 4)
        compressor = need[self.part, 1]
        self.assertTrue(isclose(compressor.quantity, years * 0.6 / 2, abs_tol=0.01))
        self.assertTrue(
            isclose(need[self.fan, 2].quantity, years * 0.6 / 4, abs_tol=0.01)
        )
        self.assertLess(compressor.low, compressor.quantity)
        self.assertGreater(compressor.high, compressor.quantity)
        self.assertEqual(compressor.warehouse_id, self.point.warehouse_id)
        self.assertTrue(isclose(compressor.history_quantity, 2 / 12, abs_tol=0.01))
        self.assertEqual(
            (compressor.date_from, compressor.date_to),
            (date(2026, 7, 1), date(2026, 7, 31)),
        )
        self.assertEqual(need[self.fan, 2].date_from, date(2026, 8, 1))

    def test_the_mean_use_counts_recorded_months_only(self):
        self.setting.record_start = date(2026, 4, 1)
        forecast = self._forecast(period_count=1)
        forecast.action_compute()
        line = forecast.line_ids.filtered(lambda found: found.product_id == self.part)
        # Two pieces in the 91 days from April to June.
        expected = 2 * (365.25 / 12) / 91
        self.assertTrue(isclose(line.history_quantity, expected, abs_tol=0.01))

    def test_a_quarter_holds_three_months(self):
        forecast = self._forecast(period="quarter", period_count=1)
        forecast.action_compute()
        years = 100 * 92 / 365.25
        self.assertTrue(isclose(forecast.model_ids.unit_years, years, abs_tol=0.001))
        self.assertEqual(forecast.line_ids.mapped("date_to"), [date(2026, 9, 30)] * 2)

    def test_units_still_to_be_sold(self):
        for number in range(12):
            self._sell(f"N-{number}", date(2026, 6, 1), product_id=self.model.id)
        plain = self._forecast(period_count=1)
        plain.action_compute()
        grown = self._forecast(period_count=1, with_new_units=True)
        grown.action_compute()
        # One a month from today: (1 day + half a month) for a month.
        ahead = 1 * 12 / 365.25
        self.assertTrue(
            isclose(
                grown.model_ids.unit_years - plain.model_ids.unit_years,
                (ahead + 0.5) / 12,
                abs_tol=0.001,
            )
        )

    def test_learned_rates_carry_their_interval(self):
        self.setting.write({"record_start": date(2025, 1, 1), "min_failures": 1})
        self.env["aftersales.failure.rate"]._count_company(self.company)
        forecast = self._forecast(period_count=1)
        forecast.action_compute()
        self.assertIn(forecast.model_ids.source, ("learned", "blended"))
        self.assertLess(forecast.model_ids.failures_low, forecast.model_ids.failures)
        self.assertGreater(
            forecast.model_ids.failures_high, forecast.model_ids.failures
        )

    def test_a_computed_forecast_rests(self):
        forecast = self._forecast().with_user(self.user_warehouse)
        forecast.action_compute()
        with self.assertRaisesRegex(UserError, "is computed and keeps its inputs"):
            forecast.write({"level": 0.5})
        with self.assertRaises(UserError):
            forecast.write({"state": "draft"})
        with self.assertRaises(UserError):
            forecast.write({"line_ids": [(5,)]})
        with self.assertRaises(AccessError):
            forecast.line_ids[:1].write({"quantity": 9})
        with self.assertRaisesRegex(UserError, "is computed. Archive it"):
            forecast.unlink()
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            forecast.action_compute()
        self.assertEqual(forecast.copy().state, "draft")

    def test_the_past_is_not_forecast(self):
        forecast = self._forecast(date_from=date(2026, 6, 29))
        with self.assertRaisesRegex(UserError, "which is over"):
            forecast.with_user(self.user_warehouse).action_compute()

    def test_who_plans_parts(self):
        for user in (self.user_service, self.user_centre, self.user_clerk):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._forecast(user=user)
        forecast = self._forecast()
        with self.assertRaisesRegex(AccessError, "Parts are planned by"):
            forecast.with_user(self.user_dispatcher).action_compute()
        forecast.with_user(self.user_reviewer).action_compute()
        self.assertTrue(
            forecast.with_user(self.user_auditor).line_ids.mapped("quantity")
        )

    def test_the_need_is_proposed_and_not_ordered(self):
        forecast = self._forecast().with_user(self.user_warehouse)
        forecast.action_compute()
        kept = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.fan.id,
                "warehouse_id": self.point.warehouse_id.id,
                "product_min_qty": 99,
                "product_max_qty": 99,
                "trigger": "auto",
            }
        )
        action = forecast.action_propose()
        rules = self.env["stock.warehouse.orderpoint"].search(action["domain"])
        self.assertEqual(rules.product_id, self.part | self.fan)
        self.assertEqual((kept.product_min_qty, kept.trigger), (99, "auto"))
        rule = rules - kept
        line = forecast.line_ids.filtered(
            lambda found: found.product_id == self.part and found.period_number == 1
        )
        self.assertEqual(rule.trigger, "manual")
        self.assertEqual(rule.product_min_qty, 3)
        self.assertGreaterEqual(rule.product_max_qty, line.high)
        self.assertIn("1 parts; 1 had a rule", forecast.message_ids[0].body)
        self.assertEqual(len(forecast.action_propose()["domain"][0][2]), 2)

    def test_only_the_warehouse_proposes(self):
        forecast = self._forecast()
        forecast.with_user(self.user_reviewer).action_compute()
        for user in (self.user_reviewer, self.user_head):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                forecast.with_user(user).action_propose()
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            self._forecast().with_user(self.user_warehouse).action_propose()

    def test_what_was_really_used(self):
        forecast = self._forecast()
        forecast.action_compute()
        self._fail(self.units[9], datetime(2026, 7, 3, 4), parts=5)
        line = forecast.line_ids.filtered(
            lambda found: found.product_id == self.part and found.period_number == 1
        )
        self.assertEqual(line.quantity_used, 5)

    def test_nothing_sold_nothing_needed(self):
        empty = self.env["product.category"].create({"name": "Empty"})
        forecast = self._forecast(categ_id=empty.id)
        forecast.action_compute()
        self.assertFalse(forecast.line_ids)
        with self.assertRaisesRegex(UserError, "no stored part is needed"):
            forecast.with_user(self.user_warehouse).action_propose()

    def test_two_companies(self):
        forecast = self._forecast()
        forecast.action_compute()
        user = self.user_warehouse.copy(
            {
                "login": "forecast_other",
                "company_id": self.company_b.id,
                "company_ids": [(6, 0, self.company_b.ids)],
            }
        )
        for model in ("", ".line", ".model"):
            found = self.env[f"aftersales.part.forecast{model}"].with_user(user)
            self.assertFalse(found.search([]))

    def test_computing_takes_few_queries(self):
        self.env.flush_all()
        forecast = self._forecast(period_count=12)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            forecast.action_compute()
