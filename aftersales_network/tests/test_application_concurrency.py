import psycopg2

from odoo import sql_db
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name


@tagged("post_install", "-at_install")
class TestApplicationConcurrency(BaseCase):
    """Two windows of one applicant at once: only the database can refuse one."""

    def setUp(self):
        super().setUp()
        _name, params = sql_db.connection_info_for(get_db_name())
        self.params = {k: v for k, v in params.items() if k != "db_replica"}
        self.one, self.two, self.admin = (self._connect() for _ in range(3))
        self.admin.autocommit = True
        with self.admin.cursor() as cr:
            cr.execute("SELECT id FROM res_company ORDER BY id LIMIT 1")
            self.company = cr.fetchone()[0]
            cr.execute("SELECT id FROM res_users ORDER BY id LIMIT 1")
            self.user = cr.fetchone()[0]
        self.addCleanup(self._remove)

    def _connect(self):
        connection = psycopg2.connect(**self.params)
        self.addCleanup(connection.close)
        return connection

    def _remove(self):
        with self.admin.cursor() as cr:
            cr.execute(
                "DELETE FROM aftersales_service_point WHERE code LIKE 'APPCONC%'"
            )

    def _apply(self, connection, code, state="prospect"):
        with connection.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '2s'")
            cr.execute(
                "INSERT INTO aftersales_service_point "
                "(name, code, tier, kind, state, company_id, active, applicant_id) "
                "VALUES ('c', %s, 'point', 'authorized', %s, %s, TRUE, %s)",
                [f"APPCONC{code}", state, self.company, self.user],
            )

    def test_one_open_application_per_applicant(self):
        self._apply(self.one, 1)
        # The second transaction cannot see the first one's row, yet it waits.
        with self.assertRaises(psycopg2.errors.LockNotAvailable):
            self._apply(self.two, 2)
        self.two.rollback()
        self.one.commit()
        for state in ("prospect", "rejected", "head_approval"):
            with self.assertRaises(psycopg2.errors.UniqueViolation):
                self._apply(self.two, 2, state)
            self.two.rollback()
        self._apply(self.two, 2, "active")
        self.two.commit()

    def test_after_a_rollback_the_other_passes(self):
        self._apply(self.one, 3)
        self.one.rollback()
        self._apply(self.two, 4)
        self.two.commit()
