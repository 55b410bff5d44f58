from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .award_common import AwardCommon
from .common import MARCH


@tagged("post_install", "-at_install")
class TestRanking(AwardCommon):
    def test_places_follow_the_scores_and_ties_share(self):
        ranking = self._create_ranking()
        self.assertEqual(
            self._places(ranking),
            [
                (1, "Point One", 100),
                (2, "Point Three", 75),
                (2, "Point Two", 75),
                (4, "Point Four", 33.33),
            ],
        )
        self.assertEqual(ranking.name, "Best of the Month 2026-03")
        self.assertEqual(set(ranking.line_ids.mapped("competitor_count")), {4})
        first = ranking.line_ids.filtered(lambda line: line.position == 1)
        self.assertEqual(first.scorecard_ids, self.cards[0])
        self.assertEqual(first.level_id, self.cards[0].level_id)
        self.assertEqual(
            ranking.line_ids.filtered("is_podium").service_point_id,
            self.points - self.point_d,
        )
        self.assertIn("Point Three", ranking.podium)
        self.assertNotIn("Point Four", ranking.podium)

    def test_only_approved_audits_of_the_period_count(self):
        own = self._judge(
            self._create_card(service_point_id=self.point_d.id, assessment="self")
        )
        own.with_user(self.user_auditor).action_submit()
        own.with_user(self.user_head).action_approve()
        later = {"date_from": date(2026, 4, 1), "date_to": date(2026, 4, 30)}
        self._approve_card(self.point_d, **later)
        self.cards[1].with_user(self.user_head).action_cancel()
        self.assertEqual(
            self._places(self._create_ranking()),
            [
                (1, "Point One", 100),
                (2, "Point Three", 75),
                (3, "Point Four", 33.33),
            ],
        )

    def test_a_quarter_takes_the_exact_mean_and_its_sample(self):
        april = {"date_from": date(2026, 2, 1), "date_to": date(2026, 2, 28)}
        self._approve_card(self.point_b, 0, **april)
        self._approve_card(self.point_d, 5, **april)
        rule = self._create_ranking_rule(
            name="Quarter", interval="quarter", min_count=2
        )
        ranking = self._create_ranking(rule, date_from=date(2026, 1, 1))
        self.assertEqual(
            self._places(ranking),
            [(1, "Point Two", 87.5), (2, "Point Four", 45.83)],
        )
        self.assertEqual(ranking.name, "Quarter 2026-01 – 2026-03")
        self.assertEqual(
            ranking.line_ids.mapped("level_id.name"), ["Three Stars", "Not Qualified"]
        )

    def test_every_centre_has_its_first_place(self):
        rule = self._create_ranking_rule(name="Per Centre", is_per_centre=True)
        ranking = self._create_ranking(rule)
        self.assertEqual(
            self._places(ranking),
            [
                (1, "Point One", 100),
                (1, "Point Two", 75),
                (2, "Point Four", 33.33),
                (2, "Point Three", 75),
            ],
        )
        self.assertIn("Centre North", ranking.podium)

    def test_a_metric_ranks_in_its_own_direction(self):
        self._create_jobs(self.point, 10, complaints=2)
        self._create_jobs(self.point_b, 10, complaints=1)
        self._create_jobs(self.point_c, 1)
        rule = self._create_ranking_rule(
            name="Fewest Complaints",
            source="metric",
            set_id=False,
            metric_code="COMPR",
            min_count=5,
        )
        ranking = self._create_ranking(rule)
        self.assertEqual(
            self._places(ranking), [(1, "Point Two", 10), (2, "Point One", 20)]
        )
        action = ranking.line_ids[0].action_view_records()
        self.assertEqual(action["res_model"], "aftersales.service.order")
        rule.metric_code = "NONE"
        with self.assertRaisesRegex(UserError, "no installed module measures NONE"):
            ranking.action_compute()

    def test_people_are_ranked_by_their_scorecards(self):
        person = {
            "subject_type": "person",
            "service_point_id": False,
            "staff_id": self.technician.id,
        }
        card = self._judge(self._create_card(**person), 1)
        card.with_user(self.user_auditor).action_submit()
        card.with_user(self.user_head).action_approve()
        rule = self._create_ranking_rule(name="People", subject_type="person")
        line = self._create_ranking(rule).line_ids
        self.assertEqual(
            (line.subject_name, line.service_point_id),
            ("Portal Technician", self.point),
        )

    def test_a_released_ranking_is_frozen(self):
        ranking = self._create_ranking()
        before = self._places(ranking)
        ranking.with_user(self.user_head).action_release()
        self.assertEqual(ranking.state, "released")
        self.assertEqual(ranking.released_by_id, self.user_head)
        self.cards[0].with_user(self.user_head).action_cancel()
        self.point_c.name = "Renamed"
        self.assertEqual(self._places(ranking), before)
        head = ranking.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            head.action_compute()
        with self.assertRaisesRegex(UserError, "this step is not possible"):
            head.date_to = "2026-04-30"
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            head.state = "draft"
        with self.assertRaisesRegex(UserError, "stays as evidence"):
            head.unlink()
        for vals in ({"position": 1}, {"value": 100}, {"subject_name": "x"}):
            with self.assertRaises(AccessError):
                head.line_ids[0].write(vals)
        with self.assertRaises(AccessError):
            head.line_ids[0].unlink()
        with self.assertRaises(AccessError):
            self.env["aftersales.ranking.line"].with_user(self.user_head).create(
                {"ranking_id": ranking.id, "service_point_id": self.point_d.id}
            )

    def test_lines_cannot_come_with_the_ranking(self):
        line = [(0, 0, {"service_point_id": self.point_d.id, "position": 1})]
        vals = {"rule_id": self.rule.id, "date_from": MARCH[0], "date_to": MARCH[1]}
        Ranking = self.env["aftersales.ranking"].with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            Ranking.create({**vals, "line_ids": line})
        hostile = Ranking.with_context(
            default_state="released", default_line_ids=line, aftersales_flow=True
        )
        ranking = hostile.create(vals)
        self.assertEqual((ranking.state, len(ranking.line_ids)), ("draft", 0))
        with self.assertRaisesRegex(UserError, "ranks nobody yet"):
            ranking.action_release()

    def test_who_releases(self):
        ranking = self._create_ranking()
        with self.assertRaisesRegex(AccessError, "Only the head of service"):
            ranking.with_user(self.user_hr).action_release()
        for role in ("centre", "auditor", "clerk", "reviewer"):
            user = getattr(self, f"user_{role}")
            with self.assertRaises(AccessError):
                ranking.with_user(user).action_release()
            with self.assertRaises(AccessError):
                ranking.with_user(user).action_compute()
        with self.assertRaises(AccessError):
            ranking.with_user(self.user_service).read(["name"])

    def test_one_ranking_of_a_period(self):
        ranking = self._create_ranking()
        with (
            self.assertRaisesRegex(Exception, "period_once"),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self._create_ranking()
        action = ranking.with_user(self.user_head).action_cancel()
        self._give_reason(action, self.user_head, "Wrong set")
        self.assertEqual(
            (ranking.state, ranking.cancel_reason), ("cancelled", "Wrong set")
        )
        self._create_ranking()

    def test_the_period_before_shows_up_or_down(self):
        self._create_ranking().with_user(self.user_head).action_release()
        april = {"date_from": date(2026, 4, 1), "date_to": date(2026, 4, 30)}
        self._approve_card(self.point, 8, **april)
        self._approve_card(self.point_d, 0, **april)
        self._approve_card(self.point_c, 1, **april)
        lines = self._create_ranking(**april).line_ids
        self.assertEqual(
            {(li.subject_name, li.position, li.movement) for li in lines},
            {("Point Four", 1, 3), ("Point Three", 2, 0), ("Point One", 3, -2)},
        )

    def test_bad_rules(self):
        for vals, message in (
            ({"set_id": False}, "Choose their indicator set"),
            ({"source": "metric"}, "Enter its code"),
            (
                {
                    "source": "metric",
                    "metric_code": "CLOSE",
                    "subject_type": "person",
                },
                "service points only",
            ),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self._create_ranking_rule(name="Bad", **vals)
        foreign = self._create_ranking_rule(
            name="Foreign", set_id=self.set.id, company_id=self.company_b.id
        )
        with self.assertRaises(UserError):
            self._create_ranking(foreign)

    def test_periods(self):
        rule = self.rule
        day = date(2026, 5, 17)
        for interval, expected in (
            ("month", (date(2026, 5, 1), date(2026, 5, 31))),
            ("quarter", (date(2026, 4, 1), date(2026, 6, 30))),
            ("half", (date(2026, 1, 1), date(2026, 6, 30))),
            ("year", (date(2026, 1, 1), date(2026, 12, 31))),
        ):
            rule.interval = interval
            self.assertEqual(rule._get_period(day), expected)
        rule.interval = "quarter"
        self.assertEqual(rule._get_last_period(day), (date(2026, 1, 1), MARCH[1]))

    def _run_cron(self):
        self.env.flush_all()
        Ranking = self.env["aftersales.ranking"]
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Ranking.with_env(Ranking.env(cr=cr))._cron_compute_rankings()
        self.env.invalidate_all()

    def _find(self, rule):
        return self.env["aftersales.ranking"].search([("rule_id", "=", rule.id)])

    def test_the_job_ranks_once_a_day_until_released(self):
        self.env["aftersales.ranking.rule"].search(
            [("id", "!=", self.rule.id)]
        ).is_automatic = False
        self.rule.is_automatic = True
        with freeze_time("2026-04-03 08:00:00"):
            self._run_cron()
            ranking = self._find(self.rule)
            self.assertEqual(len(ranking.line_ids), 4)
            self.assertFalse(ranking.computed_by_id)
            self.cards[3].with_user(self.user_head).action_cancel()
            self._run_cron()
            self.assertEqual(len(ranking.line_ids), 4, "calculated today already")
        with freeze_time("2026-04-04 08:00:00"):
            self._run_cron()
            self.assertEqual(len(ranking.line_ids), 3)
            ranking.with_user(self.user_head).action_release()
        with freeze_time("2026-04-05 08:00:00"):
            self._run_cron()
        self.assertEqual(self._find(self.rule), ranking)
        self.assertEqual(len(ranking.line_ids), 3)

    def test_the_job_leaves_no_empty_ranking(self):
        self.rule.is_automatic = True
        with freeze_time("2025-04-03 08:00:00"):
            self._run_cron()
        self.assertFalse(self._find(self.rule))

    def test_queries_do_not_grow_with_the_points(self):
        ranking = self._create_ranking()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(__system__=60):
            ranking.action_compute()
            self.env.flush_all()
        points = self.env["aftersales.service.point"].concat(
            *[
                self._create_point(name=f"More {n}", parent_id=self.centre.id)
                for n in range(12)
            ]
        )
        for point in points:
            self._approve_card(point, 1)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(__system__=60):
            ranking.action_compute()
            self.env.flush_all()
        self.assertEqual(len(ranking.line_ids), 16)
