from datetime import date

from psycopg2.errors import CheckViolation, ExclusionViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .kpi_common import MARCH, KpiCommon


@tagged("post_install", "-at_install")
class TestKpi(KpiCommon):
    def _figures(self, values):
        return {
            value.service_point_id.name or "Company": (
                value.numerator,
                value.denominator,
                value.value,
                value.target,
                value.attainment,
                value.status,
            )
            for value in values
        }

    def test_a_month_of_company_centres_and_points(self):
        self._create_jobs(self.point, 10, complaints=3)
        self._create_jobs(self.point_b, 30, complaints=3)
        values = self._measure()
        self.assertEqual(
            self._figures(values),
            {
                # 6 of 40
                "Company": (6, 40, 15.0, 10.0, 66.67, "warning"),
                "Centre South": (3, 10, 30.0, 10.0, 33.33, "missed"),
                "Point One": (3, 10, 30.0, 10.0, 33.33, "missed"),
                "Centre North": (3, 30, 10.0, 10.0, 100.0, "ok"),
                "Point Two": (3, 30, 10.0, 10.0, 100.0, "ok"),
            },
        )
        self.assertEqual(set(values.mapped("owner_id")), {self.user_head})
        self.assertEqual(set(values.mapped("month")), {MARCH[0]})
        self.assertFalse(any(values.mapped("is_frozen")))
        # the indicator shows its newest figure
        self.assertEqual(
            (self.kpi.last_figure, self.kpi.last_status, self.kpi.last_month),
            (15.0, "warning", MARCH[0]),
        )

    def test_centres_add_up_their_own_work(self):
        self._create_jobs(self.point, 10, complaints=1)
        self._create_jobs(self.centre, 10, complaints=5)
        self._create_jobs(self.hq, 20)
        self._measure()
        centre = self._value(self.centre)
        self.assertEqual((centre.numerator, centre.denominator), (6, 20))
        self.assertEqual((centre.own_numerator, centre.own_denominator), (5, 10))
        company = self._value()
        self.assertEqual((company.numerator, company.denominator), (6, 40))

    def test_no_activity_is_not_available_and_never_100(self):
        self._measure()
        for unit in (None, self.centre, self.point):
            value = self._value(unit)
            self.assertEqual(
                (value.status, value.reason, value.value, value.attainment),
                ("na", "no_activity", 0, 0),
            )

    def test_what_is_not_available_does_not_spoil_a_mean(self):
        self._create_jobs(self.point, 10, complaints=1)
        self._measure()
        self.assertEqual(self._value(self.point_b).status, "na")
        ((figure, attainment),) = self.Value._read_group(
            [("kpi_id", "=", self.kpi.id), ("tier", "=", "point")],
            [],
            ["value:avg", "attainment:avg"],
        )
        self.assertEqual((figure, attainment), (10, 100))

    def test_a_small_sample_says_nothing(self):
        self._create_jobs(self.point, 1, complaints=1)
        self._measure()
        value = self._value(self.point)
        self.assertEqual((value.status, value.reason), ("na", "small_sample"))
        self.assertEqual((value.numerator, value.denominator), (1, 1))

    def test_a_metric_of_a_module_that_is_not_installed(self):
        unknown = self._create_kpi("NOSUCH")
        self.assertFalse(unknown.is_available)
        self.assertIn("No installed module measures NOSUCH", unknown.metric_gap)
        self._create_jobs(self.point, 5)
        values = self._measure().filtered(lambda v: v.kpi_id == unknown)
        self.assertEqual(len(values), 1)
        self.assertEqual((values.status, values.reason), ("na", "not_available"))
        self.assertFalse(values.service_point_id)
        with self.assertRaisesRegex(UserError, "NOSUCH is not available"):
            values.action_view_records()
        gaps = self.Kpi.search([("is_available", "=", False)])
        self.assertIn(unknown, gaps)
        self.assertNotIn(self.kpi, gaps)

    def test_a_target_of_zero_where_less_is_better(self):
        self.target.write({"target": 0, "warning": 0})
        self._create_jobs(self.point, 10, complaints=1)
        self._create_jobs(self.point_b, 10)
        self._measure()
        mine, other = self._value(self.point), self._value(self.point_b)
        self.assertEqual((mine.status, mine.attainment), ("missed", 0))
        self.assertEqual((other.status, other.attainment), ("ok", 100))

    def test_without_target_there_is_a_figure_without_light(self):
        self.target.unlink()
        self._create_jobs(self.point, 10, complaints=1)
        self._measure()
        value = self._value(self.point)
        self.assertEqual((value.status, value.value), ("no_target", 10))
        self.assertFalse(value.has_target)

    def test_the_nearest_target_counts_and_names_who_answers(self):
        self.target.company_id = self.company
        self.env.flush_all()
        general = self._create_target(company_id=False, target=5, warning=5)
        self._create_target(
            service_point_id=self.centre.id,
            target=30,
            warning=40,
            owner_id=self.user_centre.id,
        )
        self._create_target(service_point_id=self.point_b.id, target=1, warning=1)
        self._create_jobs(self.point, 10, complaints=3)
        self._create_jobs(self.point_b, 10, complaints=1)
        self._measure()
        self.assertEqual(general.company_id, self.env["res.company"])
        found = {
            unit: (self._value(unit).target, self._value(unit).owner_id)
            for unit in (None, self.centre, self.point, self.centre_b, self.point_b)
        }
        self.assertEqual(
            found,
            {
                None: (10, self.user_head),
                self.centre: (30, self.user_centre),
                self.point: (30, self.user_centre),
                self.centre_b: (10, self.user_head),
                self.point_b: (1, self.user_head),
            },
        )

    def test_targets_are_dated(self):
        self.target.date_to = date(2026, 3, 15)
        self.env.flush_all()
        self._create_target(date_from=date(2026, 3, 16), target=50, warning=60)
        self._create_jobs(self.point, 10, complaints=3)
        self._measure()
        # what holds on the last day of the month counts
        self.assertEqual(self._value(self.point).target, 50)

    def test_a_typical_value_becomes_the_own_one_by_a_change(self):
        typical = self.env.ref("aftersales_evaluation.kpi_target_close")
        self.assertTrue(typical.is_typical)
        typical.with_user(self.user_head).write({"target": 97, "warning": 90})
        self.assertFalse(typical.is_typical)

    def test_what_ships(self):
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        seeds = self.Kpi.with_context(active_test=False).search(
            [("company_id", "=", False), ("id", "!=", self.kpi.id)]
        )
        codes = set(seeds.mapped("metric_code"))
        self.assertGreaterEqual(codes, {"FTFR", "MTTR", "RESP", "CSAT", "NPS", "VIS"})
        self.assertEqual(len(seeds), 26)
        for seed in seeds:
            with self.subTest(code=seed.metric_code):
                offer = catalog.get(seed.metric_code)
                self.assertEqual(seed.is_available, bool(offer))
                self.assertTrue(seed.owner_id)
                self.assertTrue(seed.formula)
                if offer:
                    self.assertEqual(seed.direction, offer["direction"])
                    self.assertEqual(seed.unit, offer["unit"])
        self.assertTrue(all(seeds.target_ids.mapped("is_typical")))
        self.assertFalse(
            seeds.filtered(lambda s: not s.target_ids).mapped("metric_code") != ["WCPU"]
        )

    def test_unit_and_direction_follow_from_the_metric(self):
        with Form(self.Kpi) as form:
            form.name = "By form"
            form.metric_code = "MTTR"
        kpi = form.record
        self.assertEqual((kpi.unit, kpi.direction), ("h", "down"))
        self.assertEqual(kpi.source, "Service Order")

    # -- what lies behind ------------------------------------------------------------

    def test_the_records_behind_a_figure(self):
        self._create_jobs(self.point, 10, complaints=3)
        self._create_jobs(self.point_b, 10, complaints=1)
        self._measure()
        for unit, count in ((None, 4), (self.centre, 3), (self.point_b, 1)):
            action = self._value(unit).action_view_records()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(len(found), count)
        action = self.kpi.action_view_records()
        self.assertEqual(
            self.env[action["res_model"]].search_count(action["domain"]), 4
        )
        trend = self._value(self.point).action_view_trend()
        self.assertEqual(self.Value.search(trend["domain"]), self._value(self.point))
        units = self.kpi.action_view_units()
        self.assertEqual(len(self.Value.search(units["domain"])), 5)

    def test_nothing_measured_has_no_records(self):
        with self.assertRaisesRegex(UserError, "was not measured yet"):
            self.kpi.action_view_records()

    # -- bad input -------------------------------------------------------------------

    def test_targets_that_make_no_sense(self):
        close = self._create_kpi("CLOSE")
        for kpi, vals, message in (
            (close, {"target": 0}, "must be above zero"),
            (self.kpi, {"target": -1}, "not negative"),
            (close, {"target": 90, "warning": 80, "limit": 50}, "upper limit"),
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(ValidationError, message),
                self.cr.savepoint(),
            ):
                self._create_target(
                    kpi_id=kpi.id,
                    date_from=date(2020, 1, 1),
                    date_to=date(2020, 2, 1),
                    **vals,
                ).flush_recordset()
        with self.assertRaisesRegex(ValidationError, "worse side"):
            self.target.warning = 5

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_overlaps(self):
        for error, build in (
            (ExclusionViolation, lambda: self._create_target(target=5)),
            (
                CheckViolation,
                lambda: self._create_target(
                    date_from=date(2025, 2, 1), date_to=date(2025, 1, 1), target=5
                ),
            ),
            (UniqueViolation, lambda: self._create_kpi("COMPR")),
            (UniqueViolation, lambda: self.Period.create({"month": MARCH[1]})),
            (CheckViolation, lambda: self._create_kpi("CLOSE", min_sample=-1)),
        ):
            with self.assertRaises(error), self.cr.savepoint():
                build()
                self.env.flush_all()

    # -- rights ----------------------------------------------------------------------

    def test_who_sees_which_figure(self):
        self._create_jobs(self.point, 4)
        self._create_jobs(self.point_b, 4)
        self._measure()
        everything = {self.point, self.point_b, None}
        for role, sees in (
            ("head", everything),
            ("auditor", everything),
            ("dispatcher", everything),
            ("reviewer", everything),
            ("clerk", everything),
            ("centre", {self.point, None}),
            ("service", {None}),
        ):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                found = self.Value.with_user(user).search([])
                units = {v.sudo().service_point_id or None for v in found}
                self.assertEqual(units & everything, sees)
                for mode in ("write", "create", "unlink"):
                    self.assertFalse(found.has_access(mode))
                self.assertEqual(
                    self.kpi.with_user(user).has_access("write"), role == "head"
                )
                self.assertEqual(
                    self.target.with_user(user).has_access("write"), role == "head"
                )
        for model in (self.Kpi, self.Target, self.Value, self.Period):
            with self.assertRaises(AccessError):
                model.with_user(self.user_portal).search([])

    def test_who_answers_for_a_unit_sees_its_figure(self):
        self._create_target(
            service_point_id=self.point_b.id,
            target=10,
            owner_id=self.user_service.id,
        )
        self._create_jobs(self.point_b, 4)
        self._measure()
        found = self.Value.with_user(self.user_service).search([("tier", "=", "point")])
        self.assertEqual(found, self._value(self.point_b))

    def test_another_company(self):
        point = self._create_point(name="Foreign", company_id=self.company_b.id)
        shared = self._create_kpi("VOLUME", company_id=False, min_sample=0)
        own = self._create_kpi("CLOSE", company_id=self.company_b.id)
        period = self.Period.create(
            {"month": MARCH[0], "company_id": self.company_b.id}
        )
        values = self._measure(period)
        self.assertEqual(values.kpi_id, shared | own | self.kpi)
        self.assertEqual(values.service_point_id, point)
        self._measure()
        self.assertNotIn(own, self.period.value_ids.kpi_id)
        self.user_head.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        seen = self.Value.with_user(self.user_head).search([])
        self.assertEqual(seen.company_id, self.company_b)

    def test_views(self):
        for model, kinds in (
            (self.Kpi, ("form", "list", "kanban", "search")),
            (self.Target, ("list", "search")),
            (self.Value, ("list", "graph", "pivot", "search")),
            (self.Period, ("form", "list", "search")),
        ):
            for kind in kinds:
                model.with_user(self.user_head).get_view(view_type=kind)
