from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrency(RaceCommon):
    """What only one of two users at once may do."""

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
