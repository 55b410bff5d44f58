from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .returns_common import ReturnsCommon


class ReturnMoneyCommon(ReturnsCommon):
    """Sold, delivered and invoiced goods; 13 % tax on top of the price."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Account = cls.env["account.account"]
        cls.income = Account.create(
            {"name": "Test Income", "code": "TRX1", "account_type": "income"}
        )
        receivable = Account.create(
            {
                "name": "Test Receivable",
                "code": "TRX2",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        cls.env["account.journal"].create(
            {
                "name": "Test Sales",
                "code": "TRS",
                "type": "sale",
                "default_account_id": cls.income.id,
                "sequence": -100,
            }
        )
        cls.company.account_fiscal_country_id = cls.country
        group = cls.env["account.tax.group"].create(
            {"name": "Test Tax", "country_id": cls.country.id}
        )
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "Test 13 %",
                "amount": 13,
                "type_tax_use": "sale",
                "tax_group_id": group.id,
                "country_id": cls.country.id,
            }
        )
        cls.customer.property_account_receivable_id = receivable
        cls.grade = cls.env.ref("aftersales_warranty.return_grade_new")
        cls.photo = (
            cls.env["ir.attachment"]
            .with_user(cls.user_warehouse)
            .create({"name": "p.png", "raw": b"x"})
        )

    @classmethod
    def _sell(cls, product, quantity, price, names=(), invoice=True, **vals):
        """A confirmed, delivered and invoiced sale; returns order and move."""
        lots = cls._stock(product, 1 if names else quantity, *names)
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(cls.tax.ids)],
                        }
                    )
                ],
                **vals,
            }
        )
        order.action_confirm()
        picking = order.picking_ids
        cls._fill(picking, lots, quantity)
        picking.button_validate()
        if invoice:
            order._create_invoices().action_post()
        return order, picking.move_ids

    @classmethod
    def _bring_in(cls, document, finding="ok", dispose="restock"):
        """Receive, inspect and dispose of everything, as the warehouse."""
        lines = document.line_ids.with_user(cls.user_warehouse)
        lines._receive()
        photos = cls.photo if finding == "customer_damage" else None
        grade = cls.grade
        if dispose == "refurbish":
            grade = cls.env.ref("aftersales_warranty.return_grade_opened")
        lines._inspect(grade, finding, photos=photos)
        if dispose:
            lines._dispose(dispose)
        cls.env.flush_all()
        cls.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestReturnMoney(ReturnMoneyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order, cls.move = cls._sell(cls.product, 1, 2000.0, ["MN-1"])
        cls.invoice = cls.order.invoice_ids
        cls.unit = cls._get_unit(cls.move.move_line_ids.lot_id)

    def _confirmed(self, **vals):
        document = self._return_unit(self.unit, **vals)
        document.action_confirm()
        return document

    # -- the original invoice ------------------------------------------------------

    def test_credit_note_of_the_invoice(self):
        document = self._confirmed()
        line = document.line_ids
        self.assertEqual(line.price_paid, 2260.0)
        with self.assertRaisesRegex(UserError, "not inspected yet"):
            document.with_user(self.user_clerk).action_create_refund()
        self._bring_in(document)
        self.assertEqual(document.state, "inspected")
        self.assertTrue(document.can_refund)
        document.with_user(self.user_clerk).action_create_refund()
        note = line.refund_move_id
        self.assertEqual((note.move_type, note.state), ("out_refund", "draft"))
        self.assertEqual(note.reversed_entry_id, self.invoice)
        self.assertEqual(note.currency_id, self.invoice.currency_id)
        self.assertEqual(note.invoice_origin, document.name)
        self.assertEqual(note.invoice_line_ids.tax_ids, self.tax)
        self.assertEqual(note.amount_total, 2260.0)
        self.assertFalse(line.is_settled)
        note.action_post()
        self.assertTrue(line.is_settled)
        self.assertEqual(document.state, "done")
        self.assertEqual(self.order.order_line.qty_invoiced, 0)
        self.assertEqual(self.order.order_line.qty_delivered, 0)
        note.button_draft()
        self.assertEqual(document.state, "inspected")

    def test_no_second_refund(self):
        document = self._confirmed()
        self._bring_in(document)
        line = document.line_ids
        line._create_refunds()
        note = line.refund_move_id
        with self.assertRaisesRegex(UserError, "is settled with"):
            line._create_refunds()
        with self.assertRaisesRegex(UserError, "has nothing to refund"):
            document.action_create_refund()
        note.button_cancel()
        self.assertFalse(line.refund_move_id)
        line._create_refunds()
        second = line.refund_move_id
        self.assertNotEqual(second, note)
        second.action_post()
        # The cancelled one comes back to life: more than is due.
        note.button_draft()
        with self.assertRaisesRegex(UserError, "is due, the credit notes give"):
            note.action_post()

    def test_credited_by_accounting_already(self):
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"journal_id": self.invoice.journal_id.id})
        )
        reversal.refund_moves()
        self.invoice.reversal_move_ids.action_post()
        document = self._confirmed()
        self.assertEqual(document.line_ids.price_paid, 0)
        self._bring_in(document)
        with self.assertRaisesRegex(UserError, "nothing is to be credited"):
            document.action_create_refund()

    def test_posting_more_than_is_due(self):
        document = self._confirmed()
        self._bring_in(document)
        document.action_create_refund()
        note = document.line_ids.refund_move_id
        note.invoice_line_ids.price_unit = 2500.0
        with self.assertRaisesRegex(UserError, "is due, the credit notes give"):
            note.action_post()

    def test_depreciation_is_a_line_of_its_own(self):
        document = self._return_unit(self.unit)
        document.line_ids._override("Agreed", fee=226.0)
        document.action_confirm()
        self._bring_in(document)
        document.action_create_refund()
        note = document.line_ids.refund_move_id
        amounts = note.invoice_line_ids.mapped("price_subtotal")
        self.assertEqual(sorted(amounts), [-200.0, 2000.0])
        self.assertEqual(note.amount_total, 2034.0)
        note.action_post()
        self.assertEqual(document.state, "done")

    def test_currency_of_the_invoice(self):
        currency = self.env.ref("base.EUR")
        if currency == self.company.currency_id:
            currency = self.env.ref("base.USD")
        currency.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": currency.id}
        )
        order, move = self._sell(
            self.product, 1, 300.0, ["MN-EUR"], pricelist_id=pricelist.id
        )
        unit = self._get_unit(move.move_line_ids.lot_id)
        document = self._return_unit(unit)
        document.action_confirm()
        line = document.line_ids
        self.assertEqual(line.currency_id, currency)
        self.assertEqual(line.price_paid, 339.0)
        self._bring_in(document)
        document.action_create_refund()
        note = line.refund_move_id
        self.assertEqual(note.currency_id, currency)
        self.assertEqual(note.amount_total, 339.0)
        self.assertEqual(note.reversed_entry_id, order.invoice_ids - note)

    def test_part_of_a_quantity_over_two_invoices(self):
        order, move = self._sell(self.filters, 3, 10.0)
        invoice = order.invoice_ids
        order.order_line.product_uom_qty = 5
        self._stock(self.filters, 2)
        rest = order.picking_ids - move.picking_id
        self._fill(rest, quantity=2)
        rest.button_validate()
        order._create_invoices().action_post()
        second = order.invoice_ids - invoice
        document = self._create_return(
            {"product_id": self.filters.id, "origin_move_id": move.id, "quantity": 2},
            {
                "product_id": self.filters.id,
                "origin_move_id": rest.move_ids.id,
                "quantity": 2,
            },
        )
        document.action_confirm()
        self._bring_in(document)
        document.action_create_refund()
        notes = document.line_ids.refund_line_ids.move_id
        by_invoice = {note.reversed_entry_id: note.amount_untaxed for note in notes}
        # One credit note for each invoice: 2 + 2 of the 3 and 2 invoiced.
        self.assertEqual(sum(by_invoice.values()), 40.0)
        self.assertLessEqual(set(by_invoice), {invoice, second})
        self.assertEqual(len(notes), len(by_invoice))
        notes.action_post()
        self.assertEqual(order.order_line.qty_invoiced, 1)

    def test_not_invoiced_is_not_refunded(self):
        _order, move = self._sell(self.filters, 2, 10.0, invoice=False)
        document = self._create_return(
            {"product_id": self.filters.id, "origin_move_id": move.id, "quantity": 1}
        )
        document.action_confirm()
        self.assertEqual(document.line_ids.amount_refund, 0)
        self._bring_in(document, dispose=None)
        # Nothing is due to the customer, so nobody is reminded of it.
        self.assertFalse(document.activity_ids)
        document.line_ids.with_user(self.user_warehouse)._dispose("restock")
        self.assertEqual(document.state, "done")
        with self.assertRaisesRegex(UserError, "nothing is to be credited"):
            document.action_create_refund()

    def test_partial_receipt_refunds_what_came(self):
        _order, move = self._sell(self.filters, 4, 10.0)
        document = self._create_return(
            {"product_id": self.filters.id, "origin_move_id": move.id, "quantity": 4}
        )
        document.action_confirm()
        line = document.line_ids.with_user(self.user_warehouse)
        line._receive({line.id: {"quantity": 3}})
        rest = document.line_ids - line
        self.assertEqual((rest.quantity, rest.state), (1, "expected"))
        self.assertEqual(rest.entitlement_type, "return")
        line._inspect(self.grade, "ok")
        self.env.invalidate_all()
        document.line_ids.filtered(lambda x: x.id == line.id)._create_refunds()
        note = document.line_ids.refund_move_id
        self.assertEqual(note.amount_untaxed, 30.0)
        self.assertEqual(document.state, "confirmed")

    # -- the price paid -------------------------------------------------------------

    def test_price_paid_without_a_sale(self):
        self.product.taxes_id = self.tax
        unit = self._deliver_serial("MN-2")
        unit.price = 1130.0
        document = self._return_unit(unit)
        document.line_ids._override("Agreed", fee=113.0)
        document.action_confirm()
        self._bring_in(document)
        document.action_create_refund()
        note = document.line_ids.refund_move_id
        self.assertFalse(note.reversed_entry_id)
        self.assertEqual(note.amount_total, 1017.0)
        self.assertEqual(note.amount_untaxed, 900.0)
        note.action_post()
        self.assertEqual(document.state, "done")

    def test_at_receipt_where_the_settings_say_so(self):
        self.company.aftersales_refund_at = "receipt"
        document = self._confirmed()
        with self.assertRaisesRegex(UserError, "has not arrived"):
            document.line_ids._create_refunds()
        document.line_ids.with_user(self.user_warehouse)._receive()
        self.env.invalidate_all()
        document.action_create_refund()
        self.assertEqual(document.line_ids.refund_move_id.amount_total, 2260.0)

    # -- after the inspection ---------------------------------------------------------

    def test_a_bad_finding_waits_for_a_decision(self):
        document = self._confirmed()
        self._bring_in(document, "customer_damage")
        line = document.line_ids
        with self.assertRaisesRegex(UserError, "Decide first"):
            document.action_create_refund()
        clerk_line = line.with_user(self.user_clerk)
        with self.assertRaisesRegex(UserError, "give the reason"):
            clerk_line._decide(" ")
        with self.assertRaisesRegex(UserError, "must be between 0 and"):
            clerk_line._decide("Broken", reduction=2260.01)
        action = clerk_line.action_open_decision()
        self.env[action["res_model"]].with_user(self.user_clerk).with_context(
            **action["context"]
        ).create(
            {"outcome": "reduce", "reduction": 113.0, "reason": "Broken cover"}
        ).action_decide()
        self.assertEqual(line.amount_refund, 2147.0)
        self.assertEqual(line.decided_by_id, self.user_clerk)
        self.assertIn("Broken cover", document.message_ids[0].body)
        document.with_user(self.user_clerk).action_create_refund()
        note = line.refund_move_id
        self.assertEqual(note.amount_total, 2147.0)
        self.assertIn("Broken cover", str(note.invoice_line_ids.mapped("name")))

    def test_no_decision_after_the_goods_found_their_place(self):
        document = self._confirmed()
        self._bring_in(document, dispose=None)
        line = document.line_ids.with_user(self.user_clerk)
        self.assertTrue(line.can_decide)
        document.line_ids.with_user(self.user_warehouse)._dispose("restock")
        self.assertFalse(line.can_decide)
        with self.assertRaisesRegex(UserError, "has been disposed of; what the"):
            line.action_open_decision()

    def test_goods_in_stock_do_not_go_back(self):
        document = self._confirmed()
        self._bring_in(document, "customer_damage")
        line = document.line_ids.with_user(self.user_clerk)
        self.assertTrue(line.can_decide)
        with self.assertRaisesRegex(UserError, "Reduce the refund instead"):
            line._decide("Dropped", deny=True)
        self.assertFalse(line.is_decided)

    def test_the_reminder_ends_with_the_return(self):
        document = self._confirmed()
        self._bring_in(document)
        self.assertEqual(
            document.activity_ids.mapped("summary"),
            ["Settle the return with the customer"],
        )
        document.action_create_refund()
        document.line_ids.refund_move_id.action_post()
        self.assertEqual(document.state, "done")
        self.assertFalse(document.activity_ids)

    def test_denied_goods_go_back(self):
        document = self._confirmed()
        self._bring_in(document, "customer_damage", dispose=None)
        line = document.line_ids
        line.with_user(self.user_head)._decide("Dropped", deny=True)
        self.assertEqual(line.amount_refund, 0)
        with self.assertRaisesRegex(UserError, "has nothing to refund"):
            document.action_create_refund()
        line.with_user(self.user_warehouse)._dispose("send_back")
        self.assertEqual(document.state, "inspected")
        picking = line.move_ids.picking_id.filtered(lambda p: p.state == "assigned")
        picking.move_ids.picked = True
        picking.button_validate()
        self.env.invalidate_all()
        self.assertTrue(line.is_settled)
        self.assertEqual(document.state, "done")

    def test_who_handles_money(self):
        document = self._confirmed()
        self._bring_in(document)
        for role in ("service", "dispatcher", "warehouse", "auditor"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    document.line_ids.with_user(user)._create_refunds()
                with self.assertRaises(AccessError):
                    document.line_ids.with_user(user)._decide("x", 1.0)
        document.with_user(self.user_head).action_create_refund()
        self.assertTrue(document.line_ids.refund_move_id)

    # -- exchange --------------------------------------------------------------------

    def _exchange_ready(self):
        document = self._confirmed(resolution="exchange")
        self.assertEqual(document.line_ids.entitlement_type, "exchange")
        self._bring_in(document, dispose="refurbish")
        return document

    def test_exchange_restarts_the_periods(self):
        lots = self._stock(self.product, 1, "MN-X1", "MN-X2")
        document = self._exchange_ready()
        self.assertEqual(self.unit.state, "active")
        line = document.line_ids
        line.exchange_lot_id = lots[1]
        document.service_point_id = self.point
        self.env.flush_all()
        self.env.invalidate_all()
        document.with_user(self.user_service).action_create_exchanges()
        self.env.invalidate_all()
        picking = line.exchange_picking_id
        self.assertEqual(picking.move_ids.move_line_ids.lot_id, lots[1])
        with self.assertRaisesRegex(UserError, "is settled with"):
            line._create_exchanges()
        picking.move_ids.picked = True
        picking.button_validate()
        new = self._get_unit(lots[1])
        self.assertEqual(self.unit.state, "exchanged")
        self.assertEqual(new.replaces_id, self.unit)
        self.assertEqual(new.date_restart, self.today)
        self.assertEqual(new.partner_id, self.customer)
        self.assertEqual(document.state, "done")
        self.assertFalse(self._get_unit(lots[0]))
        again = self._return_unit(self.unit)
        with self.assertRaisesRegex(UserError, "is “Exchanged” since"):
            again.action_confirm()

    def test_exchange_in_a_warehouse_of_three_steps(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._stock(self.product, 1, "MN-S1")
        document = self._exchange_ready()
        document.action_create_exchanges()
        line = document.line_ids
        for _step in range(3):
            open_moves = line.delivery_move_ids.filtered(
                lambda m: m.state in ("assigned", "confirmed", "waiting")
            )
            self.assertEqual(len(open_moves), 1)
            self.assertFalse(line.is_settled)
            open_moves.picking_id.action_assign()
            open_moves.picked = True
            open_moves.picking_id.button_validate()
        self.assertTrue(line.is_settled)
        self.assertEqual(self.unit.state, "exchanged")
        self.assertEqual(document.state, "done")

    def test_no_stock_offers_a_refund_without_depreciation(self):
        document = self._exchange_ready()
        line = document.line_ids
        self.assertTrue(line.is_out_of_stock)
        with self.assertRaisesRegex(UserError, "offer the customer a refund"):
            document.action_create_exchanges()
        line.action_refund_instead()
        self.assertEqual((line.resolution, line.fee), ("refund", 0))
        self.assertEqual(line.amount_refund, 2260.0)
        self.assertEqual(self.unit.state, "returned")
        self.assertIn("without depreciation", line.entitlement_text)
        document.action_create_refund()
        self.assertEqual(line.refund_move_id.amount_total, 2260.0)

    def test_stock_forbids_the_refund_in_place_of_the_exchange(self):
        self._stock(self.product, 1, "MN-F1")
        document = self._exchange_ready()
        with self.assertRaisesRegex(UserError, "is in stock"):
            document.line_ids.action_refund_instead()

    # -- goods that came without a return ------------------------------------------

    def test_goods_without_a_return_need_a_choice(self):
        lot = self.unit.lot_id
        quarantine = self.warehouse.aftersales_quarantine_loc_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.aftersales_in_type_id.id,
                "partner_id": self.customer.id,
                "location_id": self.customers.id,
                "location_dest_id": quarantine.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": self.customers.id,
                            "location_dest_id": quarantine.id,
                            "origin_returned_move_id": self.move.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        self._fill(picking, lot)
        picking.button_validate()
        line = self.env["aftersales.return.line"].search([("lot_id", "=", lot.id)])
        self.assertEqual(line.state, "received")
        line._inspect(self.grade, "ok")
        with self.assertRaisesRegex(UserError, "came without a return"):
            line._create_refunds()
        line._override("Sent in without asking")
        self.assertEqual(line.amount_refund, 2260.0)
        line._create_refunds()
        self.assertEqual(line.refund_move_id.amount_total, 2260.0)
