from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .depot_common import DepotCommon


@tagged("post_install", "-at_install")
class TestDepotFlow(DepotCommon):
    """Receive, inspect and dispose; each disposition makes its stock move."""

    def test_confirmed_return_waits_for_its_serial_in_quarantine(self):
        lot = self._deliver_serial("F-1")
        document = self._create_return(lot)
        move = document.line_ids.move_ids
        self.assertEqual(move.state, "assigned")
        self.assertEqual(move.move_line_ids.lot_id, lot)
        self.assertEqual(move.location_dest_id, self.quarantine)
        self.assertEqual(
            move.picking_id.picking_type_id, self.warehouse.aftersales_in_type_id
        )

    def test_receive_notes_who_and_what(self):
        line = self._bring_in("F-2")
        self.assertEqual(line.state, "received")
        self.assertEqual(line.receipt_result, "right")
        self.assertEqual(line.received_serial, "F-2")
        self.assertEqual(line.quantity_received, 1)
        self.assertEqual(line.received_by_id, self.user_warehouse)
        self.assertTrue(line.is_held)
        self.assertEqual(line.return_id.state, "received")
        lot = line.received_lot_id
        self.assertEqual(self._get_on_hand(self.product, self.quarantine, lot), 1)
        self.assertEqual(line.move_ids.state, "done")
        self.assertEqual(line.move_ids.move_line_ids.picking_id.state, "done")
        unit = self.env["aftersales.registration"].search([("lot_id", "=", lot.id)])
        self.assertEqual(unit.state, "returned")

    def _dispose(self, name, grade, disposition, **options):
        line = self._bring_in(name, grade)
        line._dispose(disposition, **options)
        self.assertEqual(line.state, "disposed")
        self.assertEqual(line.disposition, disposition)
        return line

    def test_restock(self):
        line = self._dispose("D-1", self.grade_new, "restock")
        lot = line.received_lot_id
        self.assertEqual(self._get_on_hand(self.product, self.stock, lot), 1)
        self.assertEqual(line.disposition_move_id.location_dest_id, self.stock)
        self.assertFalse(line.is_held)
        self.assertTrue(line.date_released)

    def test_places(self):
        for disposition, grade, place in (
            ("repair", self.grade_faulty, "repair"),
            ("refurbish", self.grade_opened, "refurbish"),
            ("recycle", self.grade_waste, "waste"),
            ("supplier", self.grade_faulty, "supplier"),
        ):
            with self.subTest(disposition=disposition):
                line = self._dispose(f"D-{disposition}", grade, disposition, note="Why")
                location = self.warehouse[f"aftersales_{place}_loc_id"]
                lot = line.received_lot_id
                self.assertEqual(lot.location_id, location)
                self.assertEqual(line.disposition_move_id.location_dest_id, location)
                self.assertTrue(line.is_held)

    def test_scrap(self):
        tag = self.env["stock.scrap.reason.tag"].create({"name": "Burnt out"})
        line = self._dispose("D-S", self.grade_waste, "scrap", tags=tag)
        scrap = line.disposition_move_id.scrap_id
        self.assertEqual(scrap.state, "done")
        self.assertEqual(scrap.scrap_reason_tag_ids, tag)
        self.assertEqual(scrap.location_id, self.quarantine)
        self.assertFalse(line.is_held)

    def test_steps_in_order(self):
        line = self._bring_in("O-1")
        with self.assertRaisesRegex(UserError, "is in state “Received”"):
            line._dispose("restock")
        line._inspect(self.grade_new, "ok")
        with self.assertRaisesRegex(UserError, "is in state “Inspected”"):
            line._inspect(self.grade_new, "ok")
        with self.assertRaisesRegex(UserError, "was received already by"):
            line._receive()

    def test_only_the_warehouse(self):
        line = self._bring_in("O-2")
        with self.assertRaises(AccessError):
            line.with_user(self.user_service)._inspect(self.grade_new, "ok")
