from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon


@tagged("post_install", "-at_install")
class TestMoneyTour(MoneyCommon, HttpCase):
    # The tour closes once without a reason, and is refused.
    @mute_logger("odoo.http")
    def test_a_day_with_a_difference(self):
        order = self._create_charged(150.0)
        self.start_tour(
            "/odoo/aftersales-orders-to-pay",
            "aftersales_customer_money",
            login=self.user_centre.login,
        )
        payments = self.env["aftersales.order.payment"].search(
            [("order_id", "=", order.id)], order="id"
        )
        self.assertEqual(
            [(p.method_id, p.amount, p.state) for p in payments],
            [(self.cash, 100.0, "posted"), (self.card, 50.0, "posted")],
        )
        self.assertEqual(payments.user_id, self.user_centre)
        close = payments.close_id
        self.assertEqual((close.state, close.difference), ("closed", -3.0))
        self.assertEqual(close.counted_by_id, self.user_centre)
        line = close.line_ids.filtered(lambda x: x.method_id == self.cash)
        self.assertEqual(
            (line.amount_counted, line.reason), (97.0, "Wrong change was given")
        )
        entry = line.sudo().move_id
        self.assertEqual(entry.state, "posted")
        loss = entry.line_ids.filtered(
            lambda x: x.account_id == self.account_difference
        )
        self.assertEqual(loss.balance, 3.0)
