import re

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import make_picture
from .test_registration_request import RequestCommon


@tagged("post_install", "-at_install")
class TestUnitsPortal(RequestCommon, HttpCase):
    """Pages of the customer: his own units and nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit.partner_id = cls.owner.partner_id
        cls.foreign = cls._create_unit(
            serial="FOREIGN-1", partner_id=cls.rival.partner_id.id
        )

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _post(self, url, files=None, **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=data, files=files)

    def test_list_and_unit(self):
        self._create_done_order()
        self._login(self.owner)
        page = self.url_open("/my/units")
        self.assertIn("TEST-SN-1", page.text)
        self.assertNotIn("FOREIGN-1", page.text)
        page = self.url_open(f"/my/units/{self.unit.id}")
        self.assertEqual(page.status_code, 200)
        for text in ("Whole unit", "Labour", "Earlier Orders", "Replaced"):
            self.assertIn(text, page.text)
        self.assertNotIn("Does not cool", page.text)
        self.assertIn("/my/units", self.url_open("/my").text)

    def test_foreign_and_missing_units_lead_back(self):
        self._login(self.owner)
        for unit_id in (self.foreign.id, 99999999):
            for path in ("", "/certificate"):
                page = self.url_open(f"/my/units/{unit_id}{path}")
                self.assertTrue(page.url.endswith("/my/units"), page.url)
                self.assertNotIn("FOREIGN-1", page.text)
        self._post(
            f"/my/units/{self.foreign.id}/transfer",
            new_owner_name="Thief",
            new_owner_email="thief@example.com",
        )
        self.assertFalse(self.Request.search([("new_owner_name", "=", "Thief")]))

    def test_the_technician_sees_no_units_of_customers_here(self):
        self._create_done_order()
        self.user_portal.password = self.user_portal.login
        self._login(self.user_portal)
        self.assertIn(self.unit, self.Unit.with_user(self.user_portal).search([]))
        page = self.url_open("/my/units")
        self.assertNotIn("TEST-SN-1", page.text)
        page = self.url_open(f"/my/units/{self.unit.id}")
        self.assertTrue(page.url.endswith("/my/units"))

    def test_a_visitor_is_asked_to_log_in(self):
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/units").url)
        page = self.url_open(
            f"/register-unit?product={self.product.id}&serial=QR-1&more=1"
        )
        self.assertEqual(page.status_code, 200)
        self.assertIn("Test Air Conditioner", page.text)
        self.assertIn(
            "/web/login?redirect=%2Fregister-unit%3Fproduct%3D"
            f"{self.product.id}%26serial%3DQR-1",
            page.text,
        )
        page = self._post("/register-unit", serial="QR-1", date_sale="2026-01-01")
        self.assertIn("/web/login", page.text)
        self.assertFalse(self.Request.search([("serial", "=", "QR-1")]))

    def test_register_by_the_code_on_the_box(self):
        self._stock_lots("QR-2")
        self._login(self.owner)
        page = self.url_open(f"/register-unit?product={self.product.id}&serial=QR-2")
        self.assertIn('value="QR-2"', page.text)
        self.assertIn("Test Air Conditioner", page.text)
        page = self._post(
            "/register-unit",
            files={"proofs": ("invoice.png", make_picture(), "image/png")},
            serial="QR-2",
            product=str(self.product.id),
            date_sale=str(self.today),
            channel="shop",
        )
        unit = self.Unit.search([("serial", "=", "QR-2")])
        self.assertTrue(page.url.endswith(f"/my/units/{unit.id}"), page.url)
        self.assertIn("Your unit is registered.", page.text)
        self.assertEqual(unit.owner_ids.proof_ids.name, "invoice.png")

    def test_a_doubtful_registration_waits(self):
        self._login(self.owner)
        page = self._post(
            "/register-unit", serial="UNHEARD-1", date_sale=str(self.today)
        )
        self.assertTrue(page.url.endswith("/my/units"), page.url)
        record = self.Request.search([("serial", "=", "UNHEARD-1")])
        self.assertIn(f"look at your registration {record.name}", page.text)
        self.assertNotIn("The product is not known", page.text)

    def test_wrong_input_is_shown_with_what_was_typed(self):
        self._login(self.owner)
        page = self._post(
            "/register-unit",
            serial="TYPED-1",
            date_sale="2099-01-01",
            dealer_name="<b>Shop</b>",
        )
        self.assertIn("cannot lie in the future", page.text)
        self.assertIn('value="TYPED-1"', page.text)
        self.assertIn("&lt;b&gt;Shop&lt;/b&gt;", page.text)

    def test_ask_for_a_change_of_owner(self):
        self._login(self.owner)
        url = f"/my/units/{self.unit.id}/transfer"
        page = self._post(url, new_owner_name="New", new_owner_email="nonsense")
        self.assertIn("this is no e-mail address", page.text)
        page = self._post(
            url, new_owner_name="New Owner", new_owner_email="new@example.com"
        )
        self.assertTrue(page.url.endswith(f"/my/units/{self.unit.id}"))
        record = self.Request.search([("registration_id", "=", self.unit.id)])
        self.assertEqual(
            (record.kind, record.new_owner_name), ("transfer", "New Owner")
        )

    def test_certificate(self):
        self._login(self.owner)
        page = self.url_open(f"/my/units/{self.unit.id}/certificate")
        self.assertEqual(page.headers["Content-Type"], "application/pdf")
        self.assertIn("TESTSN1.pdf", page.headers["Content-Disposition"])
        # Odoo renders HTML in tests.
        self.assertIn("TEST-SN-1", page.text)

    def test_public_check(self):
        self.authenticate(None, None)
        url = self.unit._get_check_url()
        path = re.sub(r"^https?://[^/]+", "", url)
        self.env.flush_all()
        page = self.url_open(path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Test Air Conditioner", page.text)
        self.assertIn("••••SN-1"[1:], page.text)
        for secret in ("TEST-SN-1", "Portal Owner", "3000"):
            self.assertNotIn(secret, page.text)
        for token in ("x" * 32, "false", path[-10:]):
            self.assertEqual(self.url_open(f"/unit/{token}").status_code, 404)


@tagged("post_install", "-at_install")
class TestCertificate(RequestCommon):
    """What the certificate says."""

    def test_content(self):
        self.product.default_code = "AC-900"
        self.unit.date_factory = "2025-12-01"
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.report_unit_certificate", self.unit.ids
        )
        text = html.decode()
        for part in (
            "Warranty Certificate",
            "TEST-SN-1",
            "AC-900",
            "Test Air Conditioner",
            "Test Appliances",
            "Test Customer",
            "01/01/2026",
            "01/05/2026",
            "01/01/2027",
            "12/01/2025",
            self.company.name,
            "Test Compressor",
            "Periods of the Law",
            "Where to Find a Repairer",
            "data:image/svg+xml;base64,",
        ):
            with self.subTest(part=part):
                self.assertIn(part, text)

    def test_terms_and_seller(self):
        dealer = self.env["res.partner"].create({"name": "Test Dealer"})
        self.unit.dealer_id = dealer
        paper = self.unit._get_certificate()
        self.assertEqual(paper["seller"], dealer)
        self.assertEqual(paper["wear"], [])
        self.assertEqual(
            [(row["label"], row["months"], row["share"]) for row in paper["whole"]],
            [
                ("Whole Unit", 12, "100"),
                ("Labour", 6, "50"),
                ("[TEST-CMP] Test Compressor", 36, "100"),
            ],
        )
        self.assertEqual(paper["daily_rate"], "0.1")

    def test_the_token_is_secret(self):
        token = self.unit._get_check_url().rsplit("/", 1)[1]
        self.assertEqual(self.Unit._find_by_check_token(token), self.unit)
        self.assertEqual(self.unit._get_check_url().rsplit("/", 1)[1], token)
        for wrong in (token[:-1], "", None, False, ["x"], "ü" * 40):
            self.assertFalse(self.Unit._find_by_check_token(wrong))
        with self.assertRaises(AccessError):
            self.unit.with_user(self.owner).read(["check_token"])

    def test_labels(self):
        lot = self._stock_lots("LB 1")
        report = self.env["ir.actions.report"]
        for name, record in (
            ("report_unit_label", self.unit),
            ("report_lot_label", lot),
            ("report_product_label", self.product),
        ):
            html, _kind = report._render_qweb_html(
                f"aftersales_warranty.{name}", record.ids
            )
            self.assertIn("Scan to register your unit", html.decode())
        self.assertTrue(
            self.product._get_aftersales_register_url("LB 1").endswith(
                f"/register-unit?product={self.product.id}&serial=LB+1"
            )
        )
