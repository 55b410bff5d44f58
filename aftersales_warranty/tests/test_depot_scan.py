from lxml import html as lxml_html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .depot_common import DepotCommon

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAACAAAB4iG8MwAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestDepotScan(DepotCommon):
    """What the screen “Receive Returns” asks and does."""

    def setUp(self):
        super().setUp()
        self.lot = self._deliver_serial("SCAN-1")
        self.document = self._create_return(self.lot)
        self.screen = self.env["aftersales.return"].with_user(self.user_warehouse)

    def _scan(self, code, document=None):
        return self.screen.depot_scan(code, document.id if document else False)

    def _receive(self, *entries, document=None):
        document = (document or self.document).with_user(self.user_warehouse)
        return document.depot_receive(list(entries))

    # -- answers to a scan -----------------------------------------------------

    def test_label(self):
        answer = self._scan(f" {self.document.name.lower()} ")
        self.assertEqual(answer["status"], "document")
        shown = answer["document"]
        self.assertEqual(shown["id"], self.document.id)
        self.assertEqual(shown["partner"], "Test Customer")
        line = shown["lines"][0]
        self.assertEqual((line["serial"], line["state"]), ("SCAN-1", "expected"))
        self.assertFalse({"price", "fee", "amount"} & set(line), "no money")

    def test_right_serial(self):
        answer = self._scan("scan-1", self.document)
        self.assertEqual(answer["status"], "right")
        self.assertEqual(answer["line_id"], self.document.line_ids.id)
        self.assertNotIn("document", answer)

    def test_serial_without_label_finds_the_document(self):
        answer = self._scan("SCAN-1")
        self.assertEqual(answer["status"], "right")
        self.assertEqual(answer["document"]["name"], self.document.name)

    def test_other_serial_of_the_same_product_is_wrong(self):
        self._deliver_serial("SCAN-2")
        answer = self._scan("SCAN-2", self.document)
        self.assertEqual(answer["status"], "wrong")
        self.assertEqual(answer["line_id"], self.document.line_ids.id)
        self.assertEqual(
            answer["message"],
            "SCAN-2 came, but Test Air Conditioner (SCAN-1) was expected.",
        )

    def test_another_wrong_serial_came_for_another_line(self):
        document = self._create_return(
            self._deliver_serial("SCAN-8"), self._deliver_serial("SCAN-9")
        )
        self._deliver_serial("SCAN-10")
        first, second = document.line_ids
        screen = self.screen
        found = screen.depot_scan("SCAN-10", document.id)
        self.assertEqual(found["line_id"], first.id)
        found = screen.depot_scan("SCAN-10", document.id, first.ids)
        self.assertEqual(found["line_id"], second.id)
        found = screen.depot_scan("SCAN-10", document.id, document.line_ids.ids)
        self.assertEqual(found["status"], "unexpected")

    def test_unknown_serial_is_wrong_where_one_is_expected(self):
        answer = self._scan("NOBODY", self.document)
        self.assertEqual((answer["status"], answer["serial"]), ("wrong", "NOBODY"))

    def test_another_product_is_unexpected(self):
        other = self._create_product(name="Test Heater")
        self._create_lot("HEAT-1", other)
        answer = self._scan("HEAT-1", self.document)
        self.assertEqual(answer["status"], "unexpected")
        self.assertEqual(answer["product_id"], other.id)
        self.assertFalse(answer["line_id"])
        self.assertRegex(answer["message"], "Test Heater HEAT-1 is not on RET")

    def test_received_already(self):
        self._receive({"line_id": self.document.line_ids.id, "serial": "SCAN-1"})
        answer = self._scan("SCAN-1", self.document)
        self.assertEqual(answer["status"], "received")
        self.assertRegex(
            answer["message"],
            r"Test Air Conditioner \(SCAN-1\) was received already by Test Warehouse",
        )

    def test_nothing_expected(self):
        answer = self._scan("NOTHING")
        self.assertEqual(answer["status"], "unknown")
        self.assertEqual(answer["message"], "Nothing is expected with NOTHING.")
        self.assertEqual(self._scan("")["status"], "unknown")

    def test_label_of_a_draft(self):
        draft = self._create_return(self._deliver_serial("SCAN-3"), confirm=False)
        answer = self._scan(draft.name)
        self.assertEqual(answer["status"], "closed")
        self.assertRegex(answer["message"], "is in state “Draft”: nothing is expected")

    def test_only_the_warehouse_scans(self):
        for user in (self.user_service, self.user_auditor, self.user_clerk):
            with self.assertRaises(AccessError):
                self.env["aftersales.return"].with_user(user).depot_scan("SCAN-1")
            with self.assertRaises(AccessError):
                self.document.with_user(user).depot_receive([{"line_id": 1}])

    # -- confirm ---------------------------------------------------------------

    def test_receive_with_damage_note_and_photo(self):
        shown = self._receive(
            {
                "line_id": self.document.line_ids.id,
                "serial": "SCAN-1",
                "quantity": 1,
                "is_damaged": True,
                "note": "Box torn",
                "photos": [{"name": "box.png", "data": PIXEL}],
            }
        )
        line = self.document.line_ids
        self.assertEqual((line.state, line.receipt_result), ("received", "damaged"))
        self.assertEqual(line.receipt_note, "Box torn")
        self.assertEqual(line.photo_ids.name, "box.png")
        self.assertEqual(shown["lines"][0]["result"], "damaged")
        self.assertEqual(self.document.state, "received")
        with self.assertRaisesRegex(UserError, "is evidence"):
            line.photo_ids.with_user(self.user_warehouse).unlink()

    def test_part_of_a_quantity_leaves_the_rest_expected(self):
        self._deliver((self.part, 10, None))
        document = self._create_goods_return(self.part, 10)
        line = document.line_ids
        self._receive({"line_id": line.id, "quantity": 4}, document=document)
        self.assertEqual(
            (line.state, line.quantity, line.quantity_received), ("received", 4, 4)
        )
        rest = document.line_ids - line
        self.assertEqual((rest.state, rest.quantity), ("expected", 6))
        self.assertEqual(
            rest.move_ids.picking_id.backorder_id, line.move_ids.picking_id
        )
        self.assertEqual(rest.move_ids.state, "assigned")
        self.assertEqual(document.state, "confirmed")
        self._receive({"line_id": rest.id, "quantity": 6}, document=document)
        self.assertEqual(self._get_on_hand(self.part, self.quarantine), 10)
        self.assertEqual(document.state, "received")

    def test_one_line_of_two(self):
        other = self._deliver_serial("SCAN-4")
        document = self._create_return(self._deliver_serial("SCAN-5"), other)
        first, second = document.line_ids
        self._receive({"line_id": first.id, "serial": "SCAN-5"}, document=document)
        self.assertEqual((first.state, second.state), ("received", "expected"))
        self._receive({"line_id": second.id, "serial": "SCAN-4"}, document=document)
        self.assertEqual(other.location_id, self.quarantine)

    def test_more_than_expected(self):
        self._deliver((self.part, 10, None))
        document = self._create_goods_return(self.part, 2)
        with self.assertRaisesRegex(UserError, "3 Units of .* 2.0 are expected"):
            self._receive(
                {"line_id": document.line_ids.id, "quantity": 3}, document=document
            )

    def test_packs_are_received_in_packs(self):
        self._deliver((self.part, 12, None))
        document = self._create_goods_return(self.part, 2, product_uom_id=self.pack.id)
        line = document.line_ids
        self._receive({"line_id": line.id, "quantity": 2}, document=document)
        self.assertEqual(line.quantity_received, 2)
        self.assertEqual(self._get_on_hand(self.part, self.quarantine), 12)

    def test_lots_are_received_by_lot(self):
        lot = self._create_lot("LOT-1", self.lot_product)
        self._deliver((self.lot_product, 5, lot))
        document = self._create_goods_return(self.lot_product, 5, lot_id=lot.id)
        line = document.line_ids
        self._receive({"line_id": line.id, "quantity": 5}, document=document)
        self.assertEqual(line.received_lot_id, lot)
        self.assertEqual(self._get_on_hand(self.lot_product, self.quarantine, lot), 5)

    def test_a_line_of_another_document(self):
        other = self._create_return(self._deliver_serial("SCAN-6"))
        with self.assertRaisesRegex(UserError, "The goods are not on RET"):
            self._receive({"line_id": other.line_ids.id})

    def test_nothing_scanned(self):
        with self.assertRaisesRegex(UserError, "Scan the goods that arrived first"):
            self._receive()

    # -- wrong and unexpected --------------------------------------------------

    def _receive_wrong(self, serial):
        self._receive({"line_id": self.document.line_ids.id, "serial": serial})
        line = self.document.line_ids
        self.assertEqual((line.state, line.receipt_result), ("received", "wrong"))
        self.assertEqual(line.received_serial, serial)
        return line.with_user(self.user_warehouse)

    def test_wrong_goods_are_the_customers_property(self):
        line = self._receive_wrong("FOREIGN-1")
        quant = line.received_lot_id.quant_ids.filtered(
            lambda q: q.location_id == self.quarantine
        )
        self.assertEqual(quant.owner_id, self.customer)
        message = self.document.message_ids.filtered("partner_ids")[:1]
        self.assertEqual(message.partner_ids, self.customer)
        self.assertIn("was not expected", message.body)
        unit = self.env["aftersales.registration"].search(
            [("lot_id", "=", self.lot.id)]
        )
        self.assertEqual(unit.state, "active", "The expected unit is still out.")

    def test_wrong_goods_are_not_restocked(self):
        line = self._receive_wrong("FOREIGN-2")
        line._inspect(self.grade_new, "wrong_item")
        with self.assertRaisesRegex(
            UserError, "belongs to Test Customer. Send it back"
        ):
            line._dispose("restock")

    def test_wrong_goods_go_back(self):
        line = self._receive_wrong("FOREIGN-3")
        line._inspect(self.grade_new, "wrong_item")
        line.action_send_back()
        self.assertTrue(line.is_held)
        picking = line.disposition_move_id.picking_id
        self.assertEqual(picking.picking_type_id, self.warehouse.aftersales_out_type_id)
        self.assertEqual(picking.partner_id, self.customer)
        lot = line.received_lot_id
        self.assertEqual(picking.move_line_ids.lot_id, lot)
        picking.move_ids.picked = True
        picking.with_user(self.user_warehouse).button_validate()
        self.assertEqual(picking.state, "done")
        self.assertFalse(line.is_held)
        self.assertTrue(line.date_released)

    def test_goods_are_not_sent_to_somebody_else(self):
        line = self._receive_wrong("FOREIGN-4")
        line._inspect(self.grade_new, "wrong_item")
        line.action_send_back()
        picking = line.disposition_move_id.picking_id
        picking.partner_id = self.other_customer
        picking.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "leaves the returns area only by"):
            picking.with_user(self.user_warehouse).button_validate()

    def test_a_manager_accepts_wrong_goods(self):
        line = self._receive_wrong("FOREIGN-5")
        with self.assertRaisesRegex(AccessError, "Only a manager accepts"):
            line._accept("Goodwill")
        line.with_user(self.user_head)._accept("Goodwill")
        self.assertTrue(line.is_accepted)
        quant = line.received_lot_id.quant_ids.filtered(
            lambda q: q.location_id == self.quarantine and q.quantity
        )
        self.assertFalse(quant.owner_id)
        line._inspect(self.grade_new, "no_fault")
        line._dispose("restock")
        self.assertEqual(
            self._get_on_hand(self.product, self.stock, line.received_lot_id), 1
        )

    def test_another_unit_of_the_customer_is_wrong_but_ours(self):
        other = self._deliver_serial("SCAN-7")
        line = self._receive_wrong("SCAN-7")
        self.assertEqual(line.received_lot_id, other)
        self.assertFalse(line._get_owned_moves())
        self.assertTrue(line._is_of_customer())

    def test_unexpected_goods_get_a_line(self):
        other = self._create_product(name="Test Heater")
        shown = self._receive(
            {"line_id": self.document.line_ids.id, "serial": "SCAN-1"},
            {"product_id": other.id, "serial": "HEAT-2", "quantity": 1},
        )
        self.assertEqual(
            [line["result"] for line in shown["lines"]], ["right", "unexpected"]
        )
        line = self.document.line_ids[1]
        self.assertEqual(line.received_serial, "HEAT-2")
        self.assertEqual(line.move_ids.move_line_ids.owner_id, self.customer)

    def test_unexpected_goods_without_a_product(self):
        with self.assertRaisesRegex(UserError, "Choose which product arrived"):
            self._receive({"serial": "X"})


