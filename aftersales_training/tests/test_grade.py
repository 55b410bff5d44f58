from datetime import date, timedelta

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestGrade(TrainingCommon, RaceMixin):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Grade = cls.env["aftersales.technical.grade"]
        cls.Award = cls.env["aftersales.technical.grade.award"]
        cls.course = cls.env["aftersales.training.course"].create(
            {"name": "Inverter Course", "content_type": "technical"}
        )
        cls.today = cls.company._get_aftersales_today()
        cls.junior = cls._create_grade("Junior", 1, months_in_role=12)
        cls.senior = cls._create_grade(
            "Senior",
            2,
            certificate_type_ids=[Command.set(cls.type_technician.ids)],
            course_ids=[Command.set(cls.course.ids)],
            months_in_grade=6,
        )
        cls.ann = cls._create_employee("Ann", cls.company)
        cls.post = cls._create_post(cls.ann, cls.point, cls.role_technician)

    @classmethod
    def _create_grade(cls, name, sequence, **vals):
        return cls.Grade.create(
            {
                "name": name,
                "sequence": sequence,
                "role_id": cls.role_technician.id,
                "company_id": cls.company.id,
                **vals,
            }
        )

    @classmethod
    def _propose(cls, grade, person=None, **vals):
        return cls.Award.create(
            {
                "employee_id": (person or cls.ann).id,
                "grade_id": grade.id,
                "company_id": cls.company.id,
                "date_from": cls.today,
                **vals,
            }
        )

    @classmethod
    def _pass(cls, person=None):
        attendee = cls.env["aftersales.training.attendee"].create(
            {
                "course_id": cls.course.id,
                "employee_id": (person or cls.ann).id,
                "company_id": cls.company.id,
            }
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE aftersales_training_attendee SET is_passed = TRUE, "
            "date_passed = '2025-05-05' WHERE id = %s",
            [attendee.id],
        )
        attendee.invalidate_recordset()

    def _certify(self, person=None, **vals):
        return self._create_certificate(
            person or self.ann,
            type_id=self.type_technician.id,
            issuer_id=self.issuer_other.id,
            **vals,
        )

    def _hold_junior(self, months=8):
        start = self.today - timedelta(days=31 * months)
        award = self._propose(self.junior, date_from=start)
        award.with_user(self.user_hr).action_grant()
        return award

    def test_granted_by_rule_with_evidence(self):
        certificate = self._certify(number="T-77")
        self._pass()
        junior = self._hold_junior()
        self.assertEqual(junior.state, "granted")
        self.assertIn("asked 12 months", junior.evidence)
        senior = self._propose(self.senior)
        self.assertTrue(senior.is_met)
        senior.with_user(self.user_hr).action_grant()
        self.assertEqual(
            (senior.state, senior.granted_by_id), ("granted", self.user_hr)
        )
        self.assertEqual(senior.service_point_id, self.point)
        # Promotion: the grade below ends the day before.
        self.assertEqual(junior.date_to, self.today - timedelta(days=1))
        self.assertEqual(junior.end_reason, "Promoted to Senior")
        for text in (
            f"By rule on {self.today}",
            "✓ Certificates: asked Service Technician (All of Them)",
            "passed Inverter Course",
            "Grade below: Junior is held",
            "asked 6 months, spent 8",
            "T-77",
        ):
            self.assertIn(text, senior.evidence)
        # The evidence is frozen, whatever happens later.
        before = senior.evidence
        self.senior.months_in_grade = 60
        certificate.with_user(self.user_hr)._revoke("Forged")
        self.assertEqual(senior.evidence, before)
        self.assertEqual(self.post.technical_grade_id, self.senior)

    def test_refused_with_what_is_missing(self):
        senior = self._propose(self.senior)
        with self.assertRaises(UserError) as caught:
            senior.with_user(self.user_hr).action_grant()
        text = str(caught.exception)
        self.assertIn("✗ Certificates", text)
        self.assertIn("✗ Courses", text)
        self.assertIn("Junior is not held", text)
        self.assertIn("asked 6 months, spent 0", text)
        self.assertIn("Ask for an exception", text)
        self.assertEqual(senior.state, "draft")

    def test_months_in_role_to_the_day(self):
        self.post.date_from = self.today.replace(year=self.today.year - 1)
        award = self._propose(self.junior, date_from=self.today - timedelta(days=1))
        self.assertTrue(award.is_met)
        self.post.date_from += timedelta(days=1)
        award.invalidate_recordset()
        self.assertFalse(award.is_met)

    def test_exception_needs_reason_and_four_eyes(self):
        award = self._propose(self.senior)
        award.with_user(self.user_hr)._request_exception("20 years at a rival")
        self.assertEqual(award.state, "exception")
        self.assertTrue(award.activity_ids)
        with self.assertRaises(AccessError):
            award.with_user(self.user_hr).action_approve_exception()
        admin = award.with_user(self.user_admin)
        other = self._propose(self.senior, self._create_employee("Ben", self.company))
        other.with_user(self.user_admin)._request_exception("Needed")
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            other.with_user(self.user_admin).action_approve_exception()
        award.with_user(self.user_head).action_approve_exception()
        self.assertEqual(award.state, "granted")
        self.assertTrue(award.is_exception)
        self.assertIn("Reason: 20 years at a rival", award.evidence)
        self.assertIn("✗ Certificates", award.evidence)
        gates = award.approval_ids.sorted("id").mapped(
            lambda a: (a.gate, a.decision, a.user_id)
        )
        self.assertEqual(
            gates,
            [
                ("submit", "approved", self.user_hr),
                ("grade", "approved", self.user_head),
            ],
        )
        self.assertFalse(award.activity_ids)
        with self.assertRaises(UserError):
            admin._request_exception("Again")

    def test_exception_refused(self):
        award = self._propose(self.senior)
        award.with_user(self.user_hr)._request_exception("Please")
        award.with_user(self.user_head)._reject_exception("Sit the exam")
        self.assertEqual((award.state, award.end_reason), ("rejected", "Sit the exam"))
        self.assertFalse(award.is_current)

    def test_nobody_decides_on_the_own_grade(self):
        self.ann.user_id = self.user_hr
        award = self._propose(self.junior)
        with self.assertRaisesRegex(UserError, "your own grade"):
            award.with_user(self.user_hr).action_grant()

    def test_history_is_kept(self):
        junior = self._hold_junior()
        hr = junior.with_user(self.user_hr)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            hr.unlink()
        for vals in (
            {"evidence": "x"},
            {"state": "draft"},
            {"date_from": "2020-01-01"},
            {"grade_id": self.senior.id},
            {"date_to": "2020-01-01"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                hr.write(vals)
        with self.assertRaises(UserError):
            self.Award.with_user(self.user_hr).create(
                {
                    "employee_id": self.ann.id,
                    "grade_id": self.junior.id,
                    "state": "granted",
                }
            )
        forged = (
            self.Award.with_user(self.user_hr)
            .with_context(default_state="granted", default_evidence="x")
            .create({"employee_id": self.ann.id, "grade_id": self.junior.id})
        )
        self.assertEqual((forged.state, forged.evidence), ("draft", False))

    def test_withdraw_and_demote(self):
        junior = self._hold_junior()
        with self.assertRaisesRegex(UserError, "no grade below"):
            junior.with_user(self.user_head)._demote("Bad work")
        junior.with_user(self.user_head)._withdraw("Bad work")
        self.assertEqual((junior.state, junior.date_to), ("withdrawn", self.today))
        self.assertEqual(junior.end_reason, "Bad work")

    def test_demotion_gives_the_grade_below(self):
        self._certify()
        self._pass()
        self._hold_junior()
        senior = self._propose(self.senior)
        senior.action_grant()
        senior.with_user(self.user_hr)._demote("Complaints")
        self.assertEqual((senior.state, senior.date_to), ("withdrawn", self.today))
        lower = self.Award.search(
            [("person_key", "=", senior.person_key), ("date_from", ">", self.today)]
        )
        self.assertEqual(lower.grade_id, self.junior)
        self.assertEqual(lower.date_from, self.today + timedelta(days=1))
        self.assertEqual(lower.evidence, "Demotion from Senior: Complaints")

    def test_one_grade_at_a_time(self):
        junior = self._hold_junior()
        again = self._propose(self.junior, date_from=junior.date_from)
        with self.assertRaises(UserError) as caught:
            again.action_grant()
        self.assertIn("Choose a later date", str(caught.exception))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.cr.savepoint(),
        ):
            again._write_flow({"state": "granted"})
            again.flush_recordset()

    def test_two_officers_grant_at_once(self):
        row = {
            "company_id": 1,
            "person_key": 5,
            "role_id": 2,
            "state": "granted",
            "date_from": "2026-01-01",
            "employee_id": 1,
        }
        table = "aftersales_technical_grade_award"
        error = self._race(table, row, {**row, "date_from": "2026-05-01"})
        self.assertIsInstance(error, psycopg2.errors.ExclusionViolation)
        self.assertFalse(self._race(table, row, {**row, "role_id": 3}))
        self.assertFalse(self._race(table, row, {**row, "state": "draft"}))

    def test_certificate_lapse_puts_it_under_review(self):
        with freeze_time("2026-03-01"):
            self._certify(date_issue="2025-01-01", date_expiry="2026-06-30")
            self._pass()
            junior = self._propose(self.junior, date_from=date(2025, 6, 1))
            junior.action_grant()
            senior = self._propose(self.senior, date_from=date(2026, 3, 1))
            senior.action_grant()
        for day, expected in (("2026-06-30", False), ("2026-07-01", True)):
            with self.subTest(day=day), freeze_time(day):
                self.env.invalidate_all()
                self.assertEqual(senior.is_under_review, expected)
                found = self.Award.search([("is_under_review", "=", True)])
                self.assertEqual(senior in found, expected)
                self.assertNotIn(junior, found)

    def test_ready_for_promotion(self):
        Staff = self.env["aftersales.staff"]
        self.assertIn(self.post, Staff.search([("is_promotion_ready", "=", True)]))
        self.assertEqual(self.post.ready_grade_id, self.junior)
        self._hold_junior()
        self.env.invalidate_all()
        self.assertFalse(self.post.ready_grade_id)
        self._certify()
        self._pass()
        self.env.invalidate_all()
        self.assertEqual(self.post.ready_grade_id, self.senior)
        Staff._cron_remind_promotion()
        Staff._cron_remind_promotion()
        activity = self.post.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.summary, "Ann is ready for the grade Senior")
        self.assertEqual(activity.user_id, self.company._get_training_officers()[:1])
        context = self.post.action_propose_grade()["context"]
        self.assertEqual(context["default_grade_id"], self.senior.id)

    def test_ready_list_costs_constant_queries(self):
        def count(amount):
            people = [
                self._create_employee(f"P{number}", self.company)
                for number in range(amount)
            ]
            posts = self.Staff.union(
                *(
                    self._create_post(p, self.point, self.role_technician)
                    for p in people
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(posts._get_ready_grades()), amount)
            return self.cr.sql_log_count - before

        count(2)
        self.assertEqual(count(3), count(40))

    def test_metric_of_the_unit(self):
        self.junior.write(
            {"metric_code": "CLOSE", "metric_limit": 90, "metric_months": 12}
        )
        award = self._propose(self.junior)
        self.assertFalse(award.is_met)
        self.assertIn("limit 90, found –", award.conditions)
        order = self._create_order()
        self._finish_order(order)
        self.env.flush_all()
        award.invalidate_recordset()
        self.assertIn("limit 90, found", award.conditions)
        with self.assertRaisesRegex(ValidationError, "how many months"):
            self.junior.metric_months = 0

    def test_who_sees_and_grants(self):
        junior = self._hold_junior()
        away = self._create_employee("Away", self.company)
        self._create_post(away, self.point_b, self.role_technician)
        other = self._propose(self.junior, away)
        other.action_grant()
        both = junior | other
        for user, seen in (
            (self.user_hr, both),
            (self.user_head, both),
            (self.user_auditor, both),
            (self.user_reviewer, both),
            (self.user_centre, junior),
            (self.user_service, self.Award),
            (self.user_clerk, self.Award),
        ):
            with self.subTest(user=user.login):
                found = self.Award.with_user(user).search([("id", "in", both.ids)])
                self.assertEqual(found, seen)
        draft = self._propose(self.senior)
        for user in (self.user_centre, self.user_auditor, self.user_service):
            with self.subTest(grants=user.login), self.assertRaises(AccessError):
                draft.with_user(user).action_grant()
        with self.assertRaises(AccessError):
            self.Grade.with_user(self.user_centre).create(
                {"name": "x", "role_id": self.role_technician.id}
            )

    def test_person_sees_the_own_grade(self):
        own = self._propose(
            self.junior, employee_id=False, partner_id=self.user_portal.partner_id.id
        )
        Award = self.Award.with_user(self.user_portal)
        self.assertFalse(Award.search([]))
        own.action_grant()
        self.assertEqual(Award.search([]), own)
        self.assertEqual(own.with_user(self.user_portal).grade_id.name, "Junior")
        self.assertFalse(self.Award.with_user(self.user_portal_b).search([]))
        with self.assertRaises(UserError):
            own.with_user(self.user_portal).write({"date_from": "2020-01-01"})

    def test_two_companies(self):
        junior = self._hold_junior()
        other = new_test_user(
            self.env,
            "grade_b",
            groups="aftersales_network.group_training_officer",
            company_id=self.company_b.id,
            company_ids=[Command.set(self.company_b.ids)],
        )
        self.assertFalse(self.Award.with_user(other).search([]))
        self.assertNotIn(self.junior, self.Grade.with_user(other).search([]))
        with self.assertRaisesRegex(UserError, "compan"):
            self._propose(self.junior, company_id=self.company_b.id)
        self.assertTrue(junior.is_current)

    def test_one_grade_per_rung(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self._create_grade("Twin", 1)
