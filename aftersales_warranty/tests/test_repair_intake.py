from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.aftersales_network.tests.common import CONTEXT

from .depot_common import DepotCommon
from .repair_common import RepairCommon


@tagged("post_install", "-at_install")
class TestRepairIntake(RepairCommon, DepotCommon):
    """Units come to the bench in one click and leave it by the right way."""

    def _get_repair(self, action):
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_from_a_service_order(self):
        order = self._create_order(
            product_id=self.bench_product.id,
            lot_id=self.bench_lot.id,
            service_point_id=self.point.id,
            fault_id=self.fault.id,
        )
        order = order.with_user(self.user_dispatcher)
        repair = self._get_repair(order.action_create_repair())
        self.assertEqual(repair.aftersales_order_id, order)
        self.assertEqual(repair.aftersales_registration_id, self.bench_unit)
        self.assertEqual(repair.lot_id, self.bench_lot)
        self.assertEqual(repair.partner_id, self.customer)
        self.assertEqual(repair.aftersales_service_point_id, self.point)
        self.assertEqual(repair.aftersales_fault_id, self.fault)
        self.assertEqual(str(repair.aftersales_date_request), "2026-03-02")
        self.assertFalse(repair.user_id)
        # A second click opens the same repair.
        self.assertEqual(self._get_repair(order.action_create_repair()), repair)
        self.assertEqual(order.repair_count, 1)

    def test_order_without_unit(self):
        order = self._create_order(service_point_id=self.point.id)
        with self.assertRaisesRegex(UserError, "names no unit"):
            order.with_user(self.user_dispatcher).action_create_repair()

    def test_order_of_another_point(self):
        order = self._create_order(
            product_id=self.bench_product.id,
            lot_id=self.bench_lot.id,
            service_point_id=self.point_b.id,
        )
        with self.assertRaises(AccessError):
            order.with_user(self.user_centre).action_create_repair()

    def test_from_the_card_of_a_unit_that_never_was_in_stock(self):
        unit = self._create_unit(product_id=self.bench_product.id, serial="FOREIGN-1")
        self.assertFalse(unit.lot_id)
        action = unit.with_user(self.user_warehouse).action_create_repair()
        repair = self._get_repair(action)
        self.assertEqual(repair.lot_id.name, "FOREIGN-1")
        self.assertEqual(unit.lot_id, repair.lot_id)
        self.assertEqual(repair.aftersales_registration_id, unit)
        self._finish_repair(repair)
        self.assertEqual(unit.repair_order_count, 1)

    def test_unit_that_left_the_customer(self):
        self.bench_unit._close("returned", self.company._get_aftersales_today())
        with self.assertRaisesRegex(UserError, "no longer with a customer"):
            self.bench_unit.with_user(self.user_warehouse).action_create_repair()

    def _bring_for_repair(self, name):
        lot = self._deliver_serial(name)
        document = self._create_return(lot, resolution="repair")
        line = document.line_ids.with_user(self.user_warehouse)
        line._receive()
        line._inspect(self.grade_faulty, "ok")
        line._dispose("repair")
        return line

    def test_from_a_return_and_back(self):
        line = self._bring_for_repair("R-1")
        repair = line.repair_ids
        place = self.warehouse.aftersales_repair_loc_id
        self.assertEqual(repair.product_location_src_id, place)
        self.assertEqual(repair.product_location_dest_id, place)
        self.assertEqual(repair.lot_id, line.received_lot_id)
        unit = repair.aftersales_registration_id
        self.assertEqual((unit.state, unit.serial), ("active", "R-1"))
        self.assertEqual(line.return_id.state, "inspected")
        self.assertEqual(line._create_repair(), repair)
        self._finish_repair(repair, handover=False)
        self.assertEqual(repair.lot_id.location_id, place)
        action = repair.with_user(self.user_warehouse).action_aftersales_hand_over()
        picking = self._get_repair(action)
        self.assertEqual(picking.aftersales_repair_id, repair)
        self.assertFalse(repair.aftersales_date_handover)
        picking.move_ids.picked = True
        picking.with_user(self.user_warehouse).button_validate()
        self.assertEqual(picking.state, "done")
        self.assertTrue(repair.aftersales_date_handover)
        self.assertTrue(repair.aftersales_date_guarantee_end)
        self.assertEqual(line.return_id.state, "done")
        self.assertFalse(line.is_held)
        # The unit is registered once, as before.
        units = self.env["aftersales.registration"].search(
            [("lot_id", "=", repair.lot_id.id)]
        )
        self.assertEqual(units, unit)
        self.assertEqual(unit.repair_count, 1)
        with self.assertRaisesRegex(UserError, "has been handed over"):
            repair.action_aftersales_hand_over()

    def test_uninspected_unit_stays(self):
        line = self._bring_for_repair("R-2")
        repair = line.repair_ids.with_user(self.mechanic)
        with self.assertRaisesRegex(UserError, "is in state “New”"):
            repair.action_aftersales_hand_over()
        picking = self._prepare_transfer(
            self.warehouse.aftersales_repair_loc_id,
            self.customers,
            [(self.product, 1, line.received_lot_id)],
            self.warehouse.out_type_id,
            self.customer,
        )
        with self.assertRaisesRegex(UserError, "R-2 is in repair"):
            picking.button_validate()

    def test_only_received_goods(self):
        lot = self._deliver_serial("R-3")
        document = self._create_return(lot, resolution="repair")
        with self.assertRaisesRegex(UserError, "has not been received yet"):
            document.line_ids.with_user(self.user_warehouse).action_create_repair()

    def test_units_of_the_company_are_inspected_twice(self):
        line = self._bring_in("R-4", self.grade_faulty)
        line._dispose("repair")
        repair = line.sudo().repair_ids
        self.assertTrue(repair.aftersales_is_stock_unit)
        self.assertFalse(repair.aftersales_registration_id)
        with self.assertRaisesRegex(UserError, "is still in repair"):
            line.action_inspect_again()
        self.env["aftersales.repair.line"].create(
            {"repair_id": repair.id, "kind": "labour", "price_unit": 50}
        )
        self.assertEqual(repair.aftersales_amount_customer, 0)
        self._finish_repair(repair, handover=False)
        self.assertEqual(line.state, "received")
        self.assertTrue(line.is_held)
        with self.assertRaisesRegex(UserError, "nothing to hand over"):
            repair.action_aftersales_hand_over()
        with self.assertRaisesRegex(UserError, "Test Mechanic did the work"):
            line.with_user(self.mechanic)._inspect(self.grade_new, "ok")
        line._inspect(self.grade_new, "ok")
        line._dispose("restock")
        self.assertEqual(
            self._get_on_hand(self.product, self.stock, line.received_lot_id), 1
        )
        self.assertFalse(line.is_held)

    def test_refurbished_goods_are_inspected_twice(self):
        line = self._bring_in("R-5", self.grade_opened)
        line._dispose("refurbish")
        line.action_inspect_again()
        self.assertEqual(line.state, "received")
        line._inspect(self.grade_new, "ok")
        with self.assertRaisesRegex(UserError, "nothing is to be inspected again"):
            line.action_inspect_again()
        line._dispose("restock")
        self.assertFalse(line.is_held)

    def test_recycled_parts_are_no_stock(self):
        repair = self._create_repair_order(parts=[("recycle", self.part, 1)])
        waste = self.warehouse.aftersales_waste_loc_id
        self.assertEqual(repair.recycle_location_id, waste)
        before = self._get_on_hand(self.part, self.stock)
        self._finish_repair(repair)
        self.assertEqual(repair.move_ids.state, "done")
        self.assertEqual(self._get_on_hand(self.part, waste), 1)
        self.assertEqual(self._get_on_hand(self.part, self.stock), before)

    def test_new_warehouses_repair_with_odoos_places(self):
        """Places of the points come first by name and are no places of repairs."""
        Warehouse = self.env["stock.warehouse"]
        first = Warehouse.create({"name": "First", "code": "AAA"})
        self.assertTrue(first.aftersales_used_location_id.is_aftersales_used)
        second = Warehouse.create({"name": "Second", "code": "AAB"})
        kind = second.repair_type_id
        usual = self.warehouse.repair_type_id
        self.assertEqual(kind.default_location_dest_id, usual.default_location_dest_id)
        self.assertFalse(kind.default_location_dest_id.is_aftersales_used)
        self.assertEqual(
            kind.default_remove_location_dest_id, usual.default_remove_location_dest_id
        )

    def test_user_of_one_company_makes_warehouses(self):
        """What the set-up reads with all rights stays out of the user's cache."""
        groups = "base.group_user,base.group_system,stock.group_stock_manager"
        user = new_test_user(
            self.env,
            login="warehouse_maker",
            groups=groups,
            company_id=self.company_b.id,
            company_ids=[(6, 0, self.company_b.ids)],
            context=CONTEXT,
        )
        Warehouse = self.env["stock.warehouse"].with_user(user)
        Warehouse = Warehouse.with_company(self.company_b)
        for code in ("AB1", "AB2"):
            warehouse = Warehouse.create({"name": code, "code": code})
            routes = self.env["stock.route"].with_user(user).search([])
            self.assertEqual(routes.warehouse_ids.company_id, self.company_b)
            self.assertTrue(warehouse.aftersales_quarantine_loc_id)

    def test_batch_of_returns_in_constant_queries(self):
        def measure(*names):
            lines = self.env["aftersales.return.line"]
            for name in names:
                lot = self._deliver_serial(name)
                line = self._create_return(lot, resolution="repair").line_ids
                line.with_user(self.user_warehouse)._receive()
                lines |= line
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            lines._create_repair()
            return self.env.cr.sql_log_count - start

        measure("Q-0")
        two, six = measure("Q-1", "Q-2"), measure("Q-3", "Q-4", "Q-5", "Q-6", "Q-7")
        # Odoo's own creation of repairs and their references takes 5 a record.
        self.assertLessEqual(six - two, 3 * 9)


