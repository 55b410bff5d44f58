from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .desk_common import DeskCommon


@tagged("post_install", "-at_install")
class TestClaimAppeal(DeskCommon):
    """One appeal per cut line, in time, decided by somebody else."""

    def setUp(self):
        super().setUp()
        self.claim = self._create_two_lines()
        self.line = self._cut(self.claim)

    def _appeal(self, line=None, **kwargs):
        return super()._appeal(line or self.line, **kwargs)

    def test_upheld(self):
        self.assertTrue(self.line.can_appeal)
        appeal = self._appeal()
        self.assertRegex(appeal.name, r"^APP\d{6}$")
        self.assertEqual(
            (appeal.state, appeal.amount_before, appeal.amount_claimed),
            ("submitted", 40.0, 100.0),
        )
        self.assertEqual(appeal.first_decider_id, self.user_clerk)
        self.assertEqual(appeal.first_reason_id, self._reason("ndf"))
        self.assertFalse(self.line.can_appeal)
        self._decide(appeal, "upheld")
        self.assertEqual((appeal.state, appeal.amount_granted), ("upheld", 100.0))
        self.assertEqual(appeal.decided_by_id, self.user_clerk_b)
        self.assertEqual(
            (self.line.amount_approved, self.line.reason_id.id), (100.0, False)
        )
        self.assertEqual(
            (self.claim.state, self.claim.amount_approved), ("approved", 130)
        )
        self.assertEqual(self.claim.decided_by_id, self.user_clerk, "of the first")
        logged = self.env["aftersales.approval"].search(
            [("res_model", "=", appeal._name), ("res_id", "=", appeal.id)]
        )
        self.assertEqual(
            (logged.gate, logged.decision, logged.user_id, logged.comment),
            ("appeal", "approved", self.user_clerk_b, "Looked again"),
        )

    def test_partly(self):
        appeal = self._appeal()
        self._decide(appeal, "partly", amount=70.0)
        self.assertEqual((appeal.state, appeal.amount_granted), ("partly", 70.0))
        self.assertEqual(self.line.amount_approved, 70.0)
        self.assertEqual(self.line.reason_id, self._reason("ndf"))
        self.assertEqual(
            (self.claim.state, self.claim.amount_approved), ("partially", 100)
        )

    def test_refused(self):
        appeal = self._appeal()
        self._decide(appeal, "refused")
        self.assertEqual(appeal.state, "refused")
        self.assertEqual(
            (self.line.amount_approved, self.claim.state), (40, "partially")
        )
        with self.assertRaisesRegex(UserError, "this step is not possible there"):
            self._decide(appeal, "upheld")

    def test_a_refused_claim_comes_to_life(self):
        claim = self._create_claim(date_request="2026-03-10 08:00:00")
        with freeze_time("2026-04-01 02:00:00"):
            claim.with_user(self.user_clerk)._reject(self._reason("ew"))
        with freeze_time("2026-04-20 02:00:00"):
            appeal = self._appeal(claim.line_ids)
            self._decide(appeal, "partly", amount=30.0)
        self.assertEqual((claim.state, claim.amount_approved), ("partially", 30.0))
        self.assertEqual(
            claim.date_decision, date(2026, 4, 20), "it comes with the next period"
        )
        found = self.env["aftersales.settlement"]._find_claim_lines(
            self.point, date(2026, 4, 30)
        )
        self.assertIn(claim.line_ids, found)

    def test_above_the_contract_by_appeal_only(self):
        claim = self._create_claim(
            ("part", 1, 120.0, self.part), date_request="2026-03-10 08:00:00"
        )
        claim.with_user(self.user_clerk).action_approve()
        line = claim.line_ids
        self.assertEqual((line.amount_allowed, line.amount_approved), (110.0, 110.0))
        self._decide(self._appeal(line), "upheld")
        self.assertEqual((line.amount_allowed, line.amount_approved), (120.0, 120.0))

    def test_amounts_outside_the_limits(self):
        appeal = self._appeal().with_user(self.user_clerk_b)
        message = (
            f"{appeal.name}: grant between the first decision, .*40.00.*, and what is "
            "claimed, .*100.00"
        )
        for amount in (39.99, 100.01):
            with self.assertRaisesRegex(UserError, message):
                appeal._decide(amount, "x")
        with self.assertRaisesRegex(UserError, "Give a reason for this step"):
            appeal._decide(50.0, " ")
        self.assertEqual(appeal.state, "submitted")

    def test_somebody_else_decides(self):
        appeal = self._appeal(user=self.user_head)
        message = (
            f"You wrote {appeal.name} or its claim, or decided it first. Somebody else "
            "must decide the appeal."
        )
        for user in (self.user_clerk, self.user_head):
            with self.subTest(user=user.login):
                with self.assertRaisesRegex(UserError, message):
                    appeal.with_user(user).action_decide()
                with self.assertRaisesRegex(UserError, message):
                    appeal.with_user(user)._decide(100.0, "x")
        for user in (self.user_service, self.user_auditor, self.user_reviewer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                appeal.with_user(user)._decide(100.0, "x")

    def test_the_author_of_the_claim_decides_no_appeal(self):
        claim = self._create_claim(
            user=self.user_clerk_b, date_request="2026-03-10 08:00:00"
        )
        line = self._cut(claim)
        appeal = self._appeal(line)
        with self.assertRaisesRegex(UserError, "Somebody else must decide the appeal"):
            appeal.with_user(self.user_clerk_b).action_decide()
        self._decide(appeal, "refused", user=self.user_head)

    def test_the_head_may_decide(self):
        appeal = self._appeal()
        self._decide(appeal, "upheld", user=self.user_head)
        self.assertEqual(self.line.amount_approved, 100.0)

    @mute_logger("odoo.sql_db")
    def test_once_for_ever(self):
        appeal = self._appeal()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._appeal()
        appeal.with_user(self.user_admin).action_withdraw()
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._appeal()

    def test_only_cut_lines_in_time(self):
        labour = self.claim.line_ids[1]
        with (
            self.assertRaisesRegex(
                UserError, f"“{labour.name}” of {self.claim.name} was approved in full"
            ),
            self.cr.savepoint(),
        ):
            self._appeal(labour)
        waiting = self._create_claim(date_request="2026-03-10 08:00:00")
        with (
            self.assertRaisesRegex(UserError, "is not decided yet; there is nothing"),
            self.cr.savepoint(),
        ):
            self._appeal(waiting.line_ids)
        self.claim.with_context(tracking_disable=True).flush_recordset()
        self.cr.execute(
            "UPDATE aftersales_claim SET date_decision = '2026-03-31' WHERE id = %s",
            (self.claim.id,),
        )
        self.claim.invalidate_recordset()
        with freeze_time("2026-05-01 02:00:00"):
            self.assertFalse(self.line.can_appeal)
            with (
                self.assertRaisesRegex(UserError, "could be appealed until 04/30/2026"),
                self.cr.savepoint(),
            ):
                self._appeal()
        self.line.invalidate_recordset()
        with freeze_time("2026-04-30 02:00:00"):
            appeal = self._appeal(submit=False)
            self.assertEqual(appeal.date_limit, date(2026, 4, 30))
        with (
            freeze_time("2026-05-01 02:00:00"),
            self.assertRaisesRegex(UserError, "could be appealed until 04/30/2026"),
        ):
            appeal.action_submit()
        self.company.aftersales_appeal_days = 0
        with freeze_time("2027-05-01 02:00:00"):
            appeal.action_submit()
        self.assertEqual(appeal.state, "submitted")

    def test_a_decided_claim_with_an_appeal_is_not_reopened(self):
        appeal = self._appeal()
        with self.assertRaisesRegex(
            UserError, f"its decision is the subject of {appeal.name}"
        ):
            self.claim.with_user(self.user_clerk).action_reopen()
        self._decide(appeal, "refused")
        self.claim.with_user(self.user_clerk).action_reopen()
        self.assertEqual(self.claim.state, "review")

    def test_steps_are_not_written(self):
        appeal = self._appeal().with_user(self.user_clerk_b)
        hostile = appeal.with_context(aftersales_flow=True, aftersales_claim_flow=True)
        for name, value in (
            ("state", "upheld"),
            ("amount_granted", 100.0),
            ("amount_before", 0.0),
            ("first_decider_id", self.user_head.id),
            ("decided_by_id", self.user_head.id),
            ("name", "X"),
            ("date_due", "2030-01-01"),
        ):
            with (
                self.subTest(name=name),
                self.assertRaisesRegex(UserError, "changes only by its buttons"),
            ):
                hostile.write({name: value})
        with self.assertRaisesRegex(UserError, "this step is not possible there"):
            hostile.write({"reason": "Other"})
        with self.assertRaises(AccessError):
            hostile.unlink()
        other = self._create_two_lines(date_request="2026-03-10 08:00:00")
        line = self._cut(other)
        fresh = (
            self.env["aftersales.claim.appeal"]
            .with_user(self.user_clerk_b)
            .with_context(default_state="upheld", default_amount_granted=100.0)
            .create({"claim_line_id": line.id, "reason": "x"})
        )
        self.assertEqual((fresh.state, fresh.amount_granted), ("draft", 0.0))

    def test_points_of_others(self):
        centre = self._create_two_lines(date_request="2026-03-10 08:00:00")
        line = self._cut(centre)
        appeal = self._appeal(line, user=self.user_centre)
        self.assertEqual(appeal.submitted_by_id, self.user_centre)
        foreign = self._create_claim(
            point=self.point_b, date_request="2026-03-12 08:00:00"
        )
        foreign_line = self._cut(foreign)
        with self.assertRaises(AccessError):
            self._appeal(foreign_line, user=self.user_centre)
        self.assertFalse(
            self.env["aftersales.claim.appeal"]
            .with_user(self.user_portal_b)
            .search([("id", "=", appeal.id)])
        )
        self.assertEqual(
            self.env["aftersales.claim.appeal"]
            .with_user(self.user_portal)
            .search([("id", "=", appeal.id)]),
            appeal,
        )
        with self.assertRaises(AccessError):
            appeal.with_user(self.user_portal).write({"reason": "y"})

    def test_another_clerk_gets_it_on_the_list(self):
        appeal = self._appeal()
        self.assertEqual(appeal.activity_ids.summary, "Appeal to decide")
        self.assertNotIn(appeal.activity_ids.user_id, self.user_clerk | self.user_admin)
        self._decide(appeal, "refused")
        self.assertFalse(appeal.activity_ids)

    def test_an_open_appeal_keeps_the_point(self):
        def count():
            found = {b[0]: b[1] for b in self.point._get_clearance_blockers()}
            return found.get("open appeals", 0)

        appeal = self._appeal()
        self.assertEqual(count(), 1)
        self._decide(appeal, "refused")
        self.assertEqual(count(), 0)

    def test_overdue(self):
        with freeze_time("2026-04-01 02:00:00"):
            claim = self._create_two_lines(date_request="2026-03-10 08:00:00")
            appeal = self._appeal(self._cut(claim))
        self.assertEqual(appeal.date_due, date(2026, 5, 1))
        Appeal = self.env["aftersales.claim.appeal"]
        late = [("id", "=", appeal.id), ("is_overdue", "=", True)]
        with freeze_time("2026-05-01 02:00:00"):
            self.assertFalse(Appeal.search(late))
        with freeze_time("2026-05-02 02:00:00"):
            self.assertEqual(Appeal.search(late), appeal)

    def test_the_button_on_the_line(self):
        action = self.line.with_user(self.user_admin).action_appeal()
        form = Form(
            self.env["aftersales.claim.appeal"]
            .with_user(self.user_admin)
            .with_context(**action["context"])
        )
        form.reason = "Look again"
        appeal = form.save()
        self.assertEqual(appeal.claim_id, self.claim)
        again = self.line.with_user(self.user_admin).action_appeal()
        self.assertEqual(again["res_id"], appeal.id)
