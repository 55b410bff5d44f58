from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .units_common import UnitsCommon


@tagged("post_install", "-at_install")
class TestUnitDelivery(UnitsCommon):
    """What a delivery makes of serials that are no simple case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dealer = cls.env["res.partner"].create(
            {
                "name": "Test Dealer",
                "is_company": True,
                "aftersales_is_dealer": True,
                "country_id": cls.country.id,
            }
        )
        cls.today = cls.company._get_aftersales_today()

    def _sell(self, lots, **vals):
        """Confirm a sale of the lots and return it with its delivery."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": len(lots),
                            "price_unit": 2500.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **vals,
            }
        )
        order.action_confirm()
        picking = order.picking_ids
        self._fill_lines(picking, lots).button_validate()
        return order, picking

    # -- dealers -----------------------------------------------------------------

    def test_a_dealer_gets_units_for_sale(self):
        shop = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.dealer.id, "type": "delivery"}
        )
        lots = self._stock_lots("DL-1", "DL-2")
        self._deliver(lots, partner_id=shop.id)
        for unit in self._units_of(lots):
            self.assertEqual(unit.partner_id, shop)
            self.assertEqual(unit.dealer_id, self.dealer)
            self.assertEqual(unit.channel, "dealer")
            self.assertTrue(unit.is_dealer_stock)
            self.assertEqual((unit.date_sale, unit.date_delivery), (False, False))
            self.assertEqual(unit.date_dealer, self.today)
            self.assertEqual(unit.price, 0)
            self.assertEqual(unit.owner_ids.kind, "dealer")
            self.assertEqual(
                [notice["text"] for notice in unit._get_unit_notices()[unit.id]],
                ["With the dealer: the sale to a customer is not reported."],
            )

    def test_the_sale_by_the_dealer_starts_the_cover(self):
        lots = self._stock_lots("DL-3")
        with freeze_time("2026-02-01 03:00:00"):
            self._deliver(lots, partner_id=self.dealer.id)
        unit = self._units_of(lots)
        cover = unit._get_cover(date(2026, 5, 1))
        self.assertEqual((cover["share"], cover["code"]), (0.0, "no_start"))
        wizard = (
            self.env["aftersales.unit.transfer"]
            .with_user(self.user_service)
            .create(
                {
                    "registration_id": unit.id,
                    "partner_id": self.customer.id,
                    "date": date(2026, 4, 1),
                    "price": 2800.0,
                }
            )
        )
        self.assertTrue(wizard.is_sale)
        wizard.action_apply()
        self.assertEqual(unit.partner_id, self.customer)
        self.assertEqual(unit.dealer_id, self.dealer)
        self.assertFalse(unit.is_dealer_stock)
        self.assertEqual(unit.date_sale, date(2026, 4, 1))
        self.assertEqual(unit.date_cover_end, date(2027, 4, 1))
        self.assertEqual(unit.price, 2800.0)
        self.assertEqual(unit.channel, "dealer")
        log = unit.owner_ids.sorted("id")
        self.assertEqual(log.partner_id.ids, (self.dealer | self.customer).ids)
        self.assertEqual(log.mapped("kind"), ["dealer", "sale"])
        self.assertEqual(
            [(line.date_from, line.date_to) for line in log],
            [(date(2026, 2, 1), date(2026, 4, 1)), (date(2026, 4, 1), False)],
        )

    def test_the_factory_date_starts_the_cover_where_the_policy_says_so(self):
        categ = self.env["product.category"].create({"name": "By Factory Date"})
        product = self._create_product(categ_id=categ.id)
        policy = self.env["aftersales.policy"].create(
            {"name": "Factory", "categ_ids": [Command.set(categ.ids)]}
        )
        self._create_version(
            [
                {
                    "component": "whole_unit",
                    "months": 12,
                    "basis": "factory",
                    "factory_days": 90,
                }
            ],
            policy=policy,
        )
        lots = self._stock_lots("FD-1", product=product)
        with freeze_time("2026-02-01 03:00:00"):
            self._deliver(lots, partner_id=self.dealer.id)
        unit = self._units_of(lots)
        # 1 February + 90 days = 2 May; twelve months later
        self.assertEqual(unit._get_cover(date(2026, 5, 1))["code"], "not_started")
        self.assertEqual(unit._get_cover(date(2026, 5, 2))["code"], "covered")
        self.assertEqual(unit.date_cover_end, date(2027, 5, 2))

    # -- the same serial again -----------------------------------------------------

    def test_a_serial_is_not_delivered_twice(self):
        lots = self._stock_lots("TW-1")
        self._deliver(lots)
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, 1, lot_id=lots
        )
        picking = self._prepare_transfer(lots, partner_id=self.other_customer.id)
        with self.assertRaisesRegex(
            ValidationError, "The serial number has already been assigned"
        ):
            picking.button_validate()
        self.assertEqual(self._units_of(lots).partner_id, self.customer)

    def test_a_serial_of_somebody_else_is_flagged(self):
        lots = self._stock_lots("TW-1")
        unit = self._create_unit(lot_id=lots.id)
        by_text = self._create_unit(serial="TW-9")
        lots |= self._stock_lots("TW-9")
        second = self._deliver(lots, partner_id=self.other_customer.id)
        self.assertEqual(self._units_of(lots), unit | by_text)
        self.assertEqual((unit | by_text).partner_id, self.customer)
        self.assertEqual((unit | by_text).conflict_picking_id, second)
        (notice,) = unit._get_unit_notices()[unit.id]
        self.assertEqual(
            notice["text"],
            f"Delivered again with {second.name} to Other Customer. Transfer the "
            "unit, or correct the delivery.",
        )
        self.assertEqual(
            unit.activity_ids.mapped("summary"), ["Serial delivered twice"]
        )
        unit.with_user(self.user_service).action_solve_conflict()
        self.assertFalse(unit.conflict_picking_id)
        self.assertFalse(unit._get_unit_notices()[unit.id])

    def test_a_serial_delivered_to_the_same_customer_is_no_conflict(self):
        lots = self._stock_lots("TW-2")
        known = self._create_unit(lot_id=lots.id)
        self._deliver(lots)
        self.assertEqual(self._units_of(lots), known)
        self.assertFalse(known.conflict_picking_id)

    def test_a_unit_without_owner_gets_the_customer(self):
        lots = self._stock_lots("TW-3")
        known = self._create_unit(serial="TW-3", partner_id=False)
        self.assertFalse(known.owner_ids)
        self._deliver(lots)
        self.assertEqual((known.lot_id, known.partner_id), (lots, self.customer))
        self.assertEqual(known.owner_ids.mapped("kind"), ["first"])

    def test_a_return_closes_and_the_same_sale_opens_again(self):
        lots = self._stock_lots("RT-1")
        with freeze_time("2026-02-01 03:00:00"):
            order, picking = self._sell(lots, date_order="2026-01-31 03:00:00")
        unit = self._units_of(lots)
        sold = unit.date_sale
        with freeze_time("2026-02-03 03:00:00"):
            self._take_back(picking, lots)
            self.assertEqual(
                (unit.state, unit.date_closed), ("returned", date(2026, 2, 3))
            )
            self.assertEqual(unit._get_cover(date(2026, 2, 3))["code"], "closed")
        self._restock(lots)
        with freeze_time("2026-02-10 03:00:00"):
            again = self._prepare_transfer(lots)
            again.move_ids.sale_line_id = order.order_line
            again.button_validate()
        self.assertEqual(again.state, "done")
        self.assertEqual(self._units_of(lots), unit)
        self.assertEqual((unit.state, unit.date_closed), ("active", False))
        self.assertEqual(unit.date_sale, sold)
        self.assertEqual(unit.date_delivery, date(2026, 2, 10))
        self.assertEqual(unit.picking_id, again)

    def test_another_sale_of_a_returned_unit_is_a_new_registration(self):
        lots = self._stock_lots("RT-2")
        _order, picking = self._sell(lots)
        first = self._units_of(lots)
        self._take_back(picking, lots)
        self._restock(lots)
        self._sell(lots, partner_id=self.other_customer.id)
        units = self._units_of(lots)
        self.assertEqual(len(units), 2)
        self.assertEqual(first.state, "returned")
        self.assertEqual((units - first).partner_id, self.other_customer)
        self.assertEqual((units - first).state, "active")

    # -- other goods and ways ------------------------------------------------------

    def test_two_units_in_one_delivery(self):
        lots = self._stock_lots("P-1", "P-2")
        order, picking = self._sell(lots)
        units = self._units_of(lots)
        self.assertEqual(sorted(units.mapped("serial")), ["P-1", "P-2"])
        self.assertEqual(units.mapped("price"), [2500.0, 2500.0])
        self.assertEqual(units.picking_id, picking)
        back = self._take_back(picking, lots[0])
        self.assertEqual(back.state, "done")
        self.assertEqual(
            [unit.state for unit in units.sorted("serial")], ["returned", "active"]
        )

    def test_goods_by_lot_are_not_registered_and_the_transfer_says_so(self):
        bulk = self._create_product(name="Filter", tracking="lot")
        lots = self._stock_lots("LOT-1", product=bulk, quantity=10)
        picking = self._deliver(lots, quantity=4)
        self.assertFalse(self._units_of(lots))
        self.assertIn(
            "4 Units of Filter were delivered by lot and are not registered as units.",
            picking.message_ids[0].preview,
        )
        spare = self._create_product(
            name="Screw", tracking="lot", aftersales_is_unit=False
        )
        lots = self._stock_lots("LOT-2", product=spare, quantity=10)
        picking = self._deliver(lots, quantity=4)
        self.assertNotIn("by lot", "".join(picking.message_ids.mapped("preview")))

    def test_a_lot_of_many_pieces_cannot_be_registered(self):
        bulk = self._create_product(name="Filter", tracking="lot")
        lots = self._stock_lots("LOT-3", product=bulk, quantity=10)
        with self.assertRaisesRegex(
            UserError,
            "LOT-3 is a lot of several pieces of Filter. Register a piece by the "
            "serial that it carries itself.",
        ):
            self._create_unit(product_id=bulk.id, lot_id=lots.id)
        piece = self._create_unit(product_id=bulk.id, serial="PIECE-1")
        self.assertEqual(piece.state, "active")

    def test_dropship_registers_too(self):
        lots = self._stock_lots("DS-1")
        supplier = self.env.ref("stock.stock_location_suppliers")
        self._deliver(lots, location_id=supplier.id)
        self.assertEqual(self._units_of(lots).partner_id, self.customer)

    def test_another_currency_stays(self):
        foreign = self.env["res.currency"].create(
            {"name": "XTW", "symbol": "T", "rounding": 1.0, "rate_ids": []}
        )
        self.env["product.pricelist"].search([]).active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        lots = self._stock_lots("CU-1")
        self._sell(lots, pricelist_id=pricelist.id)
        unit = self._units_of(lots)
        self.assertEqual((unit.currency_id, unit.price), (foreign, 2500.0))
        results = unit._get_entitlements(unit.date_sale, "performance")
        self.assertEqual({item["currency"] for item in results}, {foreign})

    def test_a_component_of_a_kit_has_no_price(self):
        other = self._create_product()
        line = self.env["sale.order.line"].new(
            {
                "product_id": other.id,
                "product_uom_id": other.uom_id.id,
                "product_uom_qty": 1,
                "price_unit": 900.0,
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
        self.assertEqual(move_line._aftersales_get_unit_price(), 0.0)

    def test_a_worker_delivers_to_a_dealer_and_twice(self):
        worker = new_test_user(
            self.env, login="units_worker", groups="stock.group_stock_user"
        )
        lots = self._stock_lots("WK-1")
        picking = self._prepare_transfer(lots, partner_id=self.dealer.id)
        picking.with_user(worker).button_validate()
        self.assertTrue(self._units_of(lots).is_dealer_stock)
        lots = self._stock_lots("WK-2")
        unit = self._create_unit(lot_id=lots.id, partner_id=self.other_customer.id)
        picking = self._prepare_transfer(lots)
        picking.with_user(worker).button_validate()
        self.assertEqual(unit.conflict_picking_id, picking)


@tagged("post_install", "-at_install")
class TestUnitTransfer(UnitsCommon):
    """Rights and history move with the unit."""

    def _transfer(self, user=None, **vals):
        return (
            self.env["aftersales.unit.transfer"]
            .with_user(user or self.user_service)
            .create(
                {
                    "registration_id": self.unit.id,
                    "partner_id": self.other_customer.id,
                    "date": date(2026, 5, 1),
                    **vals,
                }
            )
            .action_apply()
        )

    def test_owner_and_history_change_and_nothing_else(self):
        before = self.unit.read(["date_sale", "date_delivery", "date_cover_end"])
        order = self._create_done_order()
        end = self.unit.date_cover_end
        files = (
            self.env["ir.attachment"]
            .with_user(self.user_service)
            .create({"name": "contract.pdf", "raw": b"%PDF-1.4"})
        )
        self._transfer(note="Sold", proof_ids=[Command.set(files.ids)])
        self.assertEqual(self.unit.partner_id, self.other_customer)
        self.assertEqual(self.unit.date_sale, before[0]["date_sale"])
        self.assertEqual(self.unit.date_cover_end, end)
        self.assertEqual(self.unit.order_ids, order)
        log = self.unit.owner_ids.sorted("id")
        self.assertEqual(log.mapped("kind"), ["first", "transfer"])
        self.assertEqual(log[0].date_to, date(2026, 5, 1))
        self.assertEqual(log[1].user_id, self.user_service)
        self.assertEqual(log[1].note, "Sold")
        proof = log[1].proof_ids
        self.assertEqual((proof.name, proof.raw), ("contract.pdf", b"%PDF-1.4"))
        self.assertEqual((proof.res_model, proof.res_id), (log._name, log[1].id))
        with self.assertRaises(AccessError):
            proof.with_user(self.user_head).unlink()

    def test_wrong_transfers(self):
        name = "TEST-SN-1"
        with self.assertRaisesRegex(UserError, f"{name}.*belongs to Test Customer"):
            self._transfer(partner_id=self.customer.id)
        with self.assertRaisesRegex(UserError, "on a day to come"):
            self._transfer(date=date(2099, 1, 1))
        with self.assertRaisesRegex(UserError, "on 2026-01-01 only"):
            self._transfer(date=date(2025, 12, 31))
        self.unit._close("returned", date(2026, 2, 1))
        with self.assertRaisesRegex(UserError, "is not active any more"):
            self._transfer()
        self.assertEqual(self.unit.partner_id, self.customer)

    def test_only_service_staff_transfers(self):
        for user in (self.user_auditor, self.user_warehouse, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._transfer(user=user)

    def test_the_former_owner_loses_sight(self):
        def portal(login, partner):
            return new_test_user(
                self.env, login=login, groups="base.group_portal", partner_id=partner.id
            )

        old = portal("units_old", self.customer)
        new = portal("units_new", self.other_customer)
        self.assertEqual(self.Unit.with_user(old).search([]), self.unit)
        self.assertFalse(self.Unit.with_user(new).search([]))
        self._transfer()
        self.env.invalidate_all()
        self.assertFalse(self.Unit.with_user(old).search([]))
        self.assertEqual(self.Unit.with_user(new).search([]), self.unit)
        with self.assertRaises(AccessError):
            self.unit.with_user(old).read(["serial"])
        with self.assertRaises(AccessError):
            self.unit.with_user(new).write({"partner_id": self.customer.id})
        with self.assertRaises(AccessError):
            self.env["aftersales.registration.owner"].with_user(new).search([])

    def test_a_correction_is_logged_as_such(self):
        unit = self.unit.with_user(self.user_service)
        forged = unit.with_context(aftersales_owner_step=["transfer", "2020-01-01"])
        forged.partner_id = self.other_customer
        log = self.unit.owner_ids.sorted("id")
        self.assertEqual(log.mapped("kind"), ["first", "correction"])
        self.assertEqual(log[1].date_from, self.company._get_aftersales_today())
        for user in (self.user_head, self.user_admin):
            with self.assertRaises(AccessError):
                log.with_user(user).write({"date_from": "2020-01-01"})
