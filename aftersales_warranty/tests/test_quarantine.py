from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .depot_common import DepotCommon


@tagged("post_install", "-at_install")
class TestQuarantine(DepotCommon):
    """What is not inspected reaches saleable stock by no way (W15)."""

    def setUp(self):
        super().setUp()
        self.line = self._bring_in("Q-1")
        self.lot = self.line.received_lot_id
        self.shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.stock.id}
        )
        self.manager = new_test_user(
            self.env, login="depot_manager", groups="stock.group_stock_manager"
        )

    def _refuse(self, action, *args, reason="leaves the returns area only by"):
        with self.assertRaisesRegex(UserError, reason), self.cr.savepoint():
            action(*args)
        self.assertEqual(self.lot.location_id, self.quarantine)

    def _transfer(self, source, target, partner=None):
        return self._prepare_transfer(
            source, target, [(self.product, 1, self.lot)], partner=partner
        ).with_user(self.manager)

    def test_internal_transfer(self):
        picking = self._transfer(self.quarantine, self.stock)
        self._refuse(picking.button_validate)
        self._refuse(picking._action_done)
        self._refuse(picking.move_ids._action_done)

    def test_context_keys_open_no_door(self):
        picking = self._transfer(self.quarantine, self.stock)
        for value in (True, 1, "FLOW", {"x": 1}):
            self._refuse(picking.with_context(aftersales_flow=value).button_validate)

    def test_to_another_place_without_inspection(self):
        place = self.warehouse.aftersales_refurbish_loc_id
        self._refuse(self._transfer(self.quarantine, place).button_validate)

    def test_to_a_customer(self):
        for partner in (self.customer, self.other_customer):
            picking = self._transfer(self.quarantine, self.customers, partner)
            self._refuse(picking.button_validate)

    def test_delivery_from_where_it_is_not(self):
        picking = self._transfer(self.stock, self.customers, self.customer)
        self._refuse(picking.button_validate)

    def test_inventory_adjustment_out(self):
        quant = self.lot.quant_ids.filtered(lambda q: q.location_id == self.quarantine)
        quant = quant.with_user(self.manager).with_context(inventory_mode=True)
        quant.inventory_quantity = 0
        self._refuse(quant.action_apply_inventory)

    def test_inventory_adjustment_in(self):
        def adjust():
            self.env["stock.quant"].with_user(self.manager).with_context(
                inventory_mode=True
            ).create(
                {
                    "product_id": self.product.id,
                    "location_id": self.stock.id,
                    "lot_id": self.lot.id,
                    "inventory_quantity": 1,
                }
            ).action_apply_inventory()

        self._refuse(adjust)

    def test_stock_record_written_or_made(self):
        quant = self.lot.quant_ids.filtered(lambda q: q.location_id == self.quarantine)
        quant = quant.with_user(self.manager)
        reason = "its stock changes only by the disposition"
        self._refuse(quant.write, {"location_id": self.stock.id}, reason=reason)
        values = {
            "product_id": self.product.id,
            "location_id": self.stock.id,
            "lot_id": self.lot.id,
            "quantity": 1,
        }
        self._refuse(quant.create, values, reason=reason)

    def test_relocation(self):
        quant = self.lot.quant_ids.filtered(lambda q: q.location_id == self.quarantine)
        wizard = self.env["stock.quant.relocate"].with_user(self.manager)
        wizard = wizard.create(
            {"quant_ids": [Command.set(quant.ids)], "dest_location_id": self.shelf.id}
        )
        self._refuse(wizard.action_relocate_quants)

    def test_location_of_the_serial(self):
        lot = self.lot.with_user(self.manager)
        self._refuse(lambda: lot.write({"location_id": self.stock.id}))

    def test_scrap_past_the_return(self):
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.product.id,
                "lot_id": self.lot.id,
                "location_id": self.quarantine.id,
            }
        )
        self._refuse(scrap.with_user(self.manager).action_validate)

    def test_the_place_itself(self):
        place = self.quarantine.with_user(self.manager)
        reason = "is or would become a place of returned goods"
        for values in (
            {"location_id": self.stock.id},
            {"usage": "transit"},
            {"aftersales_place": False},
        ):
            self._refuse(place.write, values, reason=reason)
        shelf = self.shelf.with_user(self.manager)
        self._refuse(shelf.write, {"location_id": self.quarantine.id}, reason=reason)
        self._refuse(shelf.write, {"aftersales_place": "waste"}, reason=reason)

    def test_the_places_of_the_warehouse(self):
        warehouse = self.warehouse.with_user(self.manager)
        self._refuse(
            warehouse.write,
            {"aftersales_quarantine_loc_id": self.stock.id},
            reason="made by the warehouse itself",
        )

    def test_a_shelf_in_quarantine(self):
        shelf = self.env["stock.location"].create(
            {"name": "Q Shelf", "location_id": self.quarantine.id}
        )
        self.assertEqual(shelf.aftersales_place, "quarantine")
        self._transfer(self.quarantine, shelf).button_validate()
        self.assertEqual(self.lot.location_id, shelf)
        self.line._inspect(self.grade_new, "no_fault")
        self.line._dispose("restock")
        self.assertEqual(self.lot.location_id, self.stock)

    def test_inspected_goods_move_only_by_disposition(self):
        self.line._inspect(self.grade_new, "no_fault")
        self._refuse(self._transfer(self.quarantine, self.stock).button_validate)
        self.line._dispose("restock")
        self._transfer(self.stock, self.shelf).button_validate()
        self.assertEqual(self.lot.location_id, self.shelf)

    def test_goods_of_another_place_are_held_too(self):
        self.line._inspect(self.grade_opened, "ok")
        self.line._dispose("refurbish")
        picking = self._transfer(self.lot.location_id, self.stock)
        with self.assertRaisesRegex(UserError, "leaves the returns area only by"):
            picking.button_validate()

    def test_goods_without_a_serial(self):
        self._deliver((self.part, 4, None))
        self._create_goods_return(self.part, 4).line_ids._receive()
        picking = self._prepare_transfer(
            self.quarantine, self.stock, [(self.part, 4, None)]
        )
        with self.assertRaisesRegex(UserError, "leaves the returns area only by"):
            picking.button_validate()

    def test_a_sale_does_not_get_it(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": 1}
                    )
                ],
            }
        )
        product = self.product.with_context(warehouse_id=self.warehouse.id)
        self.assertEqual((product.free_qty, product.virtual_available), (0, 0))
        self.assertEqual(self.product.free_qty, 0)
        order.action_confirm()
        self.assertEqual(order.picking_ids.move_ids.state, "confirmed")
        self.assertFalse(order.picking_ids.move_line_ids)
        self.line._inspect(self.grade_new, "no_fault")
        self.line._dispose("restock")
        # The waiting delivery gets the unit as soon as it is free.
        self.assertEqual(order.picking_ids.move_line_ids.lot_id, self.lot)

    def test_its_value_is_kept(self):
        self.product.standard_price = 100
        self.assertEqual(self.product.with_company(self.company).total_value, 100)


