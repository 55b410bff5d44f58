import threading

import psycopg2
from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo.sql_db import connection_info_for
from odoo.tests import tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestConcurrency(WarrantyCommon):
    """Two real connections race for the same thing; the database lets one pass.

    The rows of a test are never committed, so each race runs on a copy of the
    table that carries the very indexes and constraints of the real one.
    """

    def _connect(self):
        _name, info = connection_info_for(self.cr.dbname)
        info.pop("dsn", None)
        connection = psycopg2.connect(**info)
        self.addCleanup(connection.close)
        return connection

    def _clone(self, table):
        """Commit a copy of the table with its indexes; returns its name."""
        name = f"warr_race_{table}"
        connection = self._connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
            cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
        self.addCleanup(self._drop, name)
        return name

    def _drop(self, name):
        connection = self._connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def _race(self, table, first, second):
        """Insert both rows in two open transactions; return the second's error."""
        name = self._clone(table)

        def insert(connection, row):
            columns = ", ".join(row)
            marks = ", ".join(["%s"] * len(row))
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {name} ({columns}) VALUES ({marks})",
                    tuple(row.values()),
                )

        one, two = self._connect(), self._connect()
        insert(one, first)
        errors = []

        def run():
            try:
                insert(two, second)
                two.commit()
            except psycopg2.Error as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.5)
        self.assertTrue(
            thread.is_alive() or not errors, "the second waits for the first"
        )
        one.commit()
        thread.join(10)
        self.assertFalse(thread.is_alive())
        return errors[0] if errors else None

    def test_an_order_is_claimed_once(self):
        row = {
            "id": 1,
            "name": "A",
            "order_id": 7,
            "state": "draft",
            "company_id": 1,
            "currency_id": 1,
            "service_point_id": 1,
        }
        twin = {**row, "id": 2, "name": "B"}
        self.assertIsInstance(
            self._race("aftersales_claim", row, twin), UniqueViolation
        )
        self.assertIsNone(
            self._race("aftersales_claim", row, {**twin, "state": "cancelled"})
        )
        self.assertIsNone(self._race("aftersales_claim", row, {**twin, "order_id": 8}))

    def test_a_claim_line_is_settled_once(self):
        row = {"id": 1, "settlement_id": 1, "claim_line_id": 5, "is_live": True}
        twin = {**row, "id": 2, "settlement_id": 2}
        table = "aftersales_settlement_line"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "is_live": False}))

    def test_an_award_is_settled_once(self):
        row = {"id": 1, "settlement_id": 1, "adjustment_id": 5, "is_live": True}
        twin = {**row, "id": 2, "settlement_id": 2}
        error = self._race("aftersales_settlement_line", row, twin)
        self.assertIsInstance(error, UniqueViolation)

    def test_a_serial_is_registered_once(self):
        row = {
            "id": 1,
            "company_id": 1,
            "currency_id": 1,
            "product_id": 3,
            "serial": "S",
            "state": "active",
            "channel": "shop",
        }
        twin = {**row, "id": 2}
        table = "aftersales_registration"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "state": "returned"}))

    def test_a_part_is_claimed_once(self):
        row = {
            "id": 1,
            "claim_id": 1,
            "company_id": 1,
            "product_id": 3,
            "serial": "S",
            "date_failure": "2026-03-02",
            "kind": "part",
            "name": "x",
            "claim_state": "draft",
            "amount_claimed": 1,
        }
        twin = {**row, "id": 2, "claim_id": 2}
        table = "aftersales_claim_line"
        self.assertIsInstance(self._race(table, row, twin), ExclusionViolation)
        self.assertIsNone(self._race(table, row, {**twin, "claim_id": 1}))
