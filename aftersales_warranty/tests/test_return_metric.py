from datetime import timedelta

from odoo.tests import tagged

from .test_return_money import ReturnMoneyCommon


@tagged("post_install", "-at_install")
class TestReturnMetric(ReturnMoneyCommon):
    """How many customers had their money or their unit by the day it was due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.metric = cls.env["aftersales.metric"]

    def _settled(self, serial, resolution, point, due=None):
        """A return of the point, received today; settled unless it is overdue."""
        _order, move = self._sell(self.product, 1, 2000.0, [serial])
        document = self._return_unit(
            self._get_unit(move.move_line_ids.lot_id), resolution=resolution
        )
        document.service_point_id = point
        document.action_confirm()
        self._bring_in(document)
        line = document.line_ids
        if due:
            line._write_flow({"date_due": due})
        return line

    def _points(self):
        return self.point | self.point_b

    def test_refunds_in_time(self):
        due = self.today + timedelta(days=3)
        paid = self._settled("RM-1", "refund", self.point, due)
        self._settled("RM-2", "refund", self.point, due)
        late = self._settled("RM-3", "refund", self.point_b, due)
        paid.return_id.with_user(self.user_clerk).action_create_refund()
        self.assertFalse(paid.date_settled)
        paid.refund_move_id.action_post()
        self.assertEqual(paid.date_settled, self.today)
        self.assertTrue(paid.is_settled_in_time)
        days = (self._points(), due, due)
        found = self.metric._metric_rettim(*days)
        self.assertEqual(found, {self.point.id: (1, 2), self.point_b.id: (0, 1)})
        model, domain = self.metric._metric_domain_rettim(*days)
        self.assertEqual(len(self.env[model].search(domain)), 3)
        late.return_id.with_user(self.user_clerk).action_create_refund()
        late.refund_move_id.action_post()
        late._write_flow({"date_due": self.today - timedelta(days=1)})
        self.assertFalse(late.is_settled_in_time)
        # Another day, another figure; a reset credit note settles nothing.
        self.assertFalse(self.metric._metric_rettim(self._points(), *[self.today] * 2))
        paid.refund_move_id.button_draft()
        self.assertFalse(paid.date_settled)
        self.assertEqual(self.metric._metric_rettim(*days), {self.point.id: (0, 2)})

    def test_exchanges_in_time(self):
        self._stock(self.product, 1, "RM-X")
        line = self._settled("RM-4", "exchange", self.point)
        line.return_id.action_create_exchanges()
        picking = line.exchange_picking_id
        picking.move_ids.picked = True
        picking.button_validate()
        days = (self._points(), line.date_due, line.date_due)
        self.assertEqual(self.metric._metric_exctim(*days), {self.point.id: (1, 1)})
        self.assertFalse(self.metric._metric_rettim(*days))
