from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .parts_common import PartsCommon
from .repair_common import RepairCommon


@tagged("post_install", "-at_install")
class TestRepairPointParts(RepairCommon, PartsCommon):
    """A bench repair of a point's order uses the parts that lie at the point."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.location, cls.part, 10)
        cls.order = cls._create_order(
            product_id=cls.bench_product.id,
            lot_id=cls.bench_lot.id,
            service_point_id=cls.point.id,
        )

    def _take_to_bench(self, user=None, quantity=3):
        order = self.order.with_user(user or self.user_dispatcher)
        action = order.action_create_repair()
        repair = self.env[action["res_model"]].browse(action["res_id"])
        self._add_part(repair, quantity)
        return repair

    def _add_part(self, repair, quantity):
        self.env["stock.move"].create(
            {
                "repair_id": repair.id,
                "repair_line_type": "add",
                "product_id": self.part.id,
                "product_uom_qty": quantity,
            }
        )

    def _balance(self):
        self.env.flush_all()
        balance = self.env["aftersales.part.balance"].search(
            [
                ("service_point_id", "=", self.point.id),
                ("product_id", "=", self.part.id),
            ]
        )
        balance.invalidate_recordset()
        names = ("received", "used", "returned", "adjusted", "on_hand")
        figures = tuple(balance[f"quantity_{name}"] for name in names)
        return (*figures, balance.difference)

    def test_parts_come_from_the_point(self):
        repair = self._take_to_bench()
        before = self._get_quantity(self.stock)
        self.assertEqual(repair.location_id, self.location)
        self.assertTrue(repair.aftersales_uses_point_parts)
        self.assertEqual(repair.move_ids.location_id, self.location)
        self._finish_repair(repair)
        self.assertEqual(repair.state, "done")
        self.assertEqual(self._get_quantity(self.location), 7)
        self.assertEqual(self._get_quantity(self.stock), before)
        # received, used, sent back, counted, on hand; nothing is left over
        self.assertEqual(self._balance(), (10, 3, 0, 0, 7, 0))

    def test_order_and_repair_share_the_balance(self):
        repair = self._take_to_bench(quantity=2)
        order = self._create_running_order(("part", 4, 1.0, self.part))
        order.action_done()
        self._finish_repair(repair)
        self.assertEqual(self._balance(), (10, 6, 0, 0, 4, 0))

    def test_parts_of_the_warehouse_by_choice(self):
        repair = self._take_to_bench()
        with Form(repair.with_user(self.mechanic)) as form:
            form.aftersales_uses_point_parts = False
        self.assertEqual(repair.location_id, self.stock)
        self.assertEqual(repair.move_ids.location_id, self.stock)
        self._finish_repair(repair)
        self.assertEqual(self._get_quantity(self.location), 10)

    def test_confirmed_repairs_keep_their_place(self):
        repair = self._take_to_bench()
        mine = repair.with_user(self.mechanic)
        mine._action_repair_confirm()
        self.assertEqual(repair.move_ids.quantity, 3)
        with self.assertRaisesRegex(UserError, "Set it back to new"):
            mine.aftersales_uses_point_parts = False
        repair.aftersales_service_point_id = self.point_b
        self.assertEqual(repair.location_id, self.location)

    def test_another_point_has_its_own_parts(self):
        repair = self._take_to_bench()
        repair.aftersales_service_point_id = self.point_b
        self.assertFalse(self.point_b.location_id)
        self.assertEqual(repair.location_id, self.stock)
        self.point_b.action_create_location()
        repair.aftersales_uses_point_parts = True
        self.assertEqual(repair.location_id, self.point_b.location_id)

    def test_points_that_buy_their_parts_use_none_of_the_company(self):
        self.point.has_own_parts = True
        repair = self._take_to_bench()
        self.assertEqual(repair.location_id, self.stock)
        with self.assertRaisesRegex(UserError, "no service point with parts"):
            repair.aftersales_uses_point_parts = True

    def test_repairs_without_an_order_stay_with_the_warehouse(self):
        repair = self._create_repair_order(
            parts=[("add", self.part, 1)], aftersales_service_point_id=self.point.id
        )
        self.assertEqual(repair.location_id, self.stock)
        repair.location_id = self.location
        with self.assertRaisesRegex(UserError, "belongs to the parts of"):
            self._finish_repair(repair)
        self.assertEqual(self._get_quantity(self.location), 10)

    def test_parts_of_another_point_are_not_used(self):
        repair = self._take_to_bench()
        repair.aftersales_service_point_id = self.point_b
        repair.location_id = self.location
        with self.assertRaisesRegex(UserError, "belongs to the parts of"):
            self._finish_repair(repair)

    def test_only_a_running_repair_uses_parts(self):
        repair = self._take_to_bench()
        repair.with_user(self.mechanic)._action_repair_confirm()
        move = repair.move_ids
        move.picked = True
        with self.assertRaisesRegex(UserError, "belongs to the parts of"):
            move.with_user(self.mechanic)._action_done()

    def test_a_place_given_at_creation_is_kept(self):
        repair = self._create_repair_order(
            aftersales_order_id=self.order.id, location_id=self.stock.id
        )
        self.assertEqual(repair.location_id, self.stock)

    def test_another_operation_type_keeps_the_point(self):
        repair = self._take_to_bench()
        other = repair.picking_type_id.copy({"sequence_code": "RX"})
        repair.picking_type_id = other
        self.assertEqual(repair.location_id, self.location)
