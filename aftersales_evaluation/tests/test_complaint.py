from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .voice_common import VoiceCommon

EACH = "odoo.addons.aftersales_network.models.ir_cron"
MONDAY = datetime(2026, 3, 2, 8, 0)


@tagged("post_install", "-at_install")
class TestComplaint(VoiceCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.serious = cls.env.ref("aftersales_evaluation.severity_serious")
        cls.order = cls._create_closed()

    @classmethod
    def _complain(cls, user=None, **vals):
        return (
            cls.env["aftersales.complaint"]
            .with_user(user or cls.env.user)
            .create(
                {
                    "subject": "Still warm",
                    "description": "Repaired twice, still warm",
                    "order_id": cls.order.id,
                    "severity_id": cls.serious.id,
                    "user_id": cls.user_centre.id,
                    **vals,
                }
            )
        )

    def _walk(self, complaint, state="responded"):
        """Take a complaint through its steps up to ``state``."""
        complaint.action_acknowledge()
        complaint.assessment = "Urgent"
        complaint.action_assess()
        complaint.action_investigate()
        if state == "investigating":
            return
        complaint.write(
            {
                "verdict": "justified",
                "cause_id": self.cause.id,
                "measure": "Repair free of charge",
                "response": "We come tomorrow",
            }
        )
        complaint.action_respond()
        if state == "closed":
            complaint.consent = "agreed"
            complaint.action_close()

    def test_a_complaint_takes_over_what_the_order_says(self):
        complaint = self._complain(self.user_centre)
        self.assertRegex(complaint.name, r"^CC/\d{4}/\d{5}$")
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertEqual(complaint.service_point_id, self.point)
        self.assertEqual(complaint.product_id, self.product)
        self.assertTrue(self.order.is_complaint)

    def test_deadlines_follow_from_the_severity(self):
        complaint = self._complain(date_received=MONDAY)
        self.assertEqual(complaint.date_answer_due, MONDAY + timedelta(hours=12))
        self.assertEqual(complaint.date_solution_due, MONDAY + timedelta(hours=72))
        self.serious.solution_hours = 200
        self.assertEqual(complaint.date_solution_due, MONDAY + timedelta(hours=72))

    def test_deadlines_in_working_hours(self):
        calendar = self.company.resource_calendar_id
        calendar.tz = "UTC"
        normal = self.env.ref("aftersales_evaluation.severity_normal")
        friday = datetime(2026, 3, 6, 12, 0)
        complaint = self._complain(date_received=friday, severity_id=normal.id)
        self.assertGreater(complaint.date_answer_due, friday + timedelta(hours=24))
        self.assertEqual(complaint.date_answer_due.weekday(), 0)

    def test_hours_have_bounds(self):
        for vals in ({"answer_hours": 0}, {"solution_hours": 1}):
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.serious.write(vals)
                self.serious.flush_recordset()

    def test_the_steps_of_a_complaint(self):
        complaint = self._complain().with_user(self.user_centre)
        complaint.action_acknowledge()
        with self.assertRefused(UserError, "fill in “Initial Assessment” first"):
            complaint.action_assess()
        with self.assertRefused(UserError, "is in state “Acknowledged”"):
            complaint.action_respond()
        complaint.assessment = "Urgent"
        complaint.action_assess()
        complaint.action_investigate()
        with self.assertRefused(UserError, "fill in “Decision” first"):
            complaint.action_respond()
        complaint.verdict = "justified"
        with self.assertRefused(UserError, "fill in “Cause of Dissatisfaction”"):
            complaint.action_respond()
        complaint.write(
            {"cause_id": self.cause.id, "measure": "Repair", "response": "Tomorrow"}
        )
        complaint.action_respond()
        with self.assertRefused(UserError, "fill in “Customer's Consent” first"):
            complaint.action_close()
        complaint.consent = "agreed"
        complaint.action_close()
        self.assertEqual(complaint.state, "closed")
        self.assertTrue(complaint.is_closed_in_time)
        self.assertTrue(complaint.is_answered_in_time)
        self.assertEqual(complaint.in_time_rate, 100)
        with self.assertRefused(UserError, "is in state “Closed”"):
            complaint.verdict = "unjustified"

    def test_closing_late_is_not_in_time(self):
        complaint = self._complain(date_received=MONDAY)
        self._walk(complaint, "closed")
        self.assertFalse(complaint.is_closed_in_time)
        self.assertFalse(complaint.is_answered_in_time)
        self.assertEqual(complaint.in_time_rate, 0)

    def test_without_consent_the_head_closes_with_a_reason(self):
        complaint = self._complain().with_user(self.user_centre)
        self._walk(complaint)
        complaint.consent = "refused"
        with self.assertRefused(UserError, "The head of service decides"):
            complaint.action_close()
        with self.assertRefused(UserError, "The head of service decides"):
            complaint._close_without_consent("No reason")
        head = complaint.with_user(self.user_head)
        action = head.action_close()
        self._give_reason(action, self.user_head, "Expert found no fault")
        self.assertEqual(complaint.state, "closed")
        self.assertEqual(complaint.close_reason, "Expert found no fault")

    def test_a_complaint_is_taken_up_again(self):
        complaint = self._complain()
        self._walk(complaint, "closed")
        self._give_reason(complaint.action_reopen(), self.env.user, "Broken again")
        self.assertEqual(
            (complaint.state, complaint.reopen_count), ("investigating", 1)
        )
        self.assertFalse(complaint.date_closed)
        self.assertFalse(complaint.consent)
        self.assertFalse(complaint.is_closed_in_time)

    def test_each_complaint_is_one_answer(self):
        complaint = self._complain()
        answers = self.env["aftersales.satisfaction"].search(
            [("source", "=", "complaint"), ("order_id", "=", self.order.id)]
        )
        self.assertEqual(len(answers), 1)
        self.assertTrue(answers.is_dissatisfied)
        self.assertFalse(answers.cause_id)
        self._walk(complaint)
        self.assertEqual(answers.cause_id, self.cause)
        self.assertEqual(answers.res_id, complaint.id)

    def test_a_complaint_without_an_order(self):
        complaint = self._complain(
            self.user_service, order_id=False, partner_id=self.customer.id
        )
        self.assertFalse(complaint.service_point_id)
        self.assertTrue(complaint.with_user(self.user_service).has_access("read"))
        self.assertTrue(complaint.with_user(self.user_head).has_access("read"))
        self.assertFalse(complaint.with_user(self.user_centre).has_access("read"))

    def test_late_complaints_go_up(self):
        with freeze_time(MONDAY):
            complaint = self._complain(date_received=MONDAY)
        self._escalate(MONDAY + timedelta(hours=11))
        self.assertFalse(complaint.escalation_level)
        self._escalate(MONDAY + timedelta(hours=13))
        self.assertEqual(complaint.escalation_level, "1")
        self.assertEqual(complaint.activity_ids.user_id, self.user_centre)
        self._escalate(MONDAY + timedelta(hours=14))
        self.assertEqual(complaint.escalation_level, "1")
        self._escalate(MONDAY + timedelta(hours=26))
        self.assertEqual(complaint.escalation_level, "2")
        heads = self.company._get_aftersales_people("aftersales_network.group_head")
        self.assertIn(heads[0], complaint.activity_ids.user_id)
        self._escalate(MONDAY + timedelta(hours=90))
        self.assertEqual(len(complaint.activity_ids), 2)

    def _escalate(self, moment, **kwargs):
        path = "odoo.addons.base.models.ir_cron.IrCron._commit_progress"
        with freeze_time(moment), patch(path, return_value=60.0) as committed:
            self.env["aftersales.complaint"]._cron_escalate(**kwargs)
        return committed

    def test_acknowledged_ones_wait_for_their_solution(self):
        with freeze_time(MONDAY):
            complaint = self._complain(date_received=MONDAY)
            complaint.action_acknowledge()
        self._escalate(MONDAY + timedelta(hours=71))
        self.assertFalse(complaint.escalation_level)
        self._escalate(MONDAY + timedelta(hours=73))
        self.assertEqual(complaint.escalation_level, "1")
        with freeze_time(MONDAY + timedelta(hours=73)):
            complaint.invalidate_recordset(["is_late"])
            self.assertTrue(complaint.is_late)
            found = self.env["aftersales.complaint"].search([("is_late", "=", True)])
            self.assertIn(complaint, found)

    def test_one_bad_complaint_does_not_hold_up_the_others(self):
        with freeze_time(MONDAY):
            bad, good = (self._complain(date_received=MONDAY) for _n in range(2))
        original = type(bad)._get_escalation_user

        def fail(record, level):
            if record == bad:
                raise ValueError("No manager")
            return original(record, level)

        with (
            patch.object(type(bad), "_get_escalation_user", fail),
            mute_logger(EACH),
            self.assertLogs(EACH, "ERROR"),
        ):
            committed = self._escalate(MONDAY + timedelta(hours=13), batch_size=1)
        self.assertFalse(bad.escalation_level)
        self.assertEqual(good.escalation_level, "1")
        self.assertGreaterEqual(committed.call_count, 2)
        self._escalate(MONDAY + timedelta(hours=13))
        self.assertEqual(bad.escalation_level, "1")

    def test_an_interrupted_run_is_resumed(self):
        with freeze_time(MONDAY):
            complaints = self._complain() | self._complain()
            complaints.sudo().write({"date_received": MONDAY})
        path = "odoo.addons.base.models.ir_cron.IrCron._commit_progress"
        late = MONDAY + timedelta(hours=13)
        with freeze_time(late), patch(path, return_value=0.0):
            complaints._cron_escalate(batch_size=1)
        self.assertEqual(
            complaints.sorted("id").mapped("escalation_level"), ["1", False]
        )
        self._escalate(late)
        self.assertEqual(complaints.mapped("escalation_level"), ["1", "1"])

    def test_steps_are_not_written_by_hand(self):
        complaint = self._complain().with_user(self.user_head)
        for vals in (
            {"state": "closed"},
            {"date_closed": MONDAY},
            {"date_received": MONDAY},
            {"date_solution_due": MONDAY},
            {"is_closed_in_time": True},
            {"escalation_level": False},
            {"name": "X"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                complaint.with_context(aftersales_flow=True).write(vals)
        hostile = self.env["aftersales.complaint"].with_user(self.user_head)
        other = hostile.with_context(
            default_state="closed", default_date_closed=MONDAY
        ).create({"subject": "A", "description": "B", "partner_id": self.customer.id})
        self.assertEqual((other.state, other.date_closed), ("received", False))
        self._walk(complaint)
        self.assertEqual(complaint.copy().state, "received")
        self.assertNotEqual(complaint.copy().name, complaint.name)

    def test_a_complaint_stays_in_the_own_scope(self):
        complaint = self._complain(self.user_centre)
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_centre).service_point_id = self.point_b
        with self.assertRaises(AccessError):
            self._complain(
                self.user_centre,
                order_id=False,
                partner_id=self.customer.id,
                service_point_id=self.point_b.id,
            )

    def test_nobody_complains_about_an_order_he_cannot_see(self):
        far = self._create_closed(
            service_point_id=self.point_b.id, technician_id=self.technician_b.id
        )
        vals = {"partner_id": self.customer.id, "service_point_id": self.point.id}
        with self.assertRaises(AccessError):
            self._complain(self.user_centre, order_id=far.id, **vals)
        complaint = self._complain(self.user_centre)
        with self.assertRaises(AccessError):
            complaint.order_id = far
        self.env.invalidate_all()
        self.assertFalse(far.is_complaint)

    def test_an_unhappy_answer_becomes_a_complaint(self):
        answer = self.env["aftersales.satisfaction"]._record(
            [
                {
                    "source": "callback",
                    "order_id": self.order.id,
                    "score": 1,
                    "cause_id": self.cause.id,
                    "comment": "Never again",
                }
            ]
        )
        context = answer.action_complain()["context"]
        complaint = (
            self.env["aftersales.complaint"]
            .with_context(**context)
            .create({"subject": "Call-back"})
        )
        self.assertEqual(complaint.order_id, self.order)
        self.assertEqual(complaint.cause_id, self.cause)
        self.assertEqual(complaint.channel, "callback")
        self.assertEqual(complaint.description, "Never again")

    def test_who_may_what(self):
        complaint = self._complain()
        for role in ("auditor", "reviewer"):
            reader = complaint.with_user(getattr(self, f"user_{role}"))
            self.assertTrue(reader.has_access("read"))
            with self.assertRaises(AccessError):
                reader.action_acknowledge()
        for role in ("portal", "clerk", "warehouse", "hr"):
            user = getattr(self, f"user_{role}")
            self.assertFalse(complaint.with_user(user).has_access("read"), role)
        self.assertFalse(complaint.with_user(self.user_service).has_access("unlink"))
        self._walk(complaint, "investigating")
        with self.assertRefused(UserError, "is in state “In Investigation”"):
            complaint.with_user(self.user_head).unlink()
        other = self._complain(
            company_id=self.company_b.id,
            order_id=False,
            partner_id=self.customer.id,
            user_id=False,
        )
        self.assertFalse(other.with_user(self.user_head).has_access("read"))

    def test_the_sheet_is_printed(self):
        complaint = self._complain()
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("aftersales_evaluation.report_complaint", complaint.ids)[
                0
            ]
            .decode()
        )
        self.assertIn("Repaired twice, still warm", html)
