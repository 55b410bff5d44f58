from odoo.tests import HttpCase, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestPortal(TrainingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user, number in (
            (cls.user_portal, "MINE-1"),
            (cls.user_portal_b, "FOREIGN-1"),
        ):
            cls._create_certificate(
                user.partner_id, number=number, company_id=cls.company.id
            )

    def test_own_certificates(self):
        self.authenticate(self.user_portal.login, self.user_portal.login)
        response = self.url_open("/my/certificates")
        self.assertEqual(response.status_code, 200)
        self.assertIn("MINE-1", response.text)
        self.assertNotIn("FOREIGN-1", response.text)
        self.assertIn("12/31/2027", response.text)

    def test_pages_beyond_the_end(self):
        self.authenticate(self.user_portal.login, self.user_portal.login)
        for page in (0, 99):
            with self.subTest(page=page):
                response = self.url_open(f"/my/certificates/page/{page}")
                self.assertEqual(response.status_code, 200)

    def test_empty_page_says_what_to_do(self):
        self.authenticate(self.user_service.login, self.user_service.login)
        response = self.url_open("/my/certificates")
        self.assertIn("There is no certificate in your name yet", response.text)

    def test_home_offers_the_page(self):
        self.authenticate(self.user_portal.login, self.user_portal.login)
        response = self.url_open("/my")
        self.assertIn("/my/certificates", response.text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["certificate_count"]}
        )
        self.assertEqual(counters, {"certificate_count": 1})

    def test_login_is_needed(self):
        response = self.url_open("/my/certificates")
        self.assertIn("/web/login", response.url)
