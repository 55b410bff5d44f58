from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .desk_common import DeskCommon


@tagged("post_install", "-at_install")
class TestClaimChargeBack(DeskCommon):
    """An audit takes back what was settled, within a year and never twice."""

    def setUp(self):
        super().setUp()
        self.claim = self._create_two_lines()
        self._approve(self.claim)
        self.settlement = self._settle()
        self.settlement.with_user(self.user_clerk).action_confirm()

    def _bill(self):
        self.settlement.with_user(self.user_clerk).action_create_bill()
        self.assertEqual(self.claim.state, "settled")

    def _run(self, user=None, **vals):
        action = self.claim.with_user(user or self.user_clerk_b).action_charge_back()
        return self._wizard(
            action,
            user or self.user_clerk_b,
            **{"reason_id": self._reason("ir").id, "note": "Audit of May", **vals},
        )

    def test_the_whole_claim(self):
        self._bill()
        wizard = self._run()
        self.assertEqual(wizard.line_ids, self.claim.line_ids)
        self.assertEqual((wizard.amount_chargeable, wizard.amount), (130.0, 130.0))
        wizard.action_apply()
        found = self.claim.charge_back_ids
        self.assertEqual(sorted(found.mapped("amount")), [30.0, 100.0])
        deductions = found.adjustment_id
        self.assertEqual(sorted(deductions.mapped("amount")), [-100.0, -30.0])
        self.assertEqual(set(deductions.mapped("kind")), {"charge_back"})
        self.assertEqual(
            deductions.mapped("res_model"), ["aftersales.claim.charge.back"] * 2
        )
        self.assertEqual(set(found.mapped("user_id")), {self.user_clerk_b})
        self.assertEqual(self.claim.line_ids.mapped("amount_chargeable"), [0.0, 0.0])
        self.assertTrue(self.claim.is_charged_back)
        found = self.env["aftersales.claim"].search(
            [("id", "=", self.claim.id), ("is_charged_back", "=", True)]
        )
        self.assertEqual(found, self.claim)

    def test_a_part_is_shared_to_the_cent_and_never_too_much(self):
        self._bill()
        self._run(amount=50.0).action_apply()
        self.assertEqual(
            sorted(self.claim.charge_back_ids.mapped("amount")), [11.54, 38.46]
        )
        wizard = self._run()
        self.assertEqual(wizard.amount, 80.0)
        limit = f"{self.claim.name}: take back more than nothing and at most .*80.00"
        for amount in (80.01, 0.0, -1.0):
            with self.subTest(amount=amount), self.assertRaisesRegex(UserError, limit):
                self._run(amount=amount).action_apply()
        self._run().action_apply()
        self.assertEqual(sum(self.claim.charge_back_ids.mapped("amount")), 130.0)

    def test_only_what_is_billed(self):
        message = (
            f"of {self.claim.name} is not billed; there is nothing to take back. "
            "Reopen the claim instead."
        )
        lines = self.claim.line_ids.with_user(self.user_clerk_b)
        ChargeBack = self.env["aftersales.claim.charge.back"].with_user(
            self.user_clerk_b
        )
        with self.assertRaisesRegex(UserError, message):
            ChargeBack._charge_back(lines, 10.0, self._reason("ir"), "x")

    def test_within_a_year(self):
        with freeze_time("2026-05-10 02:00:00"):
            self._bill()
        self.assertEqual(self.settlement.move_id.invoice_date, date(2026, 5, 10))
        with (
            freeze_time("2027-05-11 02:00:00"),
            self.assertRaisesRegex(
                UserError,
                "was billed on 05/10/2026 and could be charged back until 05/10/2027",
            ),
        ):
            self._run().action_apply()
        with freeze_time("2027-05-10 02:00:00"):
            self._run(amount=1.0).action_apply()
        self.company.aftersales_charge_back_days = 0
        with freeze_time("2029-05-10 02:00:00"):
            self._run(amount=1.0).action_apply()

    def test_who_may(self):
        self._bill()
        ChargeBack = self.env["aftersales.claim.charge.back"]
        reason = self._reason("ir")
        for user in (self.user_service, self.user_auditor, self.user_centre):
            lines = self.claim.line_ids.with_user(user)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                ChargeBack.with_user(user)._charge_back(lines, 1.0, reason, "x")
        self._run(user=self.user_head, amount=1.0).action_apply()
        with self.assertRaisesRegex(UserError, "Give reason and finding"):
            ChargeBack.with_user(self.user_head)._charge_back(
                self.claim.line_ids.with_user(self.user_head), 1.0, reason, " "
            )

    def test_nobody_charges_his_own_claim_back(self):
        self._bill()
        self.claim.flush_recordset()
        self.cr.execute(
            "UPDATE aftersales_claim SET submitted_by_id = %s WHERE id = %s",
            (self.user_clerk_b.id, self.claim.id),
        )
        self.claim.invalidate_recordset()
        with self.assertRaisesRegex(
            UserError, f"You wrote {self.claim.name}. Somebody else must charge it back"
        ):
            self._run().action_apply()

    def test_evidence(self):
        self._bill()
        self._run(amount=10.0).action_apply()
        found = self.claim.charge_back_ids[0]
        for user in (self.user_clerk, self.user_head, self.user_admin):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                found.with_user(user).write({"amount": 1.0})
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                found.with_user(user).unlink()
        own = found.with_user(self.user_portal)
        self.assertEqual(own.note, "Audit of May")
        with self.assertRaises(AccessError):
            found.with_user(self.user_portal_b).read(["note"])

    def test_the_next_settlement_deducts_it(self):
        self._bill()
        self._run(amount=50.0).action_apply()
        later = self._create_claim(date_request="2026-03-10 08:00:00")
        self._approve(later)
        settlement = self._settle()
        self.assertEqual(settlement.amount_total, 50.0)


@tagged("post_install", "-at_install")
class TestAppealPaid(DeskCommon):
    """What an appeal grants on a settled claim is paid beside it."""

    def setUp(self):
        super().setUp()
        self.claim = self._create_two_lines()
        self.line = self._cut(self.claim)

    def test_a_settled_line_is_paid_beside(self):
        settlement = self._settle()
        self.assertIn(self.line, settlement.line_ids.claim_line_id)
        settlement._write_flow(coefficient=1.05)
        settlement.with_user(self.user_clerk).action_confirm()
        appeal = self._appeal(self.line)
        self._decide(appeal, "upheld")
        self.assertEqual(self.line.amount_approved, 40.0, "as it was settled")
        addition = appeal.adjustment_id
        self.assertEqual((addition.kind, addition.amount), ("appeal", 63.0))
        self.assertEqual(
            (addition.res_model, addition.res_id), (appeal._name, appeal.id)
        )
        self.assertEqual(
            addition.reason,
            f"Appeal {appeal.name}: {self.line.name} of {self.claim.name}",
        )
        self.assertEqual(addition.state, "open")
        following = self._settle()
        self.assertEqual(following.line_ids.adjustment_id, addition)
        self.assertEqual(following.amount_total, 63.0)

    def test_a_refused_line_of_a_settled_claim(self):
        claim = self._create_two_lines(date_request="2026-03-10 08:00:00")
        line = self._cut(claim, amount=0.0)
        settlement = self._settle()
        self.assertNotIn(line, settlement.line_ids.claim_line_id)
        appeal = self._appeal(line)
        self._decide(appeal, "upheld")
        self.assertEqual(appeal.adjustment_id.amount, 100.0)
        self.assertEqual(line.amount_approved, 0.0)
