import psycopg2

from odoo import SUPERUSER_ID, api, sql_db
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name


@tagged("post_install", "-at_install")
class TestExitConcurrency(BaseCase):
    """Two real connections at once: one withdrawal, closed by one person."""

    def setUp(self):
        super().setUp()
        _name, params = sql_db.connection_info_for(get_db_name())
        params = {k: v for k, v in params.items() if k != "db_replica"}
        self.admin = psycopg2.connect(**params)
        self.admin.autocommit = True
        self.addCleanup(self.admin.close)
        self.addCleanup(self._remove)
        self._prepare()

    def _query(self, query, params=()):
        with self.admin.cursor() as cr:
            cr.execute(query, params)
            return cr.fetchone()[0] if cr.description else None

    def _prepare(self):
        self.company = self._query("SELECT id FROM res_company ORDER BY id LIMIT 1")
        self.point = self._query(
            "INSERT INTO aftersales_service_point "
            "(name, code, tier, kind, state, company_id, active) VALUES "
            "('exit', 'CONCEXIT', 'point', 'own', 'withdrawal', %s, TRUE) RETURNING id",
            [self.company],
        )
        self.withdrawal = self._insert("clearing")

    def _insert(self, state):
        return self._query(
            "INSERT INTO aftersales_withdrawal (name, service_point_id, company_id,"
            " filed_by, filed_by_id, cause, reason, state)"
            " VALUES (%s, %s, %s, 'company', %s, 'other', 'x', %s) RETURNING id",
            [f"CONC {state}", self.point, self.company, SUPERUSER_ID, state],
        )

    def _remove(self):
        self._query(
            "DELETE FROM aftersales_withdrawal WHERE service_point_id = %s",
            [self.point],
        )
        self._query("DELETE FROM aftersales_service_point WHERE id = %s", [self.point])

    def _env(self):
        cr = Registry(get_db_name()).cursor()
        self.addCleanup(cr.close)
        return api.Environment(cr, SUPERUSER_ID, {})

    def test_two_people_closing_at_once(self):
        one, two = self._env(), self._env()
        first = one["aftersales.withdrawal"].browse(self.withdrawal)
        second = two["aftersales.withdrawal"].browse(self.withdrawal)
        first._lock_for_closing()
        with self.assertRaisesRegex(UserError, "Somebody else is working on the end"):
            second._lock_for_closing()
        two.cr.rollback()
        first._write_flow({"state": "closed"})
        one.flush_all()
        one.cr.commit()
        second.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "in state “Closed”"):
            second.action_close()

    def test_two_filings_at_once(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self._insert("submitted")
        self._query(
            "UPDATE aftersales_withdrawal SET state = 'refused' WHERE id = %s",
            [self.withdrawal],
        )
        self.assertTrue(self._insert("submitted"))

    def test_two_signatures_at_once(self):
        agreement = self._query(
            "INSERT INTO aftersales_agreement (name, version, service_point_id,"
            " company_id, state, date_start, currency_id, active) VALUES"
            " ('CONC', 1, %s, %s, 'issued', '2026-01-01',"
            " (SELECT currency_id FROM res_company WHERE id = %s), TRUE) RETURNING id",
            [self.point, self.company, self.company],
        )
        self.addCleanup(
            self._query, "DELETE FROM aftersales_agreement WHERE id = %s", [agreement]
        )
        one, two = self._env(), self._env()
        one["aftersales.agreement"].browse(agreement).lock_for_update()
        second = two["aftersales.agreement"].browse(agreement)
        with self.assertRaisesRegex(UserError, "Somebody else signs"):
            second._sign("Wang Fang", second._get_today(), {})
        two.cr.rollback()
        one.cr.rollback()
