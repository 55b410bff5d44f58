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
        order = order or self.order
        page = self.url_open("/my/service-orders")
        self.assertEqual(page.status_code, 200)
        data["csrf_token"] = self._csrf()
        return self.url_open(f"/my/service-orders/{order.id}/{step}", data=data)

    def _csrf(self):
        from odoo.http import Request

        return Request.csrf_token(self)

    @property
    def db(self):
        return self.env.cr.dbname

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
