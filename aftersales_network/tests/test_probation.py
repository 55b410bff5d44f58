from datetime import date
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import AftersalesCommon

ASSESS = "aftersales_network.mail_activity_type_probation"


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 04:00:00")
class TestProbation(AftersalesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.newcomer = cls._create_point(
            name="Newcomer", state="probation", parent_id=cls.centre.id, kind="own"
        )
        cls.newcomer._start_probation(date(2026, 3, 15))
        cls.Assessment = cls.env["aftersales.probation.assessment"]

    def _assess(self, user, **vals):
        return self.Assessment.with_user(user).create(
            {
                "service_point_id": self.newcomer.id,
                "score": 75,
                "outcome": "passed",
                "findings": "Reliable",
                **vals,
            }
        )

    def _remind(self):
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.Assessment._cron_remind()

    def _reminders(self):
        return self.newcomer.activity_search([ASSESS])

    def test_length_is_a_setting(self):
        self.assertEqual(self.newcomer.date_probation_end, date(2026, 6, 15))
        self.company.aftersales_probation_months = 6
        self.newcomer._start_probation(date(2026, 8, 31))
        self.assertEqual(self.newcomer.date_probation_end, date(2027, 2, 28))
        settings = self.env["res.config.settings"].create({})
        settings.aftersales_probation_months = 4
        settings.execute()
        self.assertEqual(self.company.aftersales_probation_months, 4)

    def test_starts_with_the_approval_where_no_agreement_is_needed(self):
        for kind, start in (
            ("own", date(2026, 6, 15)),
            ("dispatch", date(2026, 6, 15)),
            ("authorized", False),
        ):
            point = self._create_point(
                name=kind, kind=kind, state="prospect", parent_id=self.centre.id
            )
            point.with_user(self.user_admin).action_submit()
            point.with_user(self.user_centre).action_approve("seen")
            point.with_user(self.user_reviewer).action_approve()
            point.with_user(self.user_head).action_approve()
            self.assertEqual(point.date_probation_start, start, kind)

    def test_activation_waits_for_a_passed_assessment(self):
        head = self.newcomer.with_user(self.user_head)
        blocked = r"missing passed probation assessment \(1\)"
        with self.assertRaisesRegex(UserError, blocked):
            head.action_activate()
        self.assertIn("missing passed probation assessment", self.newcomer.missing_html)
        draft = self._assess(self.user_centre)
        with self.assertRaisesRegex(UserError, blocked):
            head.action_activate()
        draft.action_confirm()
        head.action_activate()
        self.assertEqual(self.newcomer.state, "active")
        log = self.newcomer.decision_ids.filtered(lambda d: d.gate == "probation")
        self.assertEqual(
            (log.user_id, log.decision, log.comment),
            (self.user_centre, "approved", "Reliable"),
        )

    def test_an_assessment_of_an_earlier_probation_does_not_count(self):
        self._assess(self.user_centre).action_confirm()
        self.newcomer._start_probation(date(2026, 6, 16))
        with self.assertRaisesRegex(UserError, "missing passed probation"):
            self.newcomer.with_user(self.user_head).action_activate()

    def test_figures_are_those_of_the_orders_and_frozen(self):
        order = self._create_order()
        order._dispatch_to(self.newcomer, "test")
        self._finish_order(
            order, date_start="2026-05-01 02:00:00", date_end="2026-05-01 04:00:00"
        )
        assessment = self._assess(self.user_centre)
        figures = {f.code: f for f in assessment.figure_ids}
        self.assertEqual(
            list(figures), ["VOLUME", "CLOSE", "ONSITE", "MTTR", "COMPR", "REOPEN"]
        )
        self.assertEqual(figures["VOLUME"].value, 1)
        self.assertEqual(figures["MTTR"].value, 2)
        self.assertFalse(figures["COMPR"].is_available, "requested before")
        action = figures["VOLUME"].action_open_records()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), order)
        assessment.action_confirm()
        order.date_end = "2026-05-01 06:00:00"
        self.assertEqual(
            assessment.figure_ids.filtered(lambda f: f.code == "MTTR").value, 2
        )
        for record in (assessment.figure_ids, assessment.figure_ids[0]):
            for role in (self.user_head, self.user_centre, self.user_admin):
                self.assertFalse(record.with_user(role).has_access("write"))

    def test_confirmed_is_evidence(self):
        assessment = self._assess(self.user_centre)
        for vals in ({"state": "done"}, {"assessor_id": self.user_head.id}):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                assessment.write(vals)
        assessment.action_confirm()
        for vals in ({"score": 99}, {"outcome": "failed"}, {"findings": "x"}):
            with self.assertRaisesRegex(UserError, "is confirmed and cannot be"):
                assessment.with_user(self.user_head).write(vals)
        with self.assertRaisesRegex(UserError, "is confirmed and cannot be"):
            assessment.with_user(self.user_head).unlink()

    def test_assessor_is_not_of_the_point(self):
        self.newcomer.manager_id = self.user_centre
        with self.assertRaisesRegex(UserError, "You work for"):
            self._assess(self.user_centre).action_confirm()
        self.newcomer.manager_id = False
        assessment = self._assess(self.user_reviewer)
        with self.assertRaisesRegex(AccessError, "assessed by the roles"):
            assessment.with_user(self.user_auditor).action_confirm()
        assessment.action_confirm()
        self.assertEqual(assessment.assessor_id, self.user_reviewer)
        for user in (self.user_auditor, self.user_service, self.user_portal):
            self.assertFalse(self.Assessment.with_user(user).has_access("create"))

    def test_incomplete_or_too_low(self):
        for vals, message in (
            ({"outcome": False}, "Enter outcome and findings"),
            ({"findings": "  "}, "Enter outcome and findings"),
            ({"score": 59.9}, "scored 59.9; 60.0 are needed to pass"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self._assess(self.user_centre, **vals).action_confirm()
        self.company.aftersales_probation_score = 50
        self._assess(self.user_centre, score=50).action_confirm()

    def test_extension(self):
        for end in (False, date(2026, 6, 15), date(2026, 6, 1)):
            with self.assertRaisesRegex(ValidationError, "Enter a later end"):
                self._assess(
                    self.user_centre, outcome="extended", date_end_new=end, score=40
                )
        self._assess(
            self.user_centre,
            outcome="extended",
            date_end_new=date(2026, 7, 31),
            score=40,
        ).action_confirm()
        self.assertEqual(self.newcomer.date_probation_end, date(2026, 7, 31))
        with self.assertRaisesRegex(UserError, "missing passed probation"):
            self.newcomer.with_user(self.user_head).action_activate()

    def test_reminder_on_the_end_date(self):
        with freeze_time("2026-06-14 15:59:00"):
            self._remind()
            self.assertFalse(self._reminders(), "still 14 June in Shanghai")
        with freeze_time("2026-06-14 16:01:00"):
            self._remind()
            self.assertEqual(self._reminders().user_id, self.user_centre)
            self.assertEqual(self._reminders().date_deadline, date(2026, 6, 15))
            self._remind()
            self.assertEqual(len(self._reminders()), 1)
        self._assess(
            self.user_reviewer,
            outcome="extended",
            date_end_new=date(2026, 7, 1),
        ).action_confirm()
        self.assertFalse(self._reminders())
        self._remind()
        self.assertFalse(self._reminders())
        with freeze_time("2026-07-02 00:00:00"):
            self._remind()
            self.assertEqual(len(self._reminders()), 1)

    def test_failure_goes_to_the_head_who_terminates(self):
        assessment = self._assess(self.user_centre, outcome="failed", score=20)
        with self.assertRaisesRegex(UserError, "Only the last, failed"):
            assessment.with_user(self.user_head).action_terminate()
        assessment.action_confirm()
        self.assertIn(self.user_head, self._reminders().user_id)
        self.assertEqual(self.newcomer.state, "probation")
        with self.assertRaises(AccessError):
            assessment.action_terminate()
        assessment.with_user(self.user_head).action_terminate()
        withdrawal = self.newcomer.withdrawal_ids
        self.assertEqual(
            (withdrawal.state, withdrawal.cause, withdrawal.reason),
            ("submitted", "failed_probation", "Reliable"),
        )
        self.assertFalse(self._reminders())

    def test_failure_may_lead_to_an_extension(self):
        failed = self._assess(self.user_centre, outcome="failed", score=20)
        failed.action_confirm()
        self._assess(
            self.user_head,
            outcome="extended",
            date_end_new=date(2026, 6, 15) + relativedelta(months=2),
        ).action_confirm()
        self.assertFalse(self._reminders())
        self.assertEqual(self.newcomer.date_probation_end, date(2026, 8, 15))
        with self.assertRaisesRegex(UserError, "Only the last, failed"):
            failed.with_user(self.user_head).action_terminate()

    def test_dates_are_guarded(self):
        for name in ("date_probation_start", "date_probation_end"):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                self.newcomer.with_user(self.user_head).write({name: "2026-01-01"})

    def test_other_points_and_companies(self):
        self.newcomer.parent_id = self.centre_b
        assessment = self._assess(self.user_reviewer)
        self.assertFalse(assessment.with_user(self.user_centre).has_access("read"))
        figures = assessment.figure_ids
        self.assertFalse(figures.with_user(self.user_centre).has_access("read"))
        foreign = self._create_point(
            name="Foreign",
            state="probation",
            company_id=self.company_b.id,
        )
        foreign._start_probation(date(2026, 3, 1))
        other = self.Assessment.create({"service_point_id": foreign.id})
        self.assertFalse(other.with_user(self.user_head).has_access("read"))
