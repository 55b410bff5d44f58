import re
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .settle_common import SettleCommon


@tagged("post_install", "-at_install")
class TestSettlementCorrection(SettleCommon):
    """What a clerk may correct in answer to a dispute, and what not."""

    def _cut_and_disputed(self):
        """A line of 130.00 that was cut to 100.00, disputed, beside one of 50.00."""
        self._claims(50.0)
        claim = self._create_claim(("travel", 1, 130.0, None))
        claim.line_ids.with_user(self.user_clerk).action_decide_line(
            100.0, self.env.ref("aftersales_warranty.claim_reason_ndf"), "Agreed price"
        )
        self._approve(claim, date(2026, 3, 31))
        settlement = self._march()
        settlement.action_send()
        lines = settlement.sudo().line_ids
        row = lines.filtered(lambda x: x.claim_id == claim)
        settlement.with_user(self.user_portal).sudo()._portal_dispute(
            {f"line_{row.id}": "Too little"}
        )
        return settlement, row

    def test_a_corrected_line_makes_a_new_version(self):
        settlement, _row = self._cut_and_disputed()
        dispute = settlement.dispute_ids
        wizard = Form(
            self.env["aftersales.settlement.answer"]
            .with_user(self.user_clerk)
            .with_context(default_dispute_id=dispute.id)
        )
        self.assertEqual(wizard.amount_right, 100.0)
        wizard.decision = "correct"
        wizard.amount_right = 130.0
        wizard.answer = "Right"
        wizard.save().action_answer()
        self.assertEqual(
            (dispute.state, dispute.amount_correction), ("corrected", 30.0)
        )
        entry = dispute.correction_id
        self.assertEqual((entry.kind, entry.state), ("correction", "settled"))
        self.assertIn("Right", entry.reason)
        self.assertEqual(
            (settlement.amount_additions, settlement.amount_total), (30.0, 180.0)
        )
        settlement.action_send()
        settlement.sudo()._portal_confirm()
        settlement.action_create_bill()
        self.assertEqual(settlement.sudo().move_id.amount_untaxed, 180.0)

    def test_no_correction_beyond_the_claim(self):
        settlement, _row = self._cut_and_disputed()
        money = settlement.currency_id.format
        with self.assertRaisesRegex(
            UserError,
            re.escape(
                f": at most {money(130.0)} were claimed, and the point has "
                f"{money(100.0)} of it. A correction cannot go beyond the claim: the "
                "point appeals or claims the rest, or an award with its own reason "
                "pays it."
            ),
        ):
            self._answer(settlement.dispute_ids, "correct", amount_right=130.01)
        self.assertEqual(settlement.dispute_ids.state, "open")
        self.assertEqual(settlement.amount_total, 150.0)

    def test_the_coefficient_raises_what_a_correction_may_reach(self):
        settlement, row = self._cut_and_disputed()
        settlement._write_flow(coefficient=1.1)
        with self.assertRaisesRegex(UserError, "cannot go beyond the claim"):
            self._answer(settlement.dispute_ids, "correct", amount_right=143.01)
        self._answer(settlement.dispute_ids, "correct", amount_right=143.0)
        self.assertEqual(row.claim_line_id._get_net_settled(), 143.0)

    def test_a_correction_is_no_way_round_by_steps(self):
        settlement, row = self._cut_and_disputed()
        self._answer(settlement.dispute_ids, "correct", amount_right=130.0)
        correction = settlement.sudo().line_ids.filtered("adjustment_id")
        for disputed, text in ((row, "Line again"), (correction, "The rest")):
            settlement.action_send()
            self.env.flush_all()  # each step is a request of its own
            settlement.with_user(self.user_portal).sudo()._portal_dispute(
                {f"line_{disputed.id}": text}
            )
            dispute = settlement.dispute_ids.filtered(lambda d: d.state == "open")
            with (
                self.subTest(text=text),
                self.assertRaisesRegex(UserError, "cannot go beyond the claim"),
            ):
                self._answer(
                    dispute, "correct", amount_right=dispute.line_amount + 0.01
                )
            self._answer(dispute, "keep")
        self.assertEqual(row.claim_line_id._get_net_settled(), 130.0)

    def test_a_deduction_is_corrected_to_nothing_at_most(self):
        self._adjust(-30.0, "Rude")
        settlement = self._sent(100.0)
        row = settlement.sudo().line_ids.filtered("adjustment_id")
        settlement.sudo()._portal_dispute({f"line_{row.id}": "Not us"})
        with self.assertRaisesRegex(UserError, "cannot go beyond the claim"):
            self._answer(settlement.dispute_ids, "correct", amount_right=0.01)
        self._answer(settlement.dispute_ids, "correct", amount_right=0.0)
        self.assertEqual(settlement.amount_total, 100.0)
        settlement.action_send()
        self.env.flush_all()
        settlement.sudo()._portal_dispute({f"line_{row.id}": "Once more"})
        dispute = settlement.dispute_ids.filtered(lambda d: d.state == "open")
        with self.assertRaisesRegex(UserError, "cannot go beyond the claim"):
            self._answer(dispute, "correct", amount_right=0.0)

    def test_a_statement_as_a_whole_is_no_way_round(self):
        self._adjust(-30.0, "Rude")
        self._adjust(20.0, "Kind")
        settlement = self._sent(100.0)
        settlement.sudo()._portal_dispute({"remark": "All of it"})
        with self.assertRaisesRegex(UserError, "cannot go beyond the claim"):
            self._answer(settlement.dispute_ids, "correct", amount_right=120.01)
        self._answer(settlement.dispute_ids, "correct", amount_right=120.0)
        self.assertEqual(settlement.amount_total, 120.0)

    def test_a_correction_of_zero(self):
        settlement, _row = self._cut_and_disputed()
        with self.assertRaisesRegex(UserError, "a correction of zero has no meaning"):
            self._answer(settlement.dispute_ids, "correct", amount_right=100.0)

    def _dispute(self, settlement, **post):
        """The point objects; each step is a request of its own."""
        if settlement.state != "sent":
            settlement.action_send()
        self.env.flush_all()
        settlement.with_user(self.user_portal).sudo()._portal_dispute(post)
        return settlement.dispute_ids.filtered(lambda d: d.state == "open")

    def _paid_in_march(self, amount=100.0, coefficient=1.0):
        """A claim line that a bill of March paid, with the coefficient of March."""
        claims = self._claims(amount)
        level = self.env["aftersales.point.level"].create(
            {"name": "March", "coefficient": coefficient}
        )
        self.point.level_id = level
        settlement = self._march()
        settlement.action_confirm()
        settlement.action_create_bill()
        return claims.line_ids

    def _charged_back_in_april(self, line, amount, coefficient=1.0):
        """The head takes an amount back; the point disputes that row of April."""
        self.env["aftersales.claim.charge.back"].with_user(self.user_head)._charge_back(
            line.with_user(self.user_head),
            amount,
            self.env.ref("aftersales_warranty.claim_reason_ir"),
            "Audit",
        )
        line.entry_ids.sudo()._write_flow({"date": date(2026, 4, 1)})
        self.point.level_id.coefficient = coefficient
        later = self._create_claim(date_request="2026-04-02 01:00:00")
        self._approve(later, date(2026, 4, 30))
        settlement = self._april()
        row = settlement.sudo().line_ids.filtered(
            lambda x: x.entry_kind == "charge_back"
        )
        self.assertEqual(row.amount, -amount)
        return settlement, self._dispute(settlement, **{f"line_{row.id}": "Not so"})

    def test_a_correction_of_a_deduction_has_a_limit(self):
        self._adjust(-30.0, "Rude")
        settlement = self._sent(100.0)
        row = settlement.sudo().line_ids.filtered("adjustment_id")
        dispute = self._dispute(settlement, **{f"line_{row.id}": "Not us"})
        self._answer(dispute, "correct", amount_right=0.0)
        given = settlement.sudo().line_ids.filtered(
            lambda x: x.entry_kind == "correction"
        )
        self.assertEqual(given.amount, 30.0)
        dispute = self._dispute(settlement, **{f"line_{given.id}": "More"})
        for amount in (5000.0, 30.01):
            with (
                self.subTest(amount=amount),
                self.assertRaisesRegex(UserError, "cannot go beyond the claim"),
            ):
                self._answer(dispute, "correct", amount_right=amount)
        self.assertEqual(settlement.amount_total, 100.0)

    def test_a_typed_award_has_none(self):
        self._adjust(20.0, "Kind")
        settlement, row = self._cut_and_disputed()
        self._answer(settlement.dispute_ids, "keep")
        award = settlement.sudo().line_ids.filtered("adjustment_id")
        dispute = self._dispute(settlement, **{f"line_{award.id}": "Promised 500"})
        self._answer(dispute, "correct", amount_right=500.0)
        self.assertEqual(settlement.amount_total, 650.0)
        # It takes nothing away from what the line may come to.
        dispute = self._dispute(settlement, **{f"line_{row.id}": "Too little"})
        self._answer(dispute, "correct", amount_right=130.0)
        self.assertEqual(settlement.amount_total, 680.0)

    def test_two_disputes_do_not_pay_twice(self):
        for first in ("remark", "line"):
            with self.subTest(first=first), self.cr.savepoint() as savepoint:
                settlement, row = self._cut_and_disputed()
                self._answer(settlement.dispute_ids, "keep")
                both = self._dispute(
                    settlement, **{f"line_{row.id}": "Too little", "remark": "Also"}
                )
                line = both.filtered("line_id")
                remark = both - line
                right = {line: 130.0, remark: 180.0}
                order = (remark, line) if first == "remark" else (line, remark)
                self._answer(order[0], "correct", amount_right=right[order[0]])
                with self.assertRaisesRegex(
                    UserError, "at most .*180.00 were claimed, and the point has"
                ):
                    self._answer(order[1], "correct", amount_right=right[order[1]])
                self.assertEqual(settlement.amount_total, 180.0)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_deduction_is_given_back_once(self):
        self._adjust(-30.0, "Rude")
        settlement = self._sent(100.0)
        row = settlement.sudo().line_ids.filtered("adjustment_id")
        both = self._dispute(settlement, **{f"line_{row.id}": "No", "remark": "No"})
        line = both.filtered("line_id")
        self._answer(both - line, "correct", amount_right=100.0)
        with self.assertRaisesRegex(UserError, "cannot go beyond the claim"):
            self._answer(line, "correct", amount_right=0.0)
        self.assertEqual(settlement.amount_total, 100.0)

    def test_an_author_does_not_undo_the_charge_back(self):
        line = self._paid_in_march()
        settlement, dispute = self._charged_back_in_april(line, 100.0)
        line.claim_id.flush_recordset()
        self.cr.execute(
            "UPDATE aftersales_claim SET submitted_by_id = %s WHERE id = %s",
            (self.user_clerk.id, line.claim_id.id),
        )
        line.claim_id.invalidate_recordset()
        with self.assertRaisesRegex(
            UserError, f"You worked on {line.claim_id.name} yourself"
        ):
            self._answer(dispute, "correct", amount_right=0.0)
        self.assertEqual(line._get_net_settled(), 0.0)
        self.assertFalse(settlement.dispute_ids.correction_id)

    def test_the_coefficient_that_paid_the_line_counts(self):
        for march, april, paid in ((1.2, 1.0, 120.0), (1.0, 1.5, 100.0)):
            with self.subTest(march=march), self.cr.savepoint() as savepoint:
                line = self._paid_in_march(coefficient=march)
                self.assertEqual(line._get_net_settled(), paid)
                settlement, dispute = self._charged_back_in_april(line, paid, april)
                self.assertEqual(settlement.coefficient, april)
                with self.assertRaisesRegex(UserError, "cannot go beyond the claim"):
                    self._answer(dispute, "correct", amount_right=0.01)
                self._answer(dispute, "correct", amount_right=0.0)
                self.assertEqual(line._get_net_settled(), paid)
                self.assertEqual(settlement.amount_total, 100.0 * april)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_charge_back_is_given_back_once(self):
        line = self._paid_in_march()
        settlement, dispute = self._charged_back_in_april(line, 100.0)
        total = settlement.amount_total
        self._answer(dispute, "keep")
        row = dispute.line_id
        both = self._dispute(settlement, **{f"line_{row.id}": "No", "remark": "No"})
        self._answer(
            both.filtered(lambda d: not d.line_id),
            "correct",
            amount_right=total + 100.0,
        )
        with self.assertRaisesRegex(UserError, "cannot go beyond the claim"):
            self._answer(both.filtered("line_id"), "correct", amount_right=0.0)

    def test_what_was_claimed_before_may_be_given(self):
        claim = self._create_claim(("travel", 1, 130.0, None))
        claim.line_ids.with_user(self.user_clerk).action_decide_line(
            100.0, self.env.ref("aftersales_warranty.claim_reason_ndf"), "Agreed price"
        )
        self._approve(claim, date(2026, 3, 31))
        settlement = self._march()
        settlement.action_confirm()
        settlement.action_create_bill()
        line = claim.line_ids
        settlement, dispute = self._charged_back_in_april(line, 100.0)
        with self.assertRaisesRegex(UserError, "cannot go beyond the claim"):
            self._answer(dispute, "correct", amount_right=30.01)
        self._answer(dispute, "correct", amount_right=30.0)
        self.assertEqual(line._get_net_settled(), 130.0)

    def test_no_more_is_taken_than_the_point_has(self):
        settlement, row = self._cut_and_disputed()
        dispute = settlement.dispute_ids
        money = settlement.currency_id.format
        message = re.escape(
            f": the point has {money(100.0)} of it, and a correction cannot take more. "
            "A penalty with its own reason takes the rest."
        )
        for amount in (-5000.0, -0.01):
            with (
                self.subTest(amount=amount),
                self.assertRaisesRegex(UserError, message),
            ):
                self._answer(dispute, "correct", amount_right=amount)
        self.assertEqual(dispute.state, "open")
        self._answer(dispute, "correct", amount_right=0.0)
        self.assertEqual(row.claim_line_id._get_net_settled(), 0.0)
        self.assertEqual(settlement.amount_total, 50.0)
