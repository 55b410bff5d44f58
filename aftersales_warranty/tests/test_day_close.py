from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .money_common import TODAY, MoneyCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 04:00:00")
class TestDayClose(MoneyCommon):
    """The money of a point and day is counted, explained and closed."""

    def _take(self, cash=100.0, card=50.0):
        """A day with money in the till and on cards."""
        order = self._create_charged(cash + card)
        self._pay(order, cash)
        payment = self._pay(order, card, self.card)
        return payment.close_id

    def _run_cron(self):
        """The daily job, twice as often as it should run."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "aftersales_warranty.day_close_ir_cron"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_the_sheet_holds_what_was_taken_by_method(self):
        close = self._take()
        self.assertEqual((close.date, close.service_point_id), (TODAY, self.point))
        self.assertEqual(
            {line.method_id: line.amount_expected for line in close.line_ids},
            {self.cash: 100, self.card: 50},
        )
        self.assertEqual(close.amount_expected, 150)
        self.assertEqual(close.payment_count, 2)
        again = self._pay(self._create_charged(10), 10)
        self.assertEqual(again.close_id, close)
        self.assertEqual(again.close_line_id.amount_expected, 110)

    def test_an_open_day_keeps_the_point_from_leaving(self):
        close = self._take()
        blockers = {row[0]: row[1] for row in self.point._get_clearance_blockers()}
        self.assertEqual(blockers["days not closed"], 1)
        self._count(close, {self.cash.id: 100, self.card.id: 50})
        close.with_user(self.user_centre).action_close()
        labels = [row[0] for row in self.point._get_clearance_blockers()]
        self.assertNotIn("days not closed", labels)

    def test_a_day_without_difference_closes_at_once(self):
        close = self._take()
        self._count(close, {self.cash.id: 100, self.card.id: 50})
        close.with_user(self.user_centre).action_close()
        self.assertEqual((close.state, close.difference), ("closed", 0))
        self.assertEqual(close.counted_by_id, self.user_centre)
        self.assertFalse(close.line_ids.move_id)

    def test_a_difference_needs_its_reason(self):
        close = self._take()
        self._count(close, {self.cash.id: 97, self.card.id: 50}, reason=" ")
        with self.assertRaises(UserError) as caught:
            close.with_user(self.user_centre).action_close()
        self.assertEqual(
            str(caught.exception),
            f"{close.display_name}: Till differs by {self.currency.format(-3)}. Count "
            "again, or give the reason of the difference.",
        )
        self.assertEqual(close.state, "open")
        self.assertFalse(close.counted_by_id)

    def test_what_nobody_counted_is_a_difference(self):
        close = self._take()
        with self.assertRaisesRegex(UserError, "differs by"):
            close.with_user(self.user_centre).action_close()

    def test_a_surplus_of_one_hides_no_shortage_of_another(self):
        close = self._take()
        self._count(close, {self.cash.id: 90, self.card.id: 60}, reason="Mixed up")
        self.assertEqual(close.difference, 0)
        close.with_user(self.user_centre).action_close()
        self.assertEqual(close.state, "to_approve")

    def test_a_small_difference_is_booked(self):
        close = self._take()
        self._count(close, {self.cash.id: 97, self.card.id: 52}, reason="Small change")
        close.with_user(self.user_centre).action_close()
        self.assertEqual(close.state, "closed")
        booked = {}
        for move in close.line_ids.move_id:
            self.assertEqual((move.state, move.date), ("posted", TODAY))
            for line in move.line_ids:
                booked[line.account_id, move.journal_id] = line.balance
        self.assertEqual(
            booked,
            {
                (self.account_cash, self.journal_cash): -3,
                (self.account_difference, self.journal_cash): 3,
                (self.account_bank, self.journal_bank): 2,
                (self.account_difference, self.journal_bank): -2,
            },
        )
        with self.assertRaisesRegex(UserError, "Have the day reopened instead"):
            close.line_ids.move_id[:1].button_draft()

    def test_the_journal_has_its_own_account(self):
        loss = self.env["account.account"].create(
            {"name": "Test Loss", "code": "TWX9", "account_type": "expense"}
        )
        self.journal_cash.loss_account_id = loss
        close = self._take()
        self._count(close, {self.cash.id: 97, self.card.id: 50}, reason="Lost")
        close.action_close()
        self.assertIn(loss, close.line_ids.move_id.line_ids.account_id)

    def test_without_an_account_the_day_stays_open(self):
        self.company.aftersales_difference_account_id = False
        close = self._take()
        self._count(close, {self.cash.id: 97, self.card.id: 50}, reason="Lost")
        with self.assertRaisesRegex(UserError, "no account for differences"):
            close.with_user(self.user_centre).action_close()

    def test_a_large_difference_needs_a_second_person(self):
        close = self._take()
        self._count(close, {self.cash.id: 80, self.card.id: 50}, reason="Stolen")
        close.with_user(self.user_centre).action_close()
        self.assertEqual(close.state, "to_approve")
        self.assertFalse(close.line_ids.move_id)
        with self.assertRaisesRegex(UserError, "another person must decide"):
            close.with_user(self.user_centre).action_approve()
        self.point.manager_id = self.user_service
        with self.assertRaisesRegex(AccessError, "A day is approved and reopened"):
            close.with_user(self.user_service).action_approve()
        with self.assertRaises(AccessError):
            close.with_user(self.user_auditor).action_approve()
        close.with_user(self.user_clerk).action_approve()
        self.assertEqual(
            (close.state, close.decided_by_id), ("closed", self.user_clerk)
        )
        self.assertEqual(len(close.line_ids.move_id), 1)
        approval = self.env["aftersales.approval"].search(
            [("res_model", "=", close._name), ("res_id", "=", close.id)]
        )
        self.assertEqual((approval.gate, approval.decision), ("day_close", "approved"))

    def test_who_counted_does_not_approve_whoever_hands_in(self):
        close = self._take()
        counter = self.user_clerk
        self._count(close.with_user(counter), {self.cash.id: 80, self.card.id: 50}, "?")
        self.assertEqual(close.line_ids.counted_by_id, counter)
        with self.assertRaises(UserError):
            close.line_ids[0].with_user(counter).move_id = False
        close.line_ids.with_user(counter).write({"counted_by_id": False})
        self.assertEqual(close.line_ids.counted_by_id, counter)
        close.with_user(self.user_centre).action_close()
        with self.assertRaisesRegex(UserError, "another person must decide"):
            close.with_user(counter).action_approve()
        other = counter.copy({"login": "aftersales_clerk_x"})
        close.with_user(other).action_approve()
        self.assertEqual(close.state, "closed")

    def test_a_rejected_day_is_counted_again(self):
        close = self._take()
        self._count(close, {self.cash.id: 80, self.card.id: 50}, reason="Hm")
        close.with_user(self.user_centre).action_close()
        close.with_user(self.user_clerk)._reject("Look into the safe")
        self.assertEqual(
            (close.state, close.rejection_reason), ("open", "Look into the safe")
        )
        self._count(close, {self.cash.id: 100})
        close.with_user(self.user_centre).action_close()
        self.assertEqual(close.state, "closed")

    def test_a_closed_day_takes_no_payment(self):
        close = self._take()
        self._count(close, {self.cash.id: 100, self.card.id: 50})
        close.with_user(self.user_centre).action_close()
        draft = self._pay(self._create_charged(10), 10, post=False)
        with self.assertRaises(UserError) as caught:
            draft.action_post()
        self.assertEqual(
            str(caught.exception),
            f"The day {close.display_name} is counted or closed; it takes no payment "
            "any more. Enter the money on another day, or have the day reopened.",
        )
        self.assertEqual(draft.state, "draft")
        draft.date = date(2026, 3, 9)
        draft.action_post()
        self.assertEqual(draft.close_id.date, date(2026, 3, 9))

    def test_reopening_reverses_the_difference(self):
        close = self._take()
        self._count(close, {self.cash.id: 97, self.card.id: 50}, reason="Lost")
        close.with_user(self.user_centre).action_close()
        move = close.line_ids.move_id
        with self.assertRaisesRegex(UserError, "Give a reason"):
            close.with_user(self.user_clerk)._reopen(" ")
        with self.assertRaisesRegex(UserError, "another person must decide"):
            close.with_user(self.user_centre)._reopen("Mine")
        close.with_user(self.user_clerk)._reopen("Found the note")
        self.assertEqual((close.state, close.reopen_count), ("open", 1))
        self.assertFalse(close.line_ids.move_id)
        self.assertEqual(
            sum(
                (move | move.reversal_move_ids)
                .line_ids.filtered(lambda x: x.account_id == self.account_difference)
                .mapped("balance")
            ),
            0,
        )
        self._count(close, {self.cash.id: 100})
        close.with_user(self.user_centre).action_close()
        self.assertEqual(close.state, "closed")

    def test_what_is_on_account_is_not_counted(self):
        order = self._create_charged(100)
        payment = self._pay(order, 100, self.credit)
        line = payment.close_line_id
        self.assertEqual((line.amount_expected, line.difference), (100, 0))
        payment.close_id.with_user(self.user_centre).action_close()
        self.assertEqual(payment.close_id.state, "closed")

    def test_callers_close_no_day(self):
        close = self._take().with_user(self.user_centre)
        for vals in (
            {"state": "closed"},
            {"payment_count": 0},
            {"difference": 0},
            {"counted_by_id": self.user_hr.id},
            {"date": "2026-03-09"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                close.with_context(aftersales_flow=True).write(vals)
        line = close.line_ids[:1]
        for vals in ({"amount_expected": 0}, {"close_id": 1}, {"move_id": 1}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                line.write(vals)
        self._count(close, {self.cash.id: 100, self.card.id: 50})
        close.action_close()
        with self.assertRaises(UserError) as caught:
            line.write({"amount_counted": 5})
        self.assertEqual(
            str(caught.exception),
            f"The day {close.display_name} is counted. Have it given back or reopened "
            "to count again.",
        )
        with self.assertRaises(AccessError):
            close.create({"service_point_id": self.point.id, "date": TODAY})

    def test_nobody_sees_the_days_of_others(self):
        close = self._take()
        Close = self.env["aftersales.day.close"]
        self.point_b.manager_id = self.user_service
        for user in (self.user_service, self.user_portal_b):
            with self.subTest(user=user.login):
                self.assertFalse(Close.with_user(user).search([]) & close)
                self.assertFalse(
                    Close.line_ids.with_user(user).search([]) & close.line_ids
                )
        for user in (self.user_portal, self.user_clerk, self.user_auditor):
            self.assertIn(close, Close.with_user(user).search([]))
        for user in (self.user_warehouse, self.user_hr, self.user_reviewer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                Close.with_user(user).search([])

    def test_open_days_are_listed_and_reminded_once(self):
        close = self._take()
        Close = self.env["aftersales.day.close"]
        late = [("is_overdue", "=", True), ("id", "=", close.id)]
        self.assertFalse(Close.search(late))
        with freeze_time("2026-03-11 04:00:00"):
            close.invalidate_recordset(["is_overdue"])
            self.assertTrue(close.is_overdue)
            self.assertEqual(Close.search(late), close)
            self._run_cron()
            self.assertTrue(close.is_reminded)
            self.assertEqual(close.activity_ids.user_id, self.user_centre)
            self._run_cron()
            self.assertEqual(len(close.activity_ids), 1)
            self._count(close, {self.cash.id: 100, self.card.id: 50})
            close.with_user(self.user_centre).action_close()
            self.assertFalse(Close.search(late))

    def test_taking_money_costs_a_bounded_number_of_queries(self):
        order = self._create_charged(100)
        self._pay(order, 10)
        drafts = [self._pay(order, 10, post=False) for _index in range(2)]
        self.env.flush_all()
        counts = []
        for draft in drafts:
            before = self.env.cr.sql_log_count
            draft.action_post()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertLess(counts[1], 120)

    def test_the_sheet_prints(self):
        close = self._take()
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("aftersales_warranty.report_day_close", close.ids)[0]
            .decode()
        )
        self.assertIn("Till", html)
        self.assertIn("150.00", html)
        self.assertIn(close.payment_ids[:1].name, html)
