from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .settle_common import SettleCommon

EACH = "odoo.addons.aftersales_network.models.ir_cron"


@tagged("post_install", "-at_install")
class TestSettlementFlow(SettleCommon):
    """Statement, confirmation, dispute, debts."""

    # -- sending and confirming ------------------------------------------------

    def test_send_and_confirm_by_the_point(self):
        award = self._adjust(20.0)
        settlement = self._sent(100.0)
        today = self.company._get_aftersales_today()
        self.assertEqual(
            (settlement.state, settlement.version, settlement.date_sent),
            ("sent", 1, today),
        )
        self.assertEqual(settlement.date_confirm_due, today + timedelta(days=10))
        self.assertEqual(award.state, "settled")
        settlement.with_user(self.user_portal).sudo()._portal_confirm()
        self.assertEqual(
            (settlement.state, settlement.confirmed_how, settlement.confirmed_by_id),
            ("confirmed", "point", self.user_portal),
        )
        self.assertEqual(settlement.date_confirmed, today)
        with self.assertRaisesRegex(UserError, "is “Confirmed”; this step"):
            settlement.sudo()._portal_confirm()
        settlement.action_create_bill()
        self.assertEqual(settlement.state, "billed")

    def test_confirmation_may_be_required(self):
        self.company.aftersales_statement_required = True
        self._claims(100.0)
        settlement = self._march()
        with self.assertRaisesRegex(
            UserError, f"{settlement.name}: the point confirms its statement first"
        ):
            settlement.action_confirm()
        with self.assertRaisesRegex(UserError, "the point confirms its statement"):
            settlement._confirm_for_point("Phone")
        settlement.action_send()
        action = settlement.action_confirm()
        self.assertEqual(action["res_model"], "aftersales.reason.wizard")
        with self.assertRaisesRegex(UserError, "say how the point confirmed"):
            settlement._confirm_for_point(" ")
        self.env["aftersales.reason.wizard"].with_user(self.user_clerk).with_context(
            **action["context"]
        ).create({"reason": "By phone"}).action_confirm()
        self.assertEqual(
            (settlement.state, settlement.confirmed_how, settlement.confirm_note),
            ("confirmed", "clerk", "By phone"),
        )

    def test_opening_again_forgets_the_confirmation(self):
        award = self._adjust(20.0)
        settlement = self._sent(100.0)
        settlement.sudo()._portal_confirm()
        settlement.action_draft()
        self.assertEqual(award.state, "open")
        self.assertFalse(settlement.confirmed_how or settlement.date_confirmed)
        settlement.action_send()
        self.assertEqual((settlement.state, settlement.version), ("sent", 2))

    def test_a_settlement_over_an_open_claim_goes_nowhere(self):
        claims = self._claims(100.0)
        settlement = self._march()
        # Whatever opened it, the settlement sees it.
        claims._change_state("review")
        text = (
            f"{settlement.name}: claim {claims.name} is no longer approved. "
            "Collect again."
        )
        for step in (settlement.action_send, settlement.action_confirm):
            with self.assertRaises(UserError) as caught:
                step()
            self.assertEqual(str(caught.exception), text)
        claims._change_state("approved")
        settlement.action_send()
        claims._change_state("review")
        for step in (settlement.sudo()._portal_confirm, settlement.action_confirm):
            with self.assertRaises(UserError) as caught:
                step()
            self.assertEqual(str(caught.exception), text)
        claims._change_state("approved")
        settlement.action_confirm()
        claims._change_state("review")
        with self.assertRaises(UserError) as caught:
            settlement.action_create_bill()
        self.assertEqual(str(caught.exception), text)
        self.assertFalse(settlement.move_id)

    def test_undecided_claims_are_not_collected(self):
        self._create_claim(("travel", 1, 60.0, None))
        self.assertFalse(self._march())

    def test_rpc_moves_nothing(self):
        settlement = self._sent(100.0)
        clerk = settlement.with_user(self.user_clerk)
        for vals in (
            {"state": "confirmed"},
            {"version": 9},
            {"confirmed_how": "point"},
            {"self_billing_ref": "SB"},
            {"is_paid": True},
            {"amount_deductions": 0},
            {"amount_company": 0},
            {"period_id": False},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "changes by its buttons"),
            ):
                clerk.with_context(aftersales_settlement_flow=True).write(vals)
        made = (
            self.env["aftersales.settlement"]
            .with_user(self.user_clerk)
            .with_context(default_state="billed", default_version=7)
            .create(
                {
                    "service_point_id": self.point.id,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 1, 31),
                    "state": "confirmed",
                    "confirmed_how": "point",
                }
            )
        )
        self.assertEqual(
            (made.state, made.version, made.confirmed_how), ("draft", 0, False)
        )

    def test_only_the_clerk_sends(self):
        self._claims(100.0)
        settlement = self._march()
        for user in (self.user_head, self.user_centre, self.user_auditor):
            for name in ("action_send", "action_confirm", "action_draft"):
                with (
                    self.subTest(user=user.login, step=name),
                    self.assertRaises(AccessError),
                ):
                    getattr(settlement.with_user(user), name)()

    # -- no answer in time -----------------------------------------------------

    def test_silence_counts_as_confirmed_by_setting(self):
        self.company.aftersales_statement_silence = "confirm"
        settlement = self._sent(100.0)
        due = settlement.date_confirm_due
        Settlement = self.env["aftersales.settlement"]
        self._run_answers(Settlement, due)
        self.assertEqual(settlement.state, "sent", "the last day is in time")
        self._run_answers(Settlement, due + timedelta(days=1))
        self.assertEqual(
            (settlement.state, settlement.confirmed_how), ("confirmed", "silence")
        )

    def test_silence_over_an_open_claim_asks_the_clerk(self):
        self.company.aftersales_statement_silence = "confirm"
        settlement = self._sent(100.0)
        settlement.line_ids.claim_id._change_state("review")
        day = settlement.date_confirm_due + timedelta(days=1)
        self._run_answers(self.env["aftersales.settlement"], day)
        self.assertEqual(settlement.state, "sent")
        self.assertIn("is no longer approved", settlement.activity_ids.summary)

    def test_silence_reminds_once(self):
        settlement = self._sent(100.0)
        day = settlement.date_confirm_due + timedelta(days=1)
        for _time in range(2):
            self._run_answers(self.env["aftersales.settlement"], day)
        self.assertEqual(settlement.state, "sent")
        self.assertEqual(
            settlement.activity_ids.mapped("summary"),
            [f"{settlement.name}: the point did not answer in time."],
        )
        self.assertEqual(settlement.activity_ids.user_id, self.user_clerk)

    def test_one_bad_statement_holds_up_nobody(self):
        bad, good = self._sent(100.0), self._sent(50.0)
        original = type(bad)._answer_overdue

        def fail(settlement):
            if settlement == bad:
                raise ValueError("Broken")
            return original(settlement)

        with (
            patch.object(type(bad), "_answer_overdue", fail),
            mute_logger(EACH),
            self.assertLogs(EACH, "ERROR"),
        ):
            self._run_answers(bad, good.date_confirm_due + timedelta(days=1))
        self.assertFalse(bad.activity_ids)
        self.assertEqual(
            good.activity_ids.summary,
            f"{good.name}: the point did not answer in time.",
        )

    def _run_answers(self, Settlement, day):
        with freeze_time(f"{day} 10:00:00"):
            self._run_job(Settlement._cron_answers_due)

    # -- disputes --------------------------------------------------------------

    def _disputed(self, *amounts):
        settlement = self._sent(*amounts)
        lines = settlement.sudo().line_ids
        settlement.with_user(self.user_portal).sudo()._portal_dispute(
            {f"line_{lines[0].id}": " Too little "}
        )
        return settlement, lines

    def test_a_kept_line(self):
        settlement, lines = self._disputed(100.0, 50.0)
        dispute = settlement.dispute_ids
        self.assertEqual(settlement.state, "disputed")
        self.assertEqual(
            (dispute.text, dispute.line_amount, dispute.version, dispute.author_id),
            ("Too little", 100.0, 1, self.user_portal),
        )
        self.assertEqual(dispute.claim_line_id, lines[0].claim_line_id)
        self.assertEqual(
            settlement.activity_ids.summary,
            f"{settlement.name} is disputed: answer the point.",
        )
        with self.assertRaisesRegex(UserError, r"answer its disputes first \(1\)"):
            settlement.action_send()
        with self.assertRaisesRegex(UserError, "is “Disputed”; this step"):
            settlement.action_confirm()
        with self.assertRaisesRegex(UserError, "Give a reason for this step"):
            dispute.with_user(self.user_clerk)._keep(" ")
        self._answer(dispute, "keep")
        self.assertEqual((dispute.state, dispute.answer), ("kept", "As agreed"))
        self.assertEqual(dispute.answered_by_id, self.user_clerk)
        with self.assertRaisesRegex(UserError, "in state “Kept”"):
            self._answer(dispute, "keep")
        settlement.action_send()
        self.assertEqual(
            (settlement.state, settlement.version, settlement.amount_total),
            ("sent", 2, 150.0),
        )

    def test_a_line_moved_to_the_next_period(self):
        settlement, lines = self._disputed(100.0, 50.0)
        moved = lines[0].claim_line_id
        self._answer(settlement.dispute_ids, "defer", "We look into it")
        self.assertEqual(settlement.dispute_ids.state, "deferred")
        self.assertEqual(settlement.amount_total, 50.0)
        self.assertFalse(self._march(), "not in another run of the same period")
        settlement.action_send()
        settlement.sudo()._portal_confirm()
        settlement.action_create_bill()
        april = self._april()
        self.assertEqual((april.claim_line_ids, april.amount_total), (moved, 100.0))
        self.assertEqual(
            settlement.dispute_ids.claim_line_id, moved, "what it was about is kept"
        )

    def test_the_claim_of_a_moved_line_waits_for_it(self):
        claim = self._create_claim(
            ("travel", 1, 100.0, None), ("travel", 1, 50.0, None)
        )
        self._approve(claim, date(2026, 3, 31))
        march = self._march()
        march.action_send()
        line = march.sudo().line_ids[0]
        moved = line.claim_line_id
        march.sudo()._portal_dispute({f"line_{line.id}": "Too little"})
        self._answer(march.dispute_ids, "defer")
        march.action_send()
        march.sudo()._portal_confirm()
        march.action_create_bill()
        self.assertEqual(claim.state, "approved")
        april = self._april()
        self.assertEqual(april.claim_line_ids, moved)
        april.action_confirm()
        april.action_create_bill()
        self.assertEqual(claim.state, "settled")

    def test_a_deduction_moved_to_the_next_period(self):
        penalty = self._adjust(-30.0, "Rude")
        settlement = self._sent(100.0)
        line = settlement.sudo().line_ids.filtered("adjustment_id")
        settlement.sudo()._portal_dispute({f"line_{line.id}": "Not us"})
        self._answer(settlement.dispute_ids, "defer")
        self.assertEqual((penalty.state, settlement.amount_total), ("open", 100.0))
        self.assertFalse(self._march())
        self._claims(200.0, start=20)
        april = self._april()
        self.assertEqual(april.amount_total, 170.0)

    def test_the_whole_statement_is_disputed(self):
        settlement = self._sent(100.0)
        settlement.sudo()._portal_dispute({"remark": "The coefficient is wrong"})
        dispute = settlement.dispute_ids
        self.assertEqual(
            (dispute.line_name, dispute.line_amount), (settlement.name, 100.0)
        )
        with self.assertRaisesRegex(UserError, "cannot be moved to the next period"):
            self._answer(dispute, "defer")
        self._answer(dispute, "correct", amount_right=95.0)
        self.assertEqual(settlement.amount_total, 95.0)

    def test_more_is_said_while_it_is_disputed(self):
        settlement, lines = self._disputed(100.0, 50.0)
        with self.assertRaisesRegex(UserError, "is disputed already. Wait for"):
            settlement.sudo()._portal_dispute({f"line_{lines[0].id}": "Again"})
        settlement.sudo()._portal_dispute({f"line_{lines[1].id}": "And this"})
        self.assertEqual(settlement.open_dispute_count, 2)

    def test_nothing_said_and_foreign_lines(self):
        settlement = self._sent(100.0)
        other = self._sent(70.0, point=self.point_b)
        foreign = other.sudo().line_ids
        for post in ({}, {"remark": "  "}, {f"line_{foreign.id}": "Mine"}):
            with (
                self.subTest(post=post),
                self.assertRaisesRegex(
                    UserError, f"Say what is wrong with {settlement.name}"
                ),
            ):
                settlement.sudo()._portal_dispute(post)
        self.assertFalse(settlement.dispute_ids | other.dispute_ids)

    def test_disputes_are_evidence(self):
        settlement, _lines = self._disputed(100.0)
        dispute = settlement.dispute_ids
        for vals in ({"text": "x"}, {"state": "kept"}, {"answer": "x"}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                dispute.with_user(self.user_clerk).write(vals)
        with self.assertRaises(AccessError):
            dispute.with_user(self.user_clerk).unlink()
        with self.assertRaises(UserError):
            self.env["aftersales.settlement.dispute"].with_user(self.user_clerk).create(
                {"settlement_id": settlement.id, "text": "x"}
            )
        with self.assertRaises(AccessError):
            dispute.with_user(self.user_head)._keep("No")

    # -- debts -----------------------------------------------------------------

    def test_a_debt_is_carried_forward(self):
        self._claims(100.0)
        self._adjust(-150.0, "Penalty")
        march = self._march()
        self.assertEqual((march.negative_policy, march.amount_total), ("carry", -50.0))
        march.action_confirm()
        self.assertEqual(
            (march.amount_claims, march.amount_deductions, march.amount_additions),
            (100.0, -150.0, 50.0),
        )
        self.assertEqual(march.amount_total, 0.0)
        march.action_create_bill()
        bill = march.sudo().move_id
        self.assertEqual((bill.move_type, bill.amount_total), ("in_invoice", 0.0))
        self.assertFalse(self._april(), "a debt alone waits")
        self._claims(80.0, start=20)
        april = self._april()
        entry = april.sudo().line_ids.adjustment_id
        self.assertEqual((entry.kind, entry.amount), ("carry", -50.0))
        self.assertEqual(entry.reason, f"Carried forward from {march.name}")
        self.assertEqual((april.amount_total, entry.date), (30.0, date(2026, 4, 1)))

    def test_a_carried_debt_is_taken_back(self):
        self._claims(100.0)
        self._adjust(-150.0, "Penalty")
        march = self._march()
        march.action_confirm()
        march.action_draft()
        Entry = self.env["aftersales.point.adjustment"]
        self.assertFalse(Entry.search([("kind", "=", "carry")]))
        self.assertEqual(march.amount_total, -50.0)
        march.action_confirm()
        self.assertEqual(march.amount_total, 0.0)
        self._claims(80.0, start=20)
        april = self._april()
        text = f"The debt of {march.name} was charged in {april.name}. Cancel that one"
        for step in (march.action_draft, march.action_cancel):
            with self.assertRaisesRegex(UserError, text):
                step()
        april.action_cancel()
        march.action_cancel()
        self.assertFalse(Entry.search([("kind", "=", "carry")]))
        self.assertEqual(march.state, "cancelled")

    def test_a_credit_note_instead(self):
        self.company.aftersales_negative_settlement = "refund"
        self._claims(100.0)
        self._adjust(-150.0, "Penalty")
        settlement = self._march()
        settlement.action_confirm()
        settlement.action_create_bill()
        move = settlement.sudo().move_id.with_env(self.env)
        self.assertEqual(
            (move.move_type, move.amount_untaxed, settlement.amount_total),
            ("in_refund", 50.0, -50.0),
        )
        move.action_post()
        self.assertEqual((move.state, settlement.state), ("posted", "billed"))

    def test_a_point_that_leaves_is_asked_for_its_debt(self):
        self._adjust(-30.0, "Penalty")
        self.assertFalse(self._march())
        self.point.sudo().state = "withdrawal"
        settlement = self._march()
        self.assertEqual(
            (settlement.negative_policy, settlement.amount_total), ("refund", -30.0)
        )

    def test_penalties_that_leave_nothing(self):
        self._claims(100.0)
        self._adjust(-100.0, "Penalty")
        settlement = self._march()
        settlement.action_confirm()
        settlement.action_create_bill()
        move = settlement.sudo().move_id.with_env(self.env)
        move.action_post()
        self.assertEqual((move.amount_total, settlement.state), (0.0, "billed"))
        move.button_draft()
        self.assertEqual(settlement.state, "confirmed", "nobody paid a bill of zero")

    def test_a_correction_below_zero_is_carried(self):
        self._adjust(-20.0, "Rude")
        settlement, _lines = self._disputed(100.0)
        self._answer(settlement.dispute_ids, "correct", amount_right=0.0)
        self.assertEqual(
            (settlement.amount_total, settlement.amount_additions), (0.0, 20.0)
        )
        settlement.action_send()
        self.assertEqual(settlement.state, "sent")

    def test_mail_to_the_point(self):
        self.point.partner_id.email = "point@example.com"
        with patch.object(
            self.registry["mail.mail"], "send", lambda *args, **kwargs: None
        ):
            settlement = self._sent(100.0)
        mail = self.env["mail.mail"].search(
            [("model", "=", settlement._name), ("res_id", "=", settlement.id)]
        )
        self.assertEqual(mail.subject, f"Settlement statement {settlement.name}")
        self.assertIn(f"/my/settlements/{settlement.id}", mail.body_html)
        self.assertTrue(mail.attachment_ids)
