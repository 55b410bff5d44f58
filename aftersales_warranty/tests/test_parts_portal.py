import base64
from datetime import datetime, timedelta

from odoo import http
from odoo.tests import HttpCase, tagged

from .test_part_return import PNG, OldPartCommon


@tagged("post_install", "-at_install")
class TestPartsPortal(OldPartCommon, HttpCase):
    """What the people of a point do with parts on the portal, and others not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.point_b.action_create_location()
        cls.user_portal.password = "aftersales_portal"

    def setUp(self):
        super().setUp()
        self.authenticate("aftersales_portal", "aftersales_portal")

    def _post(self, url, files=None, **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=data, files=files)

    def _supply(self, point=None):
        point = point or self.point
        self.env["stock.rule"].run(
            [point._prepare_procurement(self.part, 4, "Test supply")]
        )
        pickings = self.env["stock.picking"].search(
            [("aftersales_point_id", "=", point.id), ("origin", "=", "Test supply")]
        )
        send = pickings.filtered(lambda p: p.aftersales_kind == "supply")
        send.action_assign()
        send.button_validate()
        return pickings - send

    def test_parts_of_the_own_point(self):
        self._stock(self.point_b.location_id, self.part, 77)
        page = self.url_open("/my/parts").text
        self.assertIn("Test Compressor", page)
        self.assertIn("50.0", page)
        self.assertNotIn("77.0", page)
        home = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["aftersales_part_count"]}
        )
        self.assertEqual(home["aftersales_part_count"], 1)

    def test_receipt_is_confirmed(self):
        receipt = self._supply()
        self.assertIn(receipt.name, self.url_open("/my/parts").text)
        url = f"/my/parts/{self.point.id}/receive"
        line = receipt.move_line_ids
        page = self._post(url, picking_id=receipt.id, **{f"line_{line.id}": "9"})
        self.assertIn("only 4 were sent", page.text)
        page = self._post(url, picking_id=receipt.id, **{f"line_{line.id}": "x"})
        self.assertIn("is not a quantity", page.text)
        page = self._post(url, picking_id=receipt.id)
        self.assertIn("Enter what has arrived", page.text)
        self._post(url, picking_id=receipt.id, **{f"line_{line.id}": "3"})
        self.assertEqual(receipt.state, "done")
        self.assertEqual(self._get_quantity(self.location), 53)
        rest = self.env["stock.picking"].search([("backorder_id", "=", receipt.id)])
        self.assertEqual((rest.state, rest.move_ids.product_uom_qty), ("assigned", 1))

    def test_foreign_receipt(self):
        receipt = self._supply(self.point_b)
        line = receipt.move_line_ids
        for point in (self.point, self.point_b):
            self._post(
                f"/my/parts/{point.id}/receive",
                picking_id=receipt.id,
                **{f"line_{line.id}": "4"},
            )
        self.assertEqual(receipt.state, "assigned")
        self.assertEqual(self._get_quantity(self.point_b.location_id), 0)

    def test_return_of_unused_parts(self):
        url = f"/my/parts/{self.point.id}/return"
        page = self._post(url, **{f"qty_{self.part.id}": "51"})
        self.assertIn("does not have so many free pieces", page.text)
        self._post(url, **{f"qty_{self.part.id}": "5"})
        picking = self.env["stock.picking"].search(
            [("aftersales_point_id", "=", self.point.id)]
        )
        self.assertEqual(
            (picking.aftersales_kind, picking.state), ("return", "assigned")
        )
        self.assertEqual(self._get_quantity(self.location), 50, "not received yet")
        picking.with_user(self.user_warehouse).button_validate()
        self.assertEqual(self._get_quantity(self.location), 45)

    def test_count(self):
        page = self._post(f"/my/parts/{self.point.id}/count")
        count = self.env["aftersales.point.count"].search([])
        self.assertTrue(page.url.endswith(f"/my/counts/{count.id}"))
        line = count.line_ids
        data = {f"counted_{line.id}": "48", f"reason_{line.id}": ""}
        page = self._post(f"/my/counts/{count.id}/submit", **data)
        self.assertIn("give the reason for the difference", page.text)
        data[f"reason_{line.id}"] = "Two are broken"
        page = self._post(f"/my/counts/{count.id}/submit", **data)
        self.assertEqual(count.state, "submitted")
        self.assertEqual(count.counted_by_id, self.user_portal)
        self.assertEqual((line.difference, line.reason), (-2, "Two are broken"))
        page = self._post(f"/my/counts/{count.id}/save", **data)
        self.assertIn("this step is not possible", page.text)

    def test_count_of_a_part_nobody_expected(self):
        self._post(f"/my/parts/{self.point.id}/count")
        count = self.env["aftersales.point.count"].search([])
        fan = self.env["product.product"].create(
            {"name": "Fan", "default_code": "FAN-1", "is_storable": True}
        )
        self._post(f"/my/counts/{count.id}/save", reference="FAN-1", found="2")
        line = count.line_ids.filtered(lambda x: x.product_id == fan)
        self.assertEqual((line.quantity_counted, line.difference), (2, 2))
        page = self._post(f"/my/counts/{count.id}/save", reference="FAN-1", found="1")
        self.assertIn("No further part with the reference", page.text)

    def test_old_parts_are_packed_and_sent(self):
        part, other = self._owe(1, serial="OLD-77"), self._owe(1)
        foreign = self._owe(1, service_point_id=self.point_b.id)
        page = self.url_open("/my/old-parts").text
        self.assertIn("OLD-77", page)
        self.assertNotIn(foreign.name, page)
        page = self._post("/my/old-parts/pack")
        self.assertIn("Choose the parts that go into the box", page.text)
        page = self._post("/my/old-parts/pack", part=[part.id, other.id, foreign.id])
        shipment = part.shipment_id
        self.assertEqual(shipment.part_ids, part | other)
        self.assertEqual(foreign.state, "owed")
        url = f"/my/old-part-shipments/{shipment.id}"
        self.assertIn("who carries it", self._post(f"{url}/ship", carrier=" ").text)
        self._post(f"{url}/ship", carrier="SF Express", tracking="SF1")
        self.assertEqual(shipment.state, "shipped")
        self.assertEqual(shipment.shipped_by_id, self.user_portal)
        label = self.url_open(f"{url}?report_type=html").text
        self.assertIn(part.name, label)
        self.assertIn("SF Express", label)
        self.assertEqual(label.count("data:image/svg+xml"), 3)

    def test_unpacking(self):
        part = self._owe(1)
        self._post("/my/old-parts/pack", part=[part.id])
        self._post(f"/my/old-part-shipments/{part.shipment_id.id}/cancel")
        self.assertEqual(part.state, "owed")

    def test_photo_of_a_scrapped_part(self):
        part = self._owe(1, duty="scrap")
        url = f"/my/old-parts/{part.id}/prove"
        self.assertIn("Add a photo", self._post(url).text)
        self._post(url, files={"photo": ("p.png", base64.b64decode(PNG))})
        self.assertEqual((part.state, part.proof_by_id), ("done", self.user_portal))

    def test_foreign_documents(self):
        part = self._owe(1, service_point_id=self.point_b.id)
        scrap = self._owe(1, service_point_id=self.point_b.id, duty="scrap")
        shipment = self._ship(part, user=self.user_admin)
        count = self.env["aftersales.point.count"].create(
            {"service_point_id": self.point_b.id}
        )
        for url in (
            f"/my/old-part-shipments/{shipment.id}",
            f"/my/old-part-shipments/{shipment.id}?report_type=pdf",
            f"/my/counts/{count.id}",
            "/my/counts/99999999",
        ):
            with self.subTest(url=url):
                page = self.url_open(url)
                self.assertNotIn(shipment.name, page.text)
                self.assertTrue(page.url.split("?")[0].endswith("/my"), page.url)
        self._post(f"/my/counts/{count.id}/submit")
        self._post(
            f"/my/old-parts/{scrap.id}/prove",
            files={"photo": ("p.png", base64.b64decode(PNG))},
        )
        self._post(f"/my/parts/{self.point_b.id}/count")
        self.assertEqual((count.state, scrap.state), ("draft", "owed"))

    def test_missing_part_on_the_order(self):
        order = self._create_running_order(("part", 60, 1.0, self.part))
        day = (datetime.now() + timedelta(days=4)).date()
        url = f"/my/service-orders/{order.id}/missing"
        line = order.line_ids
        self._post(url, line_id=line.id, quantity="10", date="")
        self.assertEqual(order.state, "in_progress")
        self._post(
            url, line_id=line.id, quantity="10", date=str(day), agreed_by="Mr Zhou"
        )
        self.assertEqual(order.state, "waiting_part")
        self.assertEqual(order.part_request_ids.quantity, 10)
        self.assertEqual(order.part_consent_by, "Mr Zhou")
        # 23:59 in Shanghai is 15:59 UTC.
        self.assertEqual(order.date_promised.date(), day)
        self.assertEqual(order.date_promised.hour, 15)
        page = self.url_open(f"/my/service-orders/{order.id}").text
        self.assertIn("Waiting for:", page)

    def test_use_on_the_order(self):
        order = self._create_running_order()
        self.assertIn(
            "Use the Parts Now", self.url_open(f"/my/service-orders/{order.id}").text
        )
        self._post(f"/my/service-orders/{order.id}/use_parts")
        self.assertEqual(self._get_quantity(self.location), 48)

    def test_the_customer_agrees_by_link(self):
        order = self._create_running_order()
        soon = datetime.now().replace(microsecond=0) + timedelta(days=5)
        order._report_missing([(order.line_ids, 1)], soon)
        self.authenticate(None, None)
        url = order._get_part_date_url().split("/", 3)[3]
        token = order.sudo().confirm_token
        page = self.url_open(f"/{url}")
        self.assertIn("Agree to the New Date", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        agree = f"/service-date/{order.id}/agree"
        wrong = self._post(agree, access_token="wrong", name="Thief")
        self.assertEqual(wrong.status_code, 404)
        empty = self._post(agree, access_token=token, name=" ")
        self.assertIn("Please enter your name", empty.text)
        self._post(agree, access_token=token, name="Test Customer")
        self.assertEqual(order.part_consent_way, "link")
        self.assertEqual(order.date_promised, soon)
        again = self._post(agree, access_token=token, name="Another")
        self.assertIn("no new date that waits", again.text)
        self.assertEqual(order.part_consent_by, "Test Customer")

    def test_strangers_get_nothing(self):
        self.authenticate(None, None)
        for url in ("/my/parts", "/my/old-parts", "/my/counts/1"):
            self.assertIn("/web/login", self.url_open(url).url)
