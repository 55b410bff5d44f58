from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestSuspension(AftersalesCommon):
    def _suspend(self, point=None, until=date(2026, 6, 30), reason="Complaints"):
        point = (point or self.point).with_user(self.user_head)
        action = point.action_ask_suspend()
        self.env[action["res_model"]].with_user(self.user_head).with_context(
            **action["context"]
        ).create({"reason": reason, "date_until": until}).action_confirm()

    def _run_cron(self):
        self.env.flush_all()
        Point = self.env["aftersales.service.point"]
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            Point.with_env(self.env(cr=cr))._cron_lift_suspensions()
        self.env.invalidate_all()

    @freeze_time("2026-05-10")
    def test_reason_and_end_are_needed(self):
        self._suspend()
        self.assertEqual(
            (
                self.point.state,
                self.point.suspension_reason,
                self.point.date_suspended,
                self.point.date_suspended_until,
            ),
            ("suspended", "Complaints", date(2026, 5, 10), date(2026, 6, 30)),
        )
        line = self.point.suspension_ids
        self.assertEqual((line.gate, line.comment), ("suspend", "Complaints"))
        self.assertEqual(
            (line.date_until, line.user_id), (date(2026, 6, 30), self.user_head)
        )
        head = self.point_b.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "give the last day"):
            head.action_suspend("x")
        with self.assertRaisesRegex(UserError, "give the last day"):
            head.action_suspend("x", date(2026, 5, 9))
        with self.assertRaisesRegex(UserError, "Give a reason"):
            head.action_suspend(" ", date(2026, 6, 30))
        self.assertEqual(self.point_b.state, "active")

    def test_a_proposal_asks_the_head_once(self):
        points = (self.point | self.point_b).with_user(self.user_auditor)
        self.point_b.state = "withdrawal"
        proposed = points._propose_suspension("Failed twice", self.agreement)
        self.assertEqual(proposed.ids, self.point.ids)
        proposed._propose_suspension("Failed <again>")
        activity = self.point.activity_ids
        self.assertEqual(len(activity), 1, "one decision, however many reasons")
        self.assertTrue(activity.user_id.has_group("aftersales_network.group_head"))
        self.assertEqual(self.point.state, "active")
        bodies = " ".join(self.point.message_ids.mapped("body"))
        self.assertIn("Suspension proposed: Failed twice", bodies)
        self.assertIn(self.agreement.display_name, bodies)
        self.assertIn("Failed &lt;again&gt;", bodies)
        self.assertFalse(self.point_b.activity_ids)

    @freeze_time("2026-05-10")
    def test_the_suspension_settles_the_proposal(self):
        self.point._propose_suspension("Failed twice")
        self._suspend()
        self.assertFalse(self.point.activity_ids)

    @freeze_time("2026-05-10")
    def test_only_the_head(self):
        for role in ("centre", "reviewer", "dispatcher"):
            user = getattr(self, f"user_{role}")
            with self.assertRaises(AccessError):
                self.point.with_user(user).action_suspend("x", date(2026, 6, 30))
            Wizard = self.env["aftersales.suspension.wizard"].with_user(user)
            self.assertFalse(Wizard.has_access("create"), role)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self.point.with_user(self.user_head).date_suspended_until = "2026-06-30"

    @freeze_time("2026-05-10")
    def test_no_new_work_but_open_orders_are_finished(self):
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.service_point_id, self.point)
        self._suspend()
        fresh = self._create_order()
        reasons = [
            c["reason_code"]
            for c in fresh._get_dispatch_candidates()[fresh.id]
            if c["service_point_id"] == self.point.id
        ]
        self.assertEqual(reasons, ["state"])
        self._finish_order(order)
        self.assertEqual(order.state, "done")
        own = order.with_user(self.user_portal)
        self.assertTrue(own.has_access("read"))

    @freeze_time("2026-05-10")
    def test_state_before_is_restored(self):
        self.point.state = "probation"
        for point, state in ((self.point, "probation"), (self.point_b, "active")):
            self._suspend(point)
            self.assertEqual(point._is_on_probation(), state == "probation")
            point.with_user(self.user_head).action_lift_suspension()
            self.assertEqual(point.state, state)
            self.assertFalse(point.date_suspended_until or point.suspension_reason)

    def test_lifts_itself_the_day_after(self):
        with freeze_time("2026-05-10"):
            self._suspend()
        with freeze_time("2026-06-30 12:00:00"):
            self._run_cron()
        self.assertEqual(self.point.state, "suspended")
        with freeze_time("2026-07-01 12:00:00"):
            self._run_cron()
            self._run_cron()
        self.assertEqual(self.point.state, "active")
        lift = self.point.suspension_ids.filtered(lambda line: line.gate == "lift")
        self.assertEqual(
            lift.comment, "The suspension ended on 06/30/2026 and was lifted by itself."
        )
        activity = self.point.activity_ids
        self.assertEqual(activity.user_id, self.user_centre)
        self.assertIn("Back from suspension", activity.summary)
        self.assertIn("lifted by itself", self.point.message_ids[0].body)

    def test_lift_by_the_company_own_day(self):
        with freeze_time("2026-05-10"):
            self._suspend()
        self.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2026-06-30 17:00:00"):
            self._run_cron()
        self.assertEqual(self.point.state, "active")

    @freeze_time("2026-05-10")
    def test_lift_in_batch(self):
        points = self.env["aftersales.service.point"].concat(
            *(self._create_point(parent_id=self.centre.id) for _n in range(12))
        )
        points.action_suspend("Round", date(2026, 5, 10))
        counts = []
        for batch in (points[:2], points[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            batch._lift_ended()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + 10, counts)
        self.assertEqual(set(points.mapped("state")), {"active"})

    @freeze_time("2026-05-10")
    def test_replacement_application(self):
        with self.assertRaisesRegex(UserError, "in state “Active”"):
            self.point.action_start_replacement()
        self._suspend()
        action = self.point.with_user(self.user_centre).action_start_replacement()
        new = (
            self.env["aftersales.service.point"]
            .with_user(self.user_centre)
            .with_context(**action["context"])
            .create({"name": "Successor"})
        )
        self.assertEqual(new.replaces_id, self.point)
        self.assertEqual((new.state, new.parent_id), ("prospect", self.centre))
        self.assertEqual(self.point.replaced_by_ids, new)

    @freeze_time("2026-05-10")
    def test_list_of_suspended_points(self):
        self._suspend()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_network.aftersales_service_point_action_suspended"
        )
        found = self.env[action["res_model"]].search([("state", "=", "suspended")])
        self.assertIn(self.point, found)
        self.assertNotIn(self.point_b, found)
