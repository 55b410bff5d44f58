import base64

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .returns_common import ReturnsCommon

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestReturnPortal(ReturnsCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The customer has an account of his own; the other one is a technician.
        cls.user_portal_b.password = "aftersales_portal_b"
        cls.user_portal.password = "aftersales_portal"
        cls.buyer = cls.user_portal_b.partner_id
        cls.buyer.country_id = cls.country
        cls.point_b.staff_ids.unlink()
        cls.unit = cls._deliver_serial("PO-1", partner=cls.buyer)
        cls.foreign = cls._deliver_serial("PO-FOREIGN")
        cls.reason = cls.env.ref("aftersales_warranty.return_reason_defect")
        cls.document_b = cls._return_unit(cls.foreign)

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal_b", "aftersales_portal_b")

    def _goods_key(self, unit):
        line = self._prepare_unit_line(unit)
        return f"{line['origin_move_id']}-{unit.lot_id.id}"

    def _post(self, **vals):
        data = {
            "csrf_token": http.Request.csrf_token(self),
            "goods": self._goods_key(self.unit),
            "reason_id": self.reason.id,
            "fault_class": "performance",
            "resolution": "exchange",
            "fault_note": "Does not cool",
            **vals,
        }
        return self.url_open(
            "/my/returns/new",
            data=data,
            files={"photos": ("unit.png", PIXEL, "image/png")},
        )

    def _mine(self):
        return self.env["aftersales.return"].search(
            [("partner_id", "=", self.buyer.id)]
        )

    def test_ask_for_a_return(self):
        page = self.url_open("/my/returns/new")
        self.assertIn("PO-1", page.text)
        self.assertNotIn("PO-FOREIGN", page.text)
        page = self._post()
        document = self._mine()
        self.assertTrue(page.url.endswith(f"/my/returns/{document.id}"), page.text)
        self.assertIn("Thank you", page.text)
        self.assertEqual(document.state, "draft")
        line = document.line_ids
        self.assertEqual(line.registration_id, self.unit)
        self.assertEqual(line.origin_move_id.picking_id, self.unit.picking_id)
        self.assertEqual(
            (line.resolution, line.fault_class, line.fault_note),
            ("exchange", "performance", "Does not cool"),
        )
        photo = line.customer_photo_ids
        self.assertEqual((photo.res_model, photo.res_id), (line._name, line.id))
        self.assertFalse(photo.public)
        document.action_confirm()
        page = self.url_open(f"/my/returns/{document.id}")
        self.assertIn("Please send the goods", page.text)
        self.assertIn("Label", page.text)
        listed = self.url_open("/my/returns")
        self.assertIn(document.name, listed.text)
        self.assertNotIn(self.document_b.name, listed.text)

    def test_refused_forms(self):
        cases = [
            ({"goods": self._goods_key(self.foreign)}, "Choose what you want"),
            ({"goods": "1-2-3"}, "Choose what you want"),
            ({"goods": f"unit-{self.foreign.id}"}, "Choose what you want"),
            ({"reason_id": ""}, "Say why the goods come back"),
            ({"reason_id": "99999999"}, "choose one of the list"),
            ({"fault_class": ""}, "Say what is wrong"),
            ({"fault_class": "magic"}, "choose one of the list"),
            ({"resolution": "money"}, "choose one of the list"),
            ({"quantity": "2"}, "at most"),
            ({"quantity": "-1"}, "cannot be negative"),
        ]
        hidden = self.env.ref("aftersales_warranty.return_reason_agreed")
        cases.append(({"reason_id": hidden.id}, "Say why the goods come back"))
        for vals, message in cases:
            with self.subTest(vals=vals):
                self.assertIn(message, self._post(**vals).text)
        self.assertFalse(self._mine())

    def test_only_pictures(self):
        page = self.url_open(
            "/my/returns/new",
            data={
                "csrf_token": http.Request.csrf_token(self),
                "goods": self._goods_key(self.unit),
                "reason_id": self.reason.id,
                "fault_class": "performance",
            },
            files={"photos": ("unit.png", b"<script>", "image/png")},
        )
        self.assertIn("only pictures", page.text)
        self.assertFalse(self._mine())

    def test_a_unit_sold_by_a_dealer(self):
        dealer = self._create_unit(serial="PO-DEALER", partner_id=self.buyer.id)
        page = self._post(goods=f"unit-{dealer.id}", resolution="repair")
        self.assertIn("Thank you", page.text)
        line = self._mine().line_ids
        self.assertTrue(line.is_foreign)
        self.assertEqual(line.registration_id, dealer)

    def test_foreign_ids_and_tokens(self):
        self.document_b.action_confirm()
        url = f"/my/returns/{self.document_b.id}"
        token = self.document_b._portal_ensure_token()
        for path in (
            url,
            f"{url}?access_token=wrong",
            "/my/returns/99999999",
            f"{url}/label",
            f"{url}/label?access_token=wrong",
        ):
            with self.subTest(path=path):
                page = self.url_open(path)
                self.assertTrue(page.url.endswith("/my/returns"), page.url)
                self.assertNotIn("PO-FOREIGN", page.text)
        page = self.url_open(f"{url}?access_token={token}")
        self.assertIn("PO-FOREIGN", page.text)
        self.authenticate(None, None)
        page = self.url_open(f"{url}?access_token={token}")
        self.assertIn("PO-FOREIGN", page.text)
        self.assertIn("/web/login", self.url_open(url).url)
        self.assertIn("/web/login", self.url_open("/my/returns/new").url)

    def test_label_only_when_accepted(self):
        document = self._return_unit(self.unit, resolution="exchange")
        document.partner_id = self.buyer
        page = self.url_open(f"/my/returns/{document.id}/label")
        self.assertTrue(page.url.endswith(f"/my/returns/{document.id}"))

    def test_a_point_asks_for_the_customer_of_its_order(self):
        self.authenticate("aftersales_portal", "aftersales_portal")
        order = self._create_order(
            registration_id=self.foreign.id, service_point_id=self.point.id
        )
        order._write_flow({"state": "accepted"})
        other = self._create_order(
            registration_id=self.unit.id, service_point_id=self.point_b.id
        )
        page = self.url_open(f"/my/returns/new?order={order.id}")
        self.assertIn("PO-FOREIGN", page.text)
        self.assertNotIn("PO-1", page.text)
        for wrong in (other.id, "x", 99999999):
            page = self.url_open(f"/my/returns/new?order={wrong}")
            self.assertTrue(page.url.endswith("/my/returns"), page.url)
        page = self._post(goods=self._goods_key(self.foreign), order=order.id)
        document = order.return_ids
        self.assertTrue(page.url.endswith(f"/my/returns/{document.id}"), page.text)
        self.assertEqual(document.service_point_id, self.point)
        self.assertEqual(document.partner_id, self.customer)
        document.action_confirm()
        self.foreign.price = 4321.0
        page = self.url_open(f"/my/returns/{document.id}")
        self.assertNotIn("4,321", page.text)

    def test_portal_rights(self):
        document = self._return_unit(self.unit)
        document.partner_id = self.buyer
        mine = document.with_user(self.user_portal_b)
        self.assertEqual(mine.search([]), document)
        self.assertTrue(mine.name)
        with self.assertRaises(AccessError):
            mine.note = "x"
        with self.assertRaises(UserError):
            mine.state = "confirmed"
        with self.assertRaises(AccessError):
            mine.action_confirm()
        with self.assertRaises(AccessError):
            mine.create({"partner_id": self.buyer.id})
        with self.assertRaises(AccessError):
            self.document_b.with_user(self.user_portal_b).read(["name"])
        with self.assertRaises(AccessError):
            self.document_b.line_ids.with_user(self.user_portal_b).read(["serial"])
        with self.assertRaises(AccessError):
            mine.line_ids.read(["price_paid"])
