from odoo.tests import HttpCase, tagged

from .returns_common import ReturnsCommon


@tagged("post_install", "-at_install", "e2e")
class TestReturnTour(ReturnsCommon, HttpCase):
    def test_service_user_takes_a_return(self):
        unit = self._deliver_serial("TOUR-RT-1")
        self.start_tour(
            "/odoo/aftersales-units",
            "aftersales_take_return",
            login="aftersales_service",
        )
        line = unit.return_line_ids
        self.assertEqual(line.return_id.state, "confirmed")
        self.assertEqual(line.entitlement_type, "exchange")
        self.assertEqual(line.return_id.service_point_id, self.point)
