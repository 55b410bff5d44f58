import base64
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestCertificate(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_employee("Holder", company=cls.company)
        cls.contact = cls.env["res.partner"].create({"name": "Outside Person"})

    def test_defaults_from_type(self):
        certificate = self.Certificate.create(
            {
                "holder_employee_id": self.employee.id,
                "type_id": self.type_senior.id,
                "issuer_id": self.issuer.id,
                "number": "A 1",
                "date_issue": "2026-03-15",
            }
        )
        self.assertEqual(certificate.date_expiry, date(2029, 3, 14))
        self.assertEqual(certificate.level, "senior")
        self.assertEqual(certificate.company_id, self.company)
        self.assertEqual(certificate.holder_name, "Holder")
        self.assertEqual(certificate.state, "draft")
        self.assertEqual(certificate.person_id, self.employee.work_contact_id)
        self.assertEqual(
            certificate.display_name, "Senior After-Sales Service Manager A 1"
        )

    def test_later_change_of_type_keeps_the_end(self):
        certificate = self._create_certificate(self.employee)
        self.type_manager.validity_months = 12
        certificate.invalidate_recordset()
        self.assertEqual(certificate.date_expiry, date(2027, 12, 31))

    def test_form_fills_the_end_and_keeps_a_typed_one(self):
        form = Form(self.Certificate)
        form.holder_partner_id = self.contact
        form.type_id = self.type_technician
        form.issuer_id = self.issuer
        form.number = "F-1"
        form.date_issue = date(2026, 1, 1)
        self.assertEqual(form.date_expiry, date(2027, 12, 31))
        form.date_expiry = date(2026, 6, 30)
        self.assertEqual(form.save().date_expiry, date(2026, 6, 30))

    def test_same_number_in_another_spelling_is_refused(self):
        self._create_certificate(self.employee, number="CGCC-2026/001")
        with (
            self.assertRaises(ExclusionViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._create_certificate(self.contact, number="cgcc 2026 001")

    def test_same_number_of_another_issuer_is_allowed(self):
        self._create_certificate(self.employee, number="77")
        twin = self._create_certificate(
            self.employee, number="77", issuer_id=self.issuer_other.id
        )
        self.assertEqual(twin.state, "verified")

    def test_same_number_without_issuer_is_refused(self):
        self.type_technician.is_issuer_required = False
        vals = {"type_id": self.type_technician.id, "issuer_id": False, "number": "5"}
        self._create_certificate(self.employee, **vals)
        with (
            self.assertRaises(ExclusionViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._create_certificate(self.contact, **vals)

    def test_number_needs_a_letter_or_digit(self):
        with self.assertRaisesRegex(ValidationError, "“--” of Holder needs at least"):
            self._create_certificate(self.employee, number="--")

    def test_issuer_is_required_by_the_type(self):
        with self.assertRaisesRegex(ValidationError, "needs its issuer"):
            self._create_certificate(self.employee, issuer_id=False)

    def test_expiry_before_issue_is_refused(self):
        with (
            self.assertRaises(CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._create_certificate(
                self.employee, date_issue="2026-01-02", date_expiry="2026-01-01"
            )

    def test_one_holder_exactly(self):
        for holder in (
            {"holder_employee_id": False},
            {"holder_partner_id": self.contact.id},
        ):
            with (
                self.subTest(holder=holder),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._create_certificate(self.employee, verify=False, **holder)

    def test_valid_on(self):
        certificate = self._create_certificate(
            self.employee,
            verify=False,
            date_issue="2026-01-01",
            date_expiry="2026-12-31",
        )
        self.assertFalse(certificate._is_valid_on(date(2026, 6, 1)))
        certificate.action_verify()
        self.assertTrue(certificate._is_valid_on("2026-01-01"))
        self.assertTrue(certificate._is_valid_on(date(2026, 12, 31)))
        self.assertFalse(certificate._is_valid_on(date(2027, 1, 1)))
        self.assertFalse(certificate._is_valid_on(date(2025, 12, 31)))

    def test_domain_agrees_with_record(self):
        certificates = self.Certificate.union(
            self._create_certificate(self.employee, verify=False),
            self._create_certificate(self.employee),
            self._create_certificate(self.employee, date_expiry=False),
            self._create_certificate(self.contact),
        )
        certificates[-1]._revoke("Forged", on_date=date(2026, 7, 1))
        for day in ("2024-12-31", "2025-01-01", "2026-07-01", "2028-01-01"):
            with self.subTest(day=day):
                found = certificates.filtered_domain(
                    self.Certificate._get_valid_domain(date.fromisoformat(day))
                )
                expected = certificates.filtered(lambda c, d=day: c._is_valid_on(d))
                self.assertEqual(found, expected)

    @freeze_time("2026-11-21")
    def test_validity_label(self):
        cases = [
            ({"date_expiry": "2027-02-19"}, "expiring"),
            ({"date_expiry": "2027-02-20"}, "valid"),
            ({"date_expiry": "2026-11-21"}, "expiring"),
            ({"date_expiry": "2026-11-20"}, "expired"),
            ({"date_expiry": False}, "valid"),
            ({"date_issue": "2026-11-22"}, "future"),
        ]
        for vals, expected in cases:
            with self.subTest(**vals):
                certificate = self._create_certificate(self.employee, **vals)
                self.assertEqual(certificate.validity, expected)
        draft = self._create_certificate(self.employee, verify=False)
        self.assertEqual(draft.validity, "draft")

    @freeze_time("2026-11-21 17:00:00")
    def test_today_is_that_of_the_company(self):
        certificate = self._create_certificate(self.employee, date_expiry="2026-11-21")
        self.company.partner_id.tz = "UTC"
        self.assertEqual(certificate.validity, "expiring")
        self.company.partner_id.tz = "Asia/Shanghai"
        certificate.invalidate_recordset()
        self.assertEqual(certificate.validity, "expired")

    @freeze_time("2026-11-21")
    def test_verify_by_officer(self):
        certificate = self._create_certificate(self.employee, verify=False)
        certificate.with_user(self.user_hr).action_verify()
        self.assertEqual(certificate.state, "verified")
        self.assertEqual(certificate.verified_by_id, self.user_hr)
        self.assertEqual(certificate.date_verified, date(2026, 11, 21))
        with self.assertRaisesRegex(UserError, "is not a draft"):
            certificate.with_user(self.user_hr).action_verify()

    def test_holder_cannot_verify(self):
        """Four eyes: as employee, by work contact and as contact."""
        officer = new_test_user(
            self.env,
            "officer_holder",
            groups="aftersales_network.group_training_officer",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        own = self._create_employee("Officer", self.company, user_id=officer.id)
        for person in (own, officer.partner_id):
            with self.subTest(person=person._name):
                certificate = self._create_certificate(
                    person, verify=False, company_id=self.company.id
                )
                self.assertTrue(certificate.with_user(officer).is_own)
                with self.assertRaisesRegex(UserError, "your own certificate"):
                    certificate.with_user(officer).action_verify()
                self.assertEqual(certificate.state, "draft")
                certificate.with_user(self.user_hr).action_verify()
                self.assertEqual(certificate.state, "verified")

    def test_only_officers_decide(self):
        certificate = self._create_certificate(self.employee, verify=False)
        for user in (self.user_service, self.user_head, self.user_centre):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    certificate.with_user(user).action_verify()
                with self.assertRaises(AccessError):
                    certificate.with_user(user).action_revoke()
        self.assertEqual(certificate.state, "draft")

    def test_state_cannot_be_written_around_the_buttons(self):
        certificate = self._create_certificate(self.employee, verify=False)
        as_officer = certificate.with_user(self.user_hr)
        with self.assertRaisesRegex(UserError, "Use the buttons"):
            as_officer.write({"state": "verified"})
        forged = as_officer.with_context(aftersales_certificate_lifecycle=True)
        with self.assertRaisesRegex(UserError, "Use the buttons"):
            forged.write({"date_revoked": "2026-01-01"})
        with self.assertRaisesRegex(UserError, "starts as a draft"):
            self.Certificate.with_user(self.user_hr).create(
                self._prepare_certificate(self.employee, state="verified")
            )

    def test_verified_is_frozen(self):
        certificate = self._create_certificate(self.employee)
        for vals in (
            {"number": "X"},
            {"date_expiry": "2099-01-01"},
            {"holder_employee_id": self._create_employee().id},
            {"file": base64.b64encode(b"%PDF-1.4 other")},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, "cannot be changed"),
            ):
                certificate.with_user(self.user_hr).write(vals)
        with self.assertRaisesRegex(UserError, "Revoke it instead"):
            certificate.with_user(self.user_hr).unlink()

    def test_draft_may_be_deleted(self):
        certificate = self._create_certificate(self.employee, verify=False)
        certificate.with_user(self.user_hr).unlink()
        self.assertFalse(certificate.exists())

    @freeze_time("2026-11-21")
    def test_revoke_with_reason(self):
        certificate = self._create_certificate(self.employee)
        action = certificate.with_user(self.user_hr).action_revoke()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_hr)
            .with_context(**action["context"])
            .create({"reason": "Issuer withdrew it"})
        )
        wizard.action_confirm()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(certificate.revoke_reason, "Issuer withdrew it")
        self.assertEqual(certificate.revoked_by_id, self.user_hr)
        self.assertTrue(certificate._is_valid_on(date(2026, 11, 20)))
        self.assertFalse(certificate._is_valid_on(date(2026, 11, 21)))
        with self.assertRaisesRegex(UserError, "Only a verified certificate"):
            certificate._revoke("Again")

    def test_renewal_chain(self):
        old = self._create_certificate(self.employee)
        context = old.action_renew()["context"]
        new = self.Certificate.with_context(**context).create(
            {"number": "NEW-1", "date_issue": "2028-01-01"}
        )
        self.assertEqual(new.previous_id, old)
        self.assertEqual(new.holder_employee_id, self.employee)
        self.assertEqual(new.issuer_id, self.issuer)
        self.assertEqual(new.state, "draft")
        self.assertEqual(old.next_ids, new)
        with self.assertRaisesRegex(ValidationError, "the holders differ"):
            new.write(
                {"holder_employee_id": False, "holder_partner_id": self.contact.id}
            )

    def test_certificate_cannot_renew_itself(self):
        certificate = self._create_certificate(self.employee, verify=False)
        with self.assertRaisesRegex(ValidationError, "cannot renew itself"):
            certificate.previous_id = certificate

    def test_create_in_batch_costs_few_queries(self):
        def create(amount):
            vals_list = [
                self._prepare_certificate(self.employee) for _number in range(amount)
            ]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.Certificate.create(vals_list)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        create(1)
        few, many = create(5), create(50)
        self.assertLessEqual(many, few + 5)
