import base64

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import CONTEXT, AftersalesCommon
from .test_order_handover import PIXEL


@tagged("post_install", "-at_install", "security")
class TestOrderPortal(AftersalesCommon, HttpCase):
    """The technician's page and the customer's page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = new_test_user(
            cls.env, "aftersales_portal_2", groups="base.group_portal", context=CONTEXT
        )
        cls._create_staff(
            service_point_id=cls.point.id, partner_id=cls.second.partner_id.id
        )
        for user in cls.user_portal | cls.user_portal_b | cls.second:
            user.password = user.login
        cls.order = cls._create_order(serial="SN-7")
        cls.order.action_dispatch()
        cls.order.technician_id = cls.technician

    def _login(self, user=None):
        user = user or self.user_portal
        self.authenticate(user.login, user.login)

    def _post(self, step, files=None, order=None, **data):
        order = order or self.order
        self.url_open("/my/service-orders")
        data["csrf_token"] = http.Request.csrf_token(self)
        url = f"/my/service-orders/{order.id}/{step}"
        return self.url_open(url, data=data, files=files)

    def _finish(self):
        technician = self.order.with_user(self.user_portal).sudo()
        technician.action_accept()
        technician.action_start()
        technician.step_ids.write({"is_done": True})
        technician.correction = "Replaced"
        technician.action_done()

    def _token(self, order=None):
        return (order or self.order)._get_confirm_url().split("access_token=")[1]

    def test_pause_arrive_and_fee(self):
        self._login()
        self._post("accept")
        reason = self.env.ref("aftersales_network.pause_reason_absent")
        page = self._post("pause", reason_id=reason.id, note="Nobody opened")
        self.assertIn("Customer absent", page.text)
        self.assertEqual(self.order.pause_id.user_id, self.user_portal)
        page = self._post("pause", reason_id=reason.id)
        self.assertIn("is paused since", page.text)
        self._post("resume")
        self.assertFalse(self.order.pause_id)
        page = self._post("pause", reason_id="abc")
        self.assertIn("Choose one of the pause reasons", page.text)
        self._post("arrive")
        self.assertTrue(self.order.date_arrived)
        page = self._post("fee", fee="-1", customer_name="Mr Wang")
        self.assertIn("must be a number above zero", page.text)
        self._post("fee", fee="120", customer_name="Mr Wang")
        self.assertEqual(
            (self.order.fee_quoted, self.order.fee_agreed_by), (120, "Mr Wang")
        )

    def test_photos(self):
        self._login()
        self._post("accept")
        image = base64.b64decode(PIXEL)
        files = {"photo": ("plate.png", image, "image/png")}
        self._post("photo", files=files, kind="plate", name="Plate")
        photo = self.order.photo_ids
        self.assertEqual((photo.kind, photo.create_uid), ("plate", self.user_portal))
        for name, data in (
            ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("x.png", b"<script>alert(1)</script>"),
            ("x.png", b""),
        ):
            page = self._post("photo", files={"photo": (name, data, "image/png")})
            self.assertIn("Only photos in JPEG", page.text)
        page = self._post("photo", kind="plate", photo="text")
        self.assertIn("Only photos in JPEG", page.text)
        big = image + b"0" * (10 * 1024 * 1024)
        page = self._post("photo", files={"photo": ("x.png", big, "image/png")})
        self.assertIn("larger than 10 MB", page.text)
        self.assertEqual(self.order.photo_ids, photo)
        url = f"/web/image/aftersales.service.order.photo/{photo.id}/image"
        self.assertEqual(self.url_open(url).headers["Content-Type"], "image/png")
        self._login(self.user_portal_b)
        self.assertNotEqual(self.url_open(url).content, image)
        self.assertNotIn(image, self.url_open(url).content)

    def test_inspection_by_a_second_person(self):
        self.type_repair.needs_inspection = True
        self._finish()
        items = self.type_repair.check_ids
        self._login()
        page = self.url_open(self.order.access_url)
        self.assertIn("Another person of your point has to inspect it", page.text)
        page = self._post("inspect", result="passed", item=items.ids)
        self.assertIn("did the work. Another person must inspect it", page.text)
        self._login(self.second)
        page = self._post("inspect", result="passed", item=items.ids[:1])
        self.assertIn("these items are not in order", page.text)
        self._post("inspect", result="passed", item=items.ids)
        self.assertEqual(self.order.inspection_ids.inspector_id, self.second)
        self._post("hand_over")
        self.assertTrue(self.order.date_handover)

    def test_signature_on_the_technicians_device(self):
        self.type_repair.confirmation = "required"
        url = f"/my/service-orders/{self.order.id}/sign"
        params = {"name": "Mr Wang", "signature": PIXEL.decode()}
        self._login()
        found = self.make_jsonrpc_request(url, params)
        self.assertIn("in state “Dispatched”", found["error"])
        self._finish()
        self._login(self.user_portal_b)
        self.assertIn("error", self.make_jsonrpc_request(url, params))
        self.assertFalse(self.order.date_confirmed)
        self._login()
        self.assertIn("signature_form", self.url_open(self.order.access_url).text)
        found = self.make_jsonrpc_request(url, {"name": {"x": 1}, "signature": 5})
        self.assertEqual(found["error"], "Please sign before you confirm.")
        found = self.make_jsonrpc_request(url, params)
        self.assertEqual(found["redirect_url"], self.order.access_url)
        self.assertEqual(self.order.confirm_way, "signature")
        found = self.make_jsonrpc_request(url, params)
        self.assertIn("was confirmed by Mr Wang already", found["error"])

    def test_foreign_point_can_do_nothing(self):
        self._finish()
        self._login(self.user_portal_b)
        for step in ("pause", "resume", "photo", "inspect", "hand_over", "fee"):
            self.assertTrue(self._post(step).url.endswith("/my"))
        self.assertEqual(self.order.state, "done")
        self.assertFalse(self.order.date_handover or self.order.photo_ids)

    # The customer's page

    def test_customer_confirms_by_his_link_without_a_login(self):
        self.type_repair.confirmation = "required"
        url = f"/service-confirm/{self.order.id}"
        token = self._token()
        early = self.url_open(f"{url}?access_token={token}")
        self.assertIn("is not finished yet", early.text)
        params = {"access_token": token, "name": "Ms Li", "signature": PIXEL.decode()}
        found = self.make_jsonrpc_request(f"{url}/sign", params)
        self.assertIn("in state “Dispatched”", found["error"])
        self._finish()
        page = self.url_open(f"{url}?access_token={token}")
        self.assertIn("Confirm the fault with the customer", page.text)
        self.assertIn("confirm_form", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        params |= {"remarks": "All well", "step_ids": [self.order.step_ids[0].id, "x"]}
        found = self.make_jsonrpc_request(f"{url}/sign", params)
        self.assertEqual(found["redirect_url"], f"{url}?access_token={token}")
        self.assertEqual(
            (
                self.order.customer_name,
                self.order.confirm_way,
                self.order.customer_remarks,
            ),
            ("Ms Li", "link", "All well"),
        )
        self.assertEqual(
            self.order.step_ids.mapped("is_customer_ticked"),
            [True, False, False, False],
        )
        page = self.url_open(f"{url}?access_token={token}")
        self.assertIn("Thank you. The work was confirmed by", page.text)
        self.assertNotIn("confirm_form", page.text)
        found = self.make_jsonrpc_request(f"{url}/sign", params)
        self.assertIn("was confirmed by Ms Li already", found["error"])

    def test_wrong_and_foreign_tokens_open_nothing(self):
        other = self._create_order(complaint="Secret of another customer")
        foreign = self._token(other)
        url = f"/service-confirm/{self.order.id}"
        for query in ("", "?access_token=", f"?access_token={foreign}"):
            response = self.url_open(url + query)
            self.assertEqual(response.status_code, 404)
            self.assertNotIn(self.order.name, response.text)
        missing = self.url_open(f"/service-confirm/999999999?access_token={foreign}")
        self.assertEqual(missing.status_code, 404)
        # The link opens its own page only, not the one of the order.
        page = self.url_open(
            f"/my/service-orders/{self.order.id}?access_token={self._token()}"
        )
        self.assertNotIn(self.order.name, page.text)

    def test_page_shows_nothing_but_the_work(self):
        self._finish()
        self.order.note = "Difficult customer"
        self.order.cause = "Misuse suspected"
        self.order.photo_ids = [(0, 0, {"kind": "before", "image": PIXEL})]
        page = self.url_open(
            f"/service-confirm/{self.order.id}?access_token={self._token()}"
        ).text
        for hidden in ("Difficult customer", "Misuse suspected", "order.photo"):
            self.assertNotIn(hidden, page)
        self.assertNotIn(self.point.name, page)

    def test_the_portal_does_not_read_the_token(self):
        self._token()
        with self.assertRaises(AccessError):
            self.order.with_user(self.user_portal).read(["confirm_token"])
