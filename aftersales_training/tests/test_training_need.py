from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .plans_common import NOW, TODAY, PlansCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTrainingNeed(PlansCommon):
    def test_person_unit_and_content_follow(self):
        need = self._create_need(self.employee)
        self.assertEqual(need.service_point_id, self.firm_point)
        self.assertEqual(need.company_id, self.firm)
        self.assertEqual((need.content_type, need.origin), ("technical", "manual"))
        self.assertEqual((need.date_open, need.date_due), (TODAY, date(2026, 5, 10)))
        self.assertEqual(need.display_name, "Diagnosis: Li Na")

    def test_only_a_later_pass_of_the_course_closes(self):
        need = self._create_need(self.employee)
        self._pass(self.employee, "2026-03-09")
        self.assertEqual(need.state, "open", "passed before the need was found")
        self._pass(self.employee, "2026-03-20", passed=False)
        self.assertEqual(need.state, "open", "attended, not passed")
        self._pass(self.employee, "2026-03-20", course=self.course_brand)
        self.assertEqual(need.state, "open", "another course")
        self._pass(self.contact, "2026-03-20")
        self.assertEqual(need.state, "open", "another person")
        attendee = self._pass(self.employee, "2026-03-20")
        self.assertEqual(need.state, "done")
        self.assertEqual(need.attendee_id, attendee)
        self.assertEqual(need.date_done, date(2026, 3, 20))

    def test_an_employee_and_his_contact_are_one(self):
        need = self._create_need(self.employee)
        self._pass(self.employee.work_contact_id, "2026-03-20")
        self.assertEqual(need.state, "done")

    def test_content_is_answered_by_any_of_its_courses(self):
        need = self._create_need(self.contact, content_type="technical")
        self._pass(self.contact, "2026-03-20", course=self.course_brand)
        self.assertEqual(need.state, "open")
        self._pass(self.contact, "2026-03-20")
        self.assertEqual(need.state, "done")

    def test_need_of_a_unit_waits_for_everybody_in_the_role(self):
        second = self._create_employee("Zhao")
        self._create_post(second, self.firm_point, self.role_technician)
        self._create_post(
            self._create_employee("Chief"), self.firm_point, self.role_manager
        )
        need = self._create_need(
            service_point_id=self.firm_point.id, role_id=self.role_technician.id
        )
        self._pass(self.employee, "2026-03-20")
        self.assertEqual(need.state, "open")
        attendee = self._pass(second, "2026-03-22")
        self.assertEqual((need.state, need.attendee_id), ("done", attendee))

    def test_a_batch_of_passes_takes_few_queries(self):
        def close(count):
            people = self.env["hr.employee"].create(
                [
                    {"name": f"P{next(self.numbers)}", "company_id": self.firm.id}
                    for _number in range(count)
                ]
            )
            needs = self.Need.union(*(self._create_need(p) for p in people))
            passed = self.Attendee.union(
                *(self._pass(p, "2026-03-20", passed=False) for p in people)
            )
            passed.write({"is_passed": True, "date_passed": "2026-03-20"})
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            passed._on_passed()
            self.assertEqual(set(needs.mapped("state")), {"done"})
            return self.cr.sql_log_count - start

        close(1)
        self.assertLessEqual(close(25) - close(2), 12)

    def test_nobody_closes_by_hand(self):
        need = self._create_need(self.employee)
        for user in (self.officer, self.manager):
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                need.with_user(user).write({"state": "done"})
            with self.assertRaisesRegex(UserError, "changes only by its buttons"):
                self.Need.with_user(user).create(
                    {
                        "employee_id": self.employee.id,
                        "course_id": self.course_brand.id,
                        "state": "done",
                    }
                )
        forged = self.Need.with_user(self.officer).with_context(
            default_state="done", aftersales_flow=True
        )
        other = forged.create(
            {"employee_id": self.employee.id, "course_id": self.course_brand.id}
        )
        self.assertEqual(other.state, "open")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.cr.savepoint(),
        ):
            need.write({"state": "done"})
            need.flush_recordset()

    def test_cancelled_with_a_reason_and_reopened(self):
        need = self._create_need(self.employee).with_user(self.officer)
        action = need.action_ask_cancel()
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.officer)
            .with_context(**action["context"])
            .create({"reason": "Left the service"})
        )
        wizard.action_confirm()
        self.assertEqual(need.state, "cancelled")
        self.assertEqual(need.cancel_reason, "Left the service")
        with self.assertRaisesRegex(UserError, "is closed and stays as it is"):
            need.write({"text": "Something else"})
        with self.assertRaisesRegex(UserError, "is closed and stays as it is"):
            need.action_ask_cancel()
        need.action_reopen()
        self.assertEqual((need.state, need.cancel_reason), ("open", False))
        with self.assertRaisesRegex(UserError, "Give a reason"):
            need._cancel("  ")

    def test_one_open_need_per_person_course_and_origin(self):
        first = self._create_need(self.employee)
        for twin in (self.employee, self.employee.work_contact_id):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.UniqueViolation),
                self.cr.savepoint(),
            ):
                self._create_need(twin)
        self._create_need(self.employee, course_id=self.course_brand.id)
        self._create_need(self.contact)
        first._cancel("Twice")
        self._create_need(self.employee)

    def test_overdue_by_date(self):
        late = self._create_need(self.employee, date_due="2026-03-09")
        self._create_need(self.contact, date_due="2026-03-10")
        found = self.Need.with_user(self.officer).search([("is_overdue", "=", True)])
        self.assertEqual(found, late.with_user(self.officer))
        self.assertTrue(late.is_overdue)
        with freeze_time("2026-03-11 02:00:00"):
            self.env.invalidate_all()
            found = self.Need.with_user(self.officer).search(
                [("is_overdue", "=", True)]
            )
            self.assertEqual(len(found), 2)

    def test_the_record_behind(self):
        certificate = self._create_certificate(self.employee)
        need = self._create_need(
            self.employee,
            origin="certificate",
            origin_model=certificate._name,
            origin_res_id=certificate.id,
        )
        action = need.action_view_origin()
        self.assertEqual(action["res_model"], "aftersales.certificate")
        self.assertEqual(action["res_id"], certificate.id)
        with self.assertRaisesRegex(UserError, "entered by hand"):
            self._create_need(self.contact).action_view_origin()
        with self.assertRaises(UserError):
            need.with_user(self.officer).write({"origin_res_id": 1})
        with self.assertRaisesRegex(UserError, "Cancel it with a reason"):
            need.with_user(self.officer).unlink()

    # Who may

    def test_the_centre_manager_sees_and_enters_his_subtree(self):
        mine = self._create_need(self.employee)
        other = self._create_need(self.contact)
        Need = self.Need.with_user(self.manager)
        self.assertEqual(Need.search([]), mine.with_user(self.manager))
        with self.assertRaises(AccessError):
            other.with_user(self.manager).check_access("read")
        made = Need.create(
            {"employee_id": self.employee.id, "course_id": self.course_brand.id}
        )
        self.assertEqual(made.service_point_id, self.firm_point)
        with self.assertRaises(AccessError):
            Need.create(
                {"partner_id": self.contact.id, "course_id": self.course_brand.id}
            )
        with self.assertRaises(AccessError):
            made.write({"service_point_id": self.firm_point_south.id})

    def test_readers_and_others(self):
        need = self._create_need(self.employee)
        for user in (self.chief, self.checker, self.expert):
            with self.subTest(user=user.login):
                need.with_user(user).check_access("read")
                with self.assertRaises(AccessError):
                    need.with_user(user).write({"text": "x"})
                with self.assertRaises(AccessError):
                    need.with_user(user)._cancel("x")
        self.assertFalse(self.Need.with_user(self.desk).search([]))
        self.employee.user_id = self.desk
        self.env.invalidate_all()
        self.assertEqual(
            self.Need.with_user(self.desk).search([]), need.with_user(self.desk)
        )
        self.assertTrue(need.with_user(self.desk).is_own)
        with self.assertRaises(AccessError):
            need.with_user(self.desk)._cancel("x")

    def test_the_portal_person_reads_his_own(self):
        user = self._create_user("portal", "base.group_portal")
        other = self._create_need(self.contact)
        mine = self._create_need(
            user.partner_id, service_point_id=self.firm_point.id
        ).with_user(user)
        self.assertEqual(mine.search([]), mine)
        for need in (mine, other.with_user(user)):
            with self.assertRaises(AccessError):
                need.write({"text": "x"})
        with self.assertRaises(AccessError):
            other.with_user(user).check_access("read")

    def test_two_companies(self):
        need = self._create_need(self.employee)
        stranger = self._create_user("stranger", "training_officer")
        stranger.write(
            {"company_ids": [(6, 0, self.company_b.ids)]}
            | {"company_id": self.company_b.id}
        )
        self.assertFalse(self.Need.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            need.with_user(stranger).check_access("read")
        foreign = self._create_course("Foreign", company_id=self.company_b.id)
        with self.assertRaises(UserError):
            self._create_need(self.contact, course_id=foreign.id)
