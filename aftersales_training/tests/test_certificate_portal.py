import re

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TrainingCommon

URL = "/my/certificates"
PDF = b"%PDF-1.7 scan"


@tagged("post_install", "-at_install")
class TestCertificatePortal(TrainingCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.user_portal.partner_id
        cls.customer = new_test_user(
            cls.env, "cert_customer", groups="base.group_portal"
        )
        cls.form = {
            "type_id": str(cls.type_manager.id),
            "issuer_id": str(cls.issuer.id),
            "number": "P-1",
            "date_issue": "2026-01-31",
            "date_expiry": "",
        }

    def _propose(self, file=("scan.pdf", PDF), user=None, **changes):
        Certificate = self.Certificate.with_user(user or self.user_portal)
        return Certificate._portal_propose({**self.form, **changes}, file)

    def _send(self, file=("scan.pdf", PDF), **changes):
        page = self.url_open(f"{URL}/propose")
        csrf = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        return self.url_open(
            f"{URL}/propose/send",
            data={**self.form, **changes, "csrf_token": csrf},
            files={"scan": file} if file else None,
        )

    def _get_own(self):
        return self.Certificate.search([("person_id", "=", self.person.id)])

    @freeze_time("2026-06-15")
    def test_proposal(self):
        self._propose()
        certificate = self._get_own()
        self.assertRecordValues(
            certificate,
            [
                {
                    "state": "draft",
                    "holder_partner_id": self.person.id,
                    "company_id": self.company.id,
                    "number": "P-1",
                    "type_id": self.type_manager.id,
                    "issuer_id": self.issuer.id,
                    "file_name": "scan.pdf",
                    "has_file": True,
                    "service_point_id": self.point.id,
                }
            ],
        )
        self.assertEqual(certificate.date_expiry.isoformat(), "2029-01-30")
        self.assertEqual(certificate.activity_ids.user_id, self.user_hr)
        self.assertIn("proposes a certificate", certificate.activity_ids.summary)
        certificate.with_user(self.user_hr).action_verify()
        self.assertFalse(certificate.activity_ids)

    @freeze_time("2026-06-15")
    def test_what_is_refused(self):
        foreign = self._create_certificate(self.user_portal_b.partner_id)
        for changes, text in (
            ({"type_id": ""}, "Type: choose one of the list"),
            ({"type_id": "999999"}, "Type: choose one of the list"),
            ({"issuer_id": "x"}, "Issuer: choose one of the list"),
            ({"number": " "}, "Number: enter it as it stands"),
            ({"number": "1" * 65}, "Number: enter it as it stands"),
            ({"date_issue": ""}, "Issued: this is no day"),
            ({"date_issue": "31.01.2026"}, "Issued: this is no day"),
            ({"date_expiry": "soon"}, "Expires: this is no day"),
            ({"date_expiry": "2026-01-30"}, "would expire before it was issued"),
            ({"date_issue": "2026-06-16"}, "lies in the future"),
            ({"renew": str(foreign.id)}, "is not among your own"),
            ({"renew": "-1"}, "is not among your own"),
            ({"file": None}, "Add a scan"),
            ({"file": ("scan.pdf", b"")}, "is empty"),
            ({"file": ("scan.pdf", b"MZ")}, "no PDF, PNG or JPEG"),
            ({"file": ("scan.png", PDF)}, "its name does not say"),
        ):
            with (
                self.subTest(changes=changes),
                self.assertRaisesRegex(ValidationError, text),
            ):
                self._propose(**changes)
        self.assertFalse(self._get_own())

    def test_no_other_values_come_in(self):
        """Only the fields of the form count, whatever else is sent."""
        other = self.user_portal_b.partner_id
        self._propose(
            state="verified",
            holder_partner_id=str(other.id),
            company_id=str(self.company_b.id),
            check_token="x" * 32,
        )
        certificate = self._get_own()
        self.assertEqual(certificate.state, "draft")
        self.assertEqual(certificate.company_id, self.company)
        self.assertFalse(certificate.check_token)

    def test_a_customer_proposes_nothing(self):
        with self.assertRaises(AccessError):
            self._propose(user=self.customer)
        self.authenticate(self.customer.login, self.customer.login)
        page = self.url_open(URL)
        self.assertNotIn("Propose a Certificate", page.text)
        self.assertTrue(self.url_open(f"{URL}/propose").url.endswith(URL))

    def test_proposals_are_limited(self):
        for number in range(10):
            self._propose(number=f"P-{number}")
        with self.assertRaisesRegex(ValidationError, "10 of your certificates wait"):
            self._propose(number="P-11")

    def test_portal_has_no_other_way(self):
        certificate = self._propose().with_user(self.user_portal)
        for call in (
            lambda: certificate.write({"number": "X"}),
            certificate.unlink,
            certificate.action_verify,
            lambda: certificate.copy(),
        ):
            with self.assertRaises(AccessError):
                call()

    @freeze_time("2027-12-01")
    def test_renewal_keeps_the_number(self):
        old = self._create_certificate(
            self.person, number="P-1", company_id=self.company.id
        )
        self._propose(renew=str(old.id), date_issue="2027-12-01")
        new = self._get_own() - old
        self.assertEqual(new.previous_id, old)
        self.assertEqual(new.number, "P-1")

    def test_pages(self):
        self.authenticate(self.user_portal.login, self.user_portal.login)
        self.assertIn("Propose a Certificate", self.url_open(URL).text)
        response = self._send(number="WEB-1")
        self.assertIn("Human resources will look at", response.text)
        self.assertIn("WEB-1", response.text)
        self.assertNotIn("Human resources will look", self.url_open(URL).text)
        response = self._send(file=("scan.pdf", b"plain"), number="WEB-2")
        self.assertIn("no PDF, PNG or JPEG", response.text)
        self.assertIn('value="WEB-2"', response.text, "what was typed stays")
        self.assertEqual(self._get_own().mapped("number"), ["WEB-1"])

    def test_number_that_is_taken(self):
        self._create_certificate(self.user_portal_b.partner_id, number="TAKEN")
        self.authenticate(self.user_portal.login, self.user_portal.login)
        with mute_logger("odoo.sql_db"):
            response = self._send(number="taken")
        self.assertIn("is recorded already", response.text)
        self.assertFalse(self._get_own())

    def test_paper_of_the_own_certificate_only(self):
        own, foreign = (
            self.Certificate._issue_for(
                user.partner_id,
                self.type_technician,
                "2026-01-01",
            )
            for user in (self.user_portal, self.user_portal_b)
        )
        self.authenticate(self.user_portal.login, self.user_portal.login)
        self.assertIn(f"{URL}/{own.id}/paper", self.url_open(URL).text)
        response = self.url_open(f"{URL}/{foreign.id}/paper")
        self.assertTrue(response.url.endswith(URL))
        self.assertNotIn("%PDF", response.text)

    def test_login_is_needed(self):
        for path in ("propose", "1/paper"):
            self.assertIn("/web/login", self.url_open(f"{URL}/{path}").url)
