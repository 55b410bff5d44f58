import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestCertificatePropose(TrainingCommon):
    """Employees propose, human resources verify, one by one or many at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._create_firm_user("prop_officer", "group_training_officer")
        cls.user = cls._create_firm_user("prop_employee", "group_user")
        cls.employee = cls._create_employee("An", user_id=cls.user.id)

    @classmethod
    def _create_firm_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=f"aftersales_network.{group}",
            company_id=cls.firm.id,
            company_ids=[(6, 0, cls.firm.ids)],
        )

    def _propose(self, user=None, **vals):
        Certificate = self.Certificate.with_user(user or self.user)
        return Certificate.with_context(aftersales_own_certificate=True).create(
            {
                "type_id": self.type_manager.id,
                "issuer_id": self.issuer.id,
                "number": f"O-{next(self.numbers)}",
                "date_issue": "2026-01-01",
                **vals,
            }
        )

    def test_own_certificate_in_the_form(self):
        action = self.env.ref("aftersales_training.aftersales_certificate_action_own")
        form = Form(
            self.Certificate.with_user(self.user).with_context(
                aftersales_own_certificate=True
            ),
            "aftersales_training.aftersales_certificate_view_form",
        )
        form.type_id = self.type_manager
        form.issuer_id = self.issuer
        form.number = "O-FORM"
        certificate = form.save().sudo()
        self.assertEqual(certificate.holder_employee_id, self.employee)
        self.assertEqual(certificate.company_id, self.firm)
        domain = str(action.domain).replace("uid", str(self.user.id))
        own = self.Certificate.with_user(self.user).search(
            [("person_id.user_ids", "in", [self.user.id])]
        )
        self.assertIn("person_id.user_ids", domain)
        self.assertEqual(own.sudo(), certificate)

    def test_user_without_an_employee_is_the_holder_as_contact(self):
        user = self._create_firm_user("prop_contact", "group_user")
        certificate = self._propose(user).sudo()
        self.assertEqual(certificate.holder_partner_id, user.partner_id)

    def test_human_resources_are_told(self):
        certificate = self._propose().sudo()
        activity = certificate.activity_ids
        self.assertEqual(activity.user_id, self.officer)
        self.assertEqual(activity.summary, "An proposes a certificate to verify")
        certificate.with_user(self.officer).action_verify()
        self.assertFalse(certificate.activity_ids)

    def test_not_the_officer_who_holds_it(self):
        second = self._create_firm_user("prop_second", "group_training_officer")
        officers = self.firm._get_training_officers()
        self.assertEqual(officers, self.officer | second)
        for holder, other in ((self.officer, second), (second, self.officer)):
            certificate = self._create_certificate(
                holder.partner_id, verify=False, company_id=self.firm.id
            )
            certificate._ask_to_verify()
            self.assertEqual(certificate.activity_ids.user_id, other)

    def test_officers_own_records_ask_nobody(self):
        certificate = self.Certificate.with_user(self.officer).create(
            self._prepare_certificate(self.employee)
        )
        self.assertFalse(certificate.activity_ids)

    def test_for_somebody_else_is_refused(self):
        other = self._create_employee("Bo")
        with self.assertRaises(AccessError):
            self._propose(holder_employee_id=other.id)

    def test_proposer_does_not_verify(self):
        certificate = self._propose()
        with self.assertRaises(AccessError):
            certificate.action_verify()

    def test_many_at_once(self):
        certificates = self.Certificate.create(
            [self._prepare_certificate(self.employee) for _number in range(5)]
        )
        certificates.with_user(self.officer).action_verify()
        self.assertEqual(set(certificates.mapped("state")), {"verified"})

    def test_many_at_once_name_the_first_refused_and_leave_nothing_half_done(self):
        line = self._create_post(self.employee, self.firm_point)
        good = self._create_certificate(self.employee, verify=False)
        bad = self._create_certificate(
            self.employee, verify=False, date_issue="2026-03-01", number="BAD-1"
        )
        line.date_to = "2026-02-28"
        certificates = (good | bad).with_user(self.officer)
        with self.assertRaisesRegex(UserError, "BAD-1 was issued on 2026-03-01"):
            certificates.action_verify()
        self.assertEqual(certificates.mapped("state"), ["draft", "draft"])
        self.assertFalse(good.employee_skill_id)

    def test_verifying_many_costs_few_queries(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"Person {number}"} for number in range(45)]
        )

        def verify(people):
            certificates = self.Certificate.create(
                [self._prepare_certificate(person) for person in people]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            certificates.action_verify()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        verify(contacts[:1])
        few, many = verify(contacts[1:6]), verify(contacts[6:])
        self.assertLessEqual(many, few + 6)

    def test_scan_of_a_proposal(self):
        pdf = base64.b64encode(b"%PDF-1.7 scan")
        certificate = self._propose(file=pdf, file_name="scan.pdf")
        self.assertEqual(certificate.with_user(self.officer).file, pdf)
        self.assertFalse(certificate.with_user(self.user_head).sudo(False).file)
