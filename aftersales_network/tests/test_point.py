from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestPoint(AftersalesCommon):
    def _prospect(self, **vals):
        return self._create_point(
            name="Applicant", state="prospect", parent_id=self.centre.id, **vals
        )

    def test_tree(self):
        self.assertEqual(self.point.centre_id, self.centre)
        self.assertFalse(self.centre.centre_id)
        self.point.parent_id = self.centre_b
        self.assertEqual(self.point.centre_id, self.centre_b)
        with self.assertRaisesRegex(ValidationError, "must be a head office or a"):
            self.point.parent_id = self.point_b
        with self.assertRaisesRegex(ValidationError, "cannot have a responsible"):
            self._create_point(tier="hq", kind="own", parent_id=self.hq.id)

    def test_tree_cycle(self):
        with self.assertRaisesRegex(UserError, "Recursion"):
            self.centre.parent_id = self.centre

    def test_code_by_sequence_and_unique(self):
        self.assertRegex(self.point.code, r"^SP\d{4,}$")
        self.assertIn(self.point.code, self.point.display_name)
        found = self.env["aftersales.service.point"].name_search(self.point.code)
        self.assertEqual([row[0] for row in found], self.point.ids)

    def test_submit_needs_centre_and_company(self):
        point = self._create_point(
            name="Lost", state="prospect", parent_id=self.hq.id, partner_id=False
        )
        with self.assertRaisesRegex(
            UserError, "no responsible centre, no company or address"
        ):
            point.action_submit()
        self.assertEqual(point.state, "prospect")

    def test_gates_one_at_a_time_with_four_eyes(self):
        point = self._prospect()
        point.with_user(self.user_centre).action_submit()
        self.assertEqual(point.submitted_by_id, self.user_centre)
        with self.assertRaisesRegex(UserError, "Somebody else must decide"):
            point.with_user(self.user_centre).action_approve()
        with self.assertRaises(AccessError):
            point.with_user(self.user_reviewer).action_approve()
        point.with_user(self.user_admin).action_approve("visited")
        self.assertEqual(point.state, "technical_review")
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            point.with_user(self.user_admin).action_approve()
        point.with_user(self.user_reviewer).action_approve()
        point.with_user(self.user_head).action_approve()
        self.assertEqual(point.state, "probation")
        self.assertEqual(
            point.approval_ids.sorted("id").mapped("gate"),
            ["centre", "technical", "head"],
        )
        self.assertEqual(point.approval_ids.sorted("id")[0].comment, "visited")

    def test_activation_needs_agreement(self):
        point = self._create_point(state="probation", parent_id=self.centre.id)
        with self.assertRaisesRegex(UserError, r"missing agreement in force \(1\)"):
            point.with_user(self.user_head).action_activate()
        own = self._create_point(
            state="probation", kind="own", parent_id=self.centre.id
        )
        with self.assertRaisesRegex(UserError, r"probation not begun \(1\)"):
            own.with_user(self.user_head).action_activate()
        self._pass_probation(own)
        own.with_user(self.user_head).action_activate()
        self.assertEqual(own.state, "active")
        self.assertTrue(own.date_activated)

    def test_reject_needs_reason_and_may_resubmit(self):
        point = self._prospect()
        point.action_submit()
        wizard = self.env["aftersales.reason.wizard"].with_user(self.user_admin)
        with self.assertRaisesRegex(UserError, "Give a reason"):
            point.with_user(self.user_admin).action_reject("  ")
        action = point.with_user(self.user_admin).action_ask_reject()
        dialog = wizard.with_context(**action["context"]).create(
            {"reason": "No workshop"}
        )
        dialog.action_confirm()
        self.assertEqual(point.state, "rejected")
        self.assertEqual(point.approval_ids.comment, "No workshop")
        point.action_submit()
        self.assertEqual(point.state, "applied")

    def test_reason_wizard_calls_only_listed_methods(self):
        wizard = self.env["aftersales.reason.wizard"].create(
            {
                "res_model": "aftersales.service.point",
                "res_ids": self.point.ids,
                "method": "unlink",
                "reason": "x",
            }
        )
        with self.assertRaisesRegex(UserError, "not possible here"):
            wizard.action_confirm()
        self.assertTrue(self.point.exists())

    def test_suspend_and_lift(self):
        head = self.point.with_user(self.user_head)
        head.action_suspend("Complaints", date(2099, 1, 31))
        self.assertEqual(self.point.suspension_reason, "Complaints")
        self.assertFalse(self.point._is_dispatchable())
        with self.assertRaisesRegex(UserError, "in state “Suspended”"):
            head.action_suspend("again", date(2099, 1, 31))
        head.action_lift_suspension()
        self.assertEqual(self.point.state, "active")
        with self.assertRaises(AccessError):
            self.point.with_user(self.user_centre).action_suspend(
                "no", date(2099, 1, 31)
            )

    def test_unlink_only_before_service(self):
        with self.assertRaisesRegex(ValidationError, "Withdraw and close it"):
            self.point.unlink()
        prospect = self._prospect()
        prospect.unlink()
        self.assertFalse(prospect.exists())

    def test_counts_are_grouped(self):
        points = self.point | self.point_b | self.centre
        self._create_order().action_dispatch()
        points.invalidate_recordset()
        with self.assertQueryCount(6):
            points.mapped("open_order_count")
        self.assertEqual(self.point.open_order_count, 1)
        self.assertEqual(self.point.staff_count, 1)
        self.assertEqual(self.centre.child_count, 1)

    def test_agreements_on_date(self):
        found = self.point._get_agreements_on(date(2019, 12, 31))
        self.assertFalse(found[self.point.id])
        self.assertEqual(
            self.point._get_agreements_on(date(2020, 1, 1))[self.point.id],
            self.agreement,
        )

    def test_related_actions(self):
        action = self.point.action_view_orders()
        self.assertEqual(action["domain"], [("service_point_id", "=", self.point.id)])
        self.assertEqual(
            self.point.action_view_staff()["res_model"], "aftersales.staff"
        )
        self.assertEqual(
            self.centre.action_view_children()["domain"],
            [("parent_id", "=", self.centre.id)],
        )