@tagged("post_install", "-at_install")
class TestDepotInspection(DepotCommon):
    """Inspection, disposition and the lists of the warehouse."""

    def _open(self, *lines, **vals):
        lines = self.env["aftersales.return.line"].union(*lines)
        action = lines.with_user(self.user_warehouse).action_inspect()
        wizard = self.env["aftersales.return.inspection"].with_user(self.user_warehouse)
        return wizard.with_context(**action["context"]).create(vals)

    def test_inspect_and_dispose_in_one_go(self):
        lines = [self._bring_in("I-1"), self._bring_in("I-2")]
        wizard = self._open(
            *lines,
            grade_id=self.grade_new.id,
            finding="no_fault",
            disposition="restock",
        )
        self.assertEqual(wizard.step, "inspect")
        self.assertEqual(wizard.allowed_text, "Restock, Back to the Customer")
        wizard.action_apply()
        for line in lines:
            self.assertEqual((line.state, line.disposition), ("disposed", "restock"))
            self.assertEqual(line.inspected_by_id, self.user_warehouse)

    def test_inspect_now_dispose_later(self):
        line = self._bring_in("I-3")
        self._open(line, grade_id=self.grade_faulty.id, finding="ok").action_apply()
        self.assertEqual(line.state, "inspected")
        wizard = self._open(line, disposition="refurbish")
        self.assertEqual((wizard.step, wizard.grade_id), ("dispose", self.grade_faulty))
        wizard.action_apply()
        self.assertEqual(line.disposition, "refurbish")

    def test_what_is_missing_is_said(self):
        line = self._bring_in("I-4")
        with self.assertRaisesRegex(UserError, "Choose the grade and the finding"):
            self._open(line).action_apply()
        line._inspect(self.grade_new, "ok")
        with self.assertRaisesRegex(UserError, "Choose what becomes of the goods"):
            self._open(line).action_apply()
        with self.assertRaisesRegex(UserError, "wait for the same step"):
            self._open(line, self._bring_in("I-5")).action_apply()

    def test_damage_by_the_customer_needs_a_photo(self):
        line = self._bring_in("I-6")
        with self.assertRaisesRegex(UserError, r"I-6\) is damaged: add at least one"):
            line._inspect(self.grade_faulty, "customer_damage")
        photo = self._create_photo(self.user_warehouse)
        line._inspect(self.grade_faulty, "customer_damage", photos=photo)
        self.assertEqual(line.photo_ids, photo)

    def test_a_grade_limits_the_dispositions(self):
        line = self._bring_in("I-7", self.grade_faulty)
        with self.assertRaisesRegex(
            UserError,
            "Goods of grade Faulty cannot take “Restock”. Possible: Repair, "
            "Refurbish, Return to Supplier, Scrap, Back to the Customer",
        ):
            line._dispose("restock")
        with self.assertRaisesRegex(UserError, "Say why the goods are scrapped"):
            line._dispose("scrap")

    def test_supplier_return(self):
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        self.product.seller_ids = [(0, 0, {"partner_id": vendor.id})]
        line = self._bring_in("I-8", self.grade_faulty)
        line._dispose("supplier")
        picking = (line.move_ids - line.disposition_move_id).picking_id.filtered(
            lambda p: p.state != "done"
        )
        self.assertEqual(picking.partner_id, vendor)
        self.assertEqual(picking.move_line_ids.lot_id, line.received_lot_id)
        picking.move_ids.picked = True
        picking.with_user(self.user_warehouse).button_validate()
        self.assertFalse(line.is_held)
        self.assertEqual(picking.location_dest_id.usage, "supplier")

    def test_waste_is_collected_with_a_note(self):
        line = self._bring_in("I-9", self.grade_waste)
        line._dispose("recycle", note="Compressor oil")
        with self.assertRaisesRegex(UserError, "number of the disposal note"):
            line._collect_waste(" ")
        line._collect_waste("City Recycling, note 4711")
        self.assertFalse(line.is_held)
        self.assertIn("note 4711", line.disposition_note)
        self.assertEqual(line.received_lot_id.location_id.usage, "inventory")

    def test_refurbished_goods_are_inspected_again(self):
        line = self._bring_in("I-10", self.grade_opened)
        line._dispose("refurbish")
        line.action_inspect_again()
        line._inspect(self.grade_new, "no_fault")
        line._dispose("restock")
        self.assertEqual(line.received_lot_id.location_id, self.stock)
        self.assertFalse(line.is_held)

    def test_days_in_the_area(self):
        line = self._bring_in("I-11")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aftersales_return_line SET date_received = "
            "date_received - interval '10 days' WHERE id = %s",
            [line.id],
        )
        line.invalidate_recordset()
        self.assertEqual(line.waiting_days, 10)
        Line = self.env["aftersales.return.line"]
        own = [("id", "=", line.id)]
        self.assertEqual(Line.search([("waiting_days", ">", 9), *own]), line)
        self.assertFalse(Line.search([("waiting_days", ">", 10), *own]))
        self.assertEqual(Line.search([("waiting_days", "<=", 10), *own]), line)
        self.assertFalse(Line.search([("waiting_days", "<", 10), *own]))

    # -- reports ---------------------------------------------------------------

    def test_work_of_the_period(self):
        line = self._bring_in("W-1", self.grade_new)
        line._dispose("restock")
        self._bring_in("W-2")
        self.env.flush_all()
        Work = self.env["aftersales.return.work"].with_user(self.user_warehouse)
        rows = Work.search([("product_id", "=", self.product.id)])
        self.assertEqual(
            sorted(rows.mapped("step")),
            ["disposed", "inspected", "received", "received"],
        )
        disposed = rows.filtered(lambda row: row.step == "disposed")
        self.assertEqual(disposed.disposition, "restock")
        self.assertEqual(disposed.grade_id, self.grade_new)
        self.assertEqual(disposed.user_id, self.user_warehouse)
        self.assertEqual(disposed.quantity, 1)

    def test_packs_count_in_pieces(self):
        self._deliver((self.part, 12, None))
        line = self._create_goods_return(
            self.part, 2, product_uom_id=self.pack.id
        ).line_ids
        line._receive()
        self.env.flush_all()
        work = self.env["aftersales.return.work"].search([("line_id", "=", line.id)])
        self.assertEqual(work.quantity, 12)

    def test_printed_report(self):
        self._bring_in("W-3", self.grade_new)
        # not inspected: no grade yet, and the columns stay where they are
        self._bring_in("W-5")
        self.env.flush_all()
        period = (
            self.env["aftersales.return.period"]
            .with_user(self.user_warehouse)
            .create({"kind": "week"})
        )
        self.assertEqual((period.date_to - period.date_from).days, 6)
        figures = dict(period._get_figures())
        self.assertIn(("Inspected", 1, 1.0), figures["Steps"])
        self.assertIn(("Test Air Conditioner", 2, 2.0), figures["Products"])
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_warranty.return_work_report", period.ids
        )
        self.assertIn(b"W-3", html)
        rows = lxml_html.fromstring(html).xpath("//tr[td[normalize-space()='W-5']]")
        self.assertEqual([len(row.xpath("td")) for row in rows], [7])
        self.assertEqual(
            period.action_print()["report_name"], "aftersales_warranty.return_work"
        )

    def test_a_period_that_ends_first(self):
        period = self.env["aftersales.return.period"].create({"kind": "day"})
        period.write({"kind": "other", "date_from": "2026-03-02"})
        period.date_to = "2026-03-03"
        with self.assertRaisesRegex(UserError, "ends before it starts"):
            period.new(
                {"date_from": "2026-03-02", "date_to": "2026-03-01"}
            ).action_print()

    def test_stock_take_of_the_returns_area(self):
        line = self._bring_in("W-4")
        Quant = self.env["stock.quant"].with_user(self.user_warehouse)
        action = Quant.action_view_aftersales_returns()
        found = Quant.search(action["domain"])
        self.assertIn(line.received_lot_id, found.lot_id)
        self.assertFalse(found.location_id.filtered(lambda x: not x.aftersales_place))

    # -- rights ----------------------------------------------------------------

    def test_who_sees_the_lists(self):
        self._bring_in("R-1")
        self.env.flush_all()
        domain = [("product_id", "=", self.product.id)]
        for user in (self.user_warehouse, self.user_auditor, self.user_head):
            with self.subTest(user=user.name):
                Work = self.env["aftersales.return.work"].with_user(user)
                self.assertEqual(Work.search_count(domain), 1)
        for user in (self.user_auditor, self.user_service, self.user_clerk):
            line = self.env["aftersales.return.line"].search(
                [("received_serial", "=", "R-1")]
            )
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                line.with_user(user)._inspect(self.grade_new, "ok")

    def test_facts_are_not_written_by_hand(self):
        line = self._bring_in("R-2")
        for values in (
            {"state": "inspected"},
            {"is_held": False},
            {"grade_id": self.grade_new.id},
            {"receipt_result": "right"},
            {"received_lot_id": False},
            {"disposition": "restock"},
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, "changes only by its buttons"),
            ):
                line.with_user(self.user_warehouse).write(values)
