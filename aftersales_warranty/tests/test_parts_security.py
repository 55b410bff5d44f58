import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.sql_db import connection_info_for
from odoo.tests import tagged

from .test_part_return import OldPartCommon

ALL = (
    *("service", "dispatcher", "centre", "reviewer", "head", "clerk"),
    *("warehouse", "hr", "auditor", "admin", "portal"),
)
#: model → {role: letters}; r read, w write, c create, d delete
MATRIX = {
    "aftersales.part.return": {
        **dict.fromkeys(ALL, "r"),
        **dict.fromkeys(("service", "dispatcher", "centre"), "rw"),
        **dict.fromkeys(("warehouse", "head"), "rwc"),
        "admin": "rwcd",
    },
    "aftersales.part.shipment": {
        **dict.fromkeys(ALL, "r"),
        **dict.fromkeys(("service", "dispatcher", "centre", "warehouse"), "rwc"),
        "head": "rwc",
        "admin": "rwcd",
    },
    "aftersales.part.request": {
        **dict.fromkeys(ALL, "r"),
        **dict.fromkeys(("service", "dispatcher", "centre", "head"), "rwc"),
        "warehouse": "rw",
        "admin": "rwcd",
    },
    "aftersales.point.count": {
        **dict.fromkeys(ALL, "r"),
        **dict.fromkeys(("service", "dispatcher", "centre", "warehouse"), "rwc"),
        "head": "rwc",
        "admin": "rwcd",
    },
    "aftersales.part.balance": dict.fromkeys(ALL, "r"),
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


@tagged("post_install", "-at_install", "security")
class TestPartsSecurity(OldPartCommon):
    """Each role on each model, own and foreign points, two companies."""

    def test_rights_per_role(self):
        for model, roles in MATRIX.items():
            for role, letters in roles.items():
                user = getattr(self, f"user_{role}")
                Model = self.env[model].with_user(user)
                found = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if Model.has_access(operation)
                )
                with self.subTest(model=model, role=role):
                    self.assertEqual(found, letters)

    def test_nothing_for_the_public(self):
        public = self.env.ref("base.public_user")
        for model in MATRIX:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(public).search([])

    def test_own_and_foreign_points(self):
        part = self._owe(1)
        shipment = self._ship(self._owe(1))
        count = self.env["aftersales.point.count"].create(
            {"service_point_id": self.point.id}
        )
        order = self._create_running_order()
        soon = self.env.cr.now().replace(year=2099)
        request = order._report_missing([(order.line_ids, 1)], soon)
        for record in (part, shipment, count, request):
            for user, sees in (
                (self.user_centre, True),
                (self.user_warehouse, True),
                (self.user_auditor, True),
                (self.user_portal, True),
                (self.user_portal_b, False),
                (self.user_service, False),
            ):
                found = record.with_user(user).search([("id", "=", record.id)])
                with self.subTest(model=record._name, user=user.login):
                    self.assertEqual(bool(found), sees)

    def test_two_companies(self):
        other = self._create_point(
            name="Abroad", company_id=self.company_b.id, kind="own"
        )
        part = self._owe(1, service_point_id=other.id)
        user = self.user_warehouse
        self.assertFalse(part.with_user(user).search([("id", "=", part.id)]))
        user.company_ids |= self.company_b
        both = part.with_user(user).with_context(
            allowed_company_ids=[self.company.id, self.company_b.id]
        )
        self.assertTrue(both.search([("id", "=", part.id)]))

    def test_states_are_not_written(self):
        part = self._owe(1)
        shipment = self._ship(self._owe(1))
        count = self.env["aftersales.point.count"].create(
            {"service_point_id": self.point.id}
        )
        for record, vals in (
            (part, {"state": "done"}),
            (part, {"finding": "confirmed"}),
            (part, {"shipment_id": shipment.id}),
            (part, {"waived_by_id": self.user_warehouse.id}),
            (shipment, {"state": "received"}),
            (shipment, {"service_point_id": self.point_b.id}),
            (count, {"state": "posted"}),
            (count, {"service_point_id": self.point_b.id}),
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                record.with_user(self.user_warehouse).write(vals)

    def test_the_warehouse_sees_no_money(self):
        for model in MATRIX:
            kinds = {f.type for f in self.env[model]._fields.values()}
            self.assertNotIn("monetary", kinds)
        with self.assertRaises(AccessError):
            self.env["aftersales.settlement"].with_user(self.user_warehouse).search([])


@tagged("post_install", "-at_install")
class TestPartsConcurrency(OldPartCommon):
    """Two people at once; a second real connection holds the row."""

    def _connect(self):
        _name, info = connection_info_for(self.cr.dbname)
        info.pop("dsn", None)
        connection = psycopg2.connect(**info)
        self.addCleanup(connection.close)
        return connection

    def test_a_duty_is_made_once_per_line(self):
        """The unique index itself, raced on a copy of the table."""
        table, copy = "aftersales_part_return", "warr_race_part_return"
        setup = self._connect()
        with setup, setup.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {copy}")
            cursor.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)")
        self.addCleanup(self._drop, copy)
        insert = (
            f"INSERT INTO {copy} (id, service_point_id, product_id, quantity, duty, "
            "date_due, state, order_line_id, origin_id) VALUES "
            "(%s, 1, 1, 1, 'return', '2026-01-01', %s, 7, %s)"
        )
        one, two = self._connect(), self._connect()
        with one, one.cursor() as cursor:
            cursor.execute(insert, (1, "owed", None))
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            two,
            two.cursor() as cursor,
        ):
            cursor.execute(insert, (2, "owed", None))
        with two, two.cursor() as cursor:
            cursor.execute(insert, (3, "cancelled", None))
            cursor.execute(insert, (4, "owed", 1))

    def _drop(self, name):
        connection = self._connect()
        with connection, connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def _hold(self, part):
        """Let another connection hold the row that a part's lock asks for.

        The rows of a test are not committed and cannot be held by others, so the
        lock is taken on a committed row in their place.
        """
        held = self.env.ref("aftersales_warranty.sequence_part_return")
        rival = self._connect()
        cursor = rival.cursor()
        cursor.execute("SELECT 1 FROM ir_sequence WHERE id = %s FOR UPDATE", (held.id,))
        lock = type(part).lock_for_update
        self.patch(
            type(part), "lock_for_update", lambda records, **kw: lock(held, **kw)
        )
        return rival

    def test_a_part_held_by_somebody_else_is_not_packed(self):
        part = self._owe(1)
        rival = self._hold(part)
        with self.assertRaisesRegex(UserError, "Somebody else is working on"):
            part.action_pack()
        rival.rollback()
        part.action_pack()
        self.assertEqual(part.state, "packed")

    def test_a_box_held_by_somebody_else_is_not_received(self):
        part = self._owe(1)
        shipment = self._ship(part).with_user(self.user_warehouse)
        rival = self._hold(part)
        with self.assertRaisesRegex(UserError, "Somebody else is working on"):
            shipment._receive({part.id: {"quantity": 1}})
        rival.rollback()
        shipment._receive({part.id: {"quantity": 1}})
        self.assertEqual(part.state, "received")