@tagged("post_install", "-at_install")
class TestRepairOldParts(RepairCommon):
    """Parts removed at a point are owed to the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.part.product_tmpl_id.aftersales_old_part = "return"
        cls.pump = cls._create_product(
            name="Test Pump", categ_id=cls.bench_categ.id, aftersales_old_part="hold"
        )
        cls.pump_lot = cls._create_bench_lot("PUMP-OLD", cls.pump)

    def _repair(self, *parts, **vals):
        repair = self._create_repair_order(
            parts=parts, **{"aftersales_service_point_id": self.point.id, **vals}
        )
        for move in repair.move_ids.filtered(lambda m: m.product_id == self.pump):
            move.lot_ids = self.pump_lot
        return self._finish_repair(repair)

    def _get_parts(self, repair):
        return self.env["aftersales.part.return"].search(
            [("repair_id", "=", repair.id)]
        )

    def test_removed_part_is_owed(self):
        repair = self._repair(("remove", self.part, 2), ("add", self.part, 2))
        part = self._get_parts(repair)
        self.assertEqual(
            (part.product_id, part.quantity, part.duty, part.state),
            (self.part, 2, "return", "owed"),
        )
        self.assertEqual(part.service_point_id, self.point)
        self.assertEqual(repair.aftersales_old_part_count, 1)

    def test_serial_is_recorded(self):
        repair = self._repair(("recycle", self.pump, 1))
        part = self._get_parts(repair)
        self.assertEqual((part.lot_id, part.serial), (self.pump_lot, "PUMP-OLD"))
        self.assertEqual(part.duty, "hold")

    def test_what_the_customer_pays_is_his(self):
        self.bench_unit.write(
            {"date_sale": "2020-01-01", "date_delivery": "2020-01-01"}
        )
        self.assertFalse(self._get_parts(self._repair(("remove", self.part, 1))))

    def test_nothing_asked_nothing_owed(self):
        self.part.product_tmpl_id.aftersales_old_part = "none"
        self.assertFalse(self._get_parts(self._repair(("remove", self.part, 1))))

    def test_own_workshop_owes_nothing(self):
        repair = self._repair(
            ("remove", self.part, 1), aftersales_service_point_id=False
        )
        self.assertFalse(self._get_parts(repair))
