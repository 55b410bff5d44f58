from datetime import date

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestReminder(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = new_test_user(
            cls.env,
            "firm_officer",
            groups="aftersales_network.group_training_officer",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )
        cls.holder_user = new_test_user(
            cls.env,
            "firm_holder",
            groups="aftersales_network.group_user",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )
        cls.employee = cls._create_employee("An", user_id=cls.holder_user.id)
        cls.certificate = cls._create_certificate(
            cls.employee, number="R-1", date_expiry="2026-12-31"
        )

    def _remind(self, day):
        with freeze_time(day), self.without_commit():
            self.Certificate._cron_remind_expiry()
        return self._get_reminders()

    def _get_reminders(self, certificate=None):
        return self.env["mail.activity"].search(
            (certificate or self.certificate)._get_reminder_domain()
        )

    def test_steps(self):
        self.assertFalse(self._remind("2026-10-01"), "91 days are too early")
        first = self._remind("2026-10-02")
        self.assertEqual(first.user_id, self.officer | self.holder_user)
        self.assertEqual(set(first.mapped("date_deadline")), {date(2026, 12, 31)})
        self.assertIn("of An expires on 2026-12-31", first[0].summary)
        self.assertEqual(self.certificate.reminder_step, 90)
        self.assertEqual(self._remind("2026-10-02"), first, "the same day again")
        self.assertEqual(self._remind("2026-10-31"), first, "still the same step")
        second = self._remind("2026-11-01")
        self.assertEqual(len(second), 2)
        self.assertFalse(first.exists(), "the new step takes the place of the old")
        self.assertEqual(self.certificate.reminder_step, 60)
        self._remind("2026-12-01")
        self.assertEqual(self.certificate.reminder_step, 30)

    def test_done_reminder_does_not_come_back_within_the_step(self):
        self._remind("2026-10-02").unlink()
        self.assertFalse(self._remind("2026-10-03"))

    def test_job_that_slept_asks_once(self):
        self.assertEqual(len(self._remind("2026-12-15")), 2)
        self.assertEqual(self.certificate.reminder_step, 30)

    def test_no_reminder_after_the_end_or_for_others(self):
        self.assertFalse(self._remind("2027-01-01"))
        draft = self._create_certificate(
            self.employee, verify=False, date_expiry="2026-12-31"
        )
        endless = self._create_certificate(self.employee, date_expiry=False)
        self._remind("2026-12-15")
        self.assertFalse(self._get_reminders(draft | endless))

    def test_renewed_certificate_is_left_alone(self):
        self.assertTrue(self._remind("2026-10-02"))
        renewal = self._create_certificate(
            self.employee,
            verify=False,
            previous_id=self.certificate.id,
            date_issue="2027-01-01",
            date_expiry="2029-12-31",
        )
        self.assertTrue(self._get_reminders(), "a draft renews nothing yet")
        renewal.with_user(self.officer).action_verify()
        self.assertFalse(self._get_reminders())
        self.assertFalse(self._remind("2026-12-15"))

    def test_revoking_ends_the_reminder(self):
        self.assertTrue(self._remind("2026-10-02"))
        self.certificate.with_user(self.officer)._revoke("Forged")
        self.assertFalse(self._get_reminders())

    def test_contact_without_user(self):
        contact = self.env["res.partner"].create({"name": "Outside"})
        certificate = self._create_certificate(contact, date_expiry="2026-12-31")
        self._remind("2026-12-15")
        self.assertEqual(self._get_reminders(certificate).user_id, self.officer)

    @freeze_time("2026-12-15")
    def test_batch_costs_few_queries(self):
        def remind(amount):
            certificates = self.Certificate.create(
                [
                    self._prepare_certificate(self.employee, date_expiry="2026-12-31")
                    for _number in range(amount)
                ]
            )
            certificates.action_verify()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            certificates._remind()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        remind(1)
        few, many = remind(5), remind(50)
        self.assertLessEqual(many, few + 15, "constant but for the inserts' batches")
