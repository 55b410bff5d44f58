import re

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers.certificate_check import LIMIT
from .common import TrainingCommon

URL = "/aftersales/certificate/check"
UNKNOWN = "We find no certificate of ours to which all of this belongs."
GENUINE = "The certificate is genuine and valid."


@tagged("post_install", "-at_install")
class TestCertificateCheck(TrainingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {"name": "Li Wei", "email": "li@point.test", "phone": "+86 20 5550 0199"}
        )
        cls._create_post(cls.contact, cls.firm_point, cls.role_technician)
        cls.certificate = cls.Certificate._issue_for(
            cls.contact, cls.type_technician, "2026-01-01"
        )
        cls.token = cls.certificate.check_token
        cls.foreign = cls._create_certificate(cls.contact, number="FOREIGN-1")

    def setUp(self):
        super().setUp()
        LIMIT.clear()
        self.addCleanup(LIMIT.clear)

    def _ask(self, number, name):
        page = self.url_open(URL)
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        return self.url_open(
            URL, data={"number": number, "name": name, "csrf_token": csrf}
        )

    def test_token(self):
        self.assertRegex(self.token, r"^[\w-]{32}$")
        response = self.url_open(f"{URL}/{self.token}")
        self.assertEqual(response.status_code, 200)
        self.assertIn(GENUINE, response.text)
        for text in ("Service Technician", "L** W**", "Own Company", "01/01/2026"):
            self.assertIn(text, response.text)

    def test_nothing_private(self):
        response = self.url_open(f"{URL}/{self.token}")
        self.assertIn(self.certificate.number, response.text)
        for text in (
            "Li Wei",
            "li@point.test",
            "5550 0199",
            self.firm_point.name,
            "aftersales.certificate",
            f"/{self.certificate.id}",
            f"/{self.contact.id}",
        ):
            self.assertNotIn(text, response.text)

    def test_headers(self):
        for url in (URL, f"{URL}/{self.token}", f"{URL}/wrong"):
            response = self.url_open(url)
            with self.subTest(url=url):
                self.assertEqual(response.headers["X-Robots-Tag"], "noindex, nofollow")
                self.assertEqual(response.headers["Cache-Control"], "no-store")
                self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
                self.assertIn('<meta name="robots" content="noindex', response.text)

    def test_number_and_name(self):
        number = self.certificate.number
        for spelling in (number, number.lower().replace("-", " ")):
            for name in ("Li Wei", "LI WEI", " li  wei "):
                with self.subTest(number=spelling, name=name):
                    self.assertIn(GENUINE, self._ask(spelling, name).text)

    def test_one_answer_for_all_that_is_wrong(self):
        """Nobody learns whether a number exists or whom it belongs to."""
        number = self.certificate.number
        draft = self._create_certificate(
            self.contact, verify=False, type_id=self.type_technician.id, number="D-1"
        )
        answers = set()
        for asked in (
            (number, "Wang Fang"),
            ("CERT-999999", "Li Wei"),
            (number, ""),
            ("", "Li Wei"),
            ("", ""),
            (number, "Li"),
            (number, "%"),
            ("%", "Li Wei"),
            (self.foreign.number, "Li Wei"),
            (draft.number, "Li Wei"),
        ):
            with self.subTest(asked=asked):
                response = self._ask(*asked)
                self.assertEqual(response.status_code, 200)
                self.assertIn(UNKNOWN, response.text)
                self.assertNotIn(GENUINE, response.text)
                token = re.compile(r'(csrf_token"?: ?"|name="csrf_token" value=")[^"]+')
                answers.add(token.sub("", response.text))
        self.assertEqual(len(answers), 1, "the answers differ")

    def test_wrong_token_is_answered_alike(self):
        tampered = self.token[:-1] + ("A" if self.token[-1] != "A" else "B")
        for token in (tampered, "x", str(self.certificate.id), "a" * 32, "%25"):
            with self.subTest(token=token):
                response = self.url_open(f"{URL}/{token}")
                self.assertEqual(response.status_code, 200)
                self.assertIn(UNKNOWN, response.text)

    def test_expired_and_revoked(self):
        with freeze_time("2028-06-01"):
            values = self.certificate._get_public_values()
        self.assertEqual((values["is_valid"], values["validity"]), (False, "Expired"))
        self.certificate._revoke("Private reason")
        response = self.url_open(f"{URL}/{self.token}")
        self.assertIn("genuine, but does not hold", response.text)
        self.assertIn("Revoked", response.text)
        self.assertNotIn("Private reason", response.text)

    def test_too_many_questions(self):
        for _question in range(LIMIT.limit):
            self._ask("CERT-1", "Nobody")
        response = self._ask(self.certificate.number, "Li Wei")
        self.assertEqual(response.status_code, 429)
        self.assertNotIn(GENUINE, response.text)
        self.assertEqual(
            self.url_open(f"{URL}/{self.token}").status_code, 200, "codes still work"
        )

    def test_form_needs_its_token(self):
        with mute_logger("odoo.http"):
            response = self.url_open(URL, data={"number": "1", "name": "x"})
        self.assertEqual(response.status_code, 400)

    def test_token_is_made_for_our_own_only(self):
        self.assertFalse(self.foreign.check_token)
        typed = self._create_certificate(
            self.contact,
            verify=False,
            type_id=self.type_technician.id,
            issuer_id=self.env.ref("aftersales_training.certificate_issuer_own").id,
        )
        self.assertFalse(typed.check_token)
        typed.action_verify()
        self.assertTrue(typed.check_token)

    def test_token_is_nobodys_to_write(self):
        for vals in ({"check_token": "x" * 32}, {"origin_id": 1}):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "Use the buttons"),
            ):
                self.certificate.with_user(self.user_hr).sudo(False).write(vals)

    def test_paper(self):
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "aftersales_training.report_certificate", self.certificate.ids
            )[0]
            .decode()
        )
        self.assertIn("Li Wei", html)
        self.assertIn(self.certificate.number, html)
        self.assertIn("data:image/svg+xml;base64,", html)
        self.assertTrue(
            self.certificate._get_check_url().endswith(f"{URL}/{self.token}")
        )

    def test_only_our_own_valid_ones_are_printed(self):
        with self.assertRaisesRegex(UserError, "was issued by China General Chamber"):
            self.foreign.action_print_certificate()
        self.certificate._revoke("Forged")
        with self.assertRaisesRegex(UserError, "is not verified"):
            self.certificate.action_print_certificate()
