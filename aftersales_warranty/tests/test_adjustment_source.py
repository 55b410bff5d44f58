from datetime import date

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .race_common import RaceCommon
from .settle_common import SettleCommon


@tagged("post_install", "-at_install")
class TestAdjustmentSource(SettleCommon):
    """Additions and deductions: each source once, waived with a reason."""

    def _once(self, **vals):
        return self.env["aftersales.point.adjustment"]._add_once(
            [
                {
                    "service_point_id": self.point.id,
                    "kind": "charge_back",
                    "amount": -12.345,
                    "reason": "Audit",
                    "res_model": "aftersales.service.point",
                    "res_id": self.point.id,
                    **vals,
                }
            ]
        )

    def test_a_source_makes_one_entry(self):
        first = self._once()
        self.assertEqual((first.amount, first.state), (-12.35, "open"))
        self.assertEqual(first.date, self.company._get_aftersales_today())
        self.assertEqual(first.currency_id, self.company.currency_id)
        again = self._once(amount=-99.0)
        self.assertEqual(again, first)
        self.assertEqual(first.amount, -12.35)
        other = self._once(key="second")
        self.assertNotEqual(other, first)
        self.assertNotEqual(self._once(kind="other"), first)

    def test_twice_in_one_call(self):
        vals = {
            "service_point_id": self.point.id,
            "kind": "appeal",
            "amount": 7.0,
            "reason": "Appeal",
            "res_model": "aftersales.service.point",
            "res_id": self.point.id,
        }
        found = self.env["aftersales.point.adjustment"]._add_once([vals, vals])
        self.assertEqual(len(found), 1)

    def test_zero_makes_no_entry(self):
        self.assertFalse(self._once(amount=0.001))

    def test_a_hostile_context_sets_nothing(self):
        Entry = self.env["aftersales.point.adjustment"].with_user(self.user_warehouse)
        entry = Entry.with_context(
            default_state="settled", default_waiver_reason="x"
        )._add_once(
            [
                {
                    "service_point_id": self.point.id,
                    "kind": "part_late",
                    "amount": -5.0,
                    "reason": "Late",
                    "res_model": "aftersales.service.point",
                    "res_id": self.point.id,
                }
            ]
        )
        self.assertEqual(
            (entry.sudo().state, entry.sudo().waiver_reason), ("open", False)
        )

    @mute_logger("odoo.sql_db")
    def test_the_database_holds_it(self):
        entry = self._once()
        twin = self._adjust(-5.0)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            twin.sudo().source_ref = entry.source_ref
            self.env.flush_all()

    def test_one_query_count_for_many(self):
        def count(number, start):
            vals_list = [
                {
                    "service_point_id": self.point.id,
                    "kind": "other",
                    "amount": 1.0,
                    "reason": "Many",
                    "res_model": "res.partner",
                    "res_id": start + index,
                }
                for index in range(number)
            ]
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.env["aftersales.point.adjustment"]._add_once(vals_list)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1, 1)
        few, many = count(2, 1000), count(30, 2000)
        self.assertLessEqual(many - few, 3, f"{few} → {many}")

    def test_kinds_of_documents_are_not_typed(self):
        Entry = self.env["aftersales.point.adjustment"].with_user(self.user_head)
        vals = {"service_point_id": self.point.id, "amount": -5.0, "reason": "Mine"}
        message = "entries of this kind are made by their document"
        for kind in ("carry", "charge_back", "correction", "appeal", "part_missing"):
            with self.subTest(kind=kind), self.assertRaisesRegex(UserError, message):
                Entry.create({**vals, "kind": kind})
            with self.subTest(kind=kind), self.assertRaisesRegex(UserError, message):
                Entry.with_context(default_kind=kind).create(vals)
        entry = Entry.create(vals)
        self.assertEqual(entry.kind, "penalty")
        with self.assertRaisesRegex(UserError, message):
            entry.kind = "carry"
        entry.kind = "other"

    def test_what_somebody_typed_is_not_carried(self):
        settlement = self._sent(100.0)
        typed = self._adjust(
            -5.0, kind="carry", res_model=settlement._name, res_id=settlement.id
        )
        settlement.action_draft()
        self.assertTrue(typed.exists())

    def test_kind_follows_the_sign_of_what_is_typed(self):
        award, penalty = self._adjust(5.0), self._adjust(-5.0)
        self.assertEqual((award.kind, penalty.kind), ("award", "penalty"))
        award.amount = -1.0
        self.assertEqual(award.kind, "penalty")
        self.assertEqual(self._adjust(-5.0, kind="other").kind, "other")

    def test_what_a_source_charged_stays(self):
        entry = self._once().with_user(self.user_head)
        for vals in ({"amount": -1.0}, {"kind": "other"}, {"reason": "x"}):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(
                    UserError, "“Audit” of .*Point One comes from its source and stays"
                ),
            ):
                entry.write(vals)
        with self.assertRaisesRegex(UserError, "comes from its source"):
            entry.unlink()
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            entry.write({"source_ref": False})
        self.assertEqual(entry.amount, -12.35)

    def test_the_head_waives_with_a_reason(self):
        entry = self._once()
        for user in (self.user_clerk, self.user_centre, self.user_auditor):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(AccessError, "Only the head of service waives"),
            ):
                entry.with_user(user).action_waive()
        mine = entry.with_user(self.user_head)
        action = mine.action_waive()
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_head)
            .with_context(**action["context"])
            .create({"reason": " Our own mistake "})
        )
        wizard.action_confirm()
        self.assertEqual(
            (entry.state, entry.waiver_reason, entry.waived_by_id),
            ("waived", "Our own mistake", self.user_head),
        )
        self.assertEqual(self._once(), entry, "a waived source charges nothing again")
        self.assertFalse(self._settle())
        with self.assertRaisesRegex(UserError, "was waived and cannot be changed"):
            self._adjust(-1.0).browse(entry.id).with_user(self.user_head).unlink()
        with self.assertRaisesRegex(UserError, "in state “Waived”"):
            mine._waive("Again")

    def test_a_waiver_needs_words_and_a_free_entry(self):
        entry = self._adjust(-5.0, "Rude").with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "Give a reason for this step on Rude"):
            entry._waive("  ")
        self._claims(100.0)
        settlement = self._march()
        with self.assertRaisesRegex(
            UserError, f"“Rude” is part of settlement {settlement.name}"
        ):
            entry._waive("Sorry")
        self.assertEqual(entry.state, "open")

    def test_two_companies(self):
        hq = self._create_point(name="Abroad", company_id=self.company_b.id, kind="own")
        entry = self._once(service_point_id=hq.id, key="b")
        self.assertEqual(entry.sudo().company_id, self.company_b)
        clerk = self.user_clerk
        with self.assertRaises(AccessError):
            entry.with_user(clerk).read(["amount"])


@tagged("post_install", "-at_install")
class TestAdjustmentRace(RaceCommon):
    def test_a_source_charges_once(self):
        row = {
            "id": 1,
            "service_point_id": 1,
            "company_id": 1,
            "amount": -5,
            "source_ref": "part_late:aftersales.part.return:7",
            "date": date(2026, 3, 1),
        }
        twin = {**row, "id": 2}
        table = "aftersales_point_adjustment"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "source_ref": None}))

    def test_a_line_is_disputed_once(self):
        row = {"id": 1, "settlement_id": 1, "line_id": 5, "state": "open", "text": "x"}
        twin = {**row, "id": 2}
        table = "aftersales_settlement_dispute"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "state": "kept"}))

    def test_a_period_runs_once(self):
        row = {
            "id": 1,
            "company_id": 1,
            "date_from": date(2026, 3, 1),
            "date_to": date(2026, 3, 31),
        }
        error = self._race("aftersales_settlement_period", row, {**row, "id": 2})
        self.assertIsInstance(error, UniqueViolation)
