from datetime import date, timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.common import CONTEXT

from ..tools.voice import CardAnswer, is_sampled
from .voice_common import VoiceCommon


@tagged("post_install", "-at_install")
class TestCallback(VoiceCommon):
    def _call(self, callback, result="reached", user=None, **said):
        caller = callback.with_user(user or self.user_centre)
        caller._record_call(result, **said)

    def test_closed_jobs_enter_the_list(self):
        order = self._create_done()
        self.assertFalse(order.callback_ids)
        order.action_close()
        callback = order.callback_ids
        today = self.company._get_aftersales_today()
        self.assertEqual((callback.state, callback.reason), ("todo", "rule"))
        self.assertEqual(callback.service_point_id, self.point)
        self.assertEqual(callback.technician_id, self.technician)
        self.assertEqual(callback.worker_id, self.user_portal)
        self.assertEqual(callback.date_next, today)
        self.assertEqual(callback.date_due, today + timedelta(days=3))

    def test_a_share_takes_the_same_jobs_each_time(self):
        self.rule.share = 30
        orders = self.env["aftersales.service.order"]
        for _number in range(20):
            orders |= self._create_done()
        orders.action_close()
        expected = orders.filtered(lambda o: is_sampled(f"centre:{o.name}", 30))
        self.assertEqual(orders.callback_ids.order_id, expected)
        self.env["aftersales.callback"]._enter(orders)
        self.assertEqual(len(orders.callback_ids), len(expected))

    def test_the_rule_of_the_nearest_unit_holds(self):
        self.rule.share = 0
        Rule = self.env["aftersales.callback.rule"]
        Rule.create({"service_point_id": self.centre.id, "share": 100, "days": 1})
        near = self._create_closed().callback_ids
        far = self._create_closed(
            service_point_id=self.point_b.id, technician_id=self.technician_b.id
        )
        self.assertEqual((len(near), near.rule_id.days), (1, 1))
        self.assertFalse(far.callback_ids)
        Rule.create({"service_point_id": self.point.id, "share": 0})
        self.assertFalse(self._create_closed().callback_ids)

    def test_centre_and_head_office_have_their_own_rules(self):
        self.env["aftersales.callback.rule"].create({"level": "head", "share": 100})
        callbacks = self._create_closed().callback_ids
        self.assertEqual(sorted(callbacks.mapped("level")), ["centre", "head"])

    def test_every_new_company_starts_with_a_rule(self):
        Rule = self.env["aftersales.callback.rule"].with_context(active_test=False)
        company = self.env["res.company"].create({"name": "Third Company"})
        rule = Rule.search([("company_id", "=", company.id)])
        self.assertEqual((rule.level, rule.share, rule.days), ("centre", 100, 3))
        self.assertFalse(rule.service_point_id)
        rule.active = False
        Rule._init_rules()
        self.assertEqual(Rule.search([("company_id", "=", company.id)]), rule)
        rule.unlink()
        Rule._init_rules()
        self.assertEqual(Rule.search_count([("company_id", "=", company.id)]), 1)

    def test_without_a_rule_nobody_is_called(self):
        self.rule.active = False
        self.assertFalse(self._create_closed().callback_ids)

    def test_rules_have_bounds(self):
        Rule = self.env["aftersales.callback.rule"]
        for vals in (
            {"level": "head", "share": 101},
            {"level": "head", "share": -1},
            {"level": "head", "days": -1},
            {"level": "head", "max_attempts": 0},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                Rule.create(vals)
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            Rule.create({"level": "centre", "share": 50})

    def test_a_customer_is_reached(self):
        order = self._create_closed()
        callback = order.callback_ids
        self._call(
            callback,
            solved="yes",
            score=4,
            recommend="8",
            cause_id=self.cause.id,
            comment="A bit late",
        )
        self.assertEqual((callback.state, callback.is_solved), ("done", "yes"))
        self.assertEqual(callback.caller_id, self.user_centre)
        self.assertEqual(callback.done_rate, 100)
        answer = order.satisfaction_ids
        self.assertEqual((answer.source, answer.score), ("callback", 4))
        self.assertEqual(answer.recommend_kind, "passive")
        self.assertEqual(answer.cause_id, self.cause)
        self.assertFalse(answer.is_dissatisfied)
        self.assertEqual(order.state, "closed")
        self.assertEqual(callback.attempt_ids.mapped("result"), ["reached"])
        self.assertEqual(callback.attempt_ids.note, "A bit late")

    def test_not_solved_reopens_the_order(self):
        order = self._create_closed()
        self._call(order.callback_ids, solved="no", comment="Still warm")
        self.assertEqual((order.state, order.reopen_count), ("in_progress", 1))
        self.assertTrue(order.satisfaction_ids.is_dissatisfied)
        self.assertEqual(order.callback_ids.state, "done")
        event = order.event_ids.filtered(lambda e: e.kind == "reopened")
        self.assertEqual(event.note, "Still warm")
        # Finished anew, the customer is called anew.
        order.step_ids.is_done = True
        order.action_done()
        order.action_close()
        states = order.callback_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["done", "todo"])

    def test_not_solved_links_the_complaint(self):
        order = self._create_closed()
        complaint = self.env["aftersales.complaint"].create(
            {"subject": "Warm", "description": "Still warm", "order_id": order.id}
        )
        complaint.sudo().write({"state": "closed"})
        callback = order.callback_ids
        self._call(callback, solved="no", comment="Still warm")
        self.assertEqual(callback.complaint_id, complaint)
        self.assertEqual(complaint.state, "investigating")
        self.assertEqual(complaint.reopen_count, 1)

    def test_an_order_that_is_reopened_is_not_called(self):
        order = self._create_closed()
        order.action_reopen()
        callback = order.callback_ids
        self.assertEqual((callback.state, callback.date_next), ("cancelled", False))
        with self.assertRefused(UserError, "is in state “Cancelled”"):
            self._call(callback, solved="yes")

    def test_no_answer_is_tried_again(self):
        self.rule.write({"max_attempts": 2, "retry_days": 2})
        callback = self._create_closed().callback_ids
        callback.with_user(self.user_centre).action_not_reached()
        today = self.company._get_aftersales_today()
        self.assertEqual(callback.state, "todo")
        self.assertEqual(callback.date_next, today + timedelta(days=2))
        callback.with_user(self.user_centre).action_not_reached()
        self.assertEqual((callback.state, callback.attempt_count), ("unreachable", 2))
        self.assertEqual(callback.done_rate, 0)

    def test_the_caller_says_when_to_try_again(self):
        callback = self._create_closed().callback_ids
        day = self.company._get_aftersales_today() + timedelta(days=9)
        self._call(callback, "no_answer", date_next=day)
        self.assertEqual(callback.date_next, day)
        self._call(callback, "no_answer", date_next=date(2020, 1, 1))
        today = self.company._get_aftersales_today()
        self.assertEqual(callback.date_next, today)

    def test_some_results_end_the_calls(self):
        for result in ("declined", "wrong_number"):
            callback = self._create_closed().callback_ids
            self._call(callback, result)
            self.assertEqual(callback.state, "unreachable")
            self.assertFalse(callback.satisfaction_id)

    def test_a_call_is_noted_whole(self):
        callback = self._create_closed().callback_ids
        with self.assertRefused(UserError, "ask whether the fault is solved"):
            self._call(callback, score=5)
        with self.assertRefused(UserError, "Choose the result of the call"):
            self._call(callback, "whatever")
        with self.assertRefused(UserError, "between 1 and 5"):
            self._call(callback, solved="yes", score=9)
        self.assertFalse(callback.attempt_ids)
        self._call(callback, solved="yes")
        with self.assertRefused(UserError, "is in state “Reached”"):
            self._call(callback, solved="yes")

    def test_who_did_the_work_cannot_call(self):
        worker = new_test_user(
            self.env,
            login="voice_worker",
            groups="aftersales_network.group_centre_manager",
            context=CONTEXT,
        )
        self.centre.manager_id = worker
        staff = self._create_staff(partner_id=worker.partner_id.id)
        self.assertEqual(staff.user_id, worker)
        callback = self._create_closed(technician_id=staff.id).callback_ids
        self.assertEqual(callback.worker_id, worker)
        for attempt in (
            lambda: self._call(callback, user=worker, solved="yes"),
            lambda: callback.with_user(worker).action_reached(),
            lambda: callback.with_user(worker).action_not_reached(),
            lambda: callback.with_user(worker).action_take(),
        ):
            with self.assertRefused(UserError, "Another person must call"):
                attempt()
        for field_name in ("caller_id", "user_id"):
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                callback.sudo().write({field_name: worker.id})
                callback.flush_recordset()

    def test_who_finished_the_work_cannot_call_either(self):
        order = self._create_work()
        order.step_ids.is_done = True
        order.with_user(self.user_head).action_done()
        order.action_close()
        with self.assertRefused(UserError, "Another person must call"):
            self._call(order.callback_ids, user=self.user_head, solved="yes")

    def test_what_was_said_is_evidence(self):
        callback = self._create_closed().callback_ids.with_user(self.user_dispatcher)
        for vals in (
            {"state": "done"},
            {"caller_id": self.user_head.id},
            {"attempt_count": 9},
            {"worker_id": False},
            {"done_rate": 100},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                callback.write(vals)
            with self.assertRaises(UserError):
                callback.with_context(aftersales_flow=True).write(vals)
        callback.user_id = self.user_centre
        Callback = self.env["aftersales.callback"].with_user(self.user_dispatcher)
        with self.assertRaises(AccessError):
            Callback.create({})
        with self.assertRaises(UserError):
            callback.copy()
        with self.assertRaises(AccessError):
            callback.unlink()
        with self.assertRaises(AccessError):
            self.env["aftersales.callback.attempt"].with_user(self.user_head).create(
                {"callback_id": callback.id, "result": "reached"}
            )

    def test_who_may_call(self):
        callback = self._create_closed().callback_ids
        far = self._create_closed(
            service_point_id=self.point_b.id, technician_id=self.technician_b.id
        ).callback_ids
        for role in ("auditor", "reviewer"):
            user = getattr(self, f"user_{role}")
            self.assertTrue(callback.with_user(user).has_access("read"))
            with self.assertRaises(AccessError):
                self._call(callback, user=user, solved="yes")
        for role in ("portal", "clerk", "hr", "warehouse"):
            user = getattr(self, f"user_{role}")
            self.assertFalse(callback.with_user(user).has_access("read"), role)
        with self.assertRaises(AccessError):
            self._call(far, solved="yes")
        self._call(far, user=self.user_dispatcher, solved="yes")
        self.assertEqual(far.state, "done")

    def test_the_dialog_of_the_call(self):
        callback = self._create_closed().callback_ids
        action = callback.with_user(self.user_centre).action_reached()
        Wizard = self.env[action["res_model"]].with_user(self.user_centre)
        form = Form(Wizard.with_context(**action["context"]))
        form.solved = "yes"
        form.score = "5"
        form.save().action_confirm()
        self.assertEqual((callback.state, callback.score), ("done", 5))

    def test_the_dialog_shows_no_foreign_customer(self):
        far = self._create_closed(
            service_point_id=self.point_b.id, technician_id=self.technician_b.id
        ).callback_ids
        Wizard = self.env["aftersales.callback.wizard"].with_user(self.user_centre)
        wizard = Wizard.create({"callback_id": far.id, "result": "reached"})
        self.env.invalidate_all()
        for field_name in ("partner_id", "partner_phone", "order_id"):
            with self.assertRaises(AccessError):
                wizard.read([field_name])
        with self.assertRaises(AccessError):
            wizard.action_confirm()

    def test_the_phone_is_dialled(self):
        callback = self._create_closed().callback_ids
        self.assertEqual(callback.action_call()["url"], "tel:+861055550101")
        self.customer.phone = False
        with self.assertRefused(UserError, "has no phone number"):
            callback.action_call()

    def test_orders_are_added_by_hand_once(self):
        self.rule.active = False
        order = self._create_closed()
        order.with_user(self.user_centre).action_add_callback()
        order.with_user(self.user_centre).action_add_callback()
        self.assertEqual(order.callback_ids.mapped("reason"), ["manual"])
        with self.assertRefused(UserError, "is not finished"):
            self._create_work().action_add_callback()

    def test_share_done_by_point_and_month(self):
        callbacks = self.env["aftersales.callback"]
        for _number in range(4):
            callbacks |= self._create_closed().callback_ids
        self._call(callbacks[0], solved="yes")
        ((point, rate),) = callbacks._read_group(
            [("id", "in", callbacks.ids)], ["service_point_id"], ["done_rate:avg"]
        )
        self.assertEqual((point, rate), (self.point, 25))

    def test_a_batch_costs_no_query_per_order(self):
        orders = self.env["aftersales.service.order"]
        for _number in range(14):
            orders |= self._create_done()
        self.env.flush_all()

        def queries(batch):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["aftersales.callback"]._enter(batch)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(orders[:1])
        self.assertEqual(queries(orders[1:4]), queries(orders[4:14]))

    def test_overdue_calls(self):
        callback = self._create_closed().callback_ids
        self.assertFalse(callback.is_late)
        callback.sudo().date_due = "2020-01-01"
        self.assertTrue(callback.is_late)

    def test_buttons_of_the_order(self):
        order = self._create_closed()
        order.card_ids._answer(CardAnswer(5))
        order = order.with_user(self.user_auditor)
        self.assertEqual((order.callback_count, order.satisfaction_count), (1, 1))
        action = order.action_view_callbacks()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, order.sudo().callback_ids)
        clerk = order.with_user(self.user_clerk)
        self.assertEqual((clerk.callback_count, clerk.satisfaction_count), (0, 0))
