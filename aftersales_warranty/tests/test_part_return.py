import base64
from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tests.common import users

from .parts_common import PartsCommon

PNG = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    b"awAAAABJRU5ErkJggg=="
)


class OldPartCommon(PartsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock(cls.location, cls.part, 50)
        cls.part.aftersales_old_part = "return"
        cls.today = cls.company._get_aftersales_today()
        cls.place = cls.warehouse.aftersales_old_part_location_id

    @classmethod
    def _owe(cls, quantity=1, duty=None, **vals):
        if duty:
            vals["duty"] = duty
        return cls.env["aftersales.part.return"]._create_duties(
            [
                {
                    "service_point_id": cls.point.id,
                    "product_id": cls.part.id,
                    "quantity": quantity,
                    **vals,
                }
            ]
        )

    @classmethod
    def _ship(cls, parts, user=None):
        parts = parts.with_user(user or cls.user_centre)
        action = parts.action_pack()
        shipment = parts.env["aftersales.part.shipment"].browse(action["res_id"])
        shipment.write({"carrier": "SF Express", "tracking_number": "SF123"})
        shipment.action_ship()
        return shipment

    @classmethod
    def _receive(cls, parts, **row):
        shipment = cls._ship(parts).with_user(cls.user_warehouse)
        shipment._receive({p.id: {"quantity": p.quantity, **row} for p in parts})
        return shipment


@tagged("post_install", "-at_install")
class TestPartReturn(OldPartCommon):
    """Old parts from the duty to their end."""

    def test_the_whole_way(self):
        part = self._owe(2, serial="OLD-1")
        shipment = self._ship(part)
        self.assertRegex(shipment.name, r"^OPS\d{6}$")
        self.assertEqual((part.state, shipment.state), ("shipped", "shipped"))
        self.assertEqual(shipment.shipped_by_id, self.user_centre)
        self.assertEqual(part.date_shipped, self.today)
        shipment = shipment.with_user(self.user_warehouse)
        shipment._receive({part.id: {"quantity": 2}})
        self.assertEqual((part.state, shipment.state), ("received", "received"))
        self.assertEqual(part.receipt_result, "right")
        self.assertEqual(self._get_quantity(self.place), 2)
        part = part.with_user(self.user_warehouse)
        part.action_inspect("confirmed")
        self.assertEqual((part.state, part.finding), ("inspected", "confirmed"))
        part.action_dispose("scrap")
        self.assertEqual((part.state, part.disposition), ("done", "scrap"))
        self.assertEqual(self._get_quantity(self.place), 0)
        scrap = self.env["stock.scrap"].search(
            [("aftersales_part_return_id", "=", part.id)]
        )
        self.assertEqual((scrap.state, scrap.scrap_qty), ("done", 2))

    def test_dispositions_move_the_goods(self):
        for disposition, field in (
            ("supplier", "aftersales_recovery_location_id"),
            ("recycle", "aftersales_recycle_location_id"),
        ):
            part = self._owe(1)
            self._receive(part)
            part = part.with_user(self.user_warehouse)
            part.action_inspect("confirmed")
            part.action_dispose(disposition)
            self.assertEqual(self._get_quantity(self.warehouse[field]), 1)
        self.assertEqual(self._get_quantity(self.place), 0)

    def test_old_parts_are_no_stock_to_sell(self):
        before = self.part.qty_available
        self._receive(self._owe(3))
        self.part.invalidate_recordset()
        self.assertEqual(self._get_quantity(self.place), 3)
        self.assertEqual(self.part.qty_available, before)

    def test_a_tracked_part_comes_back_with_its_serial(self):
        board = self._create_product(name="Board", aftersales_old_part="return")
        known = self._owe(product_id=board.id, serial="B-OLD")
        unknown = self._owe(product_id=board.id)
        self._receive(known | unknown)
        self.assertEqual(known.lot_id.name, "B-OLD")
        self.assertEqual(unknown.lot_id.name, unknown.name)
        self.assertEqual(self._get_quantity(self.place, board), 2)

    def test_missing_pieces_stay_owed(self):
        part, gone = self._owe(3), self._owe(1)
        shipment = self._ship(part | gone).with_user(self.user_warehouse)
        shipment._receive({part.id: {"quantity": 2}}, extra="A hose")
        self.assertEqual((part.state, part.quantity), ("received", 2))
        rest = self.env["aftersales.part.return"].search([("origin_id", "=", part.id)])
        self.assertEqual((rest.state, rest.quantity), ("owed", 1))
        self.assertEqual(rest.date_due, part.date_due)
        self.assertEqual((gone.state, gone.receipt_result), ("owed", "missing"))
        self.assertFalse(gone.shipment_id)
        self.assertIn(gone.name, shipment.message_ids[:1].body)
        self.assertIn("A hose", shipment.message_ids[:1].body)

    def test_missing_pieces_of_an_order_line(self):
        order = self._create_running_order()
        order.action_done()
        part = order.old_part_ids
        shipment = self._ship(part).with_user(self.user_warehouse)
        shipment._receive({part.id: {"quantity": 1}})
        rest = order.old_part_ids - part
        self.assertEqual((rest.quantity, rest.order_line_id), (1, part.order_line_id))

    def test_more_than_expected_is_refused(self):
        part = self._owe(1)
        shipment = self._ship(part).with_user(self.user_warehouse)
        for quantity in (2, -1):
            with self.assertRaisesRegex(UserError, "receive between 0 and 1"):
                shipment._receive({part.id: {"quantity": quantity}})

    def test_another_part_in_the_box(self):
        other = self._create_product(name="Hose", tracking="none")
        part = self._owe(1)
        self._receive(part, result="wrong", product_id=other.id)
        self.assertEqual(part.receipt_result, "wrong")
        self.assertEqual(self._get_quantity(self.place, other), 1)
        self.assertEqual(self._get_quantity(self.place), 0)

    def test_a_box_is_received_once(self):
        shipment = self._receive(self._owe(1))
        with self.assertRaisesRegex(UserError, "in state “Received”"):
            shipment._receive({})

    def test_a_part_is_packed_once(self):
        part = self._owe(1)
        part.action_pack()
        with self.assertRaisesRegex(UserError, "in state “Packed”"):
            part.action_pack()

    def test_a_box_belongs_to_one_point(self):
        part, other = self._owe(1), self._owe(1, service_point_id=self.point_b.id)
        with self.assertRaisesRegex(UserError, "the parts of one point"):
            (part | other).action_pack()
        shipment = self.env["aftersales.part.shipment"].create(
            {"service_point_id": self.point.id}
        )
        with self.assertRaisesRegex(UserError, "belongs into its own box"):
            shipment._pack(other)

    def test_an_empty_box_or_one_without_carrier_is_not_sent(self):
        Shipment = self.env["aftersales.part.shipment"]
        empty = Shipment.create({"service_point_id": self.point.id})
        with self.assertRaisesRegex(UserError, "is empty"):
            empty.action_ship()
        empty._pack(self._owe(1))
        with self.assertRaisesRegex(UserError, "who carries it"):
            empty.action_ship()

    def test_giving_up_a_box(self):
        part = self._owe(1)
        shipment = self.env["aftersales.part.shipment"].browse(
            part.action_pack()["res_id"]
        )
        shipment.action_cancel()
        self.assertEqual((part.state, shipment.state), ("owed", "cancelled"))
        shipment = self._ship(part)
        with self.assertRaisesRegex(UserError, "in state “Shipped”"):
            shipment.action_cancel()
        with self.assertRaisesRegex(UserError, "was sent and cannot be deleted"):
            shipment.sudo().unlink()

    def test_a_finding_against_the_point_needs_a_note(self):
        part = self._owe(1)
        self._receive(part)
        part = part.with_user(self.user_warehouse)
        with self.assertRaisesRegex(UserError, "say why"):
            part.action_inspect("no_fault")
        with self.assertRaisesRegex(UserError, "Choose what the inspection"):
            part.action_inspect("nonsense")
        part.action_inspect("no_fault", "Works on the bench")
        self.assertEqual(part.inspection_note, "Works on the bench")
        with self.assertRaisesRegex(UserError, "Choose what becomes"):
            part.action_dispose("sell")

    def test_only_the_warehouse_receives_and_inspects(self):
        part = self._owe(1)
        shipment = self._ship(part)
        for user in (self.user_dispatcher, self.user_centre, self.user_head):
            with self.assertRaisesRegex(AccessError, "Returns Warehouse"):
                shipment.with_user(user)._receive({})
            with self.assertRaisesRegex(AccessError, "Returns Warehouse"):
                part.with_user(user).action_inspect("confirmed")
            with self.assertRaisesRegex(AccessError, "Returns Warehouse"):
                part.with_user(user).action_dispose("scrap")

    def test_scrap_on_site_with_a_photo(self):
        part = self._owe(1, duty="scrap")
        with self.assertRaisesRegex(UserError, "Add a photo"):
            part._prove_scrapped(base64.b64encode(b"no picture"))
        part.with_user(self.user_centre)._prove_scrapped(PNG)
        self.assertEqual((part.state, part.disposition), ("done", "scrap"))
        self.assertEqual(part.proof_by_id, self.user_centre)
        self.assertTrue(part.proof_image)

    def test_a_part_to_be_returned_is_not_scrapped(self):
        with self.assertRaisesRegex(UserError, "may not be scrapped"):
            self._owe(1)._prove_scrapped(PNG)

    def test_a_held_part_is_scrapped_after_its_time(self):
        part = self._owe(1, duty="hold")
        with self.assertRaisesRegex(UserError, "is to be held until"):
            part._prove_scrapped(PNG)
        part._write_flow({"date_due": self.today})
        part._prove_scrapped(PNG)
        self.assertEqual(part.state, "done")

    def test_a_held_part_is_asked_back(self):
        part = self._owe(1, duty="hold")
        with self.assertRaisesRegex(UserError, "not to be sent back"):
            part.action_pack()
        self.company.aftersales_return_days = 10
        part.with_user(self.user_warehouse).action_ask_back()
        self.assertEqual(part.duty, "return")
        self.assertEqual(part.date_due, self.today + timedelta(days=10))
        part.action_pack()

    def test_a_waiver_has_four_eyes(self):
        part = self._owe(1)
        with self.assertRaisesRegex(UserError, "Nobody asked for a waiver"):
            part.with_user(self.user_head).action_waive()
        part.with_user(self.user_head)._ask_waiver("Burnt")
        with self.assertRaisesRegex(UserError, "You asked for the waiver"):
            part.with_user(self.user_head).action_waive()
        part.with_user(self.user_head).action_refuse_waiver()
        self.assertFalse(part.waiver_asked_by_id)
        action = part.with_user(self.user_centre).action_ask_waiver()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_centre)
            .with_context(**action["context"])
            .create({"reason": "Lost in a fire"})
        )
        wizard.action_confirm()
        with self.assertRaisesRegex(AccessError, "Head of Service"):
            part.with_user(self.user_centre).action_waive()
        part.with_user(self.user_head).action_waive()
        self.assertEqual((part.state, part.waived_by_id), ("waived", self.user_head))
        lines = self.env["aftersales.approval"].search(
            [("res_model", "=", part._name), ("res_id", "=", part.id)]
        )
        self.assertEqual(set(lines.mapped("decision")), {"approved", "rejected"})

    def test_overdue_is_listed_and_reminded(self):
        part = self._owe(1, date_due=self.today - timedelta(days=1))
        self._owe(1)
        Part = self.env["aftersales.part.return"]
        self.assertTrue(part.is_overdue)
        overdue = Part.search([("is_overdue", "=", True)])
        self.assertEqual(overdue & self.point.part_return_ids, part)
        Part._cron_remind_overdue()
        Part._cron_remind_overdue()
        activity = self.point.activity_ids
        self.assertEqual(len(activity), 1, "once")
        self.assertEqual(activity.user_id, self.user_centre)
        self.assertIn("1 old parts overdue", activity.summary)

    def test_long_overdue_is_escalated(self):
        self._owe(1, date_due=self.today - timedelta(days=40))
        self.env["aftersales.part.return"]._cron_remind_overdue()
        activity = self.point.activity_ids
        self.assertTrue(activity.user_id.has_group("aftersales_network.group_head"))
        self.assertTrue(activity.summary.startswith("Escalation:"))

    def test_the_exit_waits_for_old_parts(self):
        part = self._owe(1)
        labels = [row[0] for row in self.point._get_clearance_blockers()]
        self.assertIn("old parts owed", labels)
        self.assertIn("advance stock", labels)
        shipment = self._ship(part)
        labels = [row[0] for row in self.point._get_clearance_blockers()]
        self.assertNotIn("old parts owed", labels)
        self.assertIn("shipments of old parts", labels)
        shipment.with_user(self.user_warehouse)._receive({part.id: {"quantity": 1}})
        labels = [row[0] for row in self.point._get_clearance_blockers()]
        self.assertNotIn("shipments of old parts", labels)

    @users("aftersales_warehouse")
    def test_the_scanner_screen(self):
        part, other = self._owe(2, serial="SN-9"), self._owe(1)
        shipment = self._ship(part | other).with_env(self.env)
        action = shipment.action_receive()
        receipt = self.env[action["res_model"]].browse(action["res_id"])
        form = Form(receipt)
        form.code = part.name
        self.assertEqual(form.message, f"{part.name}: 2 of 2")
        form.code = "TEST-CMP"
        form.code = "TEST-CMP"
        self.assertEqual(form.message, "TEST-CMP: not expected")
        receipt = form.save()
        self.assertEqual(receipt.line_ids.mapped("quantity"), [2, 1])
        receipt.action_confirm()
        self.assertEqual((part | other).mapped("state"), ["received"] * 2)
        self.assertEqual(shipment.extra_note, "TEST-CMP")

    @users("aftersales_warehouse")
    def test_the_dialogs(self):
        part = self._owe(1)
        self._receive(part)
        part = part.with_env(self.env)
        action = part.action_open_inspection()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"finding": "confirmed"}).action_confirm()
        self.assertEqual(part.state, "inspected")
        action = part.action_open_disposition()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"disposition": "recycle"}).action_confirm()
        self.assertEqual(part.disposition, "recycle")

    def test_duties_of_a_batch_cost_the_same(self):
        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["aftersales.part.return"]._create_duties(
                [
                    {
                        "service_point_id": self.point.id,
                        "product_id": self.part.id,
                        "quantity": 1,
                    }
                ]
                * number
            )
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1)
        self.assertLessEqual(count(50) - count(5), 3)


