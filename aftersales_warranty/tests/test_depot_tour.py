from odoo.tests import HttpCase, tagged

from .depot_common import DepotCommon


@tagged("post_install", "-at_install")
class TestDepotTour(DepotCommon, HttpCase):
    """The warehouse receives by scanner, inspects and disposes in a browser."""

    def test_receive_inspect_and_restock(self):
        self.user_warehouse.password = "aftersales_warehouse"
        lots = self._deliver_serial("TOUR-1"), self._deliver_serial("TOUR-2")
        stray = self._deliver_serial("TOUR-3")
        document = self._create_return(*lots)
        document.name = "RET-TOUR"
        self.start_tour(
            "/odoo/receive-returns",
            "aftersales_depot_receive",
            login="aftersales_warehouse",
        )
        right, wrong = document.line_ids
        self.assertEqual((right.state, right.receipt_result), ("disposed", "damaged"))
        self.assertEqual(right.receipt_note, "Box torn")
        self.assertEqual(right.grade_id, self.grade_opened)
        self.assertEqual(right.disposition, "refurbish")
        self.assertEqual(right.received_by_id, self.user_warehouse)
        self.assertEqual(
            lots[0].location_id, self.warehouse.aftersales_refurbish_loc_id
        )
        self.assertEqual((wrong.state, wrong.receipt_result), ("received", "wrong"))
        self.assertEqual(wrong.received_lot_id, stray)
