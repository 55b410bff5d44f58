from datetime import date

from odoo.tests import tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestSkillMirror(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_employee("An", cls.company)
        cls.skill_type = cls.env.ref("aftersales_training.hr_skill_type_certificate")

    def _get_skills(self):
        return self.env["hr.employee.skill"].search(
            [
                ("employee_id", "=", self.employee.id),
                ("skill_type_id", "=", self.skill_type.id),
            ]
        )

    def test_verified_certificate_shows_on_the_skills_page(self):
        certificate = self._create_certificate(self.employee, verify=False)
        self.assertFalse(self._get_skills())
        certificate.with_user(self.user_hr).action_verify()
        self.assertRecordValues(
            self._get_skills(),
            [
                {
                    "display_name": "After-Sales Service Manager: Certified",
                    "valid_from": date(2025, 1, 1),
                    "valid_to": date(2027, 12, 31),
                }
            ],
        )

    def test_skill_is_made_once_per_type(self):
        for _number in range(2):
            self._create_certificate(
                self.employee, type_id=self.type_technician.id, date_expiry=False
            )
        skills = self.skill_type.skill_ids.filtered(
            lambda skill: skill.name == "Service Technician"
        )
        self.assertEqual(len(skills), 1)
        self.assertEqual(self.type_technician.skill_id, skills)
        self.assertEqual(len(self._get_skills()), 1)

    def test_double_certificate_of_two_issuers_is_one_skill(self):
        drafts = self.Certificate.create(
            [
                self._prepare_certificate(self.employee, issuer_id=issuer.id)
                for issuer in (self.issuer, self.issuer_other)
            ]
        )
        drafts.action_verify()
        self.assertEqual(len(self._get_skills()), 1)
        drafts[0]._revoke("Forged", on_date=date(2026, 6, 1))
        self.assertEqual(self._get_skills().valid_to, date(2027, 12, 31))
        drafts[1]._revoke("Forged", on_date=date(2026, 6, 1))
        self.assertEqual(self._get_skills().valid_to, date(2026, 5, 31))

    def test_revoked_from_the_start_disappears(self):
        certificate = self._create_certificate(self.employee)
        certificate._revoke("Forged", on_date=date(2025, 1, 1))
        self.assertFalse(self._get_skills())

    def test_revoked_to_the_day_on_which_another_one_ends(self):
        """The skills page refuses two equal lines."""
        short = self._create_certificate(self.employee, date_expiry="2026-05-31")
        long = self._create_certificate(self.employee)
        self.assertEqual(len(self._get_skills()), 2)
        long._revoke("Forged", on_date=date(2026, 6, 1))
        self.assertEqual(self._get_skills(), short.employee_skill_id)
        self.assertEqual(long.employee_skill_id, short.employee_skill_id)

    def test_renewal_with_the_same_number(self):
        """Old and new stand side by side, each with its own dates."""
        old = self._create_certificate(self.employee, number="SAME-1")
        new = self._create_certificate(
            self.employee,
            number="SAME-1",
            previous_id=old.id,
            date_issue="2027-10-01",
            date_expiry="2030-09-30",
        )
        self.assertRecordValues(
            self._get_skills().sorted("valid_from"),
            [
                {"valid_from": date(2025, 1, 1), "valid_to": date(2027, 12, 31)},
                {"valid_from": date(2027, 10, 1), "valid_to": date(2030, 9, 30)},
            ],
        )
        self._get_skills().unlink()
        figures = self.Certificate.search(
            self.Certificate._get_valid_domain(date(2027, 11, 1))
        )
        self.assertLessEqual(old | new, figures, "nothing follows from the page")

    def test_contacts_have_no_skills_page(self):
        contact = self.env["res.partner"].create({"name": "Outside"})
        certificate = self._create_certificate(contact)
        self.assertEqual(certificate.state, "verified")
        self.assertFalse(certificate.employee_skill_id)

    def test_own_entries_on_the_skills_page_do_not_count(self):
        self._create_post(self.employee, self.hq)
        before = self.Ratio._get_ratio("2026-06-15", company=self.company)
        self.env["hr.employee.skill"].create(
            {
                "employee_id": self.employee.id,
                "skill_type_id": self.skill_type.id,
                "skill_id": self.skill_type.skill_ids[0].id,
                "skill_level_id": self.skill_type.skill_level_ids[0].id,
                "valid_from": "2025-01-01",
            }
        )
        after = self.Ratio._get_ratio("2026-06-15", company=self.company)
        self.assertEqual(after, before)
        self.assertEqual(after["holders"], 0)
