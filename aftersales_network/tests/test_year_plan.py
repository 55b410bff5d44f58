from datetime import date, datetime

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-11-15 04:00:00")
class TestYearPlan(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = (
            cls.env["aftersales.year.plan"]
            .with_user(cls.user_centre)
            .create(
                {
                    "service_point_id": cls.centre.id,
                    "year": 2026,
                    "target_ids": [
                        (
                            0,
                            0,
                            {
                                "name": "On time",
                                "metric_code": "CLOSE",
                                "target_value": 95,
                            },
                        ),
                        (
                            0,
                            0,
                            {
                                "name": "Complaints at the hotline",
                                "is_lower_better": True,
                                "target_value": 10,
                            },
                        ),
                    ],
                    "action_ids": [
                        (
                            0,
                            0,
                            {"name": "Two new points", "date_due": date(2026, 6, 30)},
                        )
                    ],
                }
            )
        )
        cls.on_time, cls.complaints = cls.plan.target_ids
        cls.action = cls.plan.action_ids

    def _run_plan(self):
        self.plan.action_submit()
        self.plan.with_user(self.user_head).action_approve()

    def test_gates(self):
        with self.assertRaisesRegex(UserError, "is in state “Draft”"):
            self.plan.with_user(self.user_head).action_approve()
        self.plan.action_submit()
        self.assertEqual(
            self.plan.activity_ids.user_id.has_group("aftersales_network.group_head"),
            True,
        )
        with self.assertRaisesRegex(AccessError, "Only the head of service"):
            self.plan.action_approve()
        self.plan.with_user(self.user_head).action_approve()
        self.assertEqual(self.plan.state, "running")
        self.assertEqual(self.plan.approved_by_id, self.user_head)
        self.assertFalse(self.plan.activity_ids)

    def test_nobody_approves_his_own(self):
        own = self.plan.with_user(self.user_head).copy(
            {"service_point_id": self.centre_b.id}
        )
        own.action_submit()
        with self.assertRaisesRegex(UserError, "You submitted plan Centre North 2026"):
            own.action_approve()

    def test_empty_plan_is_not_submitted(self):
        self.action.unlink()
        with self.assertRaisesRegex(UserError, "at least one target and one action"):
            self.plan.action_submit()

    def test_submitted_plan_is_frozen_but_work_is_noted(self):
        self._run_plan()
        for change in (
            lambda: self.plan.write({"year": 2027}),
            lambda: self.on_time.write({"target_value": 1}),
            lambda: self.on_time.unlink(),
            lambda: self.action.write({"date_due": date(2027, 1, 1)}),
        ):
            with self.assertRaisesRegex(UserError, "is in state “Running”"):
                change()
        self.action.write({"state": "done", "result": "Opened in May"})
        self.complaints.typed_value = 7
        self.assertTrue(self.complaints.is_met)

    def test_not_closed_without_the_review(self):
        self._run_plan()
        with self.assertRaises(UserError) as caught:
            self.plan.action_close()
        for part in ("the text of the review", "“On time”", "“Two new points”"):
            self.assertIn(part, str(caught.exception))
        self.plan.review = "<p><br></p>"
        self.plan.target_ids.review = "Reached"
        self.action.state = "done"
        with self.assertRaisesRegex(UserError, "review: the text of the review"):
            self.plan.action_close()
        self.plan.review = "<p>A good year</p>"
        self.plan.action_close()
        self.assertEqual(self.plan.state, "closed")
        with self.assertRaisesRegex(UserError, "is in state “Closed”"):
            self.plan.review = "<p>Another year</p>"

    def test_measured_target_and_its_frozen_result(self):
        order = self._create_order(date_request=datetime(2026, 3, 2, 8))
        self._finish_order(
            order,
            date_start=datetime(2026, 3, 2, 10),
            date_end=datetime(2026, 3, 2, 12),
        )
        self.assertEqual((self.on_time.actual_value, self.on_time.is_met), (100, True))
        self._run_plan()
        self.plan.target_ids.review = "Reached"
        self.plan.review = "<p>Done</p>"
        self.action.state = "dropped"
        self.plan.action_close()
        late = self._create_order(date_request=datetime(2026, 3, 2, 8))
        self._finish_order(late, date_start=datetime(2026, 3, 9, 10))
        self.env.invalidate_all()
        self.assertEqual(self.on_time.actual_value, 100)

    def test_no_job_is_no_result(self):
        self.assertFalse(self.on_time.has_actual)
        self.assertFalse(self.on_time.is_met)

    def test_return_keeps_the_reason(self):
        self.plan.action_submit()
        self.plan.with_user(self.user_head)._return_plan("More ambition")
        self.assertEqual(self.plan.state, "draft")
        self.assertIn("More ambition", "".join(self.plan.message_ids.mapped("body")))

    def test_late_actions(self):
        self.assertTrue(self.action.is_late)
        self.assertEqual(self.plan.late_action_count, 1)
        found = self.env["aftersales.year.action"].search([("is_late", "=", True)])
        self.assertIn(self.action, found)
        self.action.state = "done"
        self.assertFalse(self.action.is_late)

    def test_one_plan_a_year(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.plan.copy()

    def test_rights(self):
        other = self.env["aftersales.year.plan"].create(
            {"service_point_id": self.centre_b.id, "year": 2026}
        )
        for role, may in (("centre", False), ("auditor", True), ("head", True)):
            with self.subTest(role=role):
                plan = other.with_user(getattr(self, f"user_{role}"))
                self.assertEqual(plan.has_access("read"), may)
        for role in ("service", "clerk", "portal"):
            with self.subTest(role=role):
                plan = self.plan.with_user(getattr(self, f"user_{role}"))
                self.assertFalse(plan.has_access("read"))
        with self.assertRaises(AccessError):
            self.action.with_user(self.user_auditor).state = "done"
