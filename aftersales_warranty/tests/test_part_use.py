from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_network.models.flow import FLOW

from .parts_common import PartsCommon


@tagged("post_install", "-at_install")
class TestPartUse(PartsCommon):
    """Consumption goes through an order line and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.location, cls.part, 10)
        cls.used = cls.warehouse.aftersales_used_location_id

    def test_finishing_uses_the_parts(self):
        order = self._create_running_order()
        order.with_user(self.user_dispatcher).action_done()
        self.assertEqual(self._get_quantity(self.location), 8)
        self.assertEqual(self._get_quantity(self.used), 2)
        line = order.line_ids
        self.assertEqual(line.quantity_used, 2)
        move = line.stock_move_ids
        self.assertEqual(move.state, "done")
        self.assertEqual(move.picking_id.origin, order.name)
        self.assertEqual(move.picking_id.aftersales_kind, "use")
        self.assertEqual(move.picking_id.aftersales_point_id, self.point)

    def test_finishing_again_uses_the_difference(self):
        order = self._create_running_order()
        order.action_done()
        order.action_reopen()
        order.line_ids.quantity = 5
        self.assertEqual(self._get_quantity(self.location), 5)
        order.action_done()
        self.assertEqual(self._get_quantity(self.location), 5)
        self.assertEqual(order.line_ids.quantity_used, 5)

    def test_use_before_the_end(self):
        order = self._create_running_order()
        order = order.with_user(self.user_dispatcher)
        self.assertTrue(order.can_use_parts)
        order.action_use_parts()
        self.assertFalse(order.can_use_parts)
        self.assertEqual(self._get_quantity(self.location), 8)
        order.action_done()
        self.assertEqual(self._get_quantity(self.location), 8)

    def test_less_puts_back(self):
        order = self._create_running_order()
        order.action_done()
        order.line_ids.quantity = 1
        self.assertEqual(self._get_quantity(self.location), 9)
        self.assertEqual(order.line_ids.quantity_used, 1)

    def test_a_removed_line_puts_back(self):
        order = self._create_running_order()
        order.action_done()
        order.line_ids.unlink()
        self.assertEqual(self._get_quantity(self.location), 10)
        self.assertEqual(self._get_quantity(self.used), 0)

    def test_another_part_swaps(self):
        other = self._create_product(name="Fan", tracking="none")
        self._stock(self.location, other, 3)
        order = self._create_running_order()
        order.action_done()
        order.line_ids.product_id = other
        self.assertEqual(self._get_quantity(self.location), 10)
        self.assertEqual(self._get_quantity(self.location, other), 1)

    def test_cancelling_puts_back(self):
        order = self._create_running_order()
        order.action_use_parts()
        order.action_wait_part()
        order._cancel("Customer changed his mind")
        self.assertEqual(order.state, "cancelled")
        self.assertEqual(self._get_quantity(self.location), 10)

    def test_another_point_puts_back_where_it_came_from(self):
        order = self._create_running_order()
        order.action_use_parts()
        order.service_point_id = self.point_b
        self.assertEqual(self._get_quantity(self.location), 10)

    def test_too_little_is_refused_with_the_way_out(self):
        order = self._create_running_order(("part", 11, 1.0, self.part))
        with self.assertRaisesRegex(
            UserError, r"has 10 Units of .*Test Compressor free, 11 are needed.*missing"
        ):
            order.action_done()

    def test_two_lines_share_the_stock(self):
        order = self._create_running_order(
            ("part", 6, 1.0, self.part), ("part", 5, 1.0, self.part)
        )
        with self.assertRaisesRegex(UserError, r"has 4 Units .*, 5 are needed"):
            order.action_done()

    def test_what_is_reserved_is_not_free(self):
        picking = self._create_return(9)
        self.assertEqual(picking.state, "assigned")
        with self.assertRaisesRegex(UserError, r"has 1 Units"):
            self._create_running_order().action_done()

    def _create_return(self, quantity):
        kind = self.warehouse.aftersales_point_return_type_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": self.location.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.part.id,
                            "product_uom_qty": quantity,
                            "location_id": self.location.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def test_below_zero_by_setting(self):
        self.company.aftersales_part_shortage = "allow"
        self._create_running_order(("part", 11, 1.0, self.part)).action_done()
        self.assertEqual(self._get_quantity(self.location), -1)

    def test_points_with_own_parts_move_nothing(self):
        self.point.has_own_parts = True
        order = self._create_running_order(("part", 50, 1.0, self.part))
        order.action_done()
        self.assertEqual(self._get_quantity(self.location), 10)
        self.assertFalse(order.line_ids.stock_move_ids)

    def test_points_without_a_place_move_nothing(self):
        order = self._create_running_order(
            ("part", 50, 1.0, self.part), point=self.point_b
        )
        order.action_done()
        self.assertFalse(order.line_ids.stock_move_ids)

    def test_labour_and_services_move_nothing(self):
        service = self.env["product.product"].create({"name": "Gas", "type": "consu"})
        order = self._create_running_order(
            ("labour", 2, 1.0, None), ("part", 1, 1.0, service)
        )
        order.action_done()
        self.assertFalse(order.line_ids.stock_move_ids)

    def test_a_line_without_part_can_change(self):
        order = self._create_running_order(("labour", 2, 1.0, None))
        order.line_ids.write({"quantity": 3, "kind": "travel"})
        self.assertEqual(order.line_ids.quantity, 3)

    def _create_board(self, *serials):
        board = self._create_product(name="Board")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": board.id} for name in serials]
        )
        for lot in lots:
            self._stock(self.location, board, 1, lot)
        return board, lots

    def test_a_serial_goes_with_its_number(self):
        board, lots = self._create_board("B-1", "B-2")
        order = self._create_running_order(("part", 1, 1.0, board))
        with self.assertRaisesRegex(UserError, "enter the serial of the new Board"):
            order._use_parts()
        order.line_ids.serial_installed = "B-9"
        with self.assertRaisesRegex(UserError, "no Board with the serial B-9"):
            order._use_parts()
        order.line_ids.serial_installed = "B-2"
        order.action_done()
        moved = order.line_ids.stock_move_ids.move_line_ids.lot_id
        self.assertEqual(moved, lots[1])
        order.line_ids.serial_installed = "B-1"
        quants = self.env["stock.quant"].search(
            [("location_id", "=", self.location.id), ("quantity", ">", 0)]
        )
        self.assertIn(lots[1], quants.lot_id)
        self.assertNotIn(lots[0], quants.lot_id)

    def test_one_line_per_serial(self):
        board, _lots = self._create_board("B-1", "B-2")
        order = self._create_running_order(("part", 2, 1.0, board))
        order.line_ids.serial_installed = "B-1"
        with self.assertRaisesRegex(UserError, "one line for each"):
            order.action_done()

    def test_a_used_serial_registers_no_unit(self):
        board, _lots = self._create_board("B-1")
        order = self._create_running_order(("part", 1, 1.0, board))
        order.line_ids.serial_installed = "B-1"
        order.action_done()
        self.assertFalse(
            self.env["aftersales.registration"].search([("serial", "=", "B-1")])
        )

    def test_units_of_measure(self):
        metre = self.env.ref("uom.product_uom_meter")
        pipe = self._create_product(name="Pipe", tracking="none", uom_id=metre.id)
        self._stock(self.location, pipe, 10)
        order = self._create_running_order(("part", 2.5, 1.0, pipe))
        order.action_done()
        self.assertEqual(self._get_quantity(self.location, pipe), 7.5)

    def test_fifty_orders_cost_the_same_each(self):
        self._stock(self.location, self.part, 1000)
        self.part.aftersales_old_part = "return"

        def count(number):
            orders = self.env["aftersales.service.order"].union(
                *(self._create_running_order() for _index in range(number))
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            orders._use_parts()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1)
        few, many = count(5), count(50)
        each = (many - few) / 45
        self.assertLess(each, 15, f"{few} for 5, {many} for 50")


@tagged("post_install", "-at_install", "security")
class TestPartGuard(PartsCommon):
    """No other way out of a point, whoever validates it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.location, cls.part, 10)
        cls.used = cls.warehouse.aftersales_used_location_id
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.manager = cls.user_admin
        cls.manager.group_ids |= cls.env.ref("stock.group_stock_manager")
        cls.point_b.action_create_location()

    def _move(self, source, target, user=None, **vals):
        values = self._prepare_move(source, target, self.part, 1, **vals)
        env = self.env(user=user or self.manager)
        return env["stock.move"].create(values)

    def _refused(self, source, target, text="none of these", **vals):
        with self.assertRaisesRegex(UserError, text):
            self._move(source, target, **vals)._action_done()

    def test_to_a_customer_is_refused(self):
        self._refused(self.location, self.customers)
        self._refused(self.location, self.used)
        self._refused(self.used, self.location)

    def test_also_for_the_superuser(self):
        with self.assertRaisesRegex(UserError, "none of these"):
            self._move(
                self.location, self.customers, user=self.env.ref("base.user_root")
            )._action_done()

    def test_a_validated_transfer_is_refused(self):
        picking = (
            self.env["stock.picking"]
            .with_user(self.user_warehouse)
            .create(
                {
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "location_id": self.location.id,
                    "location_dest_id": self.customers.id,
                    "move_ids": [
                        Command.create(
                            self._prepare_move(
                                self.location, self.customers, self.part, 1
                            )
                        )
                    ],
                }
            )
        )
        with self.assertRaisesRegex(UserError, "belongs to the parts of"):
            picking.button_validate()

    def test_the_line_decides_not_the_move(self):
        move = self._move(self.warehouse.lot_stock_id, self.customers)
        move.move_line_ids.location_id = self.location
        with self.assertRaisesRegex(UserError, "none of these"):
            move._action_done()

    def test_a_context_opens_no_door(self):
        line = self._create_running_order().line_ids
        for vals in (
            {"aftersales_order_line_id": line.id},
            {"aftersales_part_return_id": 1},
        ):
            with self.assertRaisesRegex(UserError, "linked to an order line"):
                self._move(self.location, self.used, **vals)
        move = self._move(self.location, self.used)
        with self.assertRaisesRegex(UserError, "cannot be changed on it"):
            move.write({"aftersales_order_line_id": line.id})
        faked = move.with_context(
            aftersales_flow="FLOW", default_aftersales_order_line_id=line.id
        )
        with self.assertRaisesRegex(UserError, "none of these"):
            faked._action_done()
        made = (
            self.env["stock.move"]
            .with_user(self.user_warehouse)
            .with_context(default_aftersales_order_line_id=line.id)
            .create(self._prepare_move(self.location, self.used, self.part, 1))
        )
        self.assertFalse(made.aftersales_order_line_id)

    def test_back_to_the_company_is_free(self):
        move = self._move(self.location, self.warehouse.lot_stock_id)
        move.with_user(self.user_warehouse)._action_done()
        self.assertEqual(self._get_quantity(self.location), 9)

    def test_scrapping_at_the_point_is_refused(self):
        scrap = (
            self.env["stock.scrap"]
            .with_user(self.manager)
            .create(
                {
                    "product_id": self.part.id,
                    "scrap_qty": 1,
                    "location_id": self.location.id,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "none of these"):
            scrap.do_scrap()

    def test_a_correction_needs_a_count(self):
        quant = self.env["stock.quant"].search([("location_id", "=", self.location.id)])
        quant = quant.with_user(self.manager).with_context(inventory_mode=True)
        quant.inventory_quantity = 3
        with self.assertRaisesRegex(UserError, "corrected by a stock count"):
            quant.action_apply_inventory()

    def test_a_quantity_is_not_written(self):
        quant = self.env["stock.quant"].search([("location_id", "=", self.location.id)])
        with self.assertRaisesRegex(UserError, "by transfers and counts only"):
            quant.with_user(self.user_warehouse).write({"quantity": 99})
        with self.assertRaisesRegex(UserError, "by transfers and counts only"):
            self.env["stock.quant"].with_user(self.user_warehouse).create(
                {
                    "product_id": self.product.id,
                    "location_id": self.location.id,
                    "quantity": 5,
                }
            )

    def test_a_finished_transfer_is_not_rewritten(self):
        move = self._move(self.location, self.warehouse.lot_stock_id)
        move._action_done()
        line = move.move_line_ids
        for vals in ({"quantity": 5}, {"location_dest_id": self.customers.id}):
            with self.assertRaisesRegex(UserError, "cannot change any more"):
                line.with_user(self.manager).write(vals)
        with self.assertRaisesRegex(UserError, "cannot change any more"):
            self.env["stock.move.line"].with_user(self.manager).create(
                {
                    "move_id": move.id,
                    "product_id": self.part.id,
                    "quantity": 1,
                    "location_id": self.location.id,
                    "location_dest_id": self.customers.id,
                }
            )
        elsewhere = self._stock(self.warehouse.lot_stock_id, self.part, 1)
        with self.assertRaisesRegex(UserError, "cannot change any more"):
            elsewhere.move_line_ids.with_user(self.manager).write(
                {"location_dest_id": self.location.id}
            )

    def _create_swap(self, user):
        target = self.point_b.location_id
        return (
            self.env["stock.picking"]
            .with_user(user)
            .create(
                {
                    "picking_type_id": self.warehouse.int_type_id.id,
                    "location_id": self.location.id,
                    "location_dest_id": target.id,
                    "move_ids": [
                        Command.create(
                            self._prepare_move(self.location, target, self.part, 2)
                        )
                    ],
                }
            )
        )

    def test_between_points_with_consent(self):
        stock_user = self.user_clerk
        stock_user.group_ids |= self.env.ref("stock.group_stock_user")
        picking = self._create_swap(stock_user)
        self.assertTrue(picking.aftersales_is_swap)
        with self.assertRaisesRegex(UserError, "Have transfer .* approved first"):
            picking.button_validate()
        with self.assertRaisesRegex(UserError, "given with its button"):
            picking.aftersales_approved_by_id = stock_user
        with self.assertRaisesRegex(AccessError, "Only the warehouse agrees"):
            picking.action_aftersales_approve()
        picking.with_user(self.user_warehouse).action_aftersales_approve()
        self.assertEqual(picking.aftersales_approved_by_id, self.user_warehouse)
        picking.button_validate()
        self.assertEqual(self._get_quantity(self.location), 8)
        self.assertEqual(self._get_quantity(self.point_b.location_id), 2)

    def test_old_parts_place_is_closed(self):
        place = self.warehouse.aftersales_old_part_location_id
        stock = self.warehouse.lot_stock_id
        self._refused(stock, place, "holds old parts")
        self._refused(place, stock, "holds old parts")
        self._refused(place, self.customers, "holds old parts")
        held = self.warehouse.aftersales_recovery_location_id
        self._refused(held, stock, "holds old parts")
        vendors = self.env.ref("stock.stock_location_suppliers")
        self._refused(place, vendors, "holds old parts")
        self._move(held, vendors)._action_done()

    def test_the_marker_alone_is_not_enough(self):
        move = self._move(self.location, self.used)
        with self.assertRaisesRegex(UserError, "none of these"):
            move.with_context(aftersales_flow=FLOW)._action_done()


@tagged("post_install", "-at_install")
class TestOldPartOfLine(PartsCommon):
    """A covered part line makes, changes and cancels its duty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.location, cls.part, 10)
        cls.part.aftersales_old_part = "return"

    def test_finishing_makes_the_duty(self):
        order = self._create_running_order()
        order.line_ids.serial_removed = "OLD-1"
        order.with_user(self.user_dispatcher).action_done()
        part = order.old_part_ids
        self.assertEqual(part.service_point_id, self.point)
        self.assertEqual((part.quantity, part.serial), (2, "OLD-1"))
        self.assertEqual((part.state, part.duty), ("owed", "return"))
        self.assertEqual(part.fault_note, "Worn")

    def test_a_paid_part_owes_nothing(self):
        order = self._create_running_order(date_request=datetime(2045, 1, 1))
        order.action_done()
        self.assertFalse(order.line_ids.cover_share)
        self.assertFalse(order.old_part_ids)

    def test_the_duty_follows_the_line(self):
        order = self._create_running_order()
        order.action_done()
        part, line = order.old_part_ids, order.line_ids
        line.quantity = 3
        self.assertEqual(part.quantity, 3)
        line.serial_removed = "OLD-2"
        self.assertEqual(part.serial, "OLD-2")
        line.unlink()
        self.assertEqual(part.state, "cancelled")

    def test_another_part_is_another_duty(self):
        other = self._create_product(
            name="Fan", tracking="none", aftersales_old_part="scrap"
        )
        self._stock(self.location, other, 3)
        order = self._create_running_order()
        order.action_done()
        first = order.old_part_ids
        order.line_ids.product_id = other
        self.assertEqual(first.state, "cancelled")
        second = order.old_part_ids - first
        self.assertEqual((second.product_id, second.duty), (other, "scrap"))

    def test_cancelling_the_order_cancels_the_duty(self):
        order = self._create_running_order()
        order.action_use_parts()
        self.assertEqual(order.old_part_ids.state, "owed")
        order.action_wait_part()
        order._cancel("No longer wanted")
        self.assertEqual(order.old_part_ids.state, "cancelled")
