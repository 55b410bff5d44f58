from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestCertificateHolder(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_employee("An")
        cls.line = cls._create_post(cls.employee, cls.firm_point)
        cls.certificate = cls._create_certificate(cls.employee, verify=False)

    def test_unit_of_the_holder(self):
        self.assertEqual(self.certificate.service_point_id, self.firm_point)
        self.assertFalse(self.certificate.date_holder_left)
        self.line.date_to = "2026-03-31"
        self._create_post(self.employee, self.firm_north, date_from="2026-04-01")
        self.assertEqual(self.certificate.service_point_id, self.firm_north)
        self.assertFalse(self.certificate.date_holder_left, "a transfer")

    @freeze_time("2026-11-20")
    def test_unit_follows_the_calendar(self):
        self.line.date_to = "2026-11-20"
        self._create_post(self.employee, self.firm_north, date_from="2026-11-21")
        self.assertEqual(self.certificate.service_point_id, self.firm_point)
        self.env.flush_all()
        with freeze_time("2026-11-21"), self.without_commit():
            self.Certificate._cron_remind_expiry()
        self.assertEqual(self.certificate.service_point_id, self.firm_north)

    @freeze_time("2026-11-21")
    def test_ended_posts(self):
        self.line.date_to = "2026-11-20"
        self.assertEqual(self.certificate.date_holder_left, date(2026, 11, 20))
        self.assertTrue(self.certificate.is_holder_left)
        self.line.date_to = "2026-11-21"
        self.certificate.invalidate_recordset(["is_holder_left"])
        self.assertFalse(self.certificate.is_holder_left, "still the last day")

    @freeze_time("2026-11-21")
    def test_archived_employee(self):
        self.employee.active = False
        self.assertEqual(self.certificate.date_holder_left, date(2026, 11, 21))
        self.employee.departure_date = "2026-08-31"
        self.assertEqual(self.certificate.date_holder_left, date(2026, 8, 31))
        self.employee.action_unarchive()
        # The departure ended the post as well; coming back opens it again.
        self.assertFalse(self.certificate.date_holder_left, "taken on again")

    @freeze_time("2026-11-21")
    def test_contact(self):
        contact = self.env["res.partner"].create({"name": "Bo"})
        certificate = self._create_certificate(contact)
        self.assertFalse(certificate.service_point_id)
        self.assertFalse(certificate.date_holder_left)
        contact.active = False
        self.assertEqual(certificate.date_holder_left, date(2026, 11, 21))

    def test_person_with_two_posts_left_when_both_ended(self):
        second = self._create_post(self.employee, self.firm_north)
        self.line.date_to = "2026-01-31"
        self.assertFalse(self.certificate.date_holder_left)
        second.date_to = "2026-03-31"
        self.assertEqual(self.certificate.date_holder_left, date(2026, 3, 31))

    def test_issue_after_leaving_is_not_verified(self):
        self.line.date_to = "2024-12-31"
        with self.assertRaisesRegex(
            UserError,
            "was issued on 2025-01-01, after An left on 2024-12-31. Correct the day",
        ):
            self.certificate.with_user(self.env.user).action_verify()
        self.assertEqual(self.certificate.state, "draft")
        self.line.date_to = "2025-01-01"
        self.certificate.action_verify()
        self.assertEqual(self.certificate.state, "verified")

    def test_issue_by_rule_after_leaving_is_refused(self):
        self.line.date_to = "2025-12-31"
        with self.assertRaisesRegex(UserError, "after An left on 2025-12-31"):
            self.Certificate._issue_for(
                self.employee, self.type_technician, "2026-01-01"
            )

    def test_filter(self):
        left = self.Certificate.search(
            [("date_holder_left", "<", "today"), ("id", "=", self.certificate.id)]
        )
        self.assertFalse(left)
        self.line.date_to = "2025-12-31"
        self.assertEqual(
            self.Certificate.search([("date_holder_left", "<", "today")])
            & self.certificate,
            self.certificate,
        )

    def test_count_of_a_type(self):
        before = self.type_manager.certificate_count
        self._create_certificate(self.employee)
        self.type_manager.invalidate_recordset(["certificate_count"])
        self.assertEqual(self.type_manager.certificate_count, before + 1)
        action = self.type_manager.action_view_certificates()
        found = self.Certificate.search(action["domain"])
        self.assertIn(self.certificate, found)
        self.assertEqual(found.type_id, self.type_manager)
