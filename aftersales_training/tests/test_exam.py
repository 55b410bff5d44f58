from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .course_common import CourseCommon


@tagged("post_install", "-at_install")
class TestExam(CourseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls._create_exam()
        cls.type_own = cls.env["aftersales.certificate.type"].create(
            {"name": "Inverter Permit", "code": "inverter", "is_issuer_required": False}
        )
        cls.course.write(
            {
                "survey_id": cls.survey.id,
                "attempts_limit": 2,
                "certificate_type_id": cls.type_own.id,
            }
        )
        cls.session = cls._create_session(seats=10)
        cls.attendee = cls._register(cls.session, cls.partner)

    def _attend(self, *attendees):
        with freeze_time("2026-06-10 02:00:00"):
            if self.session.state == "open":
                self.session.action_start()
            for attendee in attendees or self.attendee:
                attendee.with_env(self.hr_env).action_attended()

    def _sit(self, attendee=None, right=True):
        attendee = attendee or self.attendee
        exam = attendee.sudo()._get_or_start_exam()
        self._answer(exam, right)
        return exam

    def test_pass_gives_the_certificate(self):
        self._attend()
        self.assertFalse(self.attendee.is_passed)
        with freeze_time("2026-06-12 08:00:00"):
            exam = self._sit()
        self.assertEqual(
            (self.attendee.result, self.attendee.score, self.attendee.attempt_count),
            ("passed", 100, 1),
        )
        self.assertEqual(str(self.attendee.date_passed), "2026-06-12")
        certificate = self.attendee.certificate_id
        self.assertEqual(
            (certificate.type_id, certificate.state, certificate.holder_partner_id),
            (self.type_own, "verified", self.partner),
        )
        self.assertEqual(str(certificate.date_issue), "2026-06-12")
        self.assertEqual(certificate.origin_id, self.attendee.id)
        self.assertEqual(self.attendee.exam_ids, exam)
        key = self.attendee._get_person_key()
        self.assertEqual(
            self.course._get_passed([key], "2026-06-12"), {(self.course.id, key)}
        )

    def test_fail_and_attempts(self):
        self._attend()
        self._sit(right=False)
        self.assertEqual((self.attendee.result, self.attendee.score), ("failed", 0))
        self.assertFalse(self.attendee.is_passed)
        self._sit(right=False)
        refused = self.assertRaisesRegex(
            UserError, "Portal Technician has used all attempts of the exam"
        )
        with refused:
            self.attendee.sudo()._get_or_start_exam()
        self.assertEqual(self.attendee.attempt_count, 2)
        self.assertFalse(self.attendee.certificate_id)

    def test_an_open_attempt_is_resumed(self):
        self._attend()
        first = self.attendee.sudo()._get_or_start_exam()
        self.assertEqual(self.attendee.attempt_count, 1)
        self.assertEqual(self.attendee.sudo()._get_or_start_exam(), first)
        self.assertEqual(self.attendee.attempt_count, 1)

    def test_the_own_limit_of_the_survey_holds_too(self):
        self.survey.write(
            {
                "is_attempts_limited": True,
                "attempts_limit": 1,
                "users_login_required": True,
            }
        )
        self._attend()
        self._sit(right=False)
        with self.assertRaisesRegex(UserError, "No attempts left"):
            self.attendee.sudo()._get_or_start_exam()

    def test_attendance_comes_first(self):
        refused = self.assertRaisesRegex(
            UserError, "Portal Technician has to attend Inverter Repair before the exam"
        )
        with refused, self.cr.savepoint():
            self.attendee.sudo()._get_or_start_exam()
        self.course.requires_attendance = False
        self._sit()
        self.assertEqual(
            (self.attendee.result, self.attendee.is_passed), ("passed", False)
        )
        self._attend()
        self.assertTrue(self.attendee.is_passed)
        self.assertTrue(self.attendee.certificate_id)

    def test_who_is_not_registered_cannot_begin(self):
        refused = self.assertRaisesRegex(
            UserError, "“Inverter Exam” is the exam of a course. Only people who are"
        )
        with refused, self.cr.savepoint():
            self.survey._create_answer(partner=self.partner_b)
        with self.assertRaisesRegex(UserError, "is the exam of a course"):
            self.survey._create_answer(email="someone@example.com")

    def test_waiting_absent_and_cancelled_cannot_begin(self):
        for state in ("waiting", "absent", "cancelled"):
            self.attendee._write_flow({"state": state})
            refused = self.assertRaisesRegex(UserError, "has no place in")
            with self.subTest(state=state), refused:
                self.attendee.sudo()._get_or_start_exam()

    def test_missing_prerequisite(self):
        self._attend()
        self.course.prerequisite_course_ids = self._create_course(name="Basics")
        with self.assertRaisesRegex(UserError, "missing Basics"):
            self.attendee.sudo()._get_or_start_exam()

    def test_bare_link_of_the_survey_counts_as_an_attempt(self):
        self._attend()
        exam = self.survey._create_answer(user=self.user_portal)
        self.assertEqual(exam.attendee_id, self.attendee)
        self.assertEqual(self.attendee.attempt_count, 1)

    def test_trial_runs_are_nobodys_exam(self):
        exam = self.survey._create_answer(user=self.env.user, test_entry=True)
        self.assertFalse(exam.attendee_id)
        self._answer(exam)
        self.assertEqual(self.attendee.result, "none")

    def test_another_survey_does_not_pass_the_course(self):
        easy = self._create_exam(title="Easy")
        self._attend()
        exam = (
            self.env["survey.user_input"]
            .with_user(self.user_hr)
            .with_context(default_attendee_id=self.attendee.id)
            .create({"survey_id": easy.id, "attendee_id": self.attendee.id})
        )
        self._answer(exam)
        self.assertFalse(exam.attendee_id)
        self.assertEqual(self.attendee.result, "none")

    def test_evidence_is_not_written(self):
        self._attend()
        exam = self._sit(right=False).with_user(self.user_hr)
        for vals in (
            {"scoring_percentage": 100},
            {"scoring_success": True},
            {"state": "new"},
            {"partner_id": self.partner_b.id},
            {"attendee_id": False},
        ):
            refused = self.assertRaisesRegex(UserError, "part of the training record")
            with self.subTest(vals=vals), refused:
                exam.write(vals)
        with self.assertRaisesRegex(UserError, "part of the training record"):
            exam.unlink()
        self.user_hr.group_ids += self.env.ref("survey.group_survey_manager")
        for change in ("write", "unlink"):
            refused = self.assertRaisesRegex(UserError, "part of the training record")
            with self.subTest(change=change), refused:
                args = [{"answer_score": 10}] if change == "write" else []
                getattr(exam.user_input_line_ids, change)(*args)
        attendee = self.attendee.with_env(self.hr_env)
        for vals in (
            {"result": "passed"},
            {"score": 99},
            {"state": "registered"},
            {"is_passed": True, "date_passed": "2026-06-12"},
            {"attempt_count": 0},
            {"certificate_id": False},
            {"rating": 5},
            {"service_point_id": self.point_b.id},
            {"partner_id": self.partner_b.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                attendee.write(vals)
        fresh = attendee.with_context(default_result="passed", default_score=90).create(
            {"session_id": self.session.id, "partner_id": self.partner_b.id}
        )
        self.assertEqual((fresh.result, fresh.score), ("none", 0))
        with self.assertRaises(UserError):
            attendee.create({"course_id": self.course.id, "state": "attended"})

    @mute_logger("odoo.sql_db")
    def test_score_stays_a_percentage(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.attendee._write_flow({"score": 101})
            self.env.flush_all()

    def test_a_pass_stays_a_pass(self):
        self._attend()
        self._sit()
        with self.assertRaisesRegex(UserError, "has passed Inverter Repair already"):
            self.attendee.sudo()._get_or_start_exam()

    def test_employee_sits_by_the_work_contact(self):
        attendee = self._register(self.session, self.employee)
        self._attend(attendee)
        url = self._as(self.user_service, attendee).action_sit_exam()["url"]
        exam = attendee.sudo().exam_ids
        self.assertIn(exam.access_token, url)
        self.assertEqual(exam.partner_id, self.employee.work_contact_id)
        self._answer(exam)
        self.assertTrue(attendee.is_passed)
        self.assertEqual(attendee.certificate_id.holder_employee_id, self.employee)

    def test_somebody_elses_exam(self):
        self._attend()
        with self.assertRaisesRegex(AccessError, "somebody else's exam"):
            self._as(self.user_hr, self.attendee).action_sit_exam()

    def test_contact_without_a_user_gets_the_link(self):
        (person,) = self._create_people(1)
        attendee = self._register(self.session, person)
        self._attend(attendee)
        attendee.with_env(self.hr_env).action_send_exam()
        mail = self.env["mail.mail"].search(
            [("recipient_ids", "in", person.ids), ("subject", "ilike", "exam")]
        )
        self.assertEqual(mail.subject, "Your exam in Inverter Repair")
        self.assertIn(attendee.sudo().exam_ids.access_token, mail.body_html)
        nobody = self.env["res.partner"].create({"name": "No Address"})
        mute = self._register(self.session, nobody)
        self._attend(mute)
        with self.assertRaisesRegex(UserError, "No Address has no e-mail address"):
            mute.with_env(self.hr_env).action_send_exam()

    def test_self_study_is_passed_by_the_exam(self):
        attendee = self.Attendee.create(
            {"course_id": self.course.id, "partner_id": self.partner_b.id}
        )
        self._sit(attendee)
        self.assertEqual(
            (attendee.state, attendee.attended_by, attendee.is_passed),
            ("attended", "exam", True),
        )

    def test_practical_exam(self):
        self.course.write({"survey_id": False, "is_practical": True})
        self._attend()
        self.assertFalse(self.attendee.is_passed)
        attendee = self.attendee.with_env(self.hr_env)
        wizard = self.env["aftersales.training.result.wizard"].with_env(self.hr_env)
        wizard.create(
            {
                "attendee_ids": attendee.ids,
                "result": "failed",
                "score": 40,
                "reason": "Cable left open",
            }
        ).action_confirm()
        self.assertEqual((attendee.result, attendee.attempt_count), ("failed", 1))
        with freeze_time("2026-06-11 08:00:00"):
            attendee._record_result(True, 90, "Three repairs without a fault")
        self.assertEqual(
            (
                attendee.result,
                attendee.score,
                attendee.scored_by_id,
                attendee.result_note,
            ),
            ("passed", 90, self.user_hr, "Three repairs without a fault"),
        )
        self.assertTrue(attendee.certificate_id)
        with self.assertRaisesRegex(UserError, "has passed already"):
            attendee._record_result(True, 95, "Again")

    def test_nobody_scores_himself(self):
        self.course.write({"survey_id": False, "is_practical": True})
        officer = self._create_employee(
            "Officer", company=self.company, user_id=self.user_hr.id
        )
        attendee = self._register(self.session, officer)
        self._attend(self.attendee)
        attendee._write_flow({"state": "attended"})
        with self.assertRaisesRegex(UserError, "Nobody records his own result"):
            attendee.with_env(self.hr_env)._record_result(True, 100, "Me")
        with self.assertRaisesRegex(UserError, "Nobody records his own attendance"):
            attendee.with_env(self.hr_env).action_absent()
        with self.assertRaises(AccessError):
            self._as(self.user_centre, self.attendee)._record_result(True, 100, "x")

    def test_online_results_are_not_typed(self):
        self._attend()
        with self.assertRaisesRegex(UserError, "is online; its result follows"):
            self.attendee.with_env(self.hr_env)._record_result(True, 100, "Typed")

    def test_certificates_of_the_ratio_are_refused(self):
        refused = self.assertRaisesRegex(
            ValidationError, "cannot issue “.*”: certificates that count"
        )
        with refused:
            self.course.certificate_type_id = self.type_manager

    def test_exam_needs_scores(self):
        survey = self._create_exam(title="No Score")
        survey.write({"certification": False, "scoring_type": "no_scoring"})
        with self.assertRaisesRegex(ValidationError, "has no scores"):
            self.course.survey_id = survey

    def test_many_results_in_one_go(self):
        people = self._create_people(40)
        self.session.seats = 100
        attendees = self.session._register_people(partners=people)
        self._attend(*attendees)
        exams = [attendee.sudo()._get_or_start_exam() for attendee in attendees]
        exams = self.env["survey.user_input"].sudo().union(*exams)
        self.env.flush_all()

        def count(batch):
            batch = exams.browse(batch.ids)
            before = self.cr.sql_log_count
            attendees = batch.attendee_id
            attendees._record_exams({a: (90.0, True) for a in attendees})
            self.env.flush_all()
            return self.cr.sql_log_count - before

        few, many = count(exams[:10]), count(exams[10:])
        self.assertTrue(all(attendees.mapped("is_passed")))
        self.assertEqual(len(attendees.certificate_id), 40)
        self.assertLessEqual(many, few + 5)
