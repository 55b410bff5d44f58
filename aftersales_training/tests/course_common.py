from datetime import datetime

from odoo.fields import Command
from odoo.tests import freeze_time

from odoo.addons.aftersales_network.tests.common import CONTEXT

from .common import TrainingCommon

NOW = "2026-06-01 08:00:00"


class CourseCommon(TrainingCommon):
    """A course with a session on 10 June 2026, seen from 1 June.

    ``point`` and its portal technician lie in the region of the centre manager,
    ``point_b`` in the other one.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(NOW)
        clock.start()
        cls.addClassCleanup(clock.stop)
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.Session = cls.env["aftersales.training.session"]
        cls.Attendee = cls.env["aftersales.training.attendee"]
        cls.course = cls._create_course()
        cls.hr_env = cls.env(user=cls.user_hr.id)
        cls.partner, cls.partner_b = (
            cls.user_portal.partner_id,
            cls.user_portal_b.partner_id,
        )
        (cls.partner | cls.partner_b).write(
            {"email": "person@example.com", "lang": "en_US"}
        )
        cls.employee = cls._create_employee(
            "Own Worker",
            company=cls.company,
            user_id=cls.user_service.id,
            work_email="own@example.com",
        )

    @classmethod
    def _create_course(cls, **vals):
        return cls.env["aftersales.training.course"].create(
            {
                "name": "Inverter Repair",
                "content_type": "technical",
                "hours": 6,
                "company_id": cls.company.id,
                **vals,
            }
        )

    @classmethod
    def _create_session(cls, state="open", day=10, **vals):
        session = cls.Session.create(
            {
                "course_id": cls.course.id,
                "company_id": cls.company.id,
                "date_start": datetime(2026, 6, day, 1, 0),
                "date_stop": datetime(2026, 6, day, 9, 0),
                "seats": 2,
                **vals,
            }
        )
        if state != "draft":
            session.action_open()
        return session

    @classmethod
    def _create_people(cls, amount, name="Person"):
        """Contacts with an address, at no unit."""
        return cls.env["res.partner"].create(
            [
                {"name": f"{name} {number}", "email": f"p{number}@example.com"}
                for number in range(amount)
            ]
        )

    @classmethod
    def _register(cls, session, *people):
        """Register employees and contacts one after the other."""
        attendees = cls.Attendee
        for person in people:
            link = "employee_id" if person._name == "hr.employee" else "partner_id"
            attendees |= cls.Attendee.create(
                {"session_id": session.id, link: person.id}
            )
        return attendees

    @classmethod
    def _create_trainer(cls, person=None, **vals):
        person = person or cls._create_employee("Teacher", company=cls.company)
        link = "employee_id" if person._name == "hr.employee" else "partner_id"
        return cls.env["aftersales.trainer"].create(
            {
                link: person.id,
                "company_id": cls.company.id,
                "approval_ids": [
                    Command.create(
                        {"content_type": "technical", "date_from": "2026-01-01"}
                    )
                ],
                **vals,
            }
        )

    @classmethod
    def _create_exam(cls, **vals):
        """Exam of one question; the first answer is right and worth all points."""
        return cls.env["survey.survey"].create(
            {
                "title": "Inverter Exam",
                # In the language of who sits it, whatever else is installed.
                "lang_ids": False,
                "access_mode": "token",
                "users_login_required": False,
                "scoring_type": "scoring_without_answers",
                "scoring_success_min": 80.0,
                "certification": True,
                "question_and_page_ids": [
                    Command.create(
                        {
                            "title": "What comes first?",
                            "question_type": "simple_choice",
                            "constr_mandatory": True,
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
                **vals,
            }
        )

    @classmethod
    def _answer(cls, exam_input, right=True):
        """Hand an attempt in, as the pages of the survey do (sudo)."""
        exam_sudo = exam_input.sudo()
        question = exam_sudo.survey_id.question_ids
        answer = question.suggested_answer_ids[0 if right else 1]
        exam_sudo._mark_in_progress()
        exam_sudo._save_lines(question, str(answer.id))
        exam_sudo._mark_done()

    @classmethod
    def _as(cls, user, records):
        return records.with_user(user).with_context(**CONTEXT)

    def assert_states(self, attendees, *states):
        self.assertEqual(tuple(attendees.mapped("state")), states)
