from psycopg2.errors import UniqueViolation

from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestChecksRace(RaceCommon):
    """What only one of two runs at once may leave behind."""

    def test_a_check_has_one_result(self):
        row = {
            "id": 1,
            "claim_id": 5,
            "code": "SUM",
            "kind": "amount",
            "rank": 1,
            "result": "pass",
            "reason": "sum_right",
        }
        table = "aftersales_claim_check"
        twin = {**row, "id": 2}
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "code": "DATES"}))

    def test_an_old_part_counts_once(self):
        row = {"id": 1, "part_return_id": 4, "event": "no_fault", "claim_line_id": 7}
        table = "aftersales_part_result"
        twin = {**row, "id": 2}
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "claim_line_id": 8}))

    def test_a_result_has_one_rule(self):
        row = {"id": 1, "event": "late", "active": True}
        table = "aftersales_part_result_rule"
        twin = {**row, "id": 2}
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "active": False}))
