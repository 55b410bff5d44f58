from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
class TestScorecardLifecycle(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._judge(cls._create_card(), lost_samples=1)

    def _submit(self):
        self.card.with_user(self.user_auditor).action_submit()

    def test_submission_names_every_gap(self):
        card = self._create_card(service_point_id=self.point_b.id, has_bonus=True)
        card.special_deduction_count = 1
        with self.assertRaises(UserError) as error:
            card.with_user(self.user_auditor).action_submit()
        message = str(error.exception)
        self.assertIn("Indicators not judged: 2, the first is 1.1", message)
        self.assertIn("Every special deduction needs a reason.", message)
        self.assertIn("The special bonus needs a reason.", message)
        self.assertEqual(card.state, "draft")

    def test_excluding_everything_cannot_be_submitted(self):
        self.card.line_ids.write({"is_excluded": True})
        with self.assertRaises(UserError) as error:
            self._submit()
        self.assertIn("Every indicator is excluded", str(error.exception))
        self.assertIn("The exclusion of 1.1 Indicator 1.1 needs", str(error.exception))

    def test_draft_set_is_only_for_trying(self):
        draft = self._create_set("DRAFT")
        self._create_nodes(draft, ("1", 100, "qualitative"))
        card = self._create_card(set_id=draft.id)
        card.action_confirm_rest()
        self.assertEqual(card.score, 100)
        with self.assertRefused(UserError, "indicator set is still a draft"):
            card.action_submit()

    def test_rest_conforms_spares_samples(self):
        card = self._create_card(service_point_id=self.point_b.id)
        card.action_confirm_rest()
        self.assertEqual(self._line(card, "1.1").outcome, "qualitative_kept")
        self.assertEqual(self._line(card, "1.2").outcome, "pending")

    def test_auditor_submits_and_head_approves(self):
        self._submit()
        self.assertEqual(self.card.state, "submitted")
        card = self.card.with_user(self.user_head)
        self.assertTrue(card.can_approve)
        card.action_approve()
        self.assertEqual(card.state, "approved")
        self.assertEqual(card.approver_id, self.user_head)
        self.assertTrue(card.date_approved)
        gates = self.card.approval_ids.mapped(lambda a: (a.gate, a.user_id))
        self.assertEqual(
            set(gates), {("submit", self.user_auditor), ("head", self.user_head)}
        )

    def test_auditor_cannot_approve(self):
        self._submit()
        for write in (
            lambda card: card.action_approve(),
            lambda card: card.write({"state": "approved"}),
        ):
            with self.assertRefused(AccessError, "Only the head of service"):
                write(self.card.with_user(self.user_auditor))
        self.assertEqual(self.card.state, "submitted")

    def test_four_eyes(self):
        self.card.auditor_id = self.user_head
        self.card.with_user(self.user_head).action_submit()
        self.assertFalse(self.card.with_user(self.user_head).can_approve)
        with self.assertRefused(UserError, "Four-eyes: another person"):
            self.card.with_user(self.user_head).action_approve()
        self.card.with_user(self.user_admin).action_approve()
        self.assertEqual(self.card.approver_id, self.user_admin)

    def test_four_eyes_holds_when_another_auditor_is_named(self):
        """Naming somebody else or nobody does not help whoever handed it over."""
        for auditor in (self.user_auditor, self.env["res.users"]):
            self.card.auditor_id = auditor
            self.card.with_user(self.user_head).action_submit()
            with self.assertRefused(UserError, "Four-eyes"):
                self.card.with_user(self.user_head).action_approve()
            self.card.with_user(self.user_head).action_draft()

    def test_measured_scorecard_needs_one_person(self):
        """Nobody judged it, so whoever hands it over may approve it."""
        self._create_jobs(self.point, 20, complaints=1)
        indicator_set = self._create_set("ONLY")
        self._create_nodes(indicator_set, ("1", 100, "metric"), metric_code="COMPR")
        indicator_set.action_use()
        card = self._create_card(set_id=indicator_set.id, auditor_id=False)
        card.with_user(self.user_head).action_submit()
        card.with_user(self.user_head).action_approve()
        self.assertEqual(card.state, "approved")

    def test_submitted_and_approved_are_frozen(self):
        self._deduct(self.card, 1)
        self._submit()
        for state in ("submitted", "approved"):
            with self.subTest(state):
                self.assertEqual(self.card.state, state)
                self._assert_frozen()
            if state == "submitted":
                self.card.with_user(self.user_head).action_approve()

    def _assert_frozen(self):
        message = "is frozen since it was submitted"
        line = self._line(self.card, "1.2")
        with self.assertRefused(UserError, message):
            self.card.has_bonus = True
        with self.assertRefused(UserError, message):
            line.nonconforming_count = 0
        with self.assertRefused(UserError, message):
            line.unlink()
        with self.assertRefused(UserError, message):
            self._deduct(self.card, 1)
        with self.assertRefused(UserError, message):
            self.card.deduction_ids.unlink()
        with self.assertRefused(UserError, message):
            self.card.action_reload()
        with self.assertRefused(UserError, "cannot be deleted"):
            self.card.unlink()
        self.assertEqual(line.nonconforming_count, 1)

    def test_correction_is_recorded_after_approval(self):
        self._deduct(self.card, 1)
        self._submit()
        self.card.with_user(self.user_head).action_approve()
        deduction = self.card.deduction_ids.with_user(self.user_auditor)
        deduction.write({"is_corrected": True, "correction": "New rule issued"})
        self.assertTrue(deduction.date_corrected)
        with self.assertRefused(UserError, "is frozen"):
            deduction.reason = "Something milder"

    def test_steps_out_of_order(self):
        with self.assertRefused(UserError, "cannot go from “Draft” to “Approved”"):
            self.card.with_user(self.user_head).write({"state": "approved"})
        with self.assertRefused(UserError, "begins as a draft"):
            self._create_card(service_point_id=self.point_b.id, state="approved")
        self._submit()
        self.card.with_user(self.user_head).action_approve()
        with self.assertRefused(UserError, "cannot go from “Approved” to “Draft”"):
            self.card.with_user(self.user_head).write({"state": "draft"})

    def test_only_head_cancels_approved(self):
        self._submit()
        self.card.with_user(self.user_head).action_approve()
        with self.assertRaises(AccessError):
            self.card.with_user(self.user_auditor).action_cancel()
        self.card.with_user(self.user_head).action_cancel()
        self.assertEqual(self.card.state, "cancelled")
        self.assertEqual(self.card.approver_id, self.user_head, "history stays")

    def test_back_to_draft_can_be_corrected(self):
        self._submit()
        self.card.with_user(self.user_head).action_draft()
        self._line(self.card, "1.2").nonconforming_count = 0
        self.assertEqual(self.card.score, 100)
        self.assertFalse(self.card.submitter_id)

    def test_approver_cannot_be_typed(self):
        with self.assertRefused(UserError, "set by the system"):
            self.card.with_user(self.user_auditor).approver_id = self.user_head
