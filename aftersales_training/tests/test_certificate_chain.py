from datetime import date

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestCertificateChain(TrainingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_employee("An")
        cls.other = cls._create_employee("Bo")
        cls.old = cls._create_certificate(cls.employee, number="77-A")

    def _renew(self, certificate, **vals):
        context = certificate.action_renew()["context"]
        return self.Certificate.with_context(**context).create(
            {"date_issue": "2027-10-01", "date_expiry": "2030-09-30", **vals}
        )

    def _assert_refused(self, error, **vals):
        with (
            self.assertRaises(error),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._create_certificate(self.employee, verify=False, **vals)

    def test_renewal_may_keep_the_number(self):
        new = self._renew(self.old)
        self.assertEqual(new.number, "77-A", "offered by re-registration")
        self.assertEqual(new.chain_root_id, self.old)
        third = self._renew(new, number="77 a", date_issue="2030-01-01")
        self.assertEqual(third.chain_root_id, self.old)
        self.assertEqual(third.chain_count, 3)
        self.assertEqual(
            self.Certificate.search(new._get_chain_domain()), self.old | new | third
        )

    def test_same_number_outside_the_chain_is_refused(self):
        self._renew(self.old)
        self._assert_refused(ExclusionViolation, number="77A")

    def test_chain_cannot_be_left_with_the_number(self):
        new = self._renew(self.old)
        with (
            self.assertRaises(ExclusionViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            new.previous_id = False
            self.env.flush_all()

    def test_number_of_a_foreign_chain_is_refused(self):
        self._create_certificate(self.other, number="88")
        self._assert_refused(ExclusionViolation, number="88", previous_id=self.old.id)

    def test_renewed_once(self):
        new = self._renew(self.old)
        self._assert_refused(UniqueViolation, number="77-A", previous_id=self.old.id)
        twin = self._create_certificate(
            self.employee,
            verify=False,
            number="77-A",
            previous_id=self.old.id,
            issuer_id=self.issuer_other.id,
        )
        self.assertEqual(twin.chain_root_id, self.old, "the second issuer renews, too")
        new.action_verify()
        new._revoke("Forged")
        self.assertTrue(self._renew(self.old), "a revoked renewal makes room")

    def test_revoked_one_is_recorded_again_with_its_number(self):
        self.old._revoke("Typed wrongly")
        again = self._renew(self.old, date_issue="2025-01-01")
        again.action_verify()
        self.assertTrue(again._is_valid_on("2026-01-01"))

    def test_holders_agree_in_both_directions(self):
        draft = self._create_certificate(self.employee, verify=False)
        self._renew(draft)
        with self.assertRaisesRegex(ValidationError, "the holders differ"):
            draft.holder_employee_id = self.other

    def test_circle_is_refused(self):
        draft = self._create_certificate(self.employee, verify=False)
        new = self._renew(draft)
        with self.assertRaisesRegex(ValidationError, "cannot renew itself"):
            draft.previous_id = new

    @freeze_time("2027-11-01")
    def test_overlap_counts_the_person_once(self):
        """The new one is issued while the old one still runs."""
        self._create_post(self.employee, self.firm_hq)
        new = self._renew(self.old)
        new.action_verify()
        self.assertTrue(self.old._is_valid_on(date(2027, 11, 1)))
        for day in ("2027-09-30", "2027-10-01", "2027-12-31", "2028-01-01"):
            with self.subTest(day=day):
                figures = self.Ratio._get_ratio(day, company=self.firm)
                self.assert_figures(figures, 1, 1, 1)
