from datetime import date

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import CommittedCase

from .race_common import RaceCommon

DAY = date(2026, 3, 10)


@tagged("post_install", "-at_install")
class TestMoneyConstraints(RaceCommon):
    """What the database lets only one of two users at once do."""

    def test_a_day_has_one_sheet(self):
        row = {
            "id": 1,
            "service_point_id": 1,
            "company_id": 1,
            "date": "2026-03-10",
            "state": "open",
        }
        twin = {**row, "id": 2, "state": "closed"}
        table = "aftersales_day_close"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "date": "2026-03-11"}))

    def test_a_sheet_has_one_line_per_method_and_currency(self):
        row = {"id": 1, "close_id": 1, "method_id": 1, "currency_id": 1}
        twin = {**row, "id": 2}
        table = "aftersales_day_close_line"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "currency_id": 2}))

    def test_a_compensation_is_charged_once(self):
        row = {
            "id": 1,
            "fund_id": 1,
            "kind": "draw",
            "amount": 5,
            "date": "2026-03-10",
            "state": "requested",
            "res_model": "aftersales.compensation",
            "res_id": 7,
        }
        twin = {**row, "id": 2, "state": "approved"}
        table = "aftersales_fund_move"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "state": "refused"}))
        self.assertIsNone(self._race(table, row, {**twin, "kind": "deposit"}))

    def test_an_insurer_is_asked_once(self):
        row = {
            "id": 1,
            "compensation_id": 1,
            "policy_id": 1,
            "amount_claimed": 5,
            "state": "draft",
        }
        twin = {**row, "id": 2, "policy_id": 2}
        table = "aftersales_insurance_claim"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "state": "refused"}))


@tagged("post_install", "-at_install")
class TestDayCloseRace(CommittedCase):
    """A payment and a closing at the same moment: one starts anew."""

    def _prepare(self, env):
        partner = env["res.partner"].create({"name": "Race Point"})
        point = env["aftersales.service.point"].create(
            {"name": "Race Point", "partner_id": partner.id, "state": "active"}
        )
        self.partner_id, self.point_id = partner.id, point.id
        close = env["aftersales.day.close"]._get_sheet(point, DAY)
        self.close_id = close.id

    def _remove(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM aftersales_day_close WHERE service_point_id = %s",
                (self.point_id,),
            )
            cr.execute(
                "DELETE FROM aftersales_service_point WHERE id = %s", (self.point_id,)
            )
            cr.execute("DELETE FROM res_partner WHERE id = %s", (self.partner_id,))

    def _get_close(self, cr):
        return self._env(cr)["aftersales.day.close"].browse(self.close_id)

    @mute_logger("odoo.sql_db")
    def test_a_closing_does_not_miss_a_payment(self):
        paying, closing = self._cursor(), self._cursor()
        self._get_close(paying)._touch()
        paying.commit()
        with self.assertRaises(SerializationFailure):
            self._get_close(closing).action_close()

    @mute_logger("odoo.sql_db")
    def test_a_payment_does_not_slip_behind_a_closing(self):
        paying, closing = self._cursor(), self._cursor()
        close = self._get_close(closing)
        close.action_close()
        close.env.flush_all()
        closing.commit()
        with self.assertRaises(SerializationFailure):
            self._get_close(paying)._touch()

    @mute_logger("odoo.sql_db")
    def test_the_second_first_payment_starts_anew(self):
        one, two = self._cursor(), self._cursor()
        day = date(2026, 3, 11)
        for cr in (one, two):
            env = self._env(cr)
            point = env["aftersales.service.point"].browse(self.point_id)
            if cr is one:
                env["aftersales.day.close"]._get_sheet(point, day)
                one.commit()
                continue
            with self.assertRaises(SerializationFailure):
                env["aftersales.day.close"]._get_sheet(point, day)
