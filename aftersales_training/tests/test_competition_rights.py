from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .competition_common import CompetitionCommon


@tagged("post_install", "-at_install", "security")
class TestCompetitionRights(CompetitionCommon, RaceMixin, HttpCase):
    def _close(self):
        self.competition.score_ids.write({"is_given": True})
        self.competition.action_score()
        self.competition.action_close()

    def test_who_runs_a_competition(self):
        vals = {"name": "New", "date_from": self.today, "date_to": self.today}
        for user in (
            self.user_service,
            self.user_dispatcher,
            self.user_centre,
            self.user_reviewer,
            self.user_clerk,
            self.user_warehouse,
            self.user_auditor,
            self.user_portal,
        ):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.Competition.with_user(user).create(vals)
                with self.assertRaises(AccessError):
                    self.competition.with_user(user).action_open()
        for user in (self.user_hr, self.user_head, self.user_admin):
            with self.subTest(user=user.login):
                competition = self.Competition.with_user(user).create(vals)
                competition._cancel("Only a try")

    def test_judges_fill_in_their_own_lines(self):
        ann = self._run()[0]
        mine = ann.score_ids.filtered(lambda s: s.judge_id == self.judge_one)
        other = ann.score_ids - mine
        mine[0].with_user(self.judge_one).points = 30
        with self.assertRaises(AccessError):
            other[0].with_user(self.judge_one).points = 30
        with self.assertRaises(UserError):
            mine[0].with_user(self.judge_one).judge_id = self.judge_two
        with self.assertRaises(AccessError):
            self.Score.with_user(self.judge_one).create(
                {"entrant_id": ann.id, "discipline_id": self.theory.id}
            )
        with self.assertRaises(AccessError):
            mine[0].with_user(self.user_head).points = 1
        with self.assertRaises(AccessError):
            mine[0].with_user(self.user_auditor).points = 1

    def test_officer_types_for_a_judge_but_not_for_himself(self):
        self.people[0].user_id = self.user_hr
        ann, ben = self._run()[:2]
        ben.score_ids[0].with_user(self.user_hr).points = 7
        with self.assertRaisesRegex(UserError, "to himself"):
            ann.score_ids[0].with_user(self.user_hr).points = 7

    def test_context_opens_no_door(self):
        ann = self._run()[0]
        line = ann.score_ids[0].with_user(self.judge_two)
        for key in ({"aftersales_flow": True}, {"default_state": "closed"}):
            with self.assertRaises(UserError):
                line.with_context(**key).write({"judge_id": self.judge_two.id})
            with self.assertRaises(UserError):
                self.competition.with_user(self.user_hr).with_context(**key).write(
                    {"state": "closed"}
                )

    def test_exams_of_a_competition_are_sat_not_typed(self):
        survey = self.env["survey.survey"].create(
            {"title": "Theory", "scoring_type": "scoring_without_answers"}
        )
        self.theory.survey_id = survey
        person = self.people[0].work_contact_id
        self.user_hr.group_ids |= self.env.ref("survey.group_survey_manager")
        Attempt = self.env["survey.user_input"].with_user(self.user_hr)
        vals = {"partner_id": person.id, "state": "done", "scoring_percentage": 100}
        for context in ({}, {"default_survey_id": survey.id}):
            given = vals if context else {**vals, "survey_id": survey.id}
            with self.assertRaisesRegex(UserError, "“Theory” is an exam"):
                Attempt.with_context(**context).create(given)
        open_one = survey._create_answer(partner=person)
        for change in (
            {"state": "done"},
            {"user_input_line_ids": [(0, 0, {"skipped": True})]},
        ):
            with self.assertRaisesRegex(UserError, "“Theory” is an exam"):
                open_one.with_user(self.user_hr).write(change)

    def test_centre_manager_enters_the_own_people(self):
        away = self._create_employee("Away", self.company)
        self._create_post(away, self.point_b, self.role_technician)
        self.competition.action_open()
        Entrant = self.Entrant.with_user(self.user_centre)
        vals = {"competition_id": self.competition.id}
        own = Entrant.create({**vals, "employee_id": self.people[0].id})
        self.assertEqual(own.service_point_id, self.point)
        with self.assertRaises(AccessError):
            Entrant.create({**vals, "employee_id": away.id})
        with self.assertRaises(AccessError):
            self.Entrant.with_user(self.user_service).create(
                {**vals, "employee_id": self.people[1].id}
            )
        Wizard = self.env["aftersales.reason.wizard"].with_user(self.user_centre)
        vals = {"res_model": own._name, "res_ids": own.ids, "reason": "Too good"}
        with self.assertRaises(AccessError):
            Wizard.create({**vals, "method": "_disqualify"}).action_confirm()
        own._withdraw("On leave")
        self.assertEqual(own.state, "withdrawn")

    def test_ranking_is_public_when_closed_only(self):
        entrants = self._run()
        domain = [("competition_id", "=", self.competition.id)]
        clerk = self.Entrant.with_user(self.user_clerk)
        self.assertFalse(clerk.search(domain))
        self._close()
        self.assertEqual(clerk.search(domain), entrants)
        self.assertFalse(self.Score.with_user(self.user_clerk).search(domain))
        with self.assertRaises(AccessError):
            self.competition.award_ids.with_user(self.user_service).read(["amount"])
        award = self.competition.award_ids.with_user(self.user_auditor)
        self.assertEqual(set(award.mapped("amount")), {1000.0})

    def test_portal_sees_the_own_result_only(self):
        self.competition.action_open()
        own = self.Entrant.create(
            {
                "competition_id": self.competition.id,
                "partner_id": self.user_portal.partner_id.id,
            }
        )
        self._enter()
        self.competition.action_start()
        Entrant = self.Entrant.with_user(self.user_portal)
        self.assertFalse(Entrant.search([]))
        self._close()
        self.assertEqual(Entrant.search([]), own)
        self.assertFalse(self.Entrant.with_user(self.user_portal_b).search([]))
        self.assertFalse(self.Competition.with_user(self.user_portal_b).search([]))
        for model in ("score", "discipline", "award.rule"):
            with self.assertRaises(AccessError):
                self.env[f"aftersales.competition.{model}"].with_user(
                    self.user_portal
                ).search([])
        with self.assertRaises(UserError):
            own.with_user(self.user_portal).write({"service_point_id": self.point_b.id})

    def test_two_companies(self):
        self._run()
        self._close()
        other = self._create_judge("elsewhere", "group_training_officer")
        other.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        for model in (self.Competition, self.Entrant, self.Score, self.Award):
            self.assertFalse(model.with_user(other).search([]))
        with self.assertRaisesRegex(UserError, "[Cc]ompany|companies"):
            self._create_competition(company_id=self.company_b.id)

    def test_two_people_enter_the_same_person_at_once(self):
        error = self._race(
            "aftersales_competition_entrant",
            {"competition_id": 1, "employee_id": 7, "person_id": 5},
            {"competition_id": 1, "partner_id": 5, "person_id": 5},
        )
        self.assertEqual(error.pgcode, "23505")
        self.assertFalse(
            self._race(
                "aftersales_competition_entrant",
                {"competition_id": 1, "employee_id": 7, "person_id": 5},
                {"competition_id": 2, "employee_id": 7, "person_id": 5},
            )
        )

    def test_award_by_rule_once_at_the_same_time(self):
        row = {"rule_id": 3, "entrant_id": 4}
        error = self._race("aftersales_competition_award", row, row)
        self.assertEqual(error.pgcode, "23505")

    def test_many_entrants_cost_no_more_queries(self):
        def run(people):
            competition = self._create_competition()
            competition.action_open()
            self._enter(people, competition)
            self.env.flush_all()
            before = self.cr.sql_log_count
            competition.action_start()
            competition.score_ids.write({"points": 5})
            self.env.flush_all()
            self.env.invalidate_all()
            competition.entrant_ids.mapped("rank")
            return self.cr.sql_log_count - before

        more = [self._create_employee(f"P{n}", self.company) for n in range(36)]
        run(self.people)
        few = run(self.people)
        self.assertLessEqual(run([*self.people, *more]), few + 6)
