from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import MARCH
from .common_pages import APRIL, TODAY, PagesCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestEvaluationDashboard(PagesCommon):
    def test_opens_on_the_newest_month_with_scores(self):
        page = self._open(self.user_head)
        self.assertEqual((page.date_from, page.date_to), APRIL)
        self.assertEqual(page.set_id, self.set)
        self.assertEqual(page.page["period"], "04/01/2026 to 04/30/2026")
        self.assertEqual(page.page["before"], "03/01/2026 to 03/31/2026")
        self.assertFalse(page.service_point_id)

    def test_a_scorecard_of_another_set_does_not_choose_the_month(self):
        (self.worse | self.best).with_user(self.user_head).action_cancel()
        self._approve(self.point_b, 0, MARCH)
        other = self.set.copy({"code": "OTHER"})
        other.action_use()
        self._approve(self.point, 0, APRIL, set_id=other.id)
        page = self._open(self.user_head)
        self.assertEqual((page.date_from, page.date_to), MARCH)
        self.assertEqual(page.set_id, self.set)

    def test_without_any_score(self):
        """No figure is "n/a", never 0 or 100."""
        cards = self.march | self.worse | self.best
        cards.with_user(self.user_head).action_cancel()
        page = self._open(self.user_head)
        self.assertEqual((page.date_from, page.date_to), APRIL)
        self.assertFalse(page.set_id)
        card = self._card(page, "score")
        self.assertEqual((card["value"], card["change"]), ("n/a", ""))
        self.assertEqual(self._rows(page, "worst"), [])
        self.assertEqual({row[1] for row in self._rows(page, "trend")}, {None})

    def test_score_and_change(self):
        """The mean of both points, beside the one scorecard of March."""
        self.assertEqual(self.march.score, 100)
        self.assertAlmostEqual(self.worse.score, 66.67, 2)
        page = self._open(self.user_head)
        card = self._card(page, "score")
        self.assertEqual((card["value"], card["note"]), ("83.3", "Scorecards: 2"))
        self.assertEqual((card["change"], card["tone"]), ("−16.7", "bad"))
        self.assertEqual(self._records(page, "card:score"), self.worse | self.best)

    def test_quarter_counts_all_its_months(self):
        page = self._open(self.user_head)
        with Form(page) as form:
            form.period = "quarter"
        self.assertEqual((page.date_from, page.date_to), (date(2026, 1, 1), MARCH[1]))
        self.assertEqual(self._card(page, "score")["note"], "Scorecards: 1")
        with Form(page) as form:
            form.period = "custom"
            form.date_to = APRIL[1]
        self.assertEqual(self._card(page, "score")["note"], "Scorecards: 3")
        self.assertEqual(page.page["before"], "09/01/2025 to 12/31/2025")

    def test_earlier_and_later(self):
        page = self._open(self.user_head)
        page.action_earlier()
        self.assertEqual((page.date_from, page.date_to), MARCH)
        self.assertEqual(self._card(page, "score")["value"], "100.0")
        page.action_later()
        self.assertEqual((page.date_from, page.date_to), APRIL)
        with self.assertRaisesRegex(ValidationError, "first comes first"):
            page.write({"date_from": "2026-06-01"})

    def test_only_approved_audits_of_points_count(self):
        third = self._create_point(name="Third", parent_id=self.centre.id)
        self._approve(third, 8, APRIL, assessment="self")
        self._approve(self.centre, 8, APRIL, subject_type="centre")
        draft = self._draft(third, 8, APRIL)
        page = self._open(self.user_head)
        self.assertEqual(self._card(page, "score")["note"], "Scorecards: 2")
        page.with_open = True
        self.assertEqual(self._card(page, "score")["note"], "Scorecards: 3")
        self.assertIn(draft, self._records(page, "card:score"))
        other = self._create_set("OTHER")
        page.set_id = other
        self.assertEqual(self._card(page, "score")["note"], "Scorecards: 0")

    def test_points_without_a_score(self):
        third = self._create_point(name="Third", parent_id=self.centre.id)
        page = self._open(self.user_head)
        card = self._card(page, "coverage")
        self.assertEqual((card["value"], card["note"]), ("66.7 %", "2 of 3"))
        self.assertEqual(self._records(page, "card:coverage"), third)

    def test_failed_scorecards(self):
        page = self._open(self.user_head)
        fails = (self.worse | self.best).filtered("level_id.is_fail")
        self.assertEqual(fails, self.worse)
        card = self._card(page, "failed")
        self.assertEqual((card["value"], card["is_alert"]), ("1", True))
        self.assertEqual(self._records(page, "card:failed"), self.worse)

    def test_company_score(self):
        company = self._approve(
            self.env["aftersales.service.point"], 0, APRIL, subject_type="company"
        )
        page = self._open(self.user_head)
        self.assertEqual(self._card(page, "company")["value"], "100.0")
        self.assertEqual(self._records(page, "card:company"), company)
        page.service_point_id = self.centre
        self.assertIsNone(self._card(page, "company"))

    def test_trend(self):
        page = self._open(self.user_head)
        rows = self._rows(page, "trend")
        self.assertEqual(len(rows), 12)
        self.assertEqual(rows[-1], ["Apr 2026", 83.33, 2])
        self.assertEqual(rows[-2], ["Mar 2026", 100.0, 1])
        self.assertEqual(rows[-3], ["Feb 2026", None, 0])
        self.assertEqual(self._records(page, "month:2026-03-01"), self.march)

    def test_regions(self):
        page = self._open(self.user_head)
        self.assertEqual(
            self._rows(page, "regions"),
            [["Centre North", 100.0, 1], ["Centre South", 66.67, 1]],
        )
        key = f"region:{self.centre.id}"
        self.assertEqual(self._records(page, key), self.worse)
        self.point.partner_id.state_id = self.state
        page.region = "state"
        rows = self._rows(page, "regions")
        self.assertEqual(rows[0], ["Without region", 100.0, 1])
        self.assertEqual(rows[1][1:], [66.67, 1])
        self.assertEqual(self._records(page, "region:0"), self.best)
        self.point_b.partner_id.city = "Harbin"
        page.region = "city"
        self.assertEqual(self._records(page, "region:Harbin"), self.best)
        self.assertEqual(self._records(page, "region:"), self.worse)

    def test_levels(self):
        page = self._open(self.user_head)
        rows = self._rows(page, "levels")
        self.assertEqual([row[1] for row in rows], [1, 1])
        key = f"level:{self.best.level_id.id}"
        self.assertEqual(rows[0][0], self.best.level_id.display_name)
        self.assertEqual(self._records(page, key), self.best)

    def test_worst_points(self):
        self._create_finding(self.point)
        page = self._open(self.user_head)
        rows = self._rows(page, "worst")
        self.assertEqual(
            rows[0],
            [
                self.point.display_name,
                "Centre South",
                66.67,
                -33.33,
                self.worse.level_id.name,
                1,
            ],
        )
        self.assertEqual(rows[1][3], None, "no scorecard in March")
        key = f"scorecard:{self.worse.id}"
        self.assertEqual(self._records(page, key), self.worse)

    def _create_finding(self, point, **vals):
        return self.env["aftersales.finding"].create(
            {
                "text": "Tools missing",
                "service_point_id": point.id,
                "owner_id": self.user_centre.id,
                "date": "2026-04-01",
                "date_due": "2026-05-10",
                **vals,
            }
        )

    def test_findings_overdue(self):
        late = self._create_finding(self.point)
        self._create_finding(self.point_b, date_due="2026-06-10")
        page = self._open(self.user_head)
        card = self._card(page, "overdue")
        self.assertEqual(
            (card["value"], card["note"], card["is_alert"]),
            ("1", "of 2 not verified, today", True),
        )
        self.assertEqual(self._records(page, "card:overdue"), late)
        [row] = self._rows(page, "findings")
        self.assertEqual(
            row,
            [
                late.name,
                self.point.display_name,
                "Minor",
                self.user_centre.name,
                "2026-05-10",
                10,
            ],
        )
        self.assertEqual(self._records(page, f"finding:{late.id}"), late)

    def test_service_figures(self):
        """Measured figures of the period with the records behind them."""
        orders = self._create_jobs(self.point, 4, complaints=1)
        page = self._open(self.user_head, date_from=MARCH[0], date_to=MARCH[1])
        card = self._card(page, "compr")
        self.assertEqual((card["value"], card["note"]), ("25.0 %", "1 of 4"))
        self.assertEqual(self._records(page, "card:compr"), orders[0])
        page.service_point_id = self.centre_b
        self.assertEqual(self._card(page, "compr")["value"], "n/a")

    def test_promises(self):
        promise = self.env["aftersales.promise"].create(
            {"name": "Done in time", "metric_code": "CLOSE", "date_from": "2026-01-01"}
        )
        Value = self.env["aftersales.promise.value"]
        base = {"promise_id": promise.id, "status": "measured", "month": APRIL[0]}
        company, point = Value.create(
            [
                {**base, "is_kept": True},
                {**base, "service_point_id": self.point.id, "is_kept": False},
            ]
        )
        page = self._open(self.user_head)
        self.assertEqual(self._card(page, "promises")["note"], "1 of 1")
        self.assertEqual(self._records(page, "card:promises"), company)
        page.service_point_id = self.point
        self.assertEqual(self._card(page, "promises")["note"], "0 of 1")
        self.assertEqual(self._records(page, "card:promises"), point)

    def test_satisfaction(self):
        base = {"source": "card", "date": "2026-04-10", "company_id": self.company.id}
        self.env["aftersales.satisfaction"].sudo().create(
            [
                {**base, "score": 5, "service_point_id": self.point.id},
                {**base, "score": 2, "service_point_id": self.point.id}
                | {"is_dissatisfied": True},
                {**base, "score": 4, "service_point_id": self.point_b.id},
            ]
        )
        page = self._open(self.user_head)
        card = self._card(page, "satisfaction")
        self.assertEqual(
            (card["value"], card["note"]), ("3.67", "of 5; answers: 3, dissatisfied: 1")
        )
        self.assertEqual(len(self._records(page, "card:satisfaction")), 3)
        page.service_point_id = self.centre_b
        self.assertEqual(self._card(page, "satisfaction")["value"], "4.00")

    def test_unknown_figure(self):
        page = self._open(self.user_head)
        for key in ("card:nothing", "table", "month:x", "scorecard:0", "level:x", ""):
            if key == "level:x":
                self.assertFalse(self._records(page, key))
                continue
            with (
                self.subTest(key=key),
                self.assertRaisesRegex(UserError, "no records behind the figure"),
            ):
                page.action_open_figure(key)
        with self.assertRaisesRegex(UserError, "no records behind the figure"):
            page.action_open_figure(f"scorecard:{self.march.id}")

    # Rights

    def test_centre_manager_sees_the_own_units_only(self):
        page = self._open(self.user_centre)
        self.assertEqual(page.service_point_id, self.centre)
        self.assertEqual(self._card(page, "score")["value"], "66.7")
        self.assertEqual(self._records(page, "card:score"), self.worse)
        self.assertEqual(len(self._rows(page, "regions")), 1)
        for unit in (self.centre_b, self.env["aftersales.service.point"]):
            page.service_point_id = unit
            self.assertFalse(page.is_allowed)
            self.assertEqual(page.page, {"groups": [], "sections": []})
            with self.assertRaisesRegex(AccessError, "you are responsible for"):
                page.action_open_figure("card:score")
            with self.assertRaisesRegex(AccessError, "you are responsible for"):
                page.action_export_page()

    def test_readers(self):
        for user in (self.user_auditor, self.user_reviewer):
            page = self._open(user)
            self.assertEqual(self._card(page, "score")["note"], "Scorecards: 2")
        for user in (self.user_service, self.user_portal):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._open(user)

    def test_page_is_private(self):
        page = self._open(self.user_head)
        with self.assertRaises(AccessError):
            page.with_user(self.user_auditor).action_open_figure("card:score")
        with self.assertRaises(AccessError):
            page.with_user(self.user_auditor).read(["page"])

    def test_two_companies_never_mix(self):
        self.user_head.company_ids = [Command.link(self.company_b.id)]
        foreign = self._create_point(name="Abroad", company_id=self.company_b.id)
        self.user_auditor.company_ids = [Command.link(self.company_b.id)]
        card = self._draft(foreign, 8, APRIL)
        both = {"allowed_company_ids": [self.company.id, self.company_b.id]}
        card.with_user(self.user_auditor).with_context(**both).action_submit()
        card.with_user(self.user_head).with_context(**both).action_approve()
        self.user_auditor.company_ids = [Command.unlink(self.company_b.id)]
        Page = self.env["aftersales.evaluation.dashboard"].with_user(self.user_head)
        Page = Page.with_context(**both)
        page = Page.browse(Page.action_open()["res_id"])
        self.assertNotIn(card, self._records(page, "card:score"))
        page.company_id = self.company_b
        self.assertEqual(self._card(page, "score")["note"], "Scorecards: 1")
        self.assertEqual(len(self._rows(page, "worst")), 1)
        page.service_point_id = self.point
        self.assertFalse(page.is_allowed, "a unit of the other company")
        stranger = self._open(self.user_auditor)
        stranger.sudo().company_id = self.company_b
        self.assertFalse(stranger.is_allowed)

    def test_queries_do_not_grow_with_points(self):
        page = self._open(self.user_head)

        def measure():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page.mapped("page")
            return self.env.cr.sql_log_count - before

        measure()
        few = measure()
        for number in range(8):
            point = self._create_point(name=f"P {number}", parent_id=self.centre.id)
            self._approve(point, number, APRIL)
        self.assertLessEqual(measure(), few)
