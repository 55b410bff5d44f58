from odoo import http
from odoo.tests import HttpCase, tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestPortal(WarrantyCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claim = cls._create_claim(submit=False)
        cls.claim_b = cls._create_claim(
            point=cls.point_b, date_request="2026-03-10 08:00:00"
        )
        cls.user_portal.password = "aftersales_portal"

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal", "aftersales_portal")

    def test_list_shows_the_own_point(self):
        page = self.url_open("/my/claims")
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.claim.name, page.text)
        self.assertNotIn(self.claim_b.name, page.text)
        rejected = self.url_open("/my/claims?filterby=rejected")
        self.assertNotIn(self.claim.name, rejected.text)
        self.assertIn("No claim here", rejected.text)
        self.assertEqual(self.url_open("/my/claims?filterby=nonsense").status_code, 200)

    def test_detail(self):
        page = self.url_open(f"/my/claims/{self.claim.id}")
        self.assertIn("TEST-SN-1", page.text)
        self.assertIn("Submit", page.text)

    def test_foreign_and_missing_claims_lead_back(self):
        for claim_id in (self.claim_b.id, 99999999):
            page = self.url_open(f"/my/claims/{claim_id}")
            self.assertTrue(page.url.endswith("/my/claims"), page.url)
        token = self.claim_b._portal_ensure_token()
        page = self.url_open(f"/my/claims/{self.claim_b.id}?access_token={token}")
        self.assertNotIn(self.claim_b.name, page.text)

    def test_submit(self):
        token = http.Request.csrf_token(self)
        url = f"/my/claims/{self.claim.id}/submit"
        page = self.url_open(url, data={"csrf_token": token})
        self.assertEqual(page.status_code, 200)
        self.assertEqual(self.claim.state, "submitted")
        self.assertEqual(self.claim.submitted_by_id, self.user_portal)
        self.assertIn("Serial TEST-SN-1 is registered.", page.text)
        again = self.url_open(url, data={"csrf_token": token})
        self.assertIn("/my/claims", again.url)

    def test_submit_of_an_empty_claim_tells_why(self):
        empty = self.env["aftersales.claim"].create({"service_point_id": self.point.id})
        token = http.Request.csrf_token(self)
        page = self.url_open(
            f"/my/claims/{empty.id}/submit", data={"csrf_token": token}
        )
        self.assertIn("has no lines to claim", page.text)

    def test_strangers_get_nothing(self):
        self.authenticate(None, None)
        page = self.url_open("/my/claims")
        self.assertIn("/web/login", page.url)
