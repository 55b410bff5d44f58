import threading

import psycopg2

from odoo import api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.sql_db import connection_info_for
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name

from .common import CONTEXT


class CommittedCase(BaseCase):
    """Two people on two real connections; nothing here is rolled back.

    ``_prepare`` commits what a test works on, ``_remove`` takes it away again.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            self._prepare(self._env(cr))
        self.addCleanup(self._remove)

    def _prepare(self, env):
        raise NotImplementedError

    def _remove(self):
        raise NotImplementedError

    def _env(self, cr):
        quiet = {**CONTEXT, "mail_create_nosubscribe": True}
        return api.Environment(cr, api.SUPERUSER_ID, quiet)

    def _create_users(self, env, group, name):
        """Two users of a group: "name A" and "name B"; their ids are kept."""
        users = env["res.users"].create(
            [
                {
                    "name": f"{name} {letter}",
                    "login": f"{name} {letter}".lower().replace(" ", "_"),
                    "group_ids": [Command.link(env.ref(group).id)],
                }
                for letter in "AB"
            ]
        )
        self.user_ids = users.ids

    def _remove_rows(self, removed, ids, partner_ids=()):
        """Delete what a test committed, then its partners and users.

        :param removed: in this order: table, column, key of ``ids``, which of them
        """
        with self.registry.cursor() as cr:
            for table, column, key, where in removed:
                # Names of tables and columns are constants of the tests.
                cr.execute(
                    f"DELETE FROM {table} WHERE {column} = ANY(%s) AND {where}",
                    [ids[key]],
                )
            env = self._env(cr)
            env["res.partner"].browse(partner_ids).unlink()
            users = env["res.users"].browse(self.user_ids)
            partners = users.partner_id
            users.unlink()
            partners.unlink()
        self.registry.clear_all_caches()

    def _cursor(self):
        """A transaction whose view of the data begins now."""
        cr = self.registry.cursor()
        self.addCleanup(self._close, cr)
        cr.execute("SELECT 1")
        return cr

    def _close(self, cr):
        if not cr.closed:
            cr.rollback()
            cr.close()


class RaceMixin:
    """Two real connections race for the same thing; the database lets one pass.

    The rows of a test are never committed, so each race runs on a copy of the
    table that carries the very indexes and constraints of the real one.
    """

    def _connect(self):
        _name, info = connection_info_for(self.cr.dbname)
        info = {k: v for k, v in info.items() if k not in ("dsn", "db_replica")}
        connection = psycopg2.connect(**info)
        self.addCleanup(connection.close)
        return connection

    def _clone(self, table):
        """Commit a copy of the table with its indexes and constraints."""
        name = f"race_{table}"
        connection = self._connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
            cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = %s::regclass AND contype = 'x'",
                (table,),
            )
            # LIKE copies the index of an exclusion, not the exclusion.
            for number, (_name, definition) in enumerate(cursor.fetchall()):
                cursor.execute(
                    f"ALTER TABLE {name} ADD CONSTRAINT race_x{number} {definition}"
                )
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE "
                "table_name = %s AND is_nullable = 'NO' AND column_name != 'id'",
                (name,),
            )
            for (column,) in cursor.fetchall():
                cursor.execute(
                    f'ALTER TABLE {name} ALTER COLUMN "{column}" DROP NOT NULL'
                )
        self.addCleanup(self._drop, name)
        return name

    def _drop(self, name):
        connection = self._connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def _insert(self, connection, table, row):
        columns = ", ".join(row)
        marks = ", ".join(["%s"] * len(row))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",
                tuple(row.values()),
            )

    def _race(self, table, first, second):
        """Insert both rows in two open transactions; return the second's error."""
        name = self._clone(table)
        one, two = self._connect(), self._connect()
        self._insert(one, name, first)
        errors = []

        def run():
            try:
                self._insert(two, name, second)
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
