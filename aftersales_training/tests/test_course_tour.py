from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install", "e2e")
class TestCourseTour(TrainingCommon, HttpCase):
    """A session from its plan to the attendance; an exam on the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env,
            "tour_course_officer",
            groups="aftersales_network.group_training_officer",
            company_id=cls.firm.id,
            company_ids=[Command.set(cls.firm.ids)],
        )
        cls.course = cls.env["aftersales.training.course"].create(
            {"name": "Tour Course", "seats": 4, "hours": 2, "company_id": cls.firm.id}
        )

    def test_officer_holds_a_session(self):
        for name in ("Tour One", "Tour Two"):
            self._create_post(
                self._create_employee(name), self.firm_point, self.role_technician
            )
        self.start_tour(
            "/odoo/aftersales-sessions",
            "aftersales_session_plan",
            login=self.officer.login,
        )
        session = self.course.session_ids
        self.assertEqual((session.state, session.seats_taken), ("open", 2))
        now = fields.Datetime.now()
        session.write({"date_start": now, "date_stop": now + timedelta(hours=2)})
        self.start_tour(
            "/odoo/aftersales-sessions",
            "aftersales_session_attendance",
            login=self.officer.login,
        )
        states = {a.person_name: a.state for a in session.attendee_ids}
        self.assertEqual(states, {"Tour One": "attended", "Tour Two": "absent"})
        self.assertEqual(session.state, "done")

    def test_technician_sits_an_exam(self):
        self.course.company_id = self.company
        self.course.survey_id = self.env["survey.survey"].create(
            {
                "title": "Tour Exam",
                "access_mode": "token",
                "scoring_type": "scoring_without_answers",
                "certification": True,
                "questions_layout": "one_page",
                "question_and_page_ids": [
                    Command.create(
                        {
                            "title": "What comes first?",
                            "question_type": "simple_choice",
                            "suggested_answer_ids": [
                                Command.create(
                                    {
                                        "value": "Switch off",
                                        "is_correct": True,
                                        "answer_score": 10,
                                    }
                                ),
                                Command.create({"value": "Open the case"}),
                            ],
                        }
                    )
                ],
            }
        )
        now = fields.Datetime.now()
        session = self.env["aftersales.training.session"].create(
            {
                "course_id": self.course.id,
                "company_id": self.company.id,
                "date_start": now + timedelta(minutes=5),
                "date_stop": now + timedelta(hours=2),
            }
        )
        session.action_open()
        login = self.user_portal.login
        self.start_tour("/my/training", "aftersales_portal_join", login=login)
        attendee = session.attendee_ids
        self.assertEqual(attendee.partner_id, self.user_portal.partner_id)
        session.date_start = now - timedelta(minutes=5)
        session.action_start()
        attendee.action_attended()
        self.assertFalse(attendee.is_passed)
        self.start_tour("/my/training", "aftersales_portal_exam", login=login)
        self.assertEqual(
            (attendee.result, attendee.score, attendee.attempt_count),
            ("passed", 100, 1),
        )
        self.start_tour(
            f"/my/training/{attendee.id}", "aftersales_portal_result", login=login
        )
        self.assertEqual((attendee.is_passed, attendee.rating), (True, 5))
