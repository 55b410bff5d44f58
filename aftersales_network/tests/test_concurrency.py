import psycopg2

from odoo import sql_db
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Two real connections at once: rules that only the database can hold."""

    def setUp(self):
        super().setUp()
        _name, params = sql_db.connection_info_for(get_db_name())
        self.params = {k: v for k, v in params.items() if k != "db_replica"}
        self.one = self._connect()
        self.two = self._connect()
        self.admin = self._connect()
        self.admin.autocommit = True
        self.addCleanup(self._remove)
        self._prepare()

    def _connect(self):
        connection = psycopg2.connect(**self.params)
        self.addCleanup(connection.close)
        return connection

    def _prepare(self):
        with self.admin.cursor() as cr:
            cr.execute("SELECT id FROM res_company ORDER BY id LIMIT 1")
            self.company = cr.fetchone()[0]
            cr.execute(
                "INSERT INTO aftersales_area (name, active) "
                "VALUES ('concurrent', TRUE) RETURNING id"
            )
            self.area = cr.fetchone()[0]
            cr.execute(
                "INSERT INTO aftersales_service_point "
                "(name, code, tier, kind, state, company_id, active) VALUES "
                "('c1', 'CONC1', 'point', 'own', 'active', %(c)s, TRUE), "
                "('c2', 'CONC2', 'point', 'own', 'active', %(c)s, TRUE) RETURNING id",
                {"c": self.company},
            )
            self.points = [row[0] for row in cr.fetchall()]

    def _remove(self):
        with self.admin.cursor() as cr:
            cr.execute(
                "DELETE FROM aftersales_area_assignment WHERE area_id = %s",
                [self.area],
            )
            cr.execute(
                "DELETE FROM aftersales_service_point WHERE id = ANY(%s)",
                [self.points],
            )
            cr.execute("DELETE FROM aftersales_area WHERE id = %s", [self.area])

    def _assign(self, connection, point, date_from, date_to, paths=(None, None)):
        """Insert an exclusive line; paths of area and category as the ORM has them."""
        with connection.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '2s'")
            cr.execute(
                "INSERT INTO aftersales_area_assignment (service_point_id, company_id,"
                " area_id, date_from, date_to, area_path, categ_path, exclusive)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, TRUE)",
                [point, self.company, self.area, date_from, date_to, *paths],
            )

    def test_nested_areas_at_once(self):
        """A province and a zip prefix in it, taken by two people."""
        province, below = f"{self.area}/", f"{self.area}/999/"
        self._assign(self.one, self.points[0], "2026-01-01", None, (province, ""))
        taken = (self.points[1], "2026-03-01", None, (below, "7/"))
        with self.assertRaises(psycopg2.errors.LockNotAvailable):
            self._assign(self.two, *taken)
        self.two.rollback()
        self.one.commit()
        with self.assertRaises(psycopg2.errors.ExclusionViolation):
            self._assign(self.two, *taken)
        self.two.rollback()

    def test_areas_side_by_side_both_pass(self):
        """The paths 1/2/ and 1/23/ start alike but do not nest."""
        for connection, point, path in (
            (self.one, self.points[0], f"{self.area}/2/"),
            (self.two, self.points[1], f"{self.area}/23/"),
        ):
            self._assign(connection, point, "2026-01-01", None, (path, ""))
        self.one.commit()
        self.two.commit()

    def test_two_exclusive_assignments_at_once(self):
        self._assign(self.one, self.points[0], "2026-01-01", None)
        # The second transaction cannot see the first one's row, yet it waits.
        with self.assertRaises(psycopg2.errors.LockNotAvailable):
            self._assign(self.two, self.points[1], "2026-03-01", "2026-04-01")
        self.two.rollback()
        self.one.commit()
        with self.assertRaises(psycopg2.errors.ExclusionViolation):
            self._assign(self.two, self.points[1], "2026-03-01", "2026-04-01")
        self.two.rollback()

    def test_periods_side_by_side_both_pass(self):
        self._assign(self.one, self.points[0], "2026-01-01", "2026-02-28")
        self._assign(self.two, self.points[1], "2026-03-01", None)
        self.one.commit()
        self.two.commit()
        with self.admin.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM aftersales_area_assignment WHERE area_id = %s",
                [self.area],
            )
            self.assertEqual(cr.fetchone()[0], 2)
