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
