from psycopg2.errors import UniqueViolation

from odoo.tests import tagged

from . import test_concurrency


@tagged("post_install", "-at_install")
class TestUnitsConcurrency(test_concurrency.TestConcurrency):
    """Two connections at once: the database lets one of them pass."""

    # Only the races of this class.
    test_an_order_is_claimed_once = None
    test_a_claim_line_is_settled_once = None
    test_an_award_is_settled_once = None
    test_a_serial_is_registered_once = None
    test_a_part_is_claimed_once = None

    def test_a_wish_is_asked_once(self):
        row = {
            "id": 1,
            "company_id": 1,
            "partner_id": 2,
            "kind": "register",
            "serial": "S-1",
            "serial_key": "S1",
            "state": "new",
            "name": "A",
            "channel": "shop",
            "date_sale": "2026-01-01",
        }
        twin = {**row, "id": 2, "name": "B"}
        table = "aftersales_registration_request"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "partner_id": 3}))
        self.assertIsNone(self._race(table, row, {**twin, "state": "refused"}))

    def test_a_serial_is_suspected_once(self):
        row = {
            "id": 1,
            "company_id": 1,
            "serial": "S-1",
            "serial_key": "S1",
            "state": "suspected",
            "name": "A",
            "date": "2026-01-01",
        }
        twin = {**row, "id": 2, "name": "B", "state": "confirmed"}
        table = "aftersales_counterfeit_case"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
        self.assertIsNone(self._race(table, row, {**twin, "state": "cleared"}))
        self.assertIsNone(self._race(table, row, {**twin, "product_id": 7}))

    def test_a_dealers_list_and_a_customer_meet(self):
        row = {
            "id": 1,
            "company_id": 1,
            "currency_id": 1,
            "product_id": 3,
            "serial": "S",
            "state": "active",
            "channel": "dealer",
        }
        twin = {**row, "id": 2, "partner_id": 9, "channel": "shop"}
        table = "aftersales_registration"
        self.assertIsInstance(self._race(table, row, twin), UniqueViolation)