@tagged("post_install", "-at_install")
class TestReturnPlaces(DepotCommon):
    """Each warehouse has its places, whatever its steps."""

    def _create_warehouse(self, **vals):
        # The second warehouse switches a setting on: for administrators only.
        manager = new_test_user(
            self.env,
            login="place_manager",
            groups="stock.group_stock_manager,base.group_system",
        )
        warehouse = self.env["stock.warehouse"].with_user(manager)
        return warehouse.create({"name": "North", "code": "NOR", **vals})

    def test_a_new_warehouse_gets_its_places(self):
        warehouse = self._create_warehouse()
        area = warehouse.aftersales_returns_loc_id
        self.assertEqual(area.name, "NOR Returns")
        self.assertEqual(area.usage, "view")
        self.assertEqual(
            area.child_ids.mapped("name"),
            ["Quarantine", "Refurbishing", "To Repair", "To Supplier", "Waste"],
        )
        self.assertNotIn(
            warehouse.view_location_id.parent_path,
            warehouse.aftersales_quarantine_loc_id.parent_path,
        )
        kind = warehouse.aftersales_in_type_id
        self.assertEqual(kind.default_location_dest_id.aftersales_place, "quarantine")
        self.assertEqual(kind.sequence_id.prefix, "NOR/RET/")

    def test_a_new_company_gets_them_too(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_b.id)]
        )
        self.assertEqual(
            warehouse.aftersales_quarantine_loc_id.company_id, self.company_b
        )

    def test_old_warehouses_get_them_once(self):
        warehouse = self._create_warehouse().sudo()
        warehouse.write(
            {"aftersales_in_type_id": False, "aftersales_waste_loc_id": False}
        )
        count = self.env["stock.location"].search_count([])
        self.env["stock.warehouse"]._aftersales_create_missing()
        self.assertTrue(warehouse.aftersales_in_type_id)
        self.assertEqual(warehouse.aftersales_waste_loc_id.name, "Waste")
        self.assertEqual(self.env["stock.location"].search_count([]), count + 1)
        self.env["stock.warehouse"]._aftersales_create_missing()
        self.assertEqual(self.env["stock.location"].search_count([]), count + 1)

    def test_a_renamed_warehouse(self):
        warehouse = self._create_warehouse()
        warehouse.code = "NTH"
        self.assertEqual(warehouse.aftersales_returns_loc_id.name, "NTH Returns")
        self.assertEqual(warehouse.aftersales_in_type_id.sequence_id.prefix, "NTH/RET/")

    def test_an_archived_warehouse(self):
        warehouse = self._create_warehouse()
        warehouse.active = False
        self.assertFalse(warehouse.aftersales_quarantine_loc_id.active)
        self.assertFalse(warehouse.aftersales_in_type_id.active)
        warehouse.active = True
        self.assertTrue(warehouse.aftersales_quarantine_loc_id.active)

    def test_steps_of_the_warehouse(self):
        for reception, delivery in (
            ("two_steps", "pick_ship"),
            ("three_steps", "pick_pack_ship"),
        ):
            with self.subTest(reception=reception):
                self.warehouse.write(
                    {"reception_steps": reception, "delivery_steps": delivery}
                )
                line = self._bring_in(f"STEP-{reception}", self.grade_new)
                lot = line.received_lot_id
                self.assertEqual(lot.location_id, self.quarantine)
                line._dispose("restock")
                self.assertEqual(lot.location_id, self.stock)
                waiting = self.env["stock.move"].search(
                    [
                        ("product_id", "=", self.product.id),
                        ("state", "not in", ("done", "cancel")),
                    ]
                )
                self.assertFalse(waiting, "No step follows.")
