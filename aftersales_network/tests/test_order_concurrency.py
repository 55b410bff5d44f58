import psycopg2

from odoo import SUPERUSER_ID, api, sql_db
from odoo.exceptions import LockError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from .test_order_handover import PIXEL


@tagged("post_install", "-at_install")
class TestOrderConcurrency(BaseCase):
    """Two real connections at once on one order."""

    def setUp(self):
        super().setUp()
        _name, params = sql_db.connection_info_for(get_db_name())
        self.params = {k: v for k, v in params.items() if k != "db_replica"}
        self.admin = self._connect()
        self.admin.autocommit = True
        self.addCleanup(self._remove)
        with self.admin.cursor() as cr:
            cr.execute(
                "INSERT INTO aftersales_service_order (name, state, company_id,"
                " partner_id, service_type_id, date_request, currency_id)"
                " SELECT 'CONC', 'done', c.id, c.partner_id, t.id, now(),"
                " c.currency_id FROM res_company c, aftersales_service_type t"
                " WHERE t.code = 'REP' ORDER BY c.id LIMIT 1 RETURNING id"
            )
            self.order_id = cr.fetchone()[0]
            cr.execute("SELECT id FROM aftersales_pause_reason ORDER BY id LIMIT 1")
            self.reason_id = cr.fetchone()[0]

    def _connect(self):
        connection = psycopg2.connect(**self.params)
        self.addCleanup(connection.close)
        return connection

    def _remove(self):
        with self.admin.cursor() as cr:
            cr.execute(
                "DELETE FROM aftersales_service_order WHERE id = %s", [self.order_id]
            )

    def _pause(self, connection, date_from, date_to=None):
        with connection.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '2s'")
            cr.execute(
                "INSERT INTO aftersales_service_order_pause"
                " (order_id, reason_id, user_id, date_from, date_to)"
                " VALUES (%s, %s, %s, %s, %s)",
                [self.order_id, self.reason_id, SUPERUSER_ID, date_from, date_to],
            )

    def test_two_people_pause_one_order_at_once(self):
        one, two = self._connect(), self._connect()
        self._pause(one, "2026-03-02 08:00")
        with self.assertRaises(psycopg2.errors.LockNotAvailable):
            self._pause(two, "2026-03-02 09:00")
        two.rollback()
        one.commit()
        with self.assertRaises(psycopg2.errors.ExclusionViolation):
            self._pause(two, "2026-03-02 09:00", "2026-03-02 10:00")
        two.rollback()
        self._pause(two, "2026-03-02 06:00", "2026-03-02 08:00")
        two.commit()

    def test_two_people_confirm_one_order_at_once(self):
        registry = Registry(get_db_name())
        with registry.cursor() as one, registry.cursor() as two:
            orders = [
                api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})[
                    "aftersales.service.order"
                ].browse(self.order_id)
                for cr in (one, two)
            ]
            orders[0]._confirm("First", PIXEL, "link")
            with self.assertRaises(LockError):
                orders[1]._confirm("Second", PIXEL, "link")
            with self.assertRaises(LockError):
                orders[1]._inspect("passed")
            self.assertEqual(orders[0].customer_name, "First")
            one.rollback()
            two.rollback()
