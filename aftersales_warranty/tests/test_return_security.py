import psycopg2
from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .race_common import RaceCommon
from .returns_common import ReturnsCommon

MODELS = ("aftersales.return", "aftersales.return.line")
ROLES = (
    "service",
    "dispatcher",
    "centre",
    "reviewer",
    "head",
    "clerk",
    "warehouse",
    "hr",
    "auditor",
    "admin",
)


@tagged("post_install", "-at_install", "security")
class TestReturnSecurity(ReturnsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls._deliver_serial("SE-1")
        cls.own = cls._return_unit(cls.unit)
        cls.own.service_point_id = cls.point
        cls.other = cls._return_unit(cls._deliver_serial("SE-2"))
        cls.other.service_point_id = cls.point_b
        cls.house = cls._return_unit(cls._deliver_serial("SE-3"))

    def _user(self, role):
        return getattr(self, f"user_{role}")

    def test_who_sees_which_returns(self):
        documents = self.own | self.other | self.house
        subtree = {"service": self.own, "centre": self.own}
        everything = {
            "dispatcher",
            "reviewer",
            "head",
            "clerk",
            "warehouse",
            "auditor",
            "admin",
        }
        for role in ROLES:
            expected = subtree.get(role, self.env["aftersales.return"])
            if role in everything:
                expected = documents
            for model in MODELS:
                with self.subTest(role=role, model=model):
                    found = self.env[model].with_user(self._user(role)).search([])
                    if model == "aftersales.return.line":
                        found = found.return_id
                    self.assertEqual(found & documents, expected)

    def test_who_writes(self):
        writers = {
            "service",
            "dispatcher",
            "centre",
            "head",
            "clerk",
            "warehouse",
            "admin",
        }
        for role in ROLES:
            for model in MODELS:
                with self.subTest(role=role, model=model):
                    Model = self.env[model].with_user(self._user(role))
                    self.assertEqual(Model.has_access("write"), role in writers)
                    self.assertEqual(Model.has_access("create"), role in writers)

    def test_no_money_for_the_warehouse(self):
        names = ("price_paid", "fee", "reduction", "amount_refund", "entitlement_text")
        line = self.own.line_ids
        for role in ROLES:
            Line = line.with_user(self._user(role))
            sees = role not in ("warehouse", "hr")
            fields = Line.fields_get(names)
            with self.subTest(role=role):
                self.assertEqual(set(fields), set(names) if sees else set())
        for name in names:
            with self.subTest(name=name), self.assertRaises(AccessError):
                line.with_user(self.user_warehouse).read([name])

    def test_a_point_stays_in_its_subtree(self):
        user = self.user_service
        with self.assertRaises(AccessError):
            self.other.with_user(user).note = "x"
        with self.assertRaises(AccessError):
            self.own.with_user(user).service_point_id = self.point_b
        with self.assertRaises(AccessError):
            self.own.line_ids.with_user(user).return_id = self.other
        with self.assertRaises(AccessError):
            self._create_return(user=user, service_point_id=self.point_b.id)
        # Whoever works for one point takes returns in for it.
        mine = (
            self.env["aftersales.return"]
            .with_user(user)
            .create({"partner_id": self.customer.id})
        )
        self.assertEqual(mine.service_point_id, self.point)

    def test_context_opens_no_door(self):
        user_line = self.own.line_ids.with_user(self.user_service)
        for key in ("aftersales_flow", "aftersales_return_flow"):
            with self.assertRaises(UserError):
                user_line.with_context(**{key: True}).fee = 1.0
        forged = self.own.with_user(self.user_service).with_context(
            default_state="done", default_is_override=True, default_price_paid=9.0
        )
        copy = forged.copy()
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.sudo().line_ids.price_paid)

    def test_dialogs_belong_to_their_user(self):
        action = self.own.line_ids.with_user(self.user_service).action_open_choice()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertRaises(AccessError):
            wizard.with_user(self.user_centre).read(["resolution"])
        with self.assertRaises(AccessError):
            wizard.option_ids.with_user(self.user_head).read(["reason"])
        for role in ROLES:
            allowed = role in ("clerk", "centre", "head", "admin")
            Decision = self.env["aftersales.return.decision"]
            with self.subTest(role=role):
                found = Decision.with_user(self._user(role)).has_access("create")
                self.assertEqual(found, allowed)

    def test_reasons_are_for_head_and_admin(self):
        for role in ROLES:
            Reason = self.env["aftersales.return.reason"].with_user(self._user(role))
            with self.subTest(role=role):
                self.assertTrue(Reason.has_access("read"))
                self.assertEqual(Reason.has_access("write"), role in ("head", "admin"))

    def test_the_other_company_is_closed(self):
        head = self.user_head
        head.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        for model in MODELS:
            self.assertFalse(self.env[model].with_user(head).search([]))
        with self.assertRaises(AccessError):
            self.own.with_user(head).action_confirm()


@tagged("post_install", "-at_install")
class TestReturnRace(RaceCommon):
    """Two people on the same goods at the same moment."""

    def test_a_serial_is_in_one_open_return(self):
        row = {"id": 1, "return_id": 1, "lot_id": 5, "is_open_serial": True}
        twin = {**row, "id": 2, "return_id": 2}
        table = "aftersales_return_line"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "is_open_serial": False}))
        self.assertIsNone(self._race(table, row, {**twin, "lot_id": 6}))

    def test_a_unit_is_in_one_open_return(self):
        row = {"id": 1, "return_id": 1, "registration_id": 5, "is_open": True}
        twin = {**row, "id": 2, "return_id": 2}
        table = "aftersales_return_line"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "is_open": False}))

    def test_a_line_is_refunded_once(self):
        """The second of two clerks finds the line changed and starts anew."""
        name = self._clone("aftersales_return_line")
        setup = self._connect()
        with setup, setup.cursor() as cursor:
            cursor.execute(f"INSERT INTO {name} (id, return_id) VALUES (1, 1)")
        one, two = self._connect(), self._connect()
        for connection in (one, two):
            connection.set_isolation_level(
                psycopg2.extensions.ISOLATION_LEVEL_REPEATABLE_READ
            )
        lock = f"SELECT id FROM {name} WHERE id = 1 FOR UPDATE SKIP LOCKED"
        with one.cursor() as first, two.cursor() as second:
            second.execute(f"SELECT refund_move_id FROM {name}")
            first.execute(lock)
            self.assertEqual(first.rowcount, 1)
            # While the first works, the second is told that the line is taken.
            second.execute(lock)
            self.assertEqual(second.rowcount, 0)
            first.execute(f"UPDATE {name} SET refund_move_id = 7")
            one.commit()
            # What it read before no longer holds: the request runs again.
            with self.assertRaises(SerializationFailure):
                second.execute(lock)
