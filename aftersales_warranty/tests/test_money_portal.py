from odoo import http
from odoo.tests import HttpCase, tagged

from .money_common import MoneyCommon


@tagged("post_install", "-at_install")
class TestMoneyPortal(MoneyCommon, HttpCase):
    """A point takes money on the portal and closes its days there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.user_portal, cls.user_portal_b):
            user.password = user.login
        cls.today = cls.company._get_aftersales_today()

    def _post(self, url, **data):
        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(url, data=data)

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _take(self, order, amount, method=None):
        return self._post(
            f"/my/service-orders/{order.id}/pay",
            method_id=(method or self.cash).id,
            amount=amount,
        )

    def test_a_technician_takes_money(self):
        order = self._create_charged(100)
        self._login(self.user_portal)
        page = self.url_open(f"/my/service-orders/{order.id}")
        self.assertIn("Still to pay", page.text)
        self.assertIn("Bank Card", page.text)
        self.assertNotIn("Monthly Account", page.text)
        page = self._take(order, "40,50")
        payment = order.payment_ids
        self.assertEqual((payment.state, payment.amount), ("posted", 40.5))
        self.assertEqual(payment.user_id, self.user_portal)
        self.assertEqual(payment.staff_id, self.technician)
        self.assertEqual(payment.date, self.today)
        self.assertIn(payment.name, page.text)
        self.assertEqual(order.amount_due, 59.5)

    def test_bad_amounts_and_methods_are_told(self):
        order = self._create_charged(100)
        self._login(self.user_portal)
        for amount, text in (
            ("much", "must be a number above zero"),
            ("-5", "must be a number above zero"),
            ("nan", "must be a number above zero"),
            ("100.01", "the customer owes"),
        ):
            with self.subTest(amount=amount):
                self.assertIn(text, self._take(order, amount).text)
        for method in (self.credit.id, "x", 99999999):
            page = self._post(
                f"/my/service-orders/{order.id}/pay", method_id=method, amount=5
            )
            self.assertIn("choose how the customer pays", page.text)
        self.assertFalse(order.payment_ids)

    def test_other_points_take_nothing(self):
        order = self._create_charged(100)
        self._login(self.user_portal_b)
        self._take(order, 10)
        self.assertFalse(order.payment_ids)

    def test_the_receipt_is_for_the_point_and_the_customer(self):
        order = self._create_charged(100)
        payment = self._pay(order, 40, date=self.today)
        other = self._pay(self._create_charged(10), 10, date=self.today)
        url = f"/my/service-orders/{order.id}/receipt/{payment.id}"
        token = order._portal_ensure_token()
        cases = (
            (self.user_portal, url, True),
            (self.user_portal_b, url, False),
            (None, f"{url}?access_token={token}", True),
            (None, f"{url}?access_token=wrong", False),
            (None, url, False),
            (
                None,
                f"/my/service-orders/{order.id}/receipt/{other.id}?access_token={token}",
                False,
            ),
        )
        for user, address, found in cases:
            with self.subTest(user=user, address=address):
                self._login(user) if user else self.authenticate(None, None)
                answer = self.url_open(address)
                is_pdf = "pdf" in answer.headers.get("Content-Type", "")
                self.assertEqual(is_pdf, found)

    def test_a_point_closes_its_day(self):
        order = self._create_charged(150)
        self._pay(order, 100, date=self.today)
        close = self._pay(order, 50, self.card, date=self.today).close_id
        self._login(self.user_portal)
        self.assertIn("Day Closes", self.url_open("/my/home").text)
        page = self.url_open("/my/day-closes")
        self.assertIn(f"/my/day-closes/{close.id}", page.text)
        url = f"/my/day-closes/{close.id}"
        self.assertIn("Bank Card", self.url_open(url).text)
        cash, card = close.line_ids.sorted(lambda x: x.method_id != self.cash)
        page = self._post(f"{url}/close", **{f"counted_{cash.id}": "97"})
        self.assertIn("enter the amount counted as a number", page.text)
        counted = {f"counted_{cash.id}": "97", f"counted_{card.id}": "50"}
        page = self._post(f"{url}/close", **counted)
        self.assertIn("differs by", page.text)
        self.assertEqual(close.state, "open")
        self._post(f"{url}/close", **counted, **{f"reason_{cash.id}": "Small change"})
        self.assertEqual(close.state, "closed")
        self.assertEqual(close.counted_by_id, self.user_portal)
        self.assertEqual(close.difference, -3)
        page = self._post(f"{url}/close", **counted)
        self.assertIn("this step is not possible", page.text)

    def test_foreign_days_look_like_unknown_ones(self):
        payment = self._pay(self._create_charged(100), 100, date=self.today)
        close = payment.close_id
        self._login(self.user_portal_b)
        for close_id in (close.id, 99999999):
            answer = self.url_open(f"/my/day-closes/{close_id}", allow_redirects=False)
            self.assertEqual(answer.status_code, 303)
            answer = self._post(f"/my/day-closes/{close_id}/close")
            self.assertTrue(answer.url.endswith("/my/day-closes"))
        self.assertEqual(close.state, "open")
        self.assertNotIn(
            f"/my/day-closes/{close.id}", self.url_open("/my/day-closes").text
        )
