from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .claims_common import ClaimsCommon
from .desk_common import DeskCommon
from .settle_common import SettleCommon


class NothingTwiceCommon(SettleCommon, DeskCommon):
    def _entry(self, line, amount, **vals):
        """What a document took from the line, or added to it."""
        return self.env["aftersales.point.adjustment"]._add_once(
            [
                {
                    "service_point_id": line.service_point_id.id,
                    "kind": "correction",
                    "amount": amount,
                    "reason": "Inspection",
                    "res_model": "aftersales.part.result",
                    "res_id": line.id,
                    "claim_line_id": line.id,
                    **vals,
                }
            ]
        )


@tagged("post_install", "-at_install")
class TestNothingTwice(NothingTwiceCommon):
    """Appeals, disputes, audits and old parts look at the same money."""

    def _dispute(self, settlement, line):
        rows = settlement.sudo().line_ids
        row = rows.filtered(lambda x: x.claim_line_id == line)
        settlement.with_user(self.user_portal).sudo()._portal_dispute(
            {f"line_{row.id}": "Too little"}
        )
        return settlement.dispute_ids

    def _correct(self, dispute, amount, user=None):
        self.env["aftersales.settlement.answer"].with_user(
            user or self.user_clerk
        ).create(
            {
                "dispute_id": dispute.id,
                "decision": "correct",
                "answer": "Right",
                "amount_right": amount,
            }
        ).action_answer()

    def _send(self):
        """A statement with a line that was cut from 100.00 to 40.00."""
        claim = self._create_two_lines()
        line = self._cut(claim)
        settlement = self._settle()
        settlement.action_send()
        return settlement, line

    def test_what_a_dispute_corrected_an_appeal_does_not_pay_again(self):
        settlement, line = self._send()
        self._correct(self._dispute(settlement, line), 90.0)
        self.assertEqual(line._get_net_settled(), 90.0)
        appeal = self._appeal(line)
        self._decide(appeal, "upheld")
        self.assertEqual(appeal.adjustment_id.amount, 10.0)
        self.assertEqual(line._get_net_settled(), 100.0)

    def test_all_of_it_corrected_already(self):
        settlement, line = self._send()
        self._correct(self._dispute(settlement, line), 100.0)
        appeal = self._appeal(line)
        self._decide(appeal, "upheld")
        self.assertFalse(appeal.adjustment_id)
        self.assertEqual((appeal.state, line._get_net_settled()), ("upheld", 100.0))

    def test_what_an_appeal_decides_no_dispute_corrects(self):
        settlement, line = self._send()
        appeal = self._appeal(line)
        dispute = self._dispute(settlement, line)
        message = f"appeal {appeal.name} decides what the line is worth"
        with self.assertRaisesRegex(UserError, message):
            self._correct(dispute, 100.0)
        self._decide(appeal, "upheld")
        with self.assertRaisesRegex(UserError, message):
            self._correct(dispute, 100.0)
        self.assertEqual(dispute.state, "open")
        self.assertEqual(line._get_net_settled(), 100.0)

    def test_the_author_of_a_claim_corrects_no_dispute_of_it(self):
        settlement, line = self._send()
        claim = line.claim_id
        claim.flush_recordset()
        self.cr.execute(
            "UPDATE aftersales_claim SET submitted_by_id = %s WHERE id = %s",
            (self.user_clerk_b.id, claim.id),
        )
        claim.invalidate_recordset()
        dispute = self._dispute(settlement, line)
        with self.assertRaisesRegex(UserError, "another person must decide"):
            self._correct(dispute, 100.0, self.user_clerk_b)
        self._correct(dispute, 100.0, self.user_clerk)

    def _bill(self):
        """Part 100.00 and labour 30.00, billed."""
        claim = self._create_two_lines()
        self._approve(claim)
        settlement = self._settle()
        settlement.action_confirm()
        settlement.action_create_bill()
        return claim.line_ids

    def test_an_audit_takes_no_more_than_the_old_part_left(self):
        lines = self._bill()
        self._entry(lines[0], -75.0)
        self.assertEqual(lines.mapped("amount_chargeable"), [25.0, 30.0])
        action = lines.claim_id.with_user(self.user_clerk_b).action_charge_back()
        wizard = self._wizard(
            action,
            self.user_clerk_b,
            reason_id=self._reason("ir").id,
            note="Audit",
        )
        self.assertEqual(wizard.amount, 55.0)
        wizard.amount = 55.01
        with self.assertRaisesRegex(UserError, "take back more than nothing"):
            wizard.action_apply()
        wizard.amount = 55.0
        wizard.action_apply()
        self.assertEqual(lines[0]._get_net_settled(), 0.0)

    def test_a_waived_deduction_is_taken_from_nobody(self):
        lines = self._bill()
        entry = self._entry(lines[0], -75.0)
        entry.with_user(self.user_head)._waive("Our mistake")
        self.assertEqual(lines.mapped("amount_chargeable"), [100.0, 30.0])

    def test_an_old_part_takes_no_more_than_the_audit_left(self):
        lines = self._bill()
        self.env["aftersales.claim.charge.back"].with_user(
            self.user_clerk_b
        )._charge_back(
            lines[0].with_user(self.user_clerk_b), 80.0, self._reason("ir"), "Audit"
        )
        outcome = lines[0].sudo()._apply_part_share(Decimal(0), self._reason("ndf"))
        self.assertEqual(
            outcome,
            {"effect": "deduction", "amount_before": 100.0, "amount_after": 80.0},
        )

    def test_a_corrected_claim_is_not_decided_anew(self):
        claim = self._create_two_lines()
        line = self._cut(claim)
        entry = self._entry(line, 20.0)
        with self.assertRaisesRegex(
            UserError, f"{claim.name} cannot be reopened: “Inspection” corrects"
        ):
            claim.with_user(self.user_clerk).action_reopen()
        entry.with_user(self.user_head)._waive("Decide it anew")
        claim.with_user(self.user_clerk).action_reopen()
        self.assertEqual(claim.state, "review")


@tagged("post_install", "-at_install")
class TestAppealAuthorised(ClaimsCommon, NothingTwiceCommon):
    """An appeal grants no more than the authorisation of the claim."""

    def setUp(self):
        super().setUp()
        self.permit = self._create_permit(150.0)
        first = self._create_claim(submit=False)
        second = self._create_claim(submit=False, date_request="2026-03-03 08:00:00")
        (first | second).authorization_id = self.permit
        first.action_submit()
        self.line = self._cut(first)
        second.action_submit()
        self._approve(second)
        self.assertEqual(self.permit.amount_used, 140.0)

    def test_beyond_it(self):
        appeal = self._appeal(self.line)
        with self.assertRaisesRegex(
            UserError, f"{appeal.name}: authorisation {self.permit.name} is .*150.00"
        ):
            self._decide(appeal, "partly", amount=60.0)

    def test_up_to_it(self):
        self._decide(self._appeal(self.line), "partly", amount=50.0)
        self.assertEqual(self.permit.amount_used, 150.0)

    def test_paid_beside(self):
        settlement = self._settle()
        self.assertIn(self.line, settlement.line_ids.claim_line_id)
        appeal = self._appeal(self.line)
        with (
            self.assertRaisesRegex(UserError, "with this appeal its claims would get"),
            self.cr.savepoint(),
        ):
            self._decide(appeal, "partly", amount=60.0)
        self._decide(appeal, "partly", amount=50.0)
        self.assertEqual(self.permit.amount_used, 150.0)
