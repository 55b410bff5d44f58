from freezegun import freeze_time

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.aftersales_network.tests.test_visit_portal import PIXEL

from .test_audit import AuditCommon


@tagged("post_install", "-at_install", "security")
class TestFindingPortal(AuditCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-05-20"):
            cls.finding = cls._create_finding(clause="7.3")
            cls.foreign = cls._create_finding(
                service_point_id=cls.point_b.id, text="Secret finding"
            )
            cls.audit = cls._start(kind="unannounced")
            cls.hidden = cls._create_finding(
                audit_id=cls.audit.id, text="Hidden finding"
            )
        for user in cls.user_portal | cls.user_portal_b:
            user.password = user.login

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal", "aftersales_portal")

    def _post(self, finding, files=None, **data):
        self.url_open("/my/findings")
        data["csrf_token"] = http.Request.csrf_token(self)
        url = f"/my/findings/{finding.id}/answer"
        return self.url_open(url, data=data, files=files)

    def test_list_and_page(self):
        text = self.url_open("/my/findings").text
        self.assertIn(self.finding.name, text)
        for finding in self.foreign | self.hidden:
            self.assertNotIn(finding.name, text)
        page = self.url_open(f"/my/findings/{self.finding.id}").text
        for part in ("No safety sign", "7.3", "Hand In"):
            self.assertIn(part, page)

    def test_home_counts(self):
        self.assertIn("/my/findings", self.url_open("/my/home").text)
        counters = {"counters": ["finding_count"]}
        found = self.make_jsonrpc_request("/my/counters", counters)
        self.assertEqual(found["finding_count"], 1)

    def test_foreign_hidden_and_missing_findings_look_alike(self):
        for finding_id in (self.foreign.id, self.hidden.id, 999999999):
            response = self.url_open(f"/my/findings/{finding_id}")
            self.assertTrue(response.url.endswith("/my"), finding_id)
            self.assertNotIn("Secret finding", response.text)
        for finding in self.foreign | self.hidden:
            response = self._post(finding, correction="Overwritten")
            self.assertTrue(response.url.endswith("/my"))
            self.assertEqual(finding.state, "open")

    def test_the_point_answers(self):
        page = self._post(self.finding, correction="  ")
        self.assertIn("write down what was done", page.text)
        self.assertEqual(self.finding.state, "open")
        page = self._post(
            self.finding,
            cause="Sign fell down",
            correction="Sign is up",
            state="verified",
            verification="x",
            files=[("photos", ("sign.png", PIXEL, "image/png"))],
        )
        finding = self.finding
        self.assertEqual(
            (finding.state, finding.cause, finding.correction),
            ("corrected", "Sign fell down", "Sign is up"),
        )
        self.assertFalse(finding.verification)
        self.assertEqual(finding.corrected_by_id, self.user_portal)
        self.assertEqual(finding.photo_ids.name, "sign.png")
        self.assertFalse(finding.photo_ids.public)
        self.assertIn("sign.png", page.text)
        self.assertEqual(finding.activity_ids.user_id, self.user_auditor)
        page = self._post(finding, correction="Again")
        self.assertIn("in state “Corrected”", page.text)
        self.assertEqual(finding.correction, "Sign is up")
        self._verify(finding)
        self.assertIn("Verified on", self.url_open(finding.access_url).text)

    def test_sent_back_with_its_reason(self):
        self._post(self.finding, correction="Sign is up")
        auditor = self.user_auditor
        action = self.finding.with_user(auditor).action_ask_send_back()
        self._give_reason(action, auditor, "Sign is too small")
        page = self.url_open(self.finding.access_url).text
        self.assertIn("Sign is too small", page)
        self.assertIn("Hand In", page)

    def test_only_pictures(self):
        page = self._post(
            self.finding,
            correction="Sign is up",
            files=[("photos", ("sign.png", b"<svg onload=alert(1)>", "image/png"))],
        )
        self.assertIn("only pictures", page.text)
        self.assertEqual(self.finding.state, "open")
        self.assertFalse(self.finding.photo_ids)

    def test_calls_of_the_portal_write_nothing(self):
        finding = self.finding.with_user(self.user_portal)
        for step in ("write", "create", "unlink"):
            self.assertFalse(finding.has_access(step), step)
        with self.assertRaises(AccessError):
            finding.write({"text": "x"})
        with self.assertRaises(AccessError):
            finding.action_ask_correct()
