from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .depot_common import DepotCommon


@tagged("post_install", "-at_install")
class TestReturnGuard(DepotCommon):
    """The right serial and the right quantity come back, by whatever way (X02)."""

    def _ask(self, *requests):
        asked = [
            {"key": key, "partner": self.customer, "product": self.product, **values}
            for key, values in enumerate(requests)
        ]
        return self.env["aftersales.return.guard"]._get_refusals(asked)

    # -- serials: the document -------------------------------------------------

    def test_serial_of_the_customer_is_free(self):
        self.assertEqual(self._ask({"lot": self._deliver_serial("G-1")}), {})

    def test_serial_found_by_its_text(self):
        self._deliver_serial("G-2")
        self.assertEqual(self._ask({"serial": "G-2"}), {})

    def test_never_delivered(self):
        lot = self._create_lot("G-3")
        self._put(self.product, 1, lot)
        self.assertEqual(
            self._ask({"lot": lot}),
            {
                0: "Test Air Conditioner, serial G-3 was never delivered to Test "
                "Customer. Check the serial number."
            },
        )

    def test_delivered_to_somebody_else(self):
        lot = self._deliver_serial("G-4", partner=self.other_customer)
        transfer = lot.delivery_ids.name
        self.assertEqual(
            self._ask({"lot": lot})[0],
            "Test Air Conditioner, serial G-4 was never delivered to Test Customer or "
            f"is no longer there: it went to another customer with {transfer}.",
        )

    def test_a_contact_of_the_same_company_may_return(self):
        lot = self._deliver_serial("G-5")
        child = self.env["res.partner"].create(
            {"name": "Reception", "parent_id": self.customer.id}
        )
        self.assertEqual(self._ask({"lot": lot, "partner": child}), {})

    def test_returned_already(self):
        line = self._bring_in("G-6")
        lot = line.received_lot_id
        self.assertRegex(
            self._ask({"lot": lot})[0], "serial G-6 came back already on .* with .*RET/"
        )

    def test_returned_and_delivered_again(self):
        line = self._bring_in("G-7", self.grade_new)
        line._dispose("restock")
        lot = line.received_lot_id
        self._prepare_transfer(
            self.stock,
            self.customers,
            [(self.product, 1, lot)],
            self.warehouse.out_type_id,
            self.other_customer,
        ).button_validate()
        self.assertRegex(self._ask({"lot": lot})[0], "went to another customer with")
        self.assertEqual(self._ask({"lot": lot, "partner": self.other_customer}), {})

    def test_sold_on_to_another_owner(self):
        lot = self._deliver_serial("G-8")
        unit = self.env["aftersales.registration"].search([("lot_id", "=", lot.id)])
        unit.with_context(active_test=False).sudo().partner_id = self.other_customer
        self.assertRegex(self._ask({"lot": lot})[0], "registered for another owner")
        self.assertEqual(self._ask({"lot": lot, "partner": self.other_customer}), {})

    def test_expected_on_another_document(self):
        lot = self._deliver_serial("G-9")
        first = self._create_return(lot)
        self.assertEqual(
            self._ask({"lot": lot})[0],
            f"Test Air Conditioner, serial G-9 is expected on {first.name}. Receive "
            "it there.",
        )
        self.assertEqual(self._ask({"lot": lot, "line": first.line_ids}), {})

    def test_entered_twice(self):
        lot = self._deliver_serial("G-10")
        self.assertEqual(
            self._ask({"lot": lot}, {"lot": lot}),
            {1: "Test Air Conditioner, serial G-10 is entered twice."},
        )

    def test_known_by_registration_only(self):
        self._create_unit(serial="DEALER-1")
        self.assertEqual(self._ask({"serial": "DEALER-1"}), {})
        refusals = self._ask({"serial": "DEALER-1", "is_direct": True})
        self.assertRegex(refusals[0], "it is only registered. Make a customer return")
        other = self._ask({"serial": "DEALER-1", "partner": self.other_customer})
        self.assertRegex(other[0], "never delivered to Other Customer")

    def test_bought_elsewhere(self):
        document = self._create_goods_return(self.product, 1, confirm=False)
        line = document.line_ids
        line.sudo().is_foreign = True
        self.assertEqual(self._ask({"serial": "NOBODY", "line": line}), {})

    def test_switched_off(self):
        lot = self._create_lot("G-11")
        self.company.aftersales_return_guard = False
        self.assertEqual(self._ask({"lot": lot}), {})

    def test_another_company_did_not_deliver(self):
        lot = self._deliver_serial("G-12")
        lot.sudo().company_id = False
        refusals = self._ask({"lot": lot, "company": self.company_b})
        self.assertRegex(refusals[0], "was never delivered to Test Customer")

    # -- quantities ------------------------------------------------------------

    def test_no_more_than_delivered(self):
        self._deliver((self.part, 5, None))
        self.assertEqual(self._ask({"product": self.part, "quantity": 5}), {})
        self.assertEqual(
            self._ask({"product": self.part, "quantity": 6})[0],
            "6.0 Units of [TEST-CMP] Test Compressor cannot come back from Test "
            "Customer: 5.0 delivered, 0.0 returned, 0.0 expected on other returns.",
        )

    def test_packs_and_pieces(self):
        self._deliver((self.part, 6, None))
        pack = {"product": self.part, "uom": self.pack}
        self.assertEqual(self._ask({**pack, "quantity": 1}), {})
        self.assertIn(0, self._ask({**pack, "quantity": 1.5}))

    def test_what_came_back_and_what_is_expected_counts(self):
        self._deliver((self.part, 10, None))
        self._create_goods_return(self.part, 4).line_ids._receive()
        self._create_goods_return(self.part, 3)
        self.assertEqual(self._ask({"product": self.part, "quantity": 3}), {})
        self.assertRegex(
            self._ask({"product": self.part, "quantity": 4})[0],
            "10.0 delivered, 4.0 returned, 3.0 expected on other returns",
        )

    def test_two_lines_of_one_document_share_the_quantity(self):
        self._deliver((self.part, 5, None))
        asked = {"product": self.part, "quantity": 3}
        self.assertEqual(list(self._ask(asked, asked)), [1])

    def test_lots_are_counted_one_by_one(self):
        one = self._create_lot("L-1", self.lot_product)
        two = self._create_lot("L-2", self.lot_product)
        self._deliver((self.lot_product, 4, one), (self.lot_product, 2, two))
        goods = {"product": self.lot_product}
        self.assertEqual(self._ask({**goods, "lot": one, "quantity": 4}), {})
        self.assertIn(0, self._ask({**goods, "lot": two, "quantity": 4}))
        self.assertEqual(self._ask({**goods, "quantity": 6}), {})
        self.assertIn(0, self._ask({**goods, "quantity": 7}))

    def test_goods_of_another_customer_do_not_count(self):
        self._deliver((self.part, 5, None), partner=self.other_customer)
        self.assertIn(0, self._ask({"product": self.part, "quantity": 1}))

    def test_the_buyer_may_return_what_went_to_another_address(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "partner_shipping_id": self.other_customer.id,
                "order_line": [
                    Command.create({"product_id": self.part.id, "product_uom_qty": 2})
                ],
            }
        )
        self._put(self.part, 2)
        order.action_confirm()
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        asked = {"product": self.part, "quantity": 2}
        self.assertEqual(self._ask(asked), {})
        self.assertEqual(self._ask({**asked, "partner": self.other_customer}), {})

    # -- one query for all -----------------------------------------------------

    def _prepare_batch(self, name, count):
        lots = self.env["stock.lot"].create(
            [
                {"name": f"{name}-{n}", "product_id": self.product.id}
                for n in range(count)
            ]
        )
        self._deliver(*[(self.product, 1, lot) for lot in lots])
        self._deliver((self.part, 100, None))
        serials = [{"lot": lot, "quantity": 1} for lot in lots]
        return [*serials, *[{"product": self.part, "quantity": 1}] * count]

    def test_the_queries_do_not_grow(self):
        requests = {n: self._prepare_batch(f"Q{n}", n) for n in (1, 20)}
        counts = {}
        for count, asked in requests.items():
            self._ask(*asked)
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.assertEqual(self._ask(*asked), {})
            counts[count] = self.cr.sql_log_count - before
        self.assertEqual(counts[1], counts[20])
        self.assertLessEqual(counts[20], 6)


