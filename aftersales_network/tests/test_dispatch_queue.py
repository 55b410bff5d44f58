from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestDispatchQueue(AftersalesCommon):
    """Refusal, taking back, and what the queue does by itself."""

    def _run_cron(self, name):
        """Run a job as the scheduler does, inside the transaction of the test."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"aftersales_network.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_refusal_goes_to_the_next_candidate(self):
        rival = self._create_rival()
        order = self._create_order()
        order.with_user(self.user_dispatcher).action_dispatch()
        self.assertEqual(order.service_point_id, self.point)
        order._refuse("No parts")
        self.assertEqual(order.state, "dispatched")
        self.assertEqual(order.service_point_id, rival)
        self.assertEqual(order.dispatched_by_id, self.user_dispatcher)
        refusal = order.refusal_ids
        self.assertEqual(refusal.service_point_id, self.point)
        self.assertEqual((refusal.kind, refusal.reason), ("refused", "No parts"))
        dropped = order.candidate_ids.filtered(
            lambda c: c.service_point_id == self.point
        )
        today = self.company._get_aftersales_today()
        self.assertEqual(dropped.reason, f"refused on {today}: No parts")
        self.assertEqual(dropped.reason_code, "refused")

    def test_refused_by_all_waits_with_both_reasons(self):
        rival = self._create_rival()
        order = self._create_order()
        order.action_dispatch()
        order._refuse("No parts")
        order._refuse("No people")
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.service_point_id)
        self.assertEqual(order.dispatch_reason_code, "refused")
        self.assertIn("No parts", order.dispatch_note)
        self.assertIn("No people", order.dispatch_note)
        # By hand it may go there again.
        order._dispatch_to(rival, "They have people again")
        self.assertEqual(order.service_point_id, rival)

    def test_without_automatic_redispatch_it_waits(self):
        self._create_rival()
        self.company.aftersales_auto_redispatch = False
        order = self._create_order()
        order.action_dispatch()
        order._refuse("No parts")
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.dispatch_note, "No parts")
        self.assertEqual(order.dispatch_reason_code, "refused")
        self._run_cron("cron_retry_queue")
        self.assertEqual(order.state, "draft")

    def test_refusal_on_the_portal_goes_on(self):
        rival = self._create_rival()
        order = self._create_order()
        order.action_dispatch()
        order.with_user(self.user_portal).sudo()._portal_refuse("Too far")
        self.assertEqual(order.service_point_id, rival)
        self.assertEqual(order.refusal_ids.user_id, self.user_portal)

    def test_refusal_by_people_of_the_point(self):
        """They lose sight of the order, yet it reaches the next point."""
        rival = self._create_rival(parent_id=self.centre_b.id)
        self._create_staff(
            service_point_id=self.point.id,
            partner_id=self.user_service.partner_id.id,
        )
        order = self._create_order()
        order.action_dispatch()
        order.with_user(self.user_service)._refuse("No time")
        self.assertEqual(order.service_point_id, rival)
        self.assertFalse(order.with_user(self.user_service).has_access("read"))

    def test_refusal_needs_a_reason_and_the_state(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "this step is possible only in"):
            order._refuse("No")
        order.action_dispatch()
        with self.assertRaisesRegex(UserError, "give a reason for this step"):
            order._refuse("  ")

    def test_refusals_are_evidence(self):
        order = self._create_order()
        order.action_dispatch()
        order._refuse("No parts")
        for user in (self.user_dispatcher, self.user_head, self.user_admin):
            refusal = order.refusal_ids.with_user(user)
            with self.assertRaises(AccessError):
                refusal.write({"reason": "Nothing"})
            with self.assertRaises(AccessError):
                refusal.unlink()
            with self.assertRaises(AccessError):
                refusal.create(
                    {
                        "order_id": order.id,
                        "service_point_id": self.point.id,
                        "reason": "x",
                    }
                )

    def test_redispatch_before_work_starts(self):
        rival = self._create_rival()
        order = self._create_order()
        order.action_dispatch()
        order.action_accept()
        action = order.with_user(self.user_dispatcher).action_redispatch()
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_dispatcher)
            .with_context(**action["context"])
            .create({"reason": "Too slow"})
        )
        wizard.action_confirm()
        self.assertEqual(order.service_point_id, rival)
        self.assertEqual(order.state, "dispatched")
        self.assertFalse(order.date_accepted)
        self.assertEqual(order.refusal_ids.kind, "taken_back")
        order.action_accept()
        order.action_start()
        with self.assertRaisesRegex(UserError, "possible only in"):
            order.action_redispatch()
        with self.assertRaisesRegex(UserError, "possible only in"):
            order._redispatch("Too late")

    def test_taken_back_waits_for_the_dispatcher(self):
        order = self._create_order()
        order.action_dispatch()
        order.with_user(self.user_dispatcher)._take_back("Customer postponed")
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.dispatch_reason_code, "taken_back")
        self.assertEqual(order.dispatch_note, "Customer postponed")
        self._run_cron("cron_retry_queue")
        self.assertEqual(order.state, "draft")

    def test_only_a_dispatcher_takes_back(self):
        order = self._create_order()
        order.action_dispatch()
        for user in (self.user_centre, self.user_service):
            with self.assertRaises(AccessError):
                order.with_user(user)._take_back("Mine")
            with self.assertRaises(AccessError):
                order.with_user(user).action_redispatch()

    def test_cron_dispatches_what_has_become_possible(self):
        self.point.capacity = 1
        self._create_order().action_dispatch()
        waiting = self._create_order()
        untouched = self._create_order()
        waiting.action_dispatch()
        self.assertEqual(waiting.dispatch_reason_code, "full")
        self._run_cron("cron_retry_queue")
        self.assertEqual(waiting.state, "draft")
        self.point.capacity = 2
        self._run_cron("cron_retry_queue")
        self.assertEqual(waiting.state, "dispatched")
        self.assertFalse(waiting.dispatch_reason_code)
        # Nobody has asked for this one yet.
        self.assertEqual(untouched.state, "draft")
        self.assertFalse(untouched.dispatch_reason_code)

    def test_reason_code_of_the_point_that_came_furthest(self):
        rival = self._create_rival()
        self.point.state = "suspended"
        rival.capacity = 1
        self._create_order().action_dispatch()
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.dispatch_reason_code, "full")
        self.customer.state_id = False
        lost = self._create_order()
        lost.action_dispatch()
        self.assertEqual(lost.dispatch_reason_code, "no_address")
        self.customer.state_id = self.state_b
        self.point_b.assignment_ids.unlink()
        lonely = self._create_order()
        lonely.action_dispatch()
        self.assertEqual(lonely.dispatch_reason_code, "no_point")

    def test_reason_code_is_no_field_for_typing(self):
        order = self._create_order().with_user(self.user_dispatcher)
        for vals in (
            {"dispatch_reason_code": "full"},
            {"dispatched_by_id": self.user_head.id},
            {"is_acceptance_reminded": True},
        ):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                order.write(vals)

    def test_dispatcher_is_reminded_once_of_an_order_not_accepted(self):
        order = self._create_order()
        order.with_user(self.user_dispatcher).action_dispatch()
        self._run_cron("cron_remind_acceptance")
        self.assertFalse(order.activity_ids)
        order._write_flow(
            {"date_dispatched": fields.Datetime.now() - timedelta(hours=25)}
        )
        self._run_cron("cron_remind_acceptance")
        self._run_cron("cron_remind_acceptance")
        activity = order.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.user_dispatcher)
        self.assertEqual(activity.summary, "Not accepted yet")
        order.action_accept()
        self.assertFalse(order.activity_ids)

    def test_hours_to_accept_are_a_setting(self):
        order = self._create_order()
        order.with_user(self.user_dispatcher).action_dispatch()
        order._write_flow(
            {"date_dispatched": fields.Datetime.now() - timedelta(hours=5)}
        )
        self.company.aftersales_accept_hours = 0
        self._run_cron("cron_remind_acceptance")
        self.assertFalse(order.activity_ids)
        self.company.aftersales_accept_hours = 4
        self._run_cron("cron_remind_acceptance")
        self.assertEqual(order.activity_ids.user_id, self.user_dispatcher)
