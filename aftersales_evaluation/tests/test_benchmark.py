from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import MARCH
from .strategy_common import StrategyCommon

APRIL = (date(2026, 4, 1), date(2026, 4, 30))
KNOWN = {"source": "Website", "source_date": "2026-03-15"}


@tagged("post_install", "-at_install")
class TestBenchmark(StrategyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Competitor = cls.env["aftersales.competitor"]
        cls.north, cls.south = Competitor.create([{"name": "North"}, {"name": "South"}])
        cls.visit = cls._create_item("Hours to the visit", "down", unit="h")
        cls.complaints = cls._create_item(
            "Complaint rate",
            "down",
            unit="%",
            metric_code="COMPR",
            promise_id=cls.promise.id,
        )
        cls.stars = cls._create_item("Stars", "up")

    @classmethod
    def _create_item(cls, name, direction, **vals):
        return cls.env["aftersales.benchmark.item"].create(
            {"name": name, "direction": direction, **vals}
        )

    def _position(self, item, period=MARCH, **vals):
        return self.env["aftersales.benchmark.position"].create(
            {
                "item_id": item.id,
                "date_from": period[0],
                "date_to": period[1],
                **vals,
            }
        )

    def _line(self, position, competitor=None, **vals):
        return self.env["aftersales.benchmark"].create(
            {
                "position_id": position.id,
                "competitor_id": (competitor or self.north).id,
                **KNOWN,
                **vals,
            }
        )

    # -- where we stand --------------------------------------------------------------

    def test_where_we_are_behind(self):
        visit = self._position(
            self.visit,
            has_score=True,
            score=20,
            has_promise_value=True,
            promise_value=24,
            **KNOWN,
        )
        behind = self._line(visit, has_score=True, score=12, promise_text="Same day")
        ahead = self._line(
            visit,
            self.south,
            has_score=True,
            score=30,
            has_promise_value=True,
            promise_value=12,
        )
        self.assertEqual(
            (behind.score_standing, behind.promise_standing, behind.score_gap),
            ("behind", "unknown", -8),
        )
        # better than his score, but he promises more
        self.assertEqual(
            (ahead.score_standing, ahead.promise_standing, ahead.promise_gap),
            ("ahead", "behind", -12),
        )
        self.assertTrue(behind.is_behind and ahead.is_behind)
        self.assertEqual(visit.behind_count, 2)
        visit.write({"score": 12, "promise_value": 12})
        self.assertEqual(behind.score_standing, "equal")
        self.assertFalse(behind.is_behind or ahead.is_behind)
        stars = self._position(self.stars, has_score=True, score=4, **KNOWN)
        line = self._line(stars, has_score=True, score=4.5)
        self.assertEqual((line.score_standing, line.score_gap), ("behind", -0.5))
        Benchmark = self.env["aftersales.benchmark"]
        mine = [("item_id", "in", (self.visit | self.stars).ids)]
        self.assertEqual(Benchmark.search([*mine, ("is_behind", "=", True)]), line)
        rows = Benchmark._read_group(mine, ["item_id"], ["behind_count:sum"])
        self.assertEqual(dict(rows), {self.visit: 0, self.stars: 1})
        self.assertEqual((self.north.benchmark_count, self.north.behind_count), (2, 1))

    def test_what_is_not_known_is_not_compared(self):
        position = self._position(self.stars)
        line = self._line(position, has_score=True, score=5)
        self.assertEqual((line.score_standing, line.is_behind), ("unknown", False))
        position.write({"has_score": True, "score": 0, **KNOWN})
        self.assertEqual((line.score_standing, line.score_gap), ("behind", -5))

    # -- our own score ---------------------------------------------------------------

    def test_our_score_from_the_metric(self):
        self._create_jobs(self.point, 10, complaints=2)
        self._create_jobs(self.point_b, 30)
        position = self._position(self.complaints)
        line = self._line(position, has_score=True, score=4)
        position.with_user(self.user_head).action_take_metric()
        self.assertEqual(
            (position.score, position.numerator, position.denominator),
            (5.0, 2, 40),
        )
        self.assertEqual(
            (position.score_origin, position.source, position.source_date),
            ("metric", "Complaint Rate", self.company._get_aftersales_today()),
        )
        self.assertEqual((line.score_standing, line.score_gap), ("behind", -1))
        # a score that is typed over is no metric any more
        position.with_user(self.user_head).score = 3
        self.assertEqual((position.score_origin, position.denominator), ("typed", 0))
        self.assertFalse(line.is_behind)

    def test_nothing_to_measure(self):
        with self.assertRaisesRegex(UserError, "there is nothing to measure in this"):
            self._position(self.complaints).action_take_metric()
        with self.assertRaisesRegex(UserError, "has no metric. Choose one"):
            self._position(self.stars).action_take_metric()
        unknown = self._create_item("Unknown", "up", metric_code="NOSUCH")
        with self.assertRaisesRegex(UserError, "no installed module measures NOSUCH"):
            self._position(unknown).action_take_metric()

    # -- periods ---------------------------------------------------------------------

    def test_history_is_kept_by_period(self):
        march = self._position(self.stars, has_score=True, score=4, **KNOWN)
        old = self._line(march, has_score=True, score=4.5)
        march.with_user(self.user_head).action_close()
        for record, vals in (
            (march, {"score": 5}),
            (march, {"date_to": "2026-05-01"}),
            (old, {"score": 1}),
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "is closed and stays as it was"),
            ):
                record.with_user(self.user_head).write(vals)
        for step in (
            old.with_user(self.user_head).unlink,
            march.with_user(self.user_head).unlink,
            march.with_user(self.user_head).action_take_metric,
            lambda: self._line(march, self.south),
        ):
            with self.assertRaisesRegex(UserError, "is closed and stays"):
                step()
        april = self._position(self.stars, APRIL, has_score=True, score=5, **KNOWN)
        new = self._line(april, has_score=True, score=4.5)
        self.assertEqual((old.score_standing, new.score_standing), ("behind", "ahead"))
        self.assertEqual((old.date_from, new.date_from), (MARCH[0], APRIL[0]))

    def test_the_matrix_page(self):
        page = (
            self.env["aftersales.benchmark.matrix"]
            .with_user(self.user_head)
            .create({"date_from": MARCH[0], "date_to": MARCH[1]})
        )
        self.assertIn("Nothing is compared in this period yet", page.matrix)
        page.action_fill()
        page.invalidate_recordset()
        positions = page.position_ids
        self.assertEqual(
            positions.item_id.with_env(self.env),
            self.visit | self.complaints | self.stars,
        )
        self.assertEqual(len(positions.benchmark_ids), 6)
        rate = positions.filtered(lambda p: p.item_id == self.complaints)
        self.assertEqual(
            (rate.promise_text, rate.promise_value), ("We do it well.", 10)
        )
        page.action_fill()
        page.invalidate_recordset()
        self.assertEqual(len(page.position_ids.benchmark_ids), 6)
        rate.benchmark_ids[0].write(
            {"has_promise_value": True, "promise_value": 5, **KNOWN}
        )
        self._create_jobs(self.point, 10, complaints=2)
        page.action_take_metric()
        page.invalidate_recordset()
        self.assertIn("We are behind", page.matrix)
        self.assertIn("by promise", page.matrix)
        self.assertIn("20", page.matrix)
        unsaved = Form(
            page.browse(),
            view="aftersales_evaluation.aftersales_benchmark_matrix_view_form",
        )
        self.assertEqual(unsaved.date_from, MARCH[0])
        self.assertIn("We are behind", unsaved.matrix)
        page.action_close()
        page.invalidate_recordset()
        self.assertTrue(page.is_closed)
        action = page.action_print()
        self.assertEqual(
            action["report_name"], "aftersales_evaluation.report_benchmark"
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_evaluation.report_benchmark", positions.ids
        )
        for text in ("North", "South", "Stars", "We are behind"):
            self.assertIn(text, html.decode())

    # -- bad input and rights --------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        position = self._position(self.stars)
        self._line(position)
        for error, step in (
            (UniqueViolation, lambda: self._position(self.stars)),
            (UniqueViolation, lambda: self._line(position)),
            (UniqueViolation, lambda: self.north.copy({"name": "NORTH"})),
            (
                CheckViolation,
                lambda: self._position(self.visit, (APRIL[1], APRIL[0])),
            ),
        ):
            with self.assertRaises(error), self.cr.savepoint():
                step()
                self.env.flush_all()
        with self.assertRaisesRegex(UserError, "enter where our own score comes from"):
            position.write({"has_score": True, "score": 4})
        with self.assertRaisesRegex(UserError, "enter where the promise or the score"):
            self._line(position, self.south, source=False, promise_text="x")
        with self.assertRaisesRegex(ValidationError, "counts the other way round"):
            self.complaints.direction = "up"

    def test_roles(self):
        position = self._position(self.stars)
        line = self._line(position)
        for role, sees, writes in (
            ("head", True, True),
            ("auditor", True, False),
            ("centre", True, False),
            ("service", False, False),
            ("dispatcher", False, False),
        ):
            user = getattr(self, f"user_{role}")
            for record in (position, line, self.north, self.stars):
                with self.subTest(role=role, record=record):
                    self.assertEqual(record.with_user(user).has_access("read"), sees)
                    self.assertEqual(record.with_user(user).has_access("write"), writes)
        with self.assertRaises(AccessError):
            line.with_user(self.user_portal).read(["score"])
        page = self.env["aftersales.benchmark.matrix"].with_user(self.user_auditor)
        with self.assertRaises(AccessError):
            page.create({"date_from": MARCH[0], "date_to": MARCH[1]}).action_fill()

    def test_figures_cannot_be_forged(self):
        position = self._position(self.stars, has_score=True, score=1, **KNOWN)
        line = self._line(position, has_score=True, score=5)
        for record, vals in (
            (line, {"is_behind": False}),
            (line, {"score_standing": "ahead"}),
            (position, {"score_origin": "metric"}),
            (position, {"is_closed": True}),
            (position, {"behind_count": 0}),
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                record.with_user(self.user_head).with_context(
                    aftersales_flow=True
                ).write(vals)
        self.assertTrue(line.is_behind)

    def test_another_company(self):
        foreign = self._create_item("Foreign", "up", company_id=self.company_b.id)
        position = self._position(foreign)
        with self.assertRaises(UserError):
            self._line(position)
        self.user_head.company_ids = [Command.set(self.company.ids)]
        with self.assertRaises(AccessError):
            position.with_user(self.user_head).read(["score"])

    def test_form(self):
        with Form(self.env["aftersales.benchmark.position"]) as form:
            form.item_id = self.complaints
            form.date_from = MARCH[0]
            form.date_to = MARCH[1]
            self.assertEqual(form.promise_text, "We do it well.")
            form.score = 4
            self.assertTrue(form.has_score)
            form.source = "Survey"
            form.source_date = MARCH[1]
        self.assertEqual(form.record.score_origin, "typed")
