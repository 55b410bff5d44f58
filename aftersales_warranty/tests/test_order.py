from datetime import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestOrder(WarrantyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()

    def test_typed_serial_finds_the_unit(self):
        order = self._create_order(serial="TEST-SN-1")
        self.assertEqual(order.registration_id, self.unit)
        self.assertEqual(order.cover_note, "Covered at 100 % until 01/01/2027.")
        unknown = self._create_order(serial="NEVER-SOLD")
        self.assertFalse(unknown.registration_id)
        self.assertEqual(unknown.cover_note, "Unknown unit: nothing is covered.")
        self.assertFalse(self._create_order().cover_note)

    def test_a_chosen_unit_is_kept(self):
        order = self._create_order(registration_id=self.unit.id)
        self.assertEqual(order.registration_id, self.unit)

    def test_serial_of_another_company_is_unknown(self):
        self._create_unit(serial="B-ONLY", company_id=self.company_b.id)
        self.assertFalse(self._create_order(serial="B-ONLY").registration_id)

    def test_each_line_has_its_own_cover(self):
        order = self._create_done_order(
            ("part", 1, 100.0, self.part),
            ("labour", 1.5, 60.0, None),
            ("travel", 10, 2.0, None),
        )
        self.assertEqual(
            [
                (x.kind, x.cover_share, x.amount_warranty, x.amount_customer)
                for x in order.line_ids
            ],
            [
                ("part", 100.0, 100.0, 0.0),
                ("labour", 50.0, 45.0, 45.0),
                ("travel", 100.0, 20.0, 0.0),
            ],
        )
        self.assertEqual((order.amount_warranty, order.amount_customer), (165.0, 45.0))

    def test_the_cent_of_a_half_share_is_not_lost(self):
        order = self._create_done_order(("labour", 1, 10.01, None))
        line = order.line_ids
        self.assertEqual((line.amount_warranty, line.amount_customer), (5.01, 5.0))

    def test_an_expired_unit_is_charged(self):
        order = self._create_done_order(
            ("part", 1, 100.0, self.part),
            ("labour", 1, 60.0, None),
            date_request="2028-03-02 08:00:00",
        )
        self.assertEqual(
            order.line_ids.mapped("amount_warranty"),
            [100.0, 0.0],
            "the named part is covered for 36 months, labour is not",
        )

    def test_a_line_without_unit_is_the_customers(self):
        order = self._create_order()
        line = self._add_lines(order, ("labour", 1, 60.0, None))
        self.assertEqual((line.amount_warranty, line.amount_customer), (0.0, 60.0))

    def test_a_unit_found_later_changes_the_lines(self):
        order = self._create_order()
        line = self._add_lines(order, ("part", 1, 100.0, self.part))
        order.registration_id = self.unit
        self.assertEqual(line.amount_warranty, 100.0)

    def test_a_rework_is_free_and_cannot_be_claimed(self):
        fault = self.env.ref("aftersales_network.fault_cool")
        first = self._create_done_order(fault_id=fault.id)
        first.action_close()
        self.assertTrue(first.can_claim)
        again = self._create_done_order(
            ("part", 1, 100.0, self.part),
            ("labour", 1, 60.0, None),
            date_request=datetime(2026, 3, 20, 8),
        )
        self.assertEqual((again.rework_state, again.can_claim), ("proposed", True))
        self.assertEqual(again.amount_payable, again.amount_customer)
        again.fault_id = fault
        self.assertEqual(again.rework_of_id, first)
        self.assertTrue(again.is_rework)
        self.assertEqual(again.amount_total, 160.0)
        self.assertEqual(
            (again.amount_warranty, again.amount_customer, again.amount_payable),
            (0.0, 0.0, 0.0),
        )
        self.assertFalse(again.can_claim)
        with self.assertRaisesRegex(
            UserError, f"repeats {first.name}.* cannot be claimed"
        ):
            again.action_create_claim()
        again._reject_rework("Another part")
        self.assertEqual((again.amount_warranty, again.amount_payable), (130.0, 30.0))
        self.assertTrue(again.can_claim)

    def test_a_claimed_order_is_not_made_a_rework(self):
        first = self._create_done_order()
        first.action_close()
        again = self._create_done_order(
            ("part", 1, 100.0, self.part),
            date_request=datetime(2026, 3, 20, 8),
        )
        again.with_user(self.user_admin).action_create_claim()
        again.claim_ids.action_submit()
        with self.assertRaisesRegex(UserError, "is claimed in"):
            again.action_confirm_rework()

    def test_claims_come_from_finished_orders(self):
        open_order = self._create_order(lot_id=self.lot.id)
        with self.assertRaisesRegex(UserError, "needs a finished order"):
            open_order.action_create_claim()
        charged = self._create_done_order(
            ("labour", 1, 60.0, None), date_request="2028-03-02 08:00:00"
        )
        with self.assertRaisesRegex(UserError, "nothing that the warranty bears"):
            charged.action_create_claim()
        order = self._create_done_order()
        order.with_user(self.user_admin).action_create_claim()
        self.assertEqual(order.claim_count, 1)
        name = order.claim_ids.name
        with self.assertRaisesRegex(UserError, f"is already claimed in {name}"):
            order.action_create_claim()
        self.assertEqual(
            order.action_view_claims()["domain"], [("order_id", "=", order.id)]
        )

    def test_batches_need_a_bounded_number_of_queries(self):
        def count(number):
            vals = [
                {
                    "partner_id": self.customer.id,
                    "product_id": self.product.id,
                    "serial": "TEST-SN-1",
                    "service_type_id": self.type_repair.id,
                    "name": f"Q-{number}-{index}",
                    "line_ids": [
                        (0, 0, {"kind": "labour", "name": "L", "price_unit": 10})
                    ],
                }
                for index in range(number)
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["aftersales.service.order"].create(vals)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(2)
        small, large = count(5), count(45)
        self.assertLessEqual(large - small, 10, f"{small} → {large}")

    def test_who_may_claim(self):
        order = self._create_done_order()
        for role, expected in (
            ("centre", True),
            ("clerk", True),
            ("dispatcher", False),
            ("auditor", False),
        ):
            user = getattr(self, f"user_{role}")
            self.assertEqual(order.with_user(user).can_claim, expected, role)
        order.action_create_claim()
        self.assertFalse(order.with_user(self.user_centre).can_claim)
        order.claim_ids.action_cancel()
        self.assertTrue(order.with_user(self.user_centre).can_claim)
