import base64
import re

from odoo import http
from odoo.tests import HttpCase, freeze_time, tagged

from .course_common import CourseCommon

FILE = b"%PDF-1.4 slides of the course"


@tagged("post_install", "-at_install")
class TestTrainingPortal(CourseCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.material = cls.env["aftersales.training.material"].create(
            {
                "name": "Slides",
                "course_id": cls.course.id,
                "file": base64.b64encode(FILE),
                "file_name": "slides.pdf",
            }
        )
        cls.material.action_publish()
        cls.training = cls._create_session(seats=1)
        cls.attendee = cls._register(cls.training, cls.partner)

    def _login(self, user=None):
        user = user or self.user_portal
        self.authenticate(user.login, user.login)

    def _post(self, url, **data):
        token = http.Request.csrf_token(self)
        return self.url_open(url, data={"csrf_token": token, **data})

    def test_own_page(self):
        self._login()
        response = self.url_open("/my/training")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Inverter Repair", response.text)
        self.assertIn("Registered", response.text)
        page = self.url_open(f"/my/training/{self.attendee.id}")
        self.assertIn("Slides", page.text)
        self.assertRegex(page.text, r"6/10/26, 9:00\sAM –\s+6/10/26, 5:00\sPM")
        self.assertIn("This course has no online exam.", page.text)

    def test_foreign_page_is_not_found(self):
        self._login(self.user_portal_b)
        for path in (
            f"{self.attendee.id}",
            f"{self.attendee.id}/certificate.pdf",
            f"{self.attendee.id}/material/{self.material.id}",
            "999999999",
        ):
            with self.subTest(path=path):
                response = self.url_open(f"/my/training/{path}")
                self.assertEqual(response.status_code, 404)
        for path in ("leave", "rate", "exam"):
            with self.subTest(path=path):
                response = self._post(f"/my/training/{self.attendee.id}/{path}")
                self.assertEqual(response.status_code, 404)
        self.assertEqual(self.attendee.state, "registered")

    def test_empty_states_and_home(self):
        self.training._cancel("None")
        self._login(self.user_portal_b)
        response = self.url_open("/my/training")
        self.assertIn("You are not registered for a course yet", response.text)
        self.assertIn("No session is open to you at the moment.", response.text)
        self.assertIn("/my/training", self.url_open("/my").text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["training_count"]}
        )
        self.assertEqual(counters, {"training_count": 0})
        for page in (0, 99):
            response = self.url_open(f"/my/training/page/{page}")
            self.assertEqual(response.status_code, 200)

    def test_login_is_needed(self):
        self.assertIn("/web/login", self.url_open("/my/training").url)
        token = self.training.sudo().checkin_token
        response = self.url_open(f"/my/training/checkin/{token}")
        self.assertIn("/web/login", response.url)

    def test_joining_waits_and_moves_up(self):
        self._login(self.user_portal_b)
        response = self.url_open("/my/training")
        self.assertIn("Full: you would be on the waiting list", response.text)
        self.assertNotIn(self.partner.name + "<", response.text)
        response = self._post(f"/my/training/join/{self.training.id}")
        self.assertIn("Waiting", response.text)
        mine = self.training.attendee_ids - self.attendee
        self.assertEqual((mine.state, mine.waiting_rank), ("waiting", 1))
        self.assertEqual(mine.service_point_id, self.point_b)
        again = self._post(f"/my/training/join/{self.training.id}")
        self.assertIn("is already registered", again.text)
        self._login()
        self._post(f"/my/training/{self.attendee.id}/leave")
        self.assertEqual((self.attendee.state, mine.state), ("cancelled", "registered"))

    def test_sessions_of_another_region_are_closed_to_me(self):
        other = self._create_session(day=12, service_point_id=self.centre_b.id)
        draft = self._create_session(state="draft", day=13)
        past = self._create_session(
            date_start="2026-05-01 01:00:00", date_stop="2026-05-01 02:00:00"
        )
        hosted = self._create_session(day=14, service_point_id=self.centre.id)
        self._login()
        page = self.url_open("/my/training").text
        self.assertIn(f"/my/training/join/{hosted.id}", page)
        for session in (other, draft, past):
            self.assertNotIn(f"/my/training/join/{session.id}", page)
            response = self._post(f"/my/training/join/{session.id}")
            self.assertIn("You cannot join this session", response.text)
            self.assertFalse(session.attendee_ids)
        self._post("/my/training/join/999999999")
        self._post(f"/my/training/join/{hosted.id}")
        self.assertEqual(hosted.attendee_ids.partner_id, self.partner)

    def test_materials_are_for_the_registered(self):
        self._login()
        url = f"/my/training/{self.attendee.id}/material/{self.material.id}"
        response = self.url_open(url)
        self.assertEqual((response.status_code, response.content), (200, FILE))
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("slides.pdf", response.headers["Content-Disposition"])
        foreign = self.material.copy(
            {"course_id": self._create_course(name="X").id, "file": self.material.file}
        )
        foreign.action_publish()
        response = self.url_open(
            f"/my/training/{self.attendee.id}/material/{foreign.id}"
        )
        self.assertEqual(response.status_code, 404)
        self.attendee.action_cancel()
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_check_in(self):
        token = self.training.sudo().checkin_token
        self._login()
        self.assertIn("I Am Here", self.url_open(f"/my/training/checkin/{token}").text)
        response = self._post(f"/my/training/checkin/{token}/confirm")
        self.assertIn("is possible from 30 minutes before", response.text)
        with freeze_time("2026-06-10 01:10:00"):
            self.training.action_start()
            self._login()
            response = self._post("/my/training/checkin/wrong/confirm")
            self.assertIn("This code is not valid for you", response.text)
            self.url_open(f"/my/training/checkin/{token}")
            self.assertEqual(self.attendee.state, "registered")
            self._post(f"/my/training/checkin/{token}/confirm")
        self.assertEqual(
            (self.attendee.state, self.attendee.attended_by), ("attended", "code")
        )

    def test_code_is_shown_to_who_runs_the_session(self):
        trainer = self._create_trainer(self.partner_b)
        session = self._create_session(day=15, trainer_ids=trainer.ids)
        url = f"/aftersales/training/code/{session.id}"
        for user, status in (
            (self.user_hr, 200),
            (self.user_portal_b, 200),
            (self.user_portal, 404),
            (self.user_service, 404),
        ):
            self._login(user)
            with self.subTest(user=user.login):
                response = self.url_open(url)
                self.assertEqual(response.status_code, status)
                shown = session.sudo().checkin_token in response.text
                self.assertEqual(shown, status == 200)

    def test_feedback(self):
        self._login()
        url = f"/my/training/{self.attendee.id}/rate"
        self.assertIn("Only who attended", self._post(url, rating="5").text)
        with freeze_time("2026-06-10 02:00:00"):
            self.training.action_start()
            self.attendee.with_env(self.hr_env).action_attended()
        for bad in ("0", "6", "x", ""):
            self.assertIn("Choose from 1", self._post(url, rating=bad).text)
        response = self._post(url, rating="4", feedback="<b>Good</b>")
        self.assertIn("You gave 4 of 5.", response.text)
        self.assertIn("&lt;b&gt;Good", response.text)
        self.assertIn("given your feedback already", self._post(url, rating="1").text)
        self.assertEqual((self.attendee.rating, self.training.rating_avg), (4, 4))

    def test_exam(self):
        self.course.survey_id = self._create_exam()
        self._login()
        url = f"/my/training/{self.attendee.id}"
        self.assertIn("has to attend Inverter Repair", self.url_open(url).text)
        response = self._post(f"{url}/exam")
        self.assertIn("before the exam", response.text)
        self.assertFalse(self.attendee.sudo().exam_ids)
        with freeze_time("2026-06-10 02:00:00"):
            self.training.action_start()
            self.attendee.with_env(self.hr_env).action_attended()
        self.assertIn("Sit the Exam", self.url_open(url).text)
        response = self._post(f"{url}/exam")
        self.assertIn("Inverter Exam", response.text)
        exam = self.attendee.sudo().exam_ids
        self.assertEqual(exam.partner_id, self.partner)
        self.assertIn(exam.access_token, response.url)
        self._answer(exam)
        page = self.url_open(url).text
        self.assertIn("Course passed", page)
        self.assertTrue(re.search(r"Passed:\s*100", page))
        pdf = self.url_open(f"{url}/certificate.pdf")
        self.assertEqual(pdf.headers["Content-Type"], "application/pdf")

    def test_the_bare_link_of_an_exam_leads_to_the_own_page(self):
        survey = self._create_exam(access_mode="public")
        self.course.survey_id = survey
        self._login(self.user_portal_b)
        response = self.url_open(survey.get_start_url())
        self.assertTrue(response.url.endswith("/my/training"))
        self.assertFalse(survey.user_input_ids)
        self._login()
        response = self.url_open(survey.get_start_url())
        self.assertTrue(response.url.endswith("/my/training"))
