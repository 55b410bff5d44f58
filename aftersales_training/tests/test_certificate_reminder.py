from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestCertificateReminder(TrainingCommon):
    """Who is reminded, and how, with and without a user account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._create_firm_user("rem_officer", "group_training_officer")
        cls.boss_user = cls._create_firm_user("rem_boss", "group_centre_manager")
        cls.boss = cls._create_employee("Boss", user_id=cls.boss_user.id)
        cls.env["res.lang"]._activate_lang("zh_CN")

    @classmethod
    def _create_firm_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=f"aftersales_network.{group}",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )

    def _create_due(self, person, **vals):
        return self._create_certificate(person, date_expiry="2026-12-31", **vals)

    def _remind(self, day="2026-10-02"):
        self.env.flush_all()
        with freeze_time(day), self.without_commit() as progress:
            self.Certificate._cron_remind_expiry()
        return progress

    def _get_users(self, certificate):
        return (
            self.env["mail.activity"].search(certificate._get_reminder_domain()).user_id
        )

    def _get_mails(self, certificate):
        return self.env["mail.mail"].search(
            [("model", "=", certificate._name), ("res_id", "=", certificate.id)]
        )

    def test_superior_of_an_employee(self):
        employee = self._create_employee("An", parent_id=self.boss.id)
        certificate = self._create_due(employee)
        self.assertEqual(certificate.superior_id, self.boss_user.partner_id)
        self._remind()
        self.assertEqual(self._get_users(certificate), self.officer | self.boss_user)

    def test_superior_of_a_contact_is_the_manager_of_his_point(self):
        contact = self.env["res.partner"].create({"name": "Bo"})
        self._create_post(contact, self.firm_point, self.role_technician)
        certificate = self._create_due(contact)
        self.assertFalse(certificate.superior_id)
        self.firm_north.manager_id = self.boss_user
        certificate.invalidate_recordset(["superior_id"])
        self.assertEqual(
            certificate.superior_id, self.boss_user.partner_id, "the centre's"
        )
        chief = self.env["res.partner"].create({"name": "Chief", "email": "c@x.test"})
        self._create_post(chief, self.firm_point)
        certificate.invalidate_recordset(["superior_id"])
        self.assertEqual(certificate.superior_id, chief, "the point's own comes first")

    def test_own_superior_is_not_the_holder(self):
        self.firm_point.manager_id = self.boss_user
        self.firm_north.manager_id = self.officer
        self._create_post(self.boss, self.firm_point)
        certificate = self._create_due(self.boss)
        self.assertEqual(certificate.superior_id, self.officer.partner_id)

    def test_mail_where_nobody_has_an_account(self):
        """In the language of each recipient; queued, not sent."""
        chief = self.env["res.partner"].create(
            {"name": "Chief", "email": "chief@point.test", "lang": "zh_CN"}
        )
        contact = self.env["res.partner"].create(
            {"name": "Bo", "email": "bo@point.test", "lang": "en_US"}
        )
        self._create_post(chief, self.firm_point)
        self._create_post(contact, self.firm_point, self.role_technician)
        certificate = self._create_due(contact)
        template = self.env.ref("aftersales_training.mail_template_expiry_superior")
        template.with_context(lang="zh_CN").subject = "提醒 {{ object.holder_name }}"
        self._remind()
        mails = self._get_mails(certificate).sorted("email_to")
        self.assertEqual(mails.mapped("state"), ["outgoing", "outgoing"])
        self.assertEqual(
            mails.mapped("email_to"), ["bo@point.test", "chief@point.test"]
        )
        self.assertEqual(
            mails.mapped("subject"),
            [
                "Your certificate After-Sales Service Manager expires on 12/31/2026",
                "提醒 Bo",
            ],
        )
        self.assertIn("Dear Bo", mails[0].body_html)
        self.assertEqual(self._get_users(certificate), self.officer)
        self._remind()
        self.assertEqual(len(self._get_mails(certificate)), 2, "not twice")
        self._remind("2026-11-01")
        self.assertEqual(len(self._get_mails(certificate)), 4, "the next step")

    def test_portal_holder_gets_a_mail(self):
        person = self.user_portal.partner_id
        person.email = "tech@point.test"
        certificate = self._create_due(person, company_id=self.firm.id)
        self._remind()
        self.assertEqual(
            self._get_mails(certificate).mapped("email_to"), ["tech@point.test"]
        )

    def test_employee_with_a_work_address_only(self):
        employee = self._create_employee("Di", work_email="di@firm.test")
        employee.work_contact_id.email = False
        employee.work_email = "di@firm.test"
        certificate = self._create_due(employee)
        self._remind()
        self.assertEqual(
            self._get_mails(certificate).mapped("email_to"), ["di@firm.test"]
        )

    def test_holder_who_left_is_left_alone(self):
        employee = self._create_employee("Ed")
        line = self._create_post(employee, self.firm_point)
        certificate = self._create_due(employee)
        line.date_to = "2026-10-01"
        self._remind()
        self.assertFalse(self._get_users(certificate))
        self.assertEqual(certificate.reminder_step, 0)
        line.date_to = "2026-10-02"
        self._remind()
        self.assertEqual(self._get_users(certificate), self.officer, "the last day")

    def test_midnight_of_the_company(self):
        """16:30 UTC on 1 October is 2 October in Shanghai: 90 days are left."""
        certificate = self._create_due(self._create_employee("Fe"))
        self.firm.partner_id.tz = "UTC"
        self._remind("2026-10-01 16:30:00")
        self.assertFalse(self._get_users(certificate))
        self.firm.partner_id.tz = "Asia/Shanghai"
        self._remind("2026-10-01 15:59:00")
        self.assertFalse(self._get_users(certificate))
        self._remind("2026-10-01 16:00:00")
        self.assertEqual(self._get_users(certificate), self.officer)
        self.assertEqual(certificate.reminder_step, 90)

    def test_day_of_another_company(self):
        """Each certificate has the day of its own company."""
        self.firm.partner_id.tz = "Asia/Shanghai"
        other = self.env["res.company"].create({"name": "West"})
        other.partner_id.tz = "America/Los_Angeles"
        east = self._create_due(self._create_employee("Ga"))
        west = self._create_due(self._create_employee("Hu", company=other))
        self._remind("2026-10-01 20:00:00")
        self.assertEqual(east.reminder_step, 90)
        self.assertEqual(west.reminder_step, 0)

    def test_batches_report_their_progress(self):
        employee = self._create_employee("In")
        self.Certificate.create(
            [
                self._prepare_certificate(employee, date_expiry="2026-12-31")
                for _number in range(7)
            ]
        ).action_verify()
        module = "odoo.addons.aftersales_training.models"
        with patch(f"{module}.aftersales_certificate_reminder.REMINDER_BATCH", 3):
            progress = self._remind()
        self.assertEqual(progress, [(0, 7), (3, None), (3, None), (1, None)])

    @freeze_time("2026-12-15")
    def test_batch_with_mails_costs_few_queries(self):
        contacts = self.env["res.partner"].create(
            [
                {"name": f"Person {number}", "email": f"p{number}@point.test"}
                for number in range(60)
            ]
        )
        chief = self.env["res.partner"].create({"name": "Chief", "email": "c@x.test"})
        self._create_post(chief, self.firm_point)
        for contact in contacts:
            self._create_post(contact, self.firm_point, self.role_technician)

        def remind(people):
            certificates = self.Certificate.create(
                [
                    self._prepare_certificate(person, date_expiry="2026-12-31")
                    for person in people
                ]
            )
            certificates.action_verify()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            certificates._remind()
            self.env.flush_all()
            amount = self.env.cr.sql_log_count - before
            self.assertEqual(
                self.env["mail.mail"].search_count(
                    [
                        ("model", "=", certificates._name),
                        ("res_id", "in", certificates.ids),
                    ]
                ),
                2 * len(people),
            )
            return amount

        remind(contacts[:1])
        few, many = remind(contacts[1:11]), remind(contacts[11:])
        self.assertLessEqual(many, few + 10)
