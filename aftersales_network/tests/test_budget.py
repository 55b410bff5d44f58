from datetime import date

from psycopg2.errors import (
    CheckViolation,
    ExclusionViolation,
    NotNullViolation,
    UniqueViolation,
)

from odoo.exceptions import AccessError, LockError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common import CONTEXT, AftersalesCommon
from .race import CommittedCase


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15")
class TestBudget(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tools = cls.env.ref("aftersales_network.budget_category_tools")
        cls.pay = cls.env.ref("aftersales_network.budget_category_pay")
        cls.budget = cls._create_budget()
        cls.line = cls.budget.line_ids[0]

    @classmethod
    def _create_budget(cls, **vals):
        """A draft made by the centre manager: 1,000 for tools, 500 for pay."""
        return (
            cls.env["aftersales.budget"]
            .with_user(cls.user_centre)
            .create(
                {
                    "service_point_id": cls.centre.id,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 12, 31),
                    "line_ids": [
                        (0, 0, {"category_id": cls.tools.id, "amount_planned": 1000}),
                        (0, 0, {"category_id": cls.pay.id, "amount_planned": 500}),
                    ],
                    **vals,
                }
            )
        )

    def _as(self, role, record):
        return record.with_user(getattr(self, f"user_{role}"))

    def _approve(self):
        self._as("head", self.budget).action_approve()

    def _spend(self, amount, **vals):
        return (
            self.env["aftersales.budget.post"]
            .with_user(self.user_centre)
            .create(
                {
                    "name": "Torque wrenches",
                    "line_id": self.line.id,
                    "amount": amount,
                    "date": date(2026, 6, 15),
                    **vals,
                }
            )
        )

    def test_eleven_categories_ship(self):
        self.assertEqual(self.env["aftersales.budget.category"].search_count([]), 11)

    def test_name_and_totals(self):
        self.assertEqual(self.budget.name, "Centre South 2026")
        self.assertEqual(self.budget.amount_planned, 1500)
        self.assertEqual(self.budget.amount_left, 1500)

    def test_only_the_head_approves_and_not_his_own(self):
        with self.assertRaises(AccessError):
            self.budget.action_approve()
        own = self._as("head", self.env["aftersales.budget"]).create(
            {
                "service_point_id": self.centre_b.id,
                "line_ids": [(0, 0, {"category_id": self.pay.id, "amount_planned": 1})],
            }
        )
        with self.assertRaisesRegex(UserError, "You made budget Centre North 2026"):
            own.action_approve()
        self._approve()
        self.assertEqual(self.budget.state, "approved")
        self.assertEqual(self.budget.approved_by_id, self.user_head)

    def test_empty_budget_is_not_approved(self):
        self.budget.line_ids.amount_planned = 0
        with self.assertRaisesRegex(UserError, "plans nothing yet"):
            self._approve()

    def test_approved_budget_is_frozen(self):
        self._approve()
        with self.assertRaisesRegex(UserError, "is approved and cannot be changed"):
            self.line.amount_planned = 5000
        with self.assertRaisesRegex(UserError, "is approved and cannot be changed"):
            self.budget.date_to = date(2027, 12, 31)
        with self.assertRaisesRegex(UserError, "is approved and cannot be changed"):
            self.budget.line_ids = [(0, 0, {"category_id": self.tools.id})]
        with self.assertRaises(AccessError):
            self.budget.control = "warn"
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.budget.state = "draft"

    def test_spending_within_the_plan(self):
        self._approve()
        self._spend(400).action_post()
        self._spend(600).action_post()
        self.assertEqual((self.line.amount_spent, self.line.amount_left), (1000, 0))
        self.assertEqual(self.line.used, 100)
        self.assertEqual(self.budget.amount_left, 500)

    def test_spending_beyond_is_blocked_and_nothing_stays(self):
        self._approve()
        self._spend(700).action_post()
        post = self._spend(300.01)
        with self.assertRaisesRegex(UserError, "goes beyond Centre South 2026: Tools"):
            post.action_post()
        with self.assertRaisesRegex(UserError, "goes beyond"):
            post._post("It is urgent")
        self.assertEqual(post.state, "draft")
        self.assertEqual(self.line.amount_spent, 700)

    def test_two_posts_of_one_batch_share_the_plan(self):
        self._approve()
        posts = self._spend(600) | self._spend(600)
        with self.assertRaisesRegex(UserError, "by .*200"):
            posts.action_post()

    def test_warning_asks_for_a_reason(self):
        self.budget.control = "warn"
        self._approve()
        post = self._spend(1200)
        action = post.action_post()
        self.assertEqual(action["res_model"], "aftersales.reason.wizard")
        self.assertEqual(post.state, "draft")
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_centre)
            .with_context(**action["context"])
            .create({"reason": "Storm damage"})
        )
        wizard.action_confirm()
        self.assertEqual(post.state, "posted")
        self.assertEqual(
            (post.amount_overrun, post.overrun_reason), (200, "Storm damage")
        )
        self.assertEqual(self.line.amount_left, -200)

    def test_database_refuses_what_the_code_would_let_through(self):
        self._approve()
        post = self._spend(1500)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            post._post_entries({})

    def test_posted_entry_is_evidence(self):
        self._approve()
        post = self._spend(100)
        post.action_post()
        with self.assertRaisesRegex(UserError, "no longer a draft"):
            post.amount = 1
        with self.assertRaisesRegex(UserError, "no longer a draft"):
            post.unlink()
        post._cancel("Entered twice")
        self.assertEqual((post.state, self.line.amount_spent), ("cancelled", 0))

    def test_not_before_approval_not_outside_the_period(self):
        with self.assertRaisesRegex(UserError, "is not approved"):
            self._spend(10).action_post()
        self._approve()
        with self.assertRaisesRegex(UserError, "lies outside budget"):
            self._spend(10, date=date(2027, 1, 1)).action_post()

    def test_reset_needs_head_and_reason(self):
        self._approve()
        with self.assertRaises(AccessError):
            self.budget._reset("More tools")
        self._as("head", self.budget)._reset("More tools")
        self.assertEqual(self.budget.state, "draft")
        gates = self.env["aftersales.approval"].search(
            [("res_model", "=", "aftersales.budget"), ("res_id", "=", self.budget.id)]
        )
        self.assertEqual(gates.mapped("decision"), ["rejected", "approved"])

    def test_closed_budget_takes_nothing(self):
        self._approve()
        post = self._spend(10)
        post.action_post()
        self._as("head", self.budget).action_close()
        with self.assertRaisesRegex(UserError, "is not approved"):
            self._spend(10).action_post()
        with self.assertRaisesRegex(UserError, "The budget is closed"):
            post._cancel("Too late")

    def test_one_budget_per_unit_and_period(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation):
            self._create_budget(date_from=date(2026, 12, 31), date_to=date(2027, 1, 5))

    def test_category_once(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.budget.line_ids = [(0, 0, {"category_id": self.tools.id})]

    def test_fill_categories(self):
        self.budget.action_fill_categories()
        self.assertEqual(len(self.budget.line_ids), 11)

    def test_other_centres_budget_is_invisible(self):
        other = self.env["aftersales.budget"].create(
            {"service_point_id": self.centre_b.id}
        )
        self.assertFalse(self._as("centre", other).has_access("read"))
        self.assertTrue(self._as("auditor", other).has_access("read"))
        for role in ("service", "dispatcher", "warehouse", "portal"):
            with self.subTest(role=role):
                budgets = self._as(role, self.env["aftersales.budget"])
                self.assertEqual(
                    budgets.has_access("read"), role == "head", "no budget for him"
                )

    def test_posting_many_costs_the_same_queries(self):
        self._approve()
        counts = []
        for size in (1, 20):
            posts = self.env["aftersales.budget.post"].browse()
            for _n in range(size):
                posts |= self._spend(1)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            posts.action_post()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15")
class TestFund(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fund = cls.env["aftersales.fund"].create({"name": "Batch cases"})
        cls.other_head = new_test_user(
            cls.env,
            login="aftersales_head_two",
            groups="aftersales_network.group_head",
            context=CONTEXT,
        )

    def _move(self, amount, kind="draw", user=None):
        return (
            self.env["aftersales.fund.move"]
            .with_user(user or self.user_clerk)
            .create(
                {
                    "fund_id": self.fund.id,
                    "kind": kind,
                    "amount": amount,
                    "reason": "Recall of lot 7",
                }
            )
        )

    def _deposit(self, amount):
        move = self._move(amount, "deposit")
        move.action_request()
        move.with_user(self.user_head).action_approve()

    def test_draw_needs_an_approved_reason(self):
        self._deposit(1000)
        move = self._move(400)
        self.assertEqual(self.fund.balance, 1000)
        move.action_request()
        self.assertEqual(
            move.activity_ids.user_id.has_group("aftersales_network.group_head"), True
        )
        with self.assertRaisesRegex(AccessError, "Only the head of service decides"):
            move.action_approve()
        move.with_user(self.user_head).action_approve()
        self.assertEqual((move.state, self.fund.balance), ("approved", 600))
        self.assertFalse(move.activity_ids)

    def test_reason_is_required(self):
        move = self._move(1)
        with mute_logger("odoo.sql_db"), self.assertRaises(NotNullViolation):
            move.reason = False
            self.env.flush_all()

    def test_nobody_approves_his_own(self):
        self._deposit(100)
        move = self._move(50, user=self.user_head)
        move.action_request()
        with self.assertRaisesRegex(UserError, "You asked for"):
            move.action_approve()
        move.with_user(self.other_head).action_approve()
        self.assertEqual(self.fund.balance, 50)

    def test_never_below_zero(self):
        self._deposit(100)
        moves = self._move(60) | self._move(60)
        moves.action_request()
        head = moves.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "Batch cases holds .*100"):
            head.action_approve()
        head[0].action_approve()
        with self.assertRaisesRegex(UserError, "Deposit first or draw less"):
            head[1].action_approve()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            head[1]._decide("approved", False)

    def test_refusal_keeps_the_reason(self):
        self._deposit(100)
        move = self._move(60)
        move.action_request()
        move.with_user(self.user_head)._refuse("No recall was decided")
        self.assertEqual(move.state, "refused")
        self.assertEqual(move.decision_note, "No recall was decided")
        self.assertEqual(self.fund.balance, 100)

    def test_requested_movement_is_frozen(self):
        move = self._move(60)
        move.action_request()
        with self.assertRaisesRegex(UserError, "not possible in its state"):
            move.amount = 6
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            move.state = "approved"
        with self.assertRaisesRegex(UserError, "not possible in its state"):
            move.unlink()

    def test_who_sees_funds(self):
        for role, letters in (
            ("clerk", "r"),
            ("auditor", "r"),
            ("head", "rw"),
            ("centre", ""),
            ("service", ""),
            ("portal", ""),
        ):
            with self.subTest(role=role):
                fund = self.fund.with_user(getattr(self, f"user_{role}"))
                self.assertEqual(fund.has_access("read"), "r" in letters)
                self.assertEqual(fund.has_access("write"), "w" in letters)


@tagged("post_install", "-at_install")
class TestFundAtOnce(CommittedCase):
    """Two real connections draw from one fund at the same moment."""

    def _prepare(self, env):
        fund = env["aftersales.fund"].create({"name": "At once"})
        moves = env["aftersales.fund.move"].create(
            [
                {
                    "fund_id": fund.id,
                    "kind": kind,
                    "amount": amount,
                    "reason": "Test",
                    "state": state,
                }
                for kind, amount, state in (
                    ("deposit", 100, "approved"),
                    ("draw", 80, "requested"),
                    ("draw", 80, "requested"),
                )
            ]
        )
        self.fund_id, self.move_ids = fund.id, moves.ids

    def _remove(self):
        with self.registry.cursor() as cr:
            for table, ids in (
                ("aftersales_fund_move", self.move_ids),
                ("aftersales_fund", [self.fund_id]),
            ):
                cr.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [ids])
            cr.execute(
                "DELETE FROM aftersales_approval WHERE res_model ="
                " 'aftersales.fund.move' AND res_id = ANY(%s)",
                [self.move_ids],
            )

    def test_second_draw_waits_and_then_finds_too_little(self):
        with self.registry.cursor() as one, self.registry.cursor() as two:
            self._env(one)["aftersales.fund.move"].browse(
                self.move_ids[1]
            ).action_approve()
            second = self._env(two)["aftersales.fund.move"].browse(self.move_ids[2])
            with self.assertRaises(LockError):
                second.action_approve()
            two.rollback()
            one.commit()
        with self.registry.cursor() as cr:
            late = self._env(cr)["aftersales.fund.move"].browse(self.move_ids[2])
            with self.assertRaisesRegex(UserError, "Deposit first or draw less"):
                late.action_approve()
            cr.rollback()
