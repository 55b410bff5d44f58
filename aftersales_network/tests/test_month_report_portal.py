from datetime import datetime

from odoo import http
from odoo.tests import HttpCase, tagged

from .test_month_report import MonthReportCommon


@tagged("post_install", "-at_install")
class TestMonthReportPortal(MonthReportCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_done(datetime(2026, 3, 20, 8))
        cls.report = cls._create_report()
        cls.foreign = cls._create_report(
            service_point_id=cls.point_b.id, note_needs="Secret of another point"
        )
        for user in cls.user_portal | cls.user_portal_b:
            user.password = user.login

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal", "aftersales_portal")

    def _post(self, step, report=None, **data):
        report = report or self.report
        self.url_open("/my/month-reports")
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(f"/my/month-reports/{report.id}/{step}", data=data)

    def test_list_and_page(self):
        text = self.url_open("/my/month-reports").text
        self.assertIn("Point One 2026-03", text)
        self.assertNotIn("Point Two", text)
        page = self.url_open(f"/my/month-reports/{self.report.id}").text
        self.assertIn("Test Appliances", page)
        self.assertIn("Submit Report", page)

    def test_home_counts(self):
        self.assertIn("/my/month-reports", self.url_open("/my/home").text)
        found = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["month_report_count"]}
        )
        self.assertEqual(found["month_report_count"], 1)

    def test_foreign_report(self):
        for url in (
            f"/my/month-reports/{self.foreign.id}",
            f"/my/month-reports/{self.foreign.id}?report_type=pdf&download=1",
            "/my/month-reports/999999999",
        ):
            response = self.url_open(url)
            self.assertTrue(response.url.endswith("/my"), url)
            self.assertNotIn("Secret of another point", response.text)
        self._post("save", self.foreign, note_needs="Overwritten")
        self._post("submit", self.foreign, fingerprint=self.foreign._get_fingerprint())
        self.assertEqual(self.foreign.note_needs, "Secret of another point")
        self.assertEqual(self.foreign.state, "draft")

    def test_remarks_then_submit_once(self):
        self._post("save", note_quality=" Fans rattle ", state="accepted")
        self.assertEqual(self.report.note_quality, "Fans rattle")
        self.assertEqual(self.report.state, "draft")
        self._post(
            "submit",
            note_quality="Fans rattle",
            note_needs="A pump",
            fingerprint=self.report._get_fingerprint(),
        )
        self.assertEqual(self.report.state, "submitted")
        self.assertEqual(self.report.submitted_by_id, self.user_portal)
        self.assertEqual(self.report.note_needs, "A pump")
        self.assertEqual(self.report.activity_ids.user_id, self.user_centre)
        page = self._post("submit", note_needs="Two", fingerprint="1/0/0.00")
        self.assertIn("was already submitted by Portal Technician", page.text)
        page = self._post("save", note_needs="Two")
        self.assertIn("its remarks are frozen", page.text)
        self.assertEqual(self.report.note_needs, "A pump")

    def test_figures_changed_while_the_page_was_open(self):
        seen = self.report._get_fingerprint()
        self._create_done(datetime(2026, 3, 21, 8))
        page = self._post("submit", note_needs="A pump", fingerprint=seen)
        self.assertIn("Orders changed since you opened the page", page.text)
        self.assertEqual(self.report.state, "draft")
        self.assertEqual(self.report.count_total, 2, "The page shows the new figures")
        self._post("submit", fingerprint=self.report._get_fingerprint())
        self.assertEqual(self.report.state, "submitted")

    def test_unknown_step(self):
        self.assertEqual(self._post("action_accept").status_code, 404)

    def test_returned_report_shows_the_reason(self):
        self.report.with_user(self.user_admin).action_submit()
        revision = self.report.with_user(self.user_centre).action_return("Look again")
        page = self.url_open(f"/my/month-reports/{revision.id}").text
        self.assertIn("Look again", page)
        self.assertIn(f"/my/month-reports/{self.report.id}", page)
        old = self.url_open(f"/my/month-reports/{self.report.id}").text
        self.assertIn("Look again", old)
        self.assertNotIn("Submit Report", old)

    def test_not_logged_in(self):
        self.authenticate(None, None)
        response = self.url_open(f"/my/month-reports/{self.report.id}")
        self.assertIn("/web/login", response.url)
