from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestQualificationEntry(TrainingCommon):
    """Certified before taking up the post, own and outsourced people alike."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Gap = cls.env["aftersales.qualification.gap"]
        cls.Requirement.create(
            {
                "role_id": cls.role_manager.id,
                "certificate_type_id": cls.type_manager.id,
                "legal_basis": "Decree 1",
            }
        )
        cls.employee = cls._create_employee("An")
        cls.officer = new_test_user(
            cls.env,
            "entry_officer",
            groups="aftersales_network.group_training_officer",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )
        cls.centre_manager = new_test_user(
            cls.env,
            "entry_centre",
            groups="aftersales_network.group_centre_manager",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )
        cls.firm_south.manager_id = cls.centre_manager

    def _gaps(self, **domain):
        return self.Gap.search(
            [("company_id", "=", self.firm.id)]
            + [(name, "=", value) for name, value in domain.items()]
        )

    def _report(self):
        with self.without_commit():
            self.Staff._cron_report_gaps()

    def _activities(self, staff):
        return staff.activity_ids.filtered(
            lambda a: (
                a.activity_type_id
                == self.env.ref("aftersales_training.mail_activity_type_qualification")
            )
        )

    def test_blocked_before_the_post(self):
        self.firm.aftersales_entry_mode = "block"
        text = (
            "An cannot be .* from 07/01/2026 on: no valid “After-Sales Service "
            "Manager”. Record and verify"
        )
        with (
            self.assertRaisesRegex(ValidationError, text),
            self.env.cr.savepoint(),
        ):
            self._create_post(self.employee, self.firm_point, date_from="2026-07-01")
        self._create_certificate(self.employee)
        post = self._create_post(self.employee, self.firm_point, date_from="2026-07-01")
        with self.assertRaisesRegex(ValidationError, "from 01/01/2028 on"):
            post.date_from = "2028-01-01"

    def test_outsourced_people_are_blocked_alike(self):
        self.firm.aftersales_entry_mode = "block"
        contact = self.env["res.partner"].create({"name": "Outside"})
        with self.assertRaisesRegex(ValidationError, "Outside cannot be"):
            self._create_post(contact, self.firm_point)

    def test_role_change_is_blocked(self):
        self.firm.aftersales_entry_mode = "block"
        post = self._create_post(self.employee, self.firm_point, self.role_technician)
        with self.assertRaises(ValidationError):
            post.role_id = self.role_manager

    def test_post_that_is_over_is_history(self):
        self.firm.aftersales_entry_mode = "block"
        post = self._create_post(self.employee, self.firm_point, date_to="2026-06-14")
        self.assertFalse(post.entry_warning)

    def test_days_of_grace(self):
        self.firm.write(
            {"aftersales_entry_mode": "block", "aftersales_qualification_grace": 30}
        )
        post = self._create_post(self.employee, self.firm_point, date_from="2026-06-10")
        self.assertFalse(post.entry_warning, "there is time until July 10")
        gap = self._gaps(staff_id=post.id)
        self.assertEqual((gap.date_due, gap.is_due), (date(2026, 7, 10), False))
        self._report()
        self.assertFalse(self._activities(post))
        with freeze_time("2026-07-10 10:00:00"):
            self.env.invalidate_all()
            self.assertTrue(self._gaps(staff_id=post.id).is_due)
            self._report()
            self.assertEqual(self._activities(post).user_id, self.officer)

    def test_warned_in_the_form(self):
        self.assertEqual(self.firm.aftersales_entry_mode, "warn")
        with Form(self.Staff.with_company(self.firm)) as form:
            form.service_point_id = self.firm_point
            form.employee_id = self.employee
            form.role_id = self.role_manager
            self.assertIn("no valid “After-Sales Service Manager”", form.entry_warning)
        self.assertTrue(form.record.entry_warning)
        self.firm.aftersales_entry_mode = "off"
        form.record.invalidate_recordset()
        self.assertFalse(form.record.entry_warning)

    def test_list_of_missing_certificates(self):
        contact = self.env["res.partner"].create({"name": "Outside"})
        own = self._create_post(self.employee, self.firm_point)
        outside = self._create_post(contact, self.firm_point_south)
        self._create_post(self._create_employee("Bo"), self.firm_hq, self.role_extra)
        gaps = self._gaps()
        self.assertEqual(gaps.staff_id, own | outside)
        self.assertEqual(gaps.mapped("legal_basis"), ["Decree 1", "Decree 1"])
        self.assertEqual(self._gaps(is_outside=True).staff_id, outside)
        groups = self.Gap._read_group(
            [("company_id", "=", self.firm.id)], ["certificate_type_id"], ["__count"]
        )
        self.assertEqual(groups, [(self.type_manager, 2)])
        self.assertEqual(gaps[:1].action_view_staff()["res_id"], gaps[:1].staff_id.id)
        self._create_certificate(self.employee)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._gaps().staff_id, outside)

    def test_who_sees_the_list(self):
        self._create_post(self.employee, self.firm_point)
        south = self._create_post(self._create_employee("Bo"), self.firm_point_south)
        domain = [("company_id", "=", self.firm.id)]
        self.assertEqual(len(self.Gap.with_user(self.officer).search(domain)), 2)
        centre = self.Gap.with_user(self.centre_manager).search(domain)
        self.assertEqual(centre.staff_id, south)
        clerk = new_test_user(
            self.env, "entry_clerk", groups="aftersales_network.group_settlement_clerk"
        )
        with self.assertRaises(AccessError):
            self.Gap.with_user(clerk).search(domain)

    def test_human_resources_are_told_once(self):
        post = self._create_post(self.employee, self.firm_point)
        self._report()
        activity = self._activities(post)
        self.assertEqual(activity.user_id, self.officer)
        self.assertEqual(
            activity.summary, f"{post.display_name} lacks a certificate for the post"
        )
        self._report()
        self.assertEqual(self._activities(post), activity)
        activity.unlink()
        self._report()
        self.assertFalse(self._activities(post), "done stays done")
        certificate = self._create_certificate(self.employee)
        self._report()
        self.assertFalse(post.is_gap_reported)
        certificate._revoke("Forged", on_date=date(2026, 6, 15))
        self._report()
        self.assertEqual(len(self._activities(post)), 1, "missing anew")
        self._create_certificate(self.employee)
        self._report()
        self.assertFalse(self._activities(post), "nothing is missing any more")

    def test_job_is_a_batch(self):
        def measure(amount):
            staff = self._create_managers(amount)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._report()
            count = self.env.cr.sql_log_count - before
            self.assertTrue(all(staff.mapped("is_gap_reported")))
            return count

        measure(1)
        few = measure(2)
        self.assertLessEqual(measure(60) - few, 6)

    def test_nobody_marks_a_person_as_reported(self):
        post = self._create_post(self.employee, self.firm_point_south)
        with self.assertRaisesRegex(Exception, "changes only by its buttons"):
            post.with_user(self.centre_manager).write({"is_gap_reported": True})

    def test_work_starts_only_with_a_valid_certificate(self):
        order = self._create_order(service_type_id=self.type_repair.id)
        self.Requirement.create(
            {
                "service_type_id": self.type_repair.id,
                "certificate_type_id": self.type_technician.id,
            }
        )
        person = self.technician.employee_id or self.technician.partner_id
        certificate = self._create_certificate(
            person, type_id=self.type_technician.id, date_expiry=False
        )
        order.write({"service_point_id": self.technician.service_point_id.id})
        order.technician_id = self.technician
        order._write_flow({"state": "accepted"})
        certificate._revoke("Lapsed", on_date=date(2026, 6, 1))
        order.invalidate_recordset()
        with self.assertRaisesRegex(ValidationError, "no valid “Service Technician”"):
            order.action_start()
        order.company_id.aftersales_qualification_mode = "warn"
        order.action_start()
        self.assertEqual(order.state, "in_progress")
