from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .competition_common import CompetitionCommon


@tagged("post_install", "-at_install")
class TestDevelopmentPortal(CompetitionCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.user_portal.partner_id
        expert = cls.env["aftersales.expert"].create(
            {
                "partner_id": cls.person.id,
                "kind": "retired",
                "date_consent": cls.today,
                "company_id": cls.company.id,
                "fee_hour": 4321,
            }
        )
        cls.use = cls.env["aftersales.expert.use"].create(
            {"expert_id": expert.id, "subject": "Icing", "question": "Why?"}
        )

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _answer(self, **data):
        return self.url_open(
            f"/my/expert-questions/{self.use.id}/answer",
            data={"csrf_token": Request.csrf_token(self), **data},
        )

    def test_own_results_when_closed_only(self):
        self.competition.action_open()
        self.Entrant.create(
            {"competition_id": self.competition.id, "partner_id": self.person.id}
        )
        self._enter()
        self.competition.action_start()
        self.competition.score_ids.write({"points": 12.5})
        self._login(self.user_portal)
        page = self.url_open("/my/development").text
        self.assertIn("Competitions You Are Entered In", page)
        self.assertNotIn("Competition Results", page)
        self.competition.action_score()
        self.competition.action_close()
        page = self.url_open("/my/development").text
        self.assertIn("Competition Results", page)
        self.assertIn("Gold", page)
        self.assertNotIn("1,000", page)
        self.assertNotIn("Ann", page)
        self._login(self.user_portal_b)
        page = self.url_open("/my/development").text
        self.assertNotIn("Skills Contest", page)

    def test_own_grade_and_mentoring(self):
        grade = self.env["aftersales.technical.grade"].create(
            {"name": "Journeyman", "role_id": self.role_technician.id}
        )
        self.env["aftersales.technical.grade.award"].create(
            {"grade_id": grade.id, "partner_id": self.person.id}
        ).action_grant()
        self.env["aftersales.mentoring"].create(
            {
                "mentor_employee_id": self.people[0].id,
                "trainee_partner_id": self.person.id,
                "date_to": self.today,
                "goal": "Neat pipes",
            }
        ).action_start()
        self._login(self.user_portal)
        page = self.url_open("/my/development").text
        for text in ("Journeyman", "Current", "Neat pipes", "Ann"):
            self.assertIn(text, page)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["development_count", "expert_question_count"]}
        )
        self.assertEqual(counters, {"development_count": 2, "expert_question_count": 1})
        self._login(self.user_portal_b)
        self.assertNotIn("Journeyman", self.url_open("/my/development").text)

    def test_expert_answers_the_own_question(self):
        self._login(self.user_portal)
        page = self.url_open("/my/expert-questions").text
        self.assertIn("Icing", page)
        self.assertNotIn("4321", page.replace(",", ""))
        self.assertIn("has no answer yet", self._answer(answer="  ").text)
        self.assertEqual(self.use.state, "asked")
        response = self._answer(answer="Filter blocked", hours="1,5")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(
            (self.use.state, self.use.answer, self.use.hours),
            ("answered", "Filter blocked", 1.5),
        )
        self.assertIn("this step is not possible", self._answer(answer="Again").text)
        self.assertEqual(self.use.answer, "Filter blocked")

    def test_foreign_questions_are_out_of_reach(self):
        self._login(self.user_portal_b)
        self.assertNotIn("Icing", self.url_open("/my/expert-questions").text)
        self.assertTrue(self._answer(answer="x").url.endswith("/my"))
        # Who may read it in the office does not answer for the expert either.
        self._login(self.user_hr)
        self._answer(answer="x")
        self.assertEqual((self.use.state, self.use.answer), ("asked", False))

    def test_bad_input(self):
        self._login(self.user_portal)
        for hours in ("many", "-3", "nan", "1e9"):
            with self.subTest(hours=hours):
                self.use._write_flow({"state": "asked", "answer": False, "hours": 0})
                self._answer(answer="So", hours=hours)
                self.assertEqual((self.use.state, self.use.hours), ("answered", 0))
        response = self.url_open(
            "/my/expert-questions/999999999/answer",
            data={"csrf_token": Request.csrf_token(self), "answer": "x"},
        )
        self.assertTrue(response.url.endswith("/my"))

    def test_login_is_needed(self):
        for url in ("/my/development", "/my/expert-questions"):
            self.assertIn("/web/login", self.url_open(url).url)
        with mute_logger("odoo.http"):
            response = self.url_open(f"/my/expert-questions/{self.use.id}/answer")
        self.assertNotEqual(response.status_code, 200)
