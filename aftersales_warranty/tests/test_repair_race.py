from psycopg2.errors import UniqueViolation

from odoo.tests import tagged

from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestRepairRace(RaceCommon):
    """Two people who work on one repair at once."""

    def test_a_part_is_charged_once(self):
        row = {"id": 1, "repair_id": 3, "move_id": 7, "kind": "part", "name": "A"}
        twin = {**row, "id": 2}
        table = "aftersales_repair_line"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        # Work has no part, and two lines of it are two pieces of work.
        self.assertIsNone(
            self._race(table, {**row, "move_id": None}, {**twin, "move_id": None})
        )