@tagged("post_install", "-at_install")
class TestReturnGuardTransfer(DepotCommon):
    """The same when a transfer is validated without the document."""

    def _refuse(self, picking, reason):
        with self.assertRaisesRegex(UserError, reason):
            picking.with_user(self.user_warehouse).button_validate()

    def test_hand_made_receipt(self):
        lot = self._create_lot("T-1")
        self._put(self.product, 1, lot)
        picking = self._prepare_receipt((self.product, 1, lot), partner=self.customer)
        self._refuse(picking, "serial T-1 was never delivered to Test Customer")

    def test_hand_made_receipt_by_text(self):
        self._deliver_serial("T-2", partner=self.other_customer)
        picking = self._prepare_receipt((self.product, 1, "T-2"), partner=self.customer)
        self._refuse(picking, "went to another customer")
        picking = self._prepare_receipt((self.product, 1, "NEW"), partner=self.customer)
        self._refuse(picking, "serial NEW was never delivered")

    def test_draft_move_done_at_once(self):
        lot = self._create_lot("T-3")
        picking = self._prepare_receipt((self.product, 1, lot), partner=self.customer)
        with self.assertRaisesRegex(UserError, "never delivered"):
            picking.move_ids._action_done()
        with self.assertRaisesRegex(UserError, "never delivered"):
            picking._action_done()

    def test_without_a_contact(self):
        lot = self._deliver_serial("T-4")
        picking = self._prepare_receipt((self.product, 1, lot))
        self._refuse(picking, "T-4 names no customer. Enter the contact")

    def test_core_return_of_another_serial(self):
        one, two = self._create_lot("T-5"), self._create_lot("T-6")
        delivery = self._deliver((self.product, 1, one))
        self._put(self.product, 1, two)
        wizard = self.env["stock.return.picking"].create({"picking_id": delivery.id})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.move_ids.move_line_ids.lot_id = two
        back.move_ids.picked = True
        self._refuse(back, "serial T-6 was never delivered to Test Customer")

    def test_core_return_of_too_many(self):
        delivery = self._deliver((self.part, 3, None))
        wizard = self.env["stock.return.picking"].create({"picking_id": delivery.id})
        wizard.product_return_moves.quantity = 4
        back = wizard._create_return()
        back.move_ids.quantity = 4
        back.move_ids.picked = True
        self._refuse(back, "4.0 Units .* cannot come back .* 3.0 delivered, 0.0 ret")

    def test_core_return_makes_a_document(self):
        lot = self._create_lot("T-7")
        delivery = self._deliver((self.product, 1, lot))
        wizard = self.env["stock.return.picking"].create({"picking_id": delivery.id})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.move_ids.move_line_ids.lot_id = lot
        back.move_ids.picked = True
        self.assertEqual(back.location_dest_id, self.quarantine)
        back.with_user(self.user_warehouse).button_validate()
        line = self.env["aftersales.return.line"].search(
            [("received_lot_id", "=", lot.id)]
        )
        self.assertEqual(line.return_id.partner_id, self.customer)
        self.assertEqual((line.state, line.receipt_result), ("received", "right"))
        self.assertEqual(line.origin_move_id, delivery.move_ids)

    def test_a_serial_goes_to_quarantine_only(self):
        lot = self._deliver_serial("T-8")
        picking = self._prepare_receipt(
            (self.product, 1, lot), partner=self.customer, target=self.stock
        )
        self._refuse(picking, "must be inspected before it can be sold again")

    def test_serials_into_stock_where_the_company_says_so(self):
        self.company.aftersales_return_inspection = "none"
        lot = self._deliver_serial("T-9")
        picking = self._prepare_receipt(
            (self.product, 1, lot), partner=self.customer, target=self.stock
        )
        picking.button_validate()
        self.assertEqual(lot.location_id, self.stock)

    def test_all_goods_to_quarantine_where_the_company_says_so(self):
        self._deliver((self.part, 3, None))
        picking = self._prepare_receipt(
            (self.part, 1, None), partner=self.customer, target=self.stock
        )
        picking.button_validate()
        self.company.aftersales_return_inspection = "all"
        picking = self._prepare_receipt(
            (self.part, 1, None), partner=self.customer, target=self.stock
        )
        self._refuse(picking, "must be inspected before it can be sold again")

    def test_core_return_of_loose_goods_goes_where_odoo_says(self):
        delivery = self._deliver((self.part, 3, None))
        for rule, target in (("serial", self.stock), ("all", self.quarantine)):
            self.company.aftersales_return_inspection = rule
            wizard = self.env["stock.return.picking"].create(
                {"picking_id": delivery.id}
            )
            wizard.product_return_moves.quantity = 1
            self.assertEqual(wizard._create_return().location_dest_id, target)

    def test_products_that_never_went_out_are_not_checked(self):
        part = self._create_product(name="Old Stock", tracking="none")
        picking = self._prepare_receipt(
            (part, 7, None), partner=self.customer, target=self.stock
        )
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_document_of_another_contact(self):
        lot = self._deliver_serial("T-10")
        document = self._create_return(lot)
        picking = document.line_ids.move_ids.picking_id
        picking.partner_id = self.other_customer
        picking.move_ids.picked = True
        self._refuse(picking, f"names Other Customer, but {document.name} is a return")

    def test_document_with_another_serial(self):
        lot, other = self._deliver_serial("T-11"), self._deliver_serial("T-12")
        document = self._create_return(lot)
        move = document.line_ids.move_ids
        move.move_line_ids.lot_id = other
        move.picked = True
        self._refuse(move.picking_id, "expects Test Air Conditioner .T-11., not T-12")

    def test_document_sent_into_stock(self):
        document = self._create_return(self._deliver_serial("T-13"))
        move = document.line_ids.move_ids
        move.move_line_ids.location_dest_id = self.stock
        move.picked = True
        self._refuse(move.picking_id, "must be inspected before")

    def test_document_validated_by_the_transfer(self):
        document = self._create_return(self._deliver_serial("T-14"))
        move = document.line_ids.move_ids
        move.picked = True
        move.picking_id.with_user(self.user_warehouse).button_validate()
        self.assertEqual(document.line_ids.state, "received")
        self.assertEqual(document.line_ids.received_by_id, self.user_warehouse)

    def test_a_plain_stock_worker_may_validate(self):
        worker = self._new_worker()
        document = self._create_return(self._deliver_serial("T-15"))
        move = document.line_ids.move_ids
        move.picked = True
        move.picking_id.with_user(worker).button_validate()
        self.assertEqual(document.line_ids.state, "received")

    def _new_worker(self):
        return self.env["res.users"].create(
            {
                "name": "Worker",
                "login": "depot_worker",
                "group_ids": [
                    Command.set(self.env.ref("stock.group_stock_user").ids),
                ],
            }
        )

    def test_done_lines_cannot_be_rewritten(self):
        line = self._bring_in("T-16")
        other = self._create_lot("T-17")
        move_line = line.move_ids.move_line_ids
        with self.assertRaisesRegex(UserError, "is done; its goods cannot be changed"):
            move_line.lot_id = other
        with self.assertRaisesRegex(UserError, "is done; its goods cannot be changed"):
            move_line.quantity = 0

    def test_done_receipts_are_checked_when_changed(self):
        self._deliver((self.part, 3, None))
        picking = self._prepare_receipt(
            (self.part, 2, None), partner=self.customer, target=self.stock
        )
        picking.button_validate()
        picking.move_line_ids.quantity = 3
        with self.assertRaisesRegex(UserError, "4.0 Units .* cannot come back"):
            picking.move_line_ids.quantity = 4

    def test_a_line_added_to_a_done_receipt(self):
        self._deliver((self.part, 1, None))
        picking = self._prepare_receipt(
            (self.part, 1, None), partner=self.customer, target=self.stock
        )
        picking.button_validate()
        with self.assertRaisesRegex(UserError, "was never delivered"):
            self.env["stock.move.line"].create(
                {
                    "picking_id": picking.id,
                    "product_id": self.product.id,
                    "lot_id": self._create_lot("T-18").id,
                    "quantity": 1,
                    "location_id": self.customers.id,
                    "location_dest_id": self.quarantine.id,
                }
            )

    def test_written_off_at_the_customer(self):
        lot = self._create_lot("T-19")
        loss = self.product.property_stock_inventory
        picking = self._prepare_transfer(
            self.customers, loss, [(self.product, 1, lot)], partner=self.customer
        )
        self._refuse(picking, "was never delivered")
