from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import make_picture
from .units_common import UnitsCommon


@tagged("post_install", "-at_install")
class TestCounterfeitPortal(UnitsCommon, HttpCase):
    """A technician reports a suspicious unit from the page of his order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_portal.password = "aftersales_portal"
        cls.order = cls._create_work(cls.point, "FAKE-77")
        cls.foreign = cls._create_work(cls.point_b, "FAKE-88")
        cls.Case = cls.env["aftersales.counterfeit.case"]

    @classmethod
    def _create_work(cls, point, serial):
        order = cls._create_order(
            product_id=cls.product.id, serial=serial, service_point_id=point.id
        )
        order._write_flow({"state": "in_progress"})
        return order

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal", "aftersales_portal")

    def _report(self, order=None, photos=None, **post):
        photos = [make_picture()] if photos is None else photos
        return self.url_open(
            f"/my/service-orders/{(order or self.order).id}/suspect",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "serial": "FAKE-77",
                "findings": "The plate is glued on.",
                "seller": "A market stall",
                **post,
            },
            files=[
                ("photos", (f"{number}.png", photo, "image/png"))
                for number, photo in enumerate(photos)
            ],
        )

    def _cases(self):
        return self.Case.search([("serial_key", "in", ("FAKE77", "FAKE88"))])

    def test_report(self):
        page = self.url_open(f"/my/service-orders/{self.order.id}")
        self.assertIn("Report a suspected counterfeit", page.text)
        page = self._report(photos=[make_picture(), make_picture("blue")])
        case = self._cases()
        self.assertEqual(
            (case.state, case.findings, case.seller, case.serial),
            ("suspected", "The plate is glued on.", "A market stall", "FAKE-77"),
        )
        self.assertEqual(case.order_id, self.order)
        self.assertEqual(case.service_point_id, self.point)
        self.assertEqual(case.product_id, self.product)
        self.assertEqual(case.partner_id, self.order.partner_id)
        self.assertEqual(case.reported_by_id, self.user_portal)
        self.assertEqual(len(case.photo_ids), 2)
        self.assertEqual(case.activity_ids.user_id, self.user_reviewer)
        self.assertIn(f"Case {case.name}: suspected counterfeit", page.text)
        self.assertNotIn("Report a suspected counterfeit", page.text)
        # Nothing is claimed on the serial from now on, and a reviewer decides.
        with self.assertRaisesRegex(UserError, case.name):
            self.Unit._check_serial_serviceable("FAKE77", self.product, self.company)
        case.with_user(self.user_reviewer).action_confirm()
        self.assertEqual(case.state, "confirmed")

    def test_a_second_report_names_the_case(self):
        self._report()
        page = self._report(serial="fake 77")
        self.assertEqual(len(self._cases()), 1)
        self.assertIn(f"Case {self._cases().name}", page.text)

    def test_foreign_and_missing_orders(self):
        for order_id in (self.foreign.id, 99999999):
            page = self._report(self.foreign.browse(order_id), serial="FAKE-88")
            self.assertTrue(page.url.endswith("/my"), page.url)
        token = self.foreign._portal_ensure_token()
        self._report(self.foreign, serial="FAKE-88", access_token=token)
        self.assertFalse(self._cases())

    def test_the_customer_of_the_order_does_not_report(self):
        self.authenticate(None, None)
        token = self.order._portal_ensure_token()
        page = self.url_open(f"/my/service-orders/{self.order.id}?access_token={token}")
        self.assertIn(self.order.name, page.text)
        self.assertNotIn("Report a suspected counterfeit", page.text)
        self.assertIn("/web/login", self._report(access_token=token).url)
        self.assertFalse(self._cases())

    def test_wrong_files_and_values(self):
        cases = (
            ({"photos": []}, "Add at least one photo"),
            ({"photos": [b"<svg/>"]}, "Only photos (JPEG, PNG, WebP)"),
            ({"photos": [make_picture(), b"%PDF-1.4"]}, "Only photos (JPEG, PNG"),
            ({"photos": [b"0" * (10 * 1024 * 1024 + 1)]}, "10 MB at most"),
            ({"photos": [make_picture()] * 21}, "At most 20 entries"),
            ({"findings": " "}, "Write what makes the unit suspicious"),
            ({"findings": "x" * 4001}, "at most 4000 characters"),
            ({"serial": ""}, "Enter the serial number"),
            ({"serial": "---"}, "is no serial number"),
        )
        for values, text in cases:
            with self.subTest(text=text):
                self.assertIn(text, self._report(**values).text)
                self.assertFalse(self._cases())

    def test_only_while_the_point_has_the_unit(self):
        for state in ("dispatched", "closed", "cancelled"):
            self.order._write_flow({"state": state})
            with self.subTest(state=state):
                self.assertIn("is not worked on by your point", self._report().text)
                self.assertFalse(self._cases())

    def test_the_portal_itself_writes_nothing(self):
        self._report()
        case = self._cases().with_user(self.user_portal)
        with self.assertRaises(AccessError):
            case.read(["findings"])
        with self.assertRaises(AccessError):
            case.create({"serial": "FAKE-88"})
