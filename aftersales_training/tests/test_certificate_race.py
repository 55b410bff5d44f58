import psycopg2

from odoo import api, sql_db
from odoo.exceptions import LockError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

NUMBER = "RACE0001"


@tagged("post_install", "-at_install")
class TestCertificateRace(BaseCase):
    """Two real connections at once: what only the database can decide."""

    def setUp(self):
        super().setUp()
        _name, params = sql_db.connection_info_for(get_db_name())
        self.params = {k: v for k, v in params.items() if k != "db_replica"}
        self.one, self.two, self.admin = (self._connect() for _number in range(3))
        self.admin.autocommit = True
        self.addCleanup(self._remove)
        with self.admin.cursor() as cr:
            self._remove()
            cr.execute(
                "SELECT (SELECT min(id) FROM res_company),"
                " (SELECT min(partner_id) FROM res_users),"
                " (SELECT min(id) FROM aftersales_certificate_type),"
                " (SELECT min(id) FROM aftersales_certificate_issuer)"
            )
            self.company, self.partner, self.type, self.issuer = cr.fetchone()

    def _connect(self):
        connection = psycopg2.connect(**self.params)
        self.addCleanup(connection.close)
        return connection

    def _remove(self):
        with self.admin.cursor() as cr:
            for condition in ("previous_id IS NOT NULL", "TRUE"):
                cr.execute(
                    "DELETE FROM aftersales_certificate "
                    f"WHERE number_normalized = %s AND {condition}",
                    [NUMBER],
                )

    def _record(self, connection, previous=None):
        with connection.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '2s'")
            cr.execute(
                "INSERT INTO aftersales_certificate (holder_partner_id, person_id,"
                " holder_name, company_id, type_id, issuer_id, number,"
                " number_normalized, date_issue, state, reminder_step, previous_id,"
                " chain_root_id) VALUES (%(partner)s, %(partner)s, 'Race', %(company)s,"
                " %(type)s, %(issuer)s, 'RACE-0001', %(number)s, '2026-01-01', 'draft',"
                " 0, %(previous)s, %(previous)s) RETURNING id",
                {
                    "partner": self.partner,
                    "company": self.company,
                    "type": self.type,
                    "issuer": self.issuer,
                    "number": NUMBER,
                    "previous": previous,
                },
            )
            return cr.fetchone()[0]

    def _assert_second_waits_and_fails(self, error, **values):
        self._record(self.one, **values)
        with self.assertRaises(psycopg2.errors.LockNotAvailable):
            self._record(self.two, **values)
        self.two.rollback()
        self.one.commit()
        with self.assertRaises(error):
            self._record(self.two, **values)
        self.two.rollback()

    def test_one_number_recorded_twice(self):
        self._assert_second_waits_and_fails(psycopg2.errors.ExclusionViolation)

    def test_one_renewal_recorded_twice(self):
        first = self._record(self.admin)
        self._assert_second_waits_and_fails(
            psycopg2.errors.UniqueViolation, previous=first
        )

    def test_renewals_of_one_chain_pass_side_by_side(self):
        """Old and new of one number, while the old one is still being written."""
        first = self._record(self.one)
        self.one.commit()
        with self.one.cursor() as cr:
            cr.execute(
                "UPDATE aftersales_certificate SET state = 'draft' WHERE id = %s",
                [first],
            )
        self._record(self.two, previous=first)
        self.two.commit()
        self.one.commit()

    def test_two_officers_verify_at_once(self):
        certificate_id = self._record(self.admin)
        with self.one.cursor() as cr:
            cr.execute(
                "SELECT id FROM aftersales_certificate WHERE id = %s FOR UPDATE",
                [certificate_id],
            )
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            certificate = env["aftersales.certificate"].browse(certificate_id)
            with self.assertRaises(LockError):
                certificate.action_verify()
            self.assertEqual(certificate.state, "draft")
            cr.rollback()
        self.one.rollback()
