from odoo.tests import HttpCase, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestTours(AftersalesCommon, HttpCase):
    def test_portal_technician(self):
        order = self._create_order()
        order.action_dispatch()
        self.start_tour(
            "/my/service-orders",
            "aftersales_portal_technician",
            login=self.user_portal.login,
        )
        self.assertEqual(order.state, "done")
        self.assertEqual(order.correction, "Compressor replaced")
        self.assertEqual(
            order.line_ids.mapped(lambda x: (x.kind, x.quantity, x.amount)),
            [("part", 1, 100), ("labour", 1.5, 90)],
        )
        self.assertEqual(order.step_ids.done_by_id, self.user_portal)
        self.assertEqual((order.fee_quoted, order.fee_agreed_by), (190, "Mr Wang"))
        self.assertEqual(order.pause_ids.reason_id.code, "ABSENT")
        self.assertEqual(
            order.event_ids.mapped("kind"),
            [
                "dispatched",
                "accepted",
                "paused",
                "resumed",
                "arrived",
                "started",
                "fee",
                "done",
            ],
        )
        self.assertEqual(order.event_ids[1:].user_id, self.user_portal)

    def test_dispatcher(self):
        rival = self._create_rival()
        order = self._create_order()
        self.start_tour(
            "/odoo/aftersales-dispatch",
            "aftersales_dispatcher",
            login=self.user_dispatcher.login,
        )
        self.assertEqual(order.state, "dispatched")
        self.assertEqual(order.service_point_id, rival)
        self.assertEqual(order.refusal_ids.service_point_id, self.point)
