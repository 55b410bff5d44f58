from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestDelivery(WarrantyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")

    def _stock_lots(self, *names):
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": self.product.id} for name in names]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                self.product, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        return lots

    def _prepare_delivery(self, lots, **vals):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.customer.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": len(lots),
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.customers.id,
                        }
                    )
                ],
                **vals,
            }
        )
        picking.action_confirm()
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.write(
            {
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "lot_id": lot.id,
                            "quantity": 1,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.customers.id,
                            "picking_id": picking.id,
                        }
                    )
                    for lot in lots
                ],
                "picked": True,
            }
        )
        return picking

    def _deliver(self, lots, **vals):
        picking = self._prepare_delivery(lots, **vals)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def _units(self, lots):
        return self.env["aftersales.registration"].search([("lot_id", "in", lots.ids)])

    def test_delivery_registers_each_serial(self):
        lots = self._stock_lots("D-1", "D-2")
        picking = self._deliver(lots)
        units = self._units(lots)
        self.assertEqual(set(units.mapped("serial")), {"D-1", "D-2"})
        for unit in units:
            self.assertEqual(unit.partner_id, self.customer)
            self.assertEqual(unit.picking_id, picking)
            self.assertEqual(unit.date_delivery, self.company._get_aftersales_today())
            self.assertEqual(unit.policy_version_id, self.version)
            self.assertTrue(unit.is_in_cover)

    def test_sale_gives_price_date_and_owner(self):
        lots = self._stock_lots("S-1")
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "date_order": "2026-01-31 17:00:00",
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "price_unit": 2500.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.date_order = "2026-01-31 17:00:00"
        picking = order.picking_ids
        picking.move_ids.move_line_ids.unlink()
        picking.move_ids.write(
            {
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "lot_id": lots.id,
                            "quantity": 1,
                            "location_id": picking.location_id.id,
                            "location_dest_id": picking.location_dest_id.id,
                            "picking_id": picking.id,
                        }
                    )
                ],
                "picked": True,
            }
        )
        picking.with_context(tz="Asia/Shanghai").button_validate()
        unit = self._units(lots)
        self.assertEqual(unit.price, 2500.0)
        self.assertEqual(str(unit.date_sale), "2026-02-01")
        self.assertEqual(unit.partner_id, self.customer)

    def test_return_ends_and_new_delivery_starts_again(self):
        lots = self._stock_lots("R-1")
        picking = self._deliver(lots)
        first = self._units(lots)
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.move_ids.move_line_ids.unlink()
        back.move_ids.write(
            {
                "move_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "lot_id": lots.id,
                            "quantity": 1,
                            "location_id": back.location_id.id,
                            "location_dest_id": back.location_dest_id.id,
                            "picking_id": back.id,
                        }
                    )
                ],
                "picked": True,
            }
        )
        back.button_validate()
        self.assertEqual(first.state, "returned")
        self.assertEqual(first.date_closed, self.company._get_aftersales_today())
        # It is free for sale again only after an inspection.
        line = self.env["aftersales.return.line"].search(
            [("received_lot_id", "=", lots.id)]
        )
        line._inspect(self.env.ref("aftersales_warranty.return_grade_new"), "no_fault")
        line._dispose("restock")
        self._deliver(lots)
        self.assertEqual(
            sorted(self._units(lots).mapped("state")), ["active", "returned"]
        )

    def test_a_known_serial_is_not_registered_twice(self):
        lots = self._stock_lots("K-1")
        known = self._create_unit(lot_id=lots.id)
        self._deliver(lots)
        self.assertEqual(self._units(lots), known)

    def test_a_serial_registered_by_hand_is_linked(self):
        known = self._create_unit(serial="H-1")
        closed = self._create_unit(serial="H-2")
        closed._close("closed", self.company._get_aftersales_today())
        lots = self._stock_lots("H-1", "H-2")
        self._deliver(lots)
        self.assertEqual(known.lot_id, lots[0])
        self.assertEqual((known.serial, known.price), ("H-1", 3000.0))
        self.assertEqual(self._units(lots[0]), known)
        self.assertEqual(self._units(lots[1]).mapped("state"), ["active"])
        self.assertFalse(closed.lot_id)

    def test_a_sale_by_the_dozen_gives_the_price_of_one(self):
        line = self.env["sale.order.line"].new(
            {
                "product_id": self.product.id,
                "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                "product_uom_qty": 2,
                "price_unit": 1200.0,
                "tax_ids": [Command.clear()],
                "order_id": self.env["sale.order"].new(
                    {"partner_id": self.customer.id}
                ),
            }
        )
        move_line = self.env["stock.move.line"].new(
            {
                "product_id": self.product.id,
                "move_id": self.env["stock.move"].new({"sale_line_id": line}),
            }
        )
        self.assertEqual(line.price_reduce_taxinc, 1200.0)
        self.assertEqual(move_line._aftersales_get_unit_price(), 100.0)

    def test_lots_and_internal_transfers_are_left_alone(self):
        lots = self._stock_lots("I-1")
        picking = self._prepare_delivery(lots)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        picking.move_ids.location_dest_id = shelf
        picking.move_ids.move_line_ids.location_dest_id = shelf
        picking.button_validate()
        self.assertFalse(self._units(lots))

    def test_a_warehouse_worker_needs_no_warranty_rights(self):
        worker = new_test_user(
            self.env, login="warr_worker", groups="stock.group_stock_user"
        )
        lots = self._stock_lots("W-1")
        self._prepare_delivery(lots).with_user(worker).button_validate()
        self.assertEqual(self._units(lots).state, "active")

    def _count_queries(self, name, number, registers):
        lots = self._stock_lots(*(f"{name}-{index}" for index in range(number)))
        picking = self._prepare_delivery(lots)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        if registers:
            picking.button_validate()
        else:
            # Of every extension: the plain delivery knows of no registration.
            with patch.object(
                self.registry["stock.move.line"],
                "_aftersales_register_units",
                lambda lines: lines.env["aftersales.registration"],
            ):
                picking.button_validate()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_registration_costs_a_tenth_at_most(self):
        self._count_queries("WARM", 1, True)
        plain = self._count_queries("PLAIN", 1, False)
        registered = self._count_queries("REG", 1, True)
        self.assertLessEqual(registered, plain * 1.1, f"{registered} / {plain}")
        many_plain = self._count_queries("MPLAIN", 12, False)
        many = self._count_queries("MANY", 12, True)
        self.assertLessEqual(many - many_plain, registered - plain + 1)