@tagged("post_install", "-at_install")
class TestHeldClaimLine(OldPartCommon):
    """A claim line waits for its old part, and only that line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_running_order(
            ("part", 1, 100.0, cls.part),
            ("labour", 1, 50.0, None),
            date_start=date(2026, 3, 3),
        )
        cls.order.date_end = "2026-03-04 08:00:00"
        cls.order.action_done()
        cls.old = cls.order.old_part_ids
        cls.claim = cls.env["aftersales.claim"].create(cls.order._prepare_claim_vals())
        cls.claim.with_user(cls.user_service).sudo().action_submit()
        cls._approve(cls.claim)
        cls.line = cls.claim.line_ids.filtered(lambda x: x.kind == "part")

    def test_the_line_knows_its_old_part(self):
        self.assertEqual(self.old.claim_line_id, self.line)
        self.assertTrue(self.line.is_part_held)
        held = self.env["aftersales.claim.line"].search([("is_part_held", "=", True)])
        self.assertEqual(held & self.claim.line_ids, self.line)

    def test_only_the_held_line_waits(self):
        settlement = self._settle()
        self.assertEqual(settlement.claim_line_ids.mapped("kind"), ["labour"])

    def test_received_is_not_inspected(self):
        self._receive(self.old)
        self.assertTrue(self.line.is_part_held)
        self.assertNotIn(self.line, self._settle().claim_line_ids)

    def test_inspected_is_paid(self):
        self._receive(self.old)
        self.old.with_user(self.user_warehouse).action_inspect("confirmed")
        self.assertTrue(self.line.old_part_received)
        self.assertFalse(self.line.is_part_held)
        self.assertIn(self.line, self._settle().claim_line_ids)

    def test_waived_is_paid(self):
        self.old.with_user(self.user_centre)._ask_waiver("Lost")
        self.old.with_user(self.user_head).action_waive()
        self.assertFalse(self.line.is_part_held)
        self.assertIn(self.line, self._settle().claim_line_ids)

    def test_a_collected_line_that_is_held_is_not_confirmed(self):
        self._receive(self.old)
        self.old.with_user(self.user_warehouse).action_inspect("confirmed")
        settlement = self._settle()
        self.old._write_flow({"state": "received"})
        with self.assertRaisesRegex(UserError, "was not received and inspected yet"):
            settlement.action_confirm()

    def test_a_missing_piece_holds_on(self):
        self.old._write_flow({"quantity": 2})
        shipment = self._ship(self.old).with_user(self.user_warehouse)
        shipment._receive({self.old.id: {"quantity": 1}})
        self.old.with_user(self.user_warehouse).action_inspect("confirmed")
        self.assertTrue(self.line.is_part_held)


@tagged("post_install", "-at_install")
class TestPartMetric(OldPartCommon):
    """PAVAIL, POOS, OLDRET and OLDTIM with worked numbers."""

    def _compute(self, code, date_from=date(2020, 1, 1), date_to=date(2099, 1, 1)):
        Metric = self.env["aftersales.metric"]
        points = self.point | self.point_b
        return Metric._compute_metrics([code], points, date_from, date_to)[code]

    def test_return_rate_and_timeliness(self):
        yesterday = self.today - timedelta(days=1)
        in_time, late, open_part, waived = (
            self._owe(1, date_due=day)
            for day in (self.today, yesterday, self.today, self.today)
        )
        waived._write_flow({"state": "waived"})
        self._owe(1, duty="scrap")
        self._receive(in_time | late)
        # Three due (one waived, one not to be returned), two came, one in time.
        self.assertEqual(self._compute("OLDRET")[self.point.id], (2, 3))
        self.assertEqual(self._compute("OLDTIM")[self.point.id], (1, 3))
        self.assertEqual(self._compute("OLDRET")[self.point_b.id], (0, 0))
        model, domain = self.env["aftersales.metric"]._get_metric_domain(
            "OLDRET", self.point, yesterday, yesterday
        )
        self.assertEqual(self.env[model].search(domain), late)
        self.assertEqual(open_part.state, "owed")

    def test_fill_rate(self):
        order = self._create_running_order(
            *[("part", 1, 1.0, self.part)] * 4, ("labour", 1, 1.0, None)
        )
        order.line_ids[:1].is_short = True
        order.action_done()
        self.assertEqual(self._compute("PAVAIL")[self.point.id], (3, 4))

    def test_jobs_waiting_for_parts(self):
        self.assertEqual(self._compute("POOS")[self.point.id], (0, 0))
        waiting = self._create_running_order()
        self._create_running_order()
        waiting.action_wait_part()
        self.assertEqual(self._compute("POOS")[self.point.id], (1, 2))
        # A period before anything waited.
        before = date(2026, 3, 3)
        self.assertEqual(self._compute("POOS", before, before)[self.point.id], (0, 2))
