from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .units_common import UnitsCommon


@tagged("post_install", "-at_install")
class TestIntake(UnitsCommon):
    """The serial comes in; cover, history and who pays come out."""

    def _check(self, text, user=None):
        return (
            self.env["aftersales.serial.check"]
            .with_user(user or self.user_dispatcher)
            .create({"text": text})
        )

    # -- the screen ----------------------------------------------------------------

    @freeze_time("2026-03-10 03:00:00")
    def test_card_of_a_unit(self):
        self._create_done_order()
        check = self._check("test sn 1")
        self.assertEqual((check.result, check.registration_id), ("unit", self.unit))
        card = self.unit._get_card()
        # One day of repair runs the period on.
        self.assertEqual(card["date_start"], date(2026, 1, 1))
        self.assertEqual(card["date_end"], date(2027, 1, 2))
        self.assertEqual(card["days_left"], 298)
        self.assertEqual(card["policy"], self.version.display_name)
        self.assertEqual(
            [(row["label"], row["share"], row["date_end"]) for row in card["covers"]],
            [
                ("Whole unit", 100.0, date(2027, 1, 2)),
                ("[TEST-CMP] Test Compressor", 100.0, date(2029, 1, 2)),
                # The law gives more than the 50 %, six months of the policy.
                ("Labour", 100.0, date(2027, 1, 2)),
                ("Travel", 100.0, date(2027, 1, 2)),
            ],
        )
        self.assertEqual(
            [(job["date"], job["result"]) for job in card["history"]],
            [(date(2026, 3, 2), "Replaced")],
        )
        for text in ("In warranty", "298 days left", "Test Customer", "01/02/2027"):
            self.assertIn(text, check.card)

    def test_the_history_shows_what_the_user_may_read(self):
        order = self._create_done_order(point=self.point_b)
        names = [job["name"] for job in self.unit._get_card()["history"]]
        self.assertEqual(names, [order.name])
        card = self.unit.with_user(self.user_centre)._get_card()
        self.assertEqual(card["history"], [])
        self.assertEqual(card["repair_count"], 1)

    def test_expired_unit(self):
        with freeze_time("2027-06-01 03:00:00"):
            check = self._check("TEST-SN-1")
            self.assertIn("Out of warranty", check.card)
            self.assertIn("The cover ended on 01/01/2027.", check.card)

    def test_unknown_and_mistyped_serials(self):
        check = self._check("QQQQ-999")
        self.assertEqual(check.result, "unknown")
        check = self._check("TEST-5N-1")
        self.assertEqual((check.result, check.match_ids), ("near", self.unit))
        check = self._check("  ")
        self.assertEqual(check.result, "empty")
        self._stock_lots("ON-STOCK-1")
        check = self._check("on-stock-1")
        self.assertEqual(check.result, "stock")
        self.assertEqual(check.stock_serial, "ON-STOCK-1")
        self.assertEqual(check.product_id, self.product)
        unit = check.action_register()["context"]
        self.assertEqual(unit["default_serial"], "ON-STOCK-1")

    def test_scanning_fills_the_screen(self):
        form = Form(self.env["aftersales.serial.check"])
        self.assertEqual(form.result, "empty")
        form._barcode_scanned = "https://shop.example/register-unit?serial=TEST-SN-1"
        self.assertEqual(form.serial, "TEST-SN-1")
        self.assertEqual(form.result, "unit")
        self.assertIn("In warranty", form.card)

    def test_a_serial_of_two_products_asks_which(self):
        other = self._create_product()
        twin = self._create_unit(serial="TEST-SN-1", product_id=other.id)
        check = self._check("TEST-SN-1")
        self.assertEqual((check.result, check.match_ids), ("several", self.unit | twin))
        action = twin.with_user(self.user_dispatcher).action_check_serial()
        chosen = self.env["aftersales.serial.check"].browse(action["res_id"])
        self.assertEqual((chosen.result, chosen.registration_id), ("unit", twin))

    def test_a_returned_unit_is_found_where_no_live_one_is(self):
        self.unit._close("returned", date(2026, 2, 1))
        self.assertEqual(self._check("TEST-SN-1").registration_id, self.unit)
        again = self._create_unit(serial="TEST-SN-1")
        self.assertEqual(self._check("TEST-SN-1").registration_id, again)

    def test_buttons_prefill(self):
        check = self._check("TEST-SN-1")

        def form(action):
            Model = self.env[action["res_model"]].with_user(self.user_dispatcher)
            return Form(Model.with_context(**action["context"]))

        order = form(check.action_new_order())
        self.assertEqual(order.registration_id, self.unit)
        self.assertEqual((order.serial, order.partner_id), ("TEST-SN-1", self.customer))
        self.assertFalse(order.is_chargeable)
        action = check.action_new_return()
        self.assertEqual(action["res_model"], "aftersales.return")
        self.assertEqual(action["context"]["default_partner_id"], self.customer.id)
        (line,) = action["context"]["default_line_ids"]
        self.assertEqual(line[2]["registration_id"], self.unit.id)
        unknown = self._check("S/N: QQQQ-999")
        unit = form(unknown.action_register())
        self.assertEqual(unit.serial, "QQQQ-999")
        case = form(unknown.action_suspect())
        self.assertEqual(case.serial, "QQQQ-999")

    def test_a_suspected_serial_is_flagged(self):
        case = self._create_case(serial="QQQQ-999")
        text = f"Case {case.name}: suspected counterfeit with this serial."
        self.assertEqual(self._check("qqqq999").case_text, text)
        self.assertFalse(self._check("QQQQ-998").case_text)
        self._create_case(serial="TEST-SN-1")
        check = self._check("TEST-SN-1")
        self.assertIn("suspected counterfeit", check.card)
        with self.assertRaisesRegex(UserError, "cannot be returned"):
            check.action_new_return()

    def test_roles(self):
        for user in (
            self.user_service,
            self.user_warehouse,
            self.user_clerk,
            self.user_reviewer,
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._check("TEST-SN-1", user).result, "unit")
                self.assertIn("Whole unit", self._check("TEST-SN-1", user).card)
        for user in (self.user_auditor, self.user_portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._check("TEST-SN-1", user)
        other = self._check("TEST-SN-1")
        with self.assertRaises(AccessError):
            other.with_user(self.user_service).read(["text"])

    # -- who pays --------------------------------------------------------------------

    def test_an_expired_unit_is_chargeable_by_default(self):
        last = self._create_order(
            lot_id=self.lot.id, date_request=datetime(2027, 1, 1, 8)
        )
        self.assertFalse(last.is_chargeable)
        late = self._create_order(
            lot_id=self.lot.id, date_request=datetime(2027, 1, 2, 8)
        )
        self.assertTrue(late.is_chargeable)
        self.assertEqual(late.cover_note, "The cover ended on 01/01/2027.")
        self._add_lines(late, ("labour", 1, 100.0, None))
        self.assertEqual((late.amount_warranty, late.amount_customer), (0.0, 100.0))

    def test_an_unknown_serial_is_chargeable(self):
        order = self._create_order(serial="NOBODY-1")
        self.assertTrue(order.is_chargeable)
        self.assertEqual(order.cover_note, "Unknown unit: nothing is covered.")
        self.assertEqual(order.unit_warning, "Nobody knows this serial.")
        near = self._create_order(serial="TEST-5N-1")
        self.assertEqual(
            near.unit_warning,
            "Nobody knows this serial. Similar: TEST-SN-1 (Test Air Conditioner).",
        )
        self.assertFalse(near.registration_id)

    def test_spelling_finds_the_unit(self):
        order = self._create_order(serial=" test-sn 1")
        self.assertEqual(order.registration_id, self.unit)
        self.assertFalse(order.is_chargeable)
        self.assertFalse(order.unit_warning)
        self.assertIn("In warranty", order.unit_card)
        other = self._create_product()
        order = self._create_order(serial="test sn 1", product_id=other.id)
        self.assertFalse(order.registration_id)

    def test_a_suspicion_shows_on_the_order(self):
        order = self._create_order(serial="NOBODY-1")
        case = self._create_case(serial="NOBODY-1")
        order.invalidate_recordset(["unit_warning"])
        self.assertIn(case.name, order.unit_warning)
        action = order.with_user(self.user_dispatcher).action_suspect()
        self.assertEqual(action["context"]["default_order_id"], order.id)

    def test_goodwill_needs_a_reason_and_a_role(self):
        order = self._create_order(
            lot_id=self.lot.id, date_request=datetime(2027, 6, 1, 8)
        )
        self._add_lines(order, ("labour", 1, 100.0, None), ("part", 1, 50.0, self.part))
        self.assertEqual((order.amount_warranty, order.amount_customer), (50.0, 100.0))
        with self.assertRaisesRegex(UserError, "Only a dispatcher or a centre manager"):
            order.with_user(self.user_service).action_waive_charge()
        with self.assertRaises(UserError):
            order.with_user(self.user_dispatcher).write({"is_chargeable": False})
        with self.assertRaises(UserError):
            order.with_user(self.user_dispatcher).charge_waiver = "x"
        action = order.with_user(self.user_dispatcher).action_waive_charge()
        self.env["aftersales.reason.wizard"].with_user(
            self.user_dispatcher
        ).with_context(**action["context"]).create(
            {"reason": "Good customer"}
        ).action_confirm()
        self.assertFalse(order.is_chargeable)
        self.assertEqual(order.charge_waiver, "Good customer")
        self.assertEqual(order.charge_waived_by_id, self.user_dispatcher)
        self.assertEqual((order.amount_warranty, order.amount_customer), (50.0, 0.0))
        with self.assertRaisesRegex(UserError, "there is nothing to waive"):
            order.with_user(self.user_dispatcher).action_waive_charge()
        order.with_user(self.user_dispatcher).action_charge_again()
        self.assertTrue(order.is_chargeable)
        self.assertEqual(order.amount_customer, 100.0)

    def test_an_exclusion_makes_the_order_chargeable(self):
        order = self._create_order(lot_id=self.lot.id)
        self.assertFalse(order.is_chargeable)
        legal = self.env["aftersales.policy.exclusion"].search(
            [("is_legal", "=", True)], limit=1
        )
        order.write({"exclusion_id": legal.id, "exclusion_note": "Water inside"})
        self.assertTrue(order.is_chargeable)

    def test_a_finished_order_keeps_its_answer(self):
        order = self._create_done_order()
        self.assertFalse(order.is_chargeable)
        self.unit.date_sale = date(2020, 1, 1)
        self.assertFalse(order.is_chargeable)
        running = self._create_order(lot_id=self.lot.id)
        self.assertTrue(running.is_chargeable)

    def test_intake_of_many_costs_no_more(self):
        orders = self.env["aftersales.service.order"]
        for index in range(12):
            orders |= self._create_order(serial=f"Many {index}")
            self._create_unit(serial=f"MANY-{index}")
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            records.mapped("registration_id")
            before = self.cr.sql_log_count
            records._find_units()
            return self.cr.sql_log_count - before

        count(orders)
        self.assertEqual(count(orders[:2]), count(orders))
