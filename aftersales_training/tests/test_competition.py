from datetime import datetime, time, timedelta

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .competition_common import CompetitionCommon


@tagged("post_install", "-at_install")
class TestCompetition(CompetitionCommon):
    def test_from_registration_to_awards(self):
        """The whole way, with a tie broken by the practice and one that stays."""
        ann, ben, cid, dan = entrants = self._run()
        self.assertEqual(len(self.competition.score_ids), 4 * 2 * 2)
        self.assertEqual(self.competition.missing_score_count, 16)
        self._give(ann, (80, 90), (30, 30))
        self._give(ben, (80, 90), (30, 30))
        self._give(cid, (100, 100), (28, 28))
        self._give(dan, (0, 0), (0, 0))
        # (0.85 × 1 + 0.75 × 3) / 4 and (1 × 1 + 0.7 × 3) / 4: equal totals.
        self.assertEqual(entrants.mapped("total"), [77.5, 77.5, 77.5, 0.0])
        self.assertEqual(entrants.mapped("rank"), [1, 1, 3, 4])
        self.competition.action_score()
        self.Award.with_user(self.user_hr).create(
            {"entrant_id": dan.id, "name": "Fair Play", "reason": "Helped a rival"}
        )
        self.competition.with_user(self.user_hr).action_close()
        self.assertEqual(self.competition.state, "closed")
        self.assertEqual(self.competition.closed_by_id, self.user_hr)
        given = [
            (award.entrant_id.person_name, award.name, award.amount, award.date)
            for award in self.competition.award_ids.sorted("id")
        ]
        self.assertCountEqual(
            given,
            [
                ("Dan", "Fair Play", 0.0, self.today),
                ("Ann", "Gold", 1000.0, self.today),
                ("Ben", "Gold", 1000.0, self.today),
                ("Cid", "Bronze", 0.0, self.today),
            ],
        )

    def test_a_judge_given_nothing_counts_nothing(self):
        ann, ben = self._run()[:2]
        first = ann.score_ids.filtered(lambda s: s.discipline_id == self.practice)[0]
        first.points = 20
        # Only one judge so far: the mean is over those who gave points.
        self.assertEqual(ann.total, 37.5)
        self.assertEqual((ann.rank, ben.rank), (1, 2))

    def test_scoring_needs_every_point(self):
        self._run()
        with self.assertRaisesRegex(UserError, "16 points are missing"):
            self.competition.action_score()
        self.competition.score_ids[1:].write({"is_given": True})
        with self.assertRaisesRegex(UserError, "1 points are missing"):
            self.competition.action_score()
        self.competition.score_ids[0].entrant_id._withdraw("Ill")
        self.competition.action_score()
        self.assertEqual(self.competition.state, "scored")

    def test_points_never_above_the_maximum(self):
        ann = self._run()[0]
        line = ann.score_ids.filtered(lambda s: s.discipline_id == self.practice)[0]
        line.points = 40
        with self.assertRaisesRegex(ValidationError, "must lie between 0 and 40.0"):
            line.points = 40.01
        with self.assertRaisesRegex(ValidationError, "-1.0 points for Ann in Practice"):
            line.points = -1

    def test_withdrawn_entrants_have_no_rank(self):
        ann, ben, cid, dan = self._run()
        self._give(ann, (100, 100), (40, 40))
        self._give(ben, (50, 50), (20, 20))
        ann._disqualify("Forbidden tool")
        self.assertEqual((ann.rank, ann.total), (0, 0.0))
        self.assertEqual(ben.rank, 1)
        self.assertEqual(ann.reason, "Forbidden tool")

    def test_nothing_changes_after_closing(self):
        ann = self._run()[0]
        for line in self.competition.score_ids:
            line.points = 10
        self.competition.action_score()
        self.competition.action_close()
        award = self.competition.award_ids[:1]
        hr = self.user_hr
        rule = self.competition.award_rule_ids[:1]
        for record, vals in (
            (self.competition, {"name": "Other"}),
            (self.competition, {"judge_ids": [Command.clear()]}),
            (self.competition, {"state": "running"}),
            (self.theory, {"weight": 9}),
            (rule, {"amount": 1}),
            (ann.score_ids[0], {"points": 99}),
            (ann, {"service_point_id": self.point_b.id}),
            (ann, {"rank": 1}),
            (award, {"name": "Other"}),
        ):
            with self.subTest(record=record, vals=vals), self.assertRaises(UserError):
                record.with_user(hr).write(vals)
        for record in (award, ann, rule, self.theory, self.competition):
            with (
                self.subTest(delete=record),
                self.assertRaises(UserError),
            ):
                record.with_user(hr).unlink()
        with self.assertRaisesRegex(UserError, "state “Closed”"):
            self.competition.with_user(hr)._cancel("No")
        with self.assertRaisesRegex(UserError, "state “Closed”"):
            self.competition.with_user(hr).action_close()

    def test_awards_are_given_once(self):
        self._run()
        self.competition.score_ids.write({"is_given": True})
        self.competition.action_score()
        vals = {
            "entrant_id": self.competition.entrant_ids[0].id,
            "name": "Fair Play",
            "reason": "x",
        }
        self.Award.create(vals)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error) as caught:
            self.Award.create(vals)
        self.assertIn("special_once", str(caught.exception))

    def test_special_award_needs_its_reason(self):
        self._run()
        self.competition.score_ids.write({"is_given": True})
        vals = {"entrant_id": self.competition.entrant_ids[0].id, "name": "Fair Play"}
        with self.assertRaisesRegex(UserError, "state “Running”"):
            self.Award.with_user(self.user_hr).create({**vals, "reason": "x"})
        self.competition.action_score()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error) as caught:
            self.Award.with_user(self.user_hr).create(vals)
        self.assertIn("special_reason", str(caught.exception))

    def test_badge_goes_to_the_user(self):
        badge = self.env["gamification.badge"].create({"name": "Best Hands"})
        self.people[0].user_id = self.judge_two.copy({"login": "ann"})
        self.competition.award_rule_ids[0].badge_id = badge
        ann = self._run()[0]
        self._give(ann, (10, 10), (10, 10))
        self.competition.score_ids.write({"is_given": True})
        self.competition.action_score()
        self.competition.action_close()
        award = ann.award_ids
        self.assertEqual(award.badge_user_id.user_id, self.people[0].user_id)
        self.assertEqual(award.badge_user_id.badge_id, badge)

    def test_registration_window(self):
        with self.assertRaises(UserError) as caught:
            self._enter()
        self.assertIn("registration is not open", str(caught.exception))
        self.competition.action_open()
        self.competition.date_register_from = self.today + timedelta(days=1)
        with self.assertRaises(UserError) as caught:
            self._enter()
        self.assertIn("takes entrants from", str(caught.exception))
        self.competition.date_register_from = self.today
        self.competition.date_register_to = self.today
        ann = self._enter(self.people[:1])
        self.assertEqual(ann.service_point_id, self.point)
        self.assertEqual(ann.date_registered, self.today)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error) as caught:
            self._enter(self.people[:1])
        self.assertRegex(str(caught.exception), "employee_once|person_once")

    def test_unit_stays_that_of_the_time(self):
        ann = self._run()[0]
        self.people[0].aftersales_staff_ids.date_to = self.today - timedelta(days=1)
        self._create_post(self.people[0], self.point_b, date_from=self.today)
        self.assertEqual(ann.service_point_id, self.point)

    def test_what_a_start_needs(self):
        empty = self._create_competition(
            discipline_ids=[Command.clear()], judge_ids=[Command.clear()]
        )
        with self.assertRaisesRegex(UserError, "no discipline"):
            empty.action_open()
        empty.discipline_ids = [Command.create({"name": "Theory"})]
        empty.action_open()
        with self.assertRaisesRegex(UserError, "no entrants"):
            empty.action_start()
        self._enter(self.people[:1], empty)
        with self.assertRaisesRegex(UserError, "needs judges"):
            empty.action_start()
        with self.assertRaisesRegex(UserError, "state “Registration”"):
            empty.action_score()

    def test_independent_judges(self):
        """A judge of the entrants' own unit gets no line; nobody judges himself."""
        self._create_post(
            self._create_employee("J", self.company, user_id=self.judge_one.id),
            self.point,
        )
        entrants = self._run()
        self.assertEqual(entrants.score_ids.judge_id, self.judge_two)
        self.assertEqual(len(entrants.score_ids), 8)

    def test_dependent_judges_by_setting(self):
        judge = self._create_employee("J", self.company, user_id=self.judge_one.id)
        self._create_post(judge, self.point)
        self.competition.independent_judges = False
        self.competition.action_open()
        entrants = self._enter([*self.people, judge])
        self.competition.action_start()
        own = entrants[-1]
        self.assertEqual(own.score_ids.judge_id, self.judge_two)
        self.assertEqual(
            entrants[0].score_ids.judge_id, self.judge_one | self.judge_two
        )

    def test_nobody_left_to_judge(self):
        for user in (self.judge_one, self.judge_two):
            person = self._create_employee(user.name, self.company, user_id=user.id)
            self._create_post(person, self.point)
        self.competition.action_open()
        self._enter()
        with self.assertRaisesRegex(UserError, "Add a judge of another unit"):
            self.competition.action_start()

    def test_a_judge_who_joins_late(self):
        self._run()
        late = self._create_judge("judge_late")
        self.competition.with_user(self.user_hr).write(
            {"judge_ids": [Command.link(late.id)]}
        )
        self.competition.with_user(self.user_hr).action_complete_sheet()
        lines = self.competition.score_ids.filtered(lambda s: s.judge_id == late)
        self.assertEqual(len(lines), 8)

    def test_a_judge_does_not_close(self):
        self.competition.judge_ids |= self.user_head
        self._run()
        self.competition.score_ids.write({"is_given": True})
        self.competition.action_score()
        with self.assertRaisesRegex(UserError, "you were a judge"):
            self.competition.with_user(self.user_head).action_close()

    def test_cancel_with_reason(self):
        self.competition.with_user(self.user_hr)._cancel("No hall")
        self.assertEqual(self.competition.state, "cancelled")
        self.assertEqual(self.competition.cancel_reason, "No hall")
        wizard = self.competition.with_user(self.user_hr).action_cancel()
        self.assertEqual(wizard["res_model"], "aftersales.reason.wizard")

    def test_points_are_corrected_with_a_reason(self):
        ann = self._run()[0]
        self.competition.score_ids.write({"is_given": True})
        self.competition.action_score()
        with self.assertRaisesRegex(UserError, "state “Scored”"):
            ann.score_ids[0].with_user(self.user_hr).points = 5
        self.competition.with_user(self.user_hr)._rescore("Sheet misread")
        ann.score_ids[0].with_user(self.user_hr).points = 5
        self.assertEqual(ann.rank, 1)

    def test_dates_and_disciplines_make_sense(self):
        for vals in (
            {"date_to": self.today - timedelta(days=1)},
            {
                "date_register_from": self.today,
                "date_register_to": self.today - timedelta(days=1),
            },
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.Error),
                self.cr.savepoint(),
            ):
                self.competition.write(vals)
                self.competition.flush_recordset()
        for vals in ({"maximum": 0}, {"weight": -1}):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.Error),
                self.cr.savepoint(),
            ):
                self.theory.write(vals)
                self.theory.flush_recordset()
        with self.assertRaisesRegex(ValidationError, "no other discipline"):
            self.theory.tie_order = 1

    def test_deleting(self):
        self.competition.copy().unlink()
        self.competition.action_open()
        with self.assertRaisesRegex(UserError, "Cancel it with a reason"):
            self.competition.unlink()

    def test_printed_pages(self):
        self._run()
        self.competition.score_ids.write({"is_given": True})
        self.competition.action_score()
        self.competition.action_close()
        Report = self.env["ir.actions.report"].with_user(self.user_hr)
        html = Report._render_qweb_html(
            "aftersales_training.report_competition_ranking", self.competition.ids
        )[0].decode()
        self.assertIn("Ann", html)
        self.assertIn("Gold", html)
        html = Report._render_qweb_html(
            "aftersales_training.report_competition_diploma", self.competition.ids
        )[0].decode()
        self.assertEqual(html.count("This is to certify that"), 4)

    def test_exam_as_discipline(self):
        survey = self.env["survey.survey"].create(
            {"title": "Theory Exam", "scoring_type": "scoring_without_answers"}
        )
        self.theory.survey_id = survey
        contact = self.people[0].work_contact_id
        self.assertTrue(contact)
        for percentage, days in ((80, 0), (60, 0), (100, -30)):
            attempt = self.env["survey.user_input"].create(
                {
                    "survey_id": survey.id,
                    "partner_id": contact.id,
                    "state": "done",
                    "end_datetime": noon(self.today, days),
                }
            )
            self.env.flush_all()
            # The score follows from answers; here it is simply given.
            attempt.scoring_percentage = percentage
            self.env.flush_all()
        ann = self._run()[0]
        line = ann.score_ids.filtered(lambda s: s.discipline_id == self.theory)
        self.assertFalse(line.judge_id)
        self.assertEqual((line.points, line.is_given), (80.0, True))
        with self.assertRaisesRegex(UserError, "taken over from the exam"):
            line.with_user(self.user_hr).points = 100


def noon(day, offset):
    """Noon of a day, some days away."""
    return datetime.combine(day + timedelta(days=offset), time(4))
