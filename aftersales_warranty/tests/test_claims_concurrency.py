from psycopg2.errors import ExclusionViolation, SerializationFailure, UniqueViolation

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aftersales_network.tests.race import CommittedCase

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestClaimsConcurrency(RaceCommon):
    """Two connections at once: the database lets one of them pass."""

    def test_two_rate_tables_never_overlap(self):
        row = {
            "id": 1,
            "company_id": 1,
            "currency_id": 1,
            "date_from": "2026-01-01",
            "date_to": "2026-06-30",
            "state": "active",
            "travel_mode": "km",
            "freight_mode": "invoice",
        }
        twin = {**row, "id": 2, "date_from": "2026-06-30", "date_to": None}
        table = "aftersales_claim_rate"
        self.assertIsInstance(self._race(table, row, twin), ExclusionViolation)
        self.assertIsNone(self._race(table, row, {**twin, "date_from": "2026-07-01"}))
        self.assertIsNone(self._race(table, row, {**twin, "state": "draft"}))
        self.assertIsNone(self._race(table, row, {**twin, "level_id": 3}))

    def test_one_causal_part(self):
        row = {
            "id": 1,
            "claim_id": 1,
            "company_id": 1,
            "kind": "part",
            "name": "x",
            "is_causal": True,
            "claim_state": "draft",
            "amount_claimed": 1,
        }
        twin = {**row, "id": 2}
        table = "aftersales_claim_line"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "is_causal": False}))
        self.assertIsNone(self._race(table, row, {**twin, "claim_id": 2}))


@tagged("post_install", "-at_install")
class TestAuthorizationConcurrency(CommittedCase):
    """Two claims are handed in at once on one authorisation."""

    def _prepare(self, env):
        company = env["res.company"].search([], order="id", limit=1)
        point = env["aftersales.service.point"].create(
            {
                "name": "Race Point",
                "state": "active",
                "company_id": company.id,
                "partner_id": env["res.partner"].create({"name": "Race Point"}).id,
            }
        )
        today = fields.Date.today()
        permit = env["aftersales.authorization"].create(
            {
                "company_id": company.id,
                "service_point_id": point.id,
                "amount_requested": 150.0,
                "reason": "Race",
                "date_from": today,
            }
        )
        permit.action_request()
        permit._step("approved", ("requested",), amount_approved=150.0)
        claims = env["aftersales.claim"].create(
            [
                {
                    "company_id": company.id,
                    "service_point_id": point.id,
                    "authorization_id": permit.id,
                    "date_failure": today,
                    "line_ids": [
                        Command.create(
                            {"kind": "other", "name": "x", "amount_claimed": 100.0}
                        )
                    ],
                }
                for _index in range(2)
            ]
        )
        self.point_id, self.partner_id = point.id, point.partner_id.id
        self.permit_id, self.claim_ids = permit.id, claims.ids

    def _remove(self):
        with self.registry.cursor() as cr:
            for table, column, values in (
                ("aftersales_claim", "id", self.claim_ids),
                ("aftersales_authorization", "id", [self.permit_id]),
                ("aftersales_service_point", "id", [self.point_id]),
                ("res_partner", "id", [self.partner_id]),
            ):
                cr.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [values])

    def _claim(self, cr, index):
        return self._env(cr)["aftersales.claim"].browse(self.claim_ids[index])

    @mute_logger("odoo.sql_db")
    def test_together_they_stay_within_the_amount(self):
        one, two = self._cursor(), self._cursor()
        first, second = self._claim(one, 0), self._claim(two, 1)
        first.action_submit()
        first.env.flush_all()
        one.commit()
        # The second began before the first was there: it is carried out again.
        with self.assertRaises(SerializationFailure):
            second.action_submit()
            second.env.flush_all()
        two.rollback()
        again = self._claim(self._cursor(), 1)
        with self.assertRaisesRegex(UserError, "leaves .*50.00.* of .*150.00"):
            again.action_submit()
        self.assertEqual(again.state, "draft")
