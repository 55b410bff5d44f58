from odoo import http
from odoo.tests import HttpCase, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestPortal(AftersalesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.order.action_dispatch()
        cls.foreign = cls._create_order(complaint="Secret of another point")
        cls.foreign._dispatch_to(cls.point_b, "test")
        for user in cls.user_portal | cls.user_portal_b:
            user.password = user.login

    def _post(self, step, order=None, **data):
        """Send one step as the browser does, with the page's CSRF token."""
        order = order or self.order
        self.url_open("/my/service-orders")
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(f"/my/service-orders/{order.id}/{step}", data=data)

    def test_list_shows_only_the_own_point(self):
        self.authenticate("aftersales_portal", "aftersales_portal")
        text = self.url_open("/my/service-orders").text
        self.assertIn(self.order.name, text)
        self.assertNotIn(self.foreign.name, text)

    def test_foreign_order_is_not_shown(self):
        self.authenticate("aftersales_portal", "aftersales_portal")
        response = self.url_open(f"/my/service-orders/{self.foreign.id}")
        self.assertNotIn("Secret of another point", response.text)
        self.assertTrue(response.url.endswith("/my"))

    def test_missing_order(self):
        self.authenticate("aftersales_portal", "aftersales_portal")
        response = self.url_open("/my/service-orders/999999999")
        self.assertTrue(response.url.endswith("/my"))

    def test_customer_link_shows_but_cannot_work(self):
        url = self.order._portal_ensure_token()
        page = self.url_open(f"/my/service-orders/{self.order.id}?access_token={url}")
        self.assertIn(self.order.name, page.text)
        self.assertNotIn('name="accept"', page.text)
        wrong = self.url_open(f"/my/service-orders/{self.order.id}?access_token=nope")
        self.assertNotIn(self.order.name, wrong.text)

    def test_steps_of_the_work(self):
        self.authenticate("aftersales_portal", "aftersales_portal")
        self.assertIn("Accept", self.url_open(self.order.access_url).text)
        self._post("accept")
        self.assertEqual(self.order.state, "accepted")
        page = self._post("line", kind="part", reference="NOPE", quantity="1")
        self.assertIn("No part with the reference “NOPE”", page.text)
        page = self._post("line", kind="labour", quantity="-2")
        self.assertIn("must be a number above zero", page.text)
        page = self._post("line", kind="bribe", quantity="2")
        self.assertIn("Choose the kind of the line", page.text)
        self._post("line", kind="travel", quantity="12,5", price_unit="999")
        self.assertEqual(self.order.line_ids.amount, 25)
        self._post("remove", line_id=self.order.line_ids.id)
        self.assertFalse(self.order.line_ids)
        self._post("start")
        self._post("wait")
        self.assertEqual(self.order.state, "waiting_part")
        page = self._post("done", correction="x")
        self.assertIn("this step is possible only in", page.text)

    def test_refuse(self):
        self.authenticate("aftersales_portal", "aftersales_portal")
        page = self._post("refuse", reason=" ")
        self.assertIn("give a reason for refusing", page.text)
        self.assertEqual(self.order.state, "dispatched")
        self._post("refuse", reason="No car today")
        self.assertEqual(self.order.state, "draft")

    def test_foreign_point_cannot_act(self):
        self.authenticate("aftersales_portal_b", "aftersales_portal_b")
        self._post("accept")
        self.assertEqual(self.order.state, "dispatched")
        self.assertEqual(self._post("nonsense", self.foreign).status_code, 404)

    def test_home_counts(self):
        self.authenticate("aftersales_portal", "aftersales_portal")
        self.assertIn("/my/service-orders", self.url_open("/my/home").text)
        found = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["service_order_count"]}
        )
        self.assertEqual(found["service_order_count"], 1)
