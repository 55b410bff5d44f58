from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestCertificateIssue(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_employee("An")
        cls.contact = cls.env["res.partner"].create({"name": "Bo"})
        cls.own_issuer = cls.env.ref("aftersales_training.certificate_issuer_own")

    def _issue(self, persons, day="2026-05-01", origin=None, **kwargs):
        return self.Certificate._issue_for(
            persons, kwargs.get("kind", self.type_technician), day, origin=origin
        )

    @freeze_time("2026-05-02")
    def test_issued_verified_and_numbered(self):
        post = self._create_post(self.employee, self.firm_point, self.role_technician)
        certificate = self._issue(post, origin=post)
        self.assertRecordValues(
            certificate,
            [
                {
                    "state": "verified",
                    "holder_employee_id": self.employee.id,
                    "company_id": self.firm.id,
                    "issuer_id": self.own_issuer.id,
                    "date_issue": date(2026, 5, 1),
                    "date_expiry": date(2028, 4, 30),
                    "date_verified": date(2026, 5, 2),
                    "verified_by_id": self.env.ref("base.user_root").id,
                    "origin_model": "aftersales.staff",
                    "origin_id": post.id,
                    "origin_name": post.display_name,
                    "is_own_issue": True,
                }
            ],
        )
        self.assertRegex(certificate.number, r"^CERT-\d{6}$")
        self.assertEqual(
            certificate.action_view_origin()["res_model"], "aftersales.staff"
        )

    def test_people_of_every_kind(self):
        for person in (self.employee, self.contact):
            with self.subTest(person=person._name):
                certificate = self._issue(person)
                self.assertEqual(certificate.holder_name, person.name)
        both = self._create_post(self.contact, self.firm_point)
        self.assertEqual(self._issue(both).holder_partner_id, self.contact)

    def test_asked_twice_for_one_origin(self):
        post = self._create_post(self.employee, self.firm_point)
        first = self._issue(post, origin=post)
        self.assertEqual(self._issue(post, origin=post), first)
        first._revoke("Course was annulled")
        self.assertNotEqual(self._issue(post, origin=post), first)

    def test_next_one_renews(self):
        first = self._issue(self.employee)
        second = self._issue(self.employee, "2028-01-01")
        self.assertEqual(second.previous_id, first)
        self.assertNotEqual(second.number, first.number)
        self.assertFalse(self._issue(self.contact).previous_id)

    def test_issuer_of_the_company(self):
        self.firm.aftersales_own_issuer_id = self.issuer_other
        self.assertEqual(self._issue(self.employee).issuer_id, self.issuer_other)

    def test_never_what_counts_for_the_ratio(self):
        with self.assertRaisesRegex(UserError, "comes from an outside issuer"):
            self._issue(self.employee, kind=self.type_manager)

    def test_no_detour_makes_our_own_count_for_the_ratio(self):
        draft = self._create_certificate(
            self.employee, verify=False, issuer_id=self.own_issuer.id
        )
        with self.assertRaisesRegex(UserError, "comes from an outside issuer"):
            draft.action_verify()
        self.assertEqual(draft.state, "draft")
        kind = self.type_technician.copy({"code": "detour", "name": "Detour"})
        self._issue(self.employee, kind=kind)
        with self.assertRaisesRegex(
            ValidationError, "“Detour” cannot count for the manager ratio"
        ):
            kind.counts_for_ratio = True

    def test_skill_is_mirrored(self):
        certificate = self._issue(self.employee)
        self.assertEqual(certificate.employee_skill_id.employee_id, self.employee)

    def test_many_at_once_cost_few_queries(self):
        def issue(amount):
            contacts = self.env["res.partner"].create(
                [{"name": f"Contact {number}"} for number in range(amount)]
            )
            posts = self.Staff.union(
                *(self._create_post(contact, self.firm_point) for contact in contacts)
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            certificates = self._issue(posts, origin=posts)
            self.env.flush_all()
            self.assertEqual(len(set(certificates.mapped("number"))), amount)
            self.assertEqual(certificates.mapped("origin_id"), posts.ids)
            return self.env.cr.sql_log_count - before

        issue(1)
        few, many = issue(5), issue(40)
        self.assertLessEqual(many, few + 12)
