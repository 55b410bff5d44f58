from datetime import date

from odoo.tests import tagged

from .common import WarrantyCommon


@tagged("post_install", "-at_install")
class TestOrderCost(WarrantyCommon):
    """Claims take the place of the work; costs follow the policy version."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._silence_law()
        cls.Cost = cls.env["aftersales.order.cost"]

    def _row(self, **vals):
        domain = [(name, "=", value.id) for name, value in vals.items()]
        return self.Cost.with_user(self.user_head).search(domain)

    def _figures(self, row):
        return (
            row.amount_work,
            row.amount_claimed,
            row.amount_approved,
            row.amount_cost,
            row.cost_per_order,
        )

    def test_an_order_without_claim_costs_its_work(self):
        order = self._create_done_order(("labour", 1, 60.0, None))
        row = self._row(order_id=order)
        self.assertEqual(self._figures(row), (60, 0, 0, 60, 60))
        self.assertEqual(row.policy_version_id, self.unit.policy_version_id)
        self.assertEqual(row.policy_id, self.unit.policy_version_id.policy_id)

    def test_what_is_claimed_then_what_is_approved(self):
        claim = self._create_claim(
            ("part", 1, 100.0, self.part), ("labour", 1, 60.0, None)
        )
        row = self._row(order_id=claim.order_id)
        self.assertEqual(self._figures(row), (160, 130, 0, 130, 130))
        self._approve(claim)
        self.env.invalidate_all()
        approved = claim.amount_approved
        self.assertTrue(approved)
        self.assertEqual(self._figures(row), (160, 130, approved, approved, approved))

    def test_a_rejected_claim_costs_nothing(self):
        claim = self._create_claim()
        claim.with_user(self.user_clerk)._reject(
            self.env.ref("aftersales_warranty.claim_reason_ew")
        )
        row = self._row(order_id=claim.order_id)
        self.assertTrue(row.amount_work)
        self.assertEqual((row.amount_cost, row.cost_per_order), (0, 0))

    def test_cost_per_policy_version(self):
        first = self.unit.policy_version_id
        term = first.term_ids[:1].copy_data()[0]
        other = self._create_version([term], date_effective=date(2026, 2, 1))
        unit = self._create_unit(
            serial="COST-2",
            date_sale=date(2026, 2, 10),
            date_delivery=date(2026, 2, 10),
        )
        self.assertEqual(unit.policy_version_id, other)
        self._create_done_order(("labour", 1, 60.0, None))
        self._create_done_order(("labour", 2, 60.0, None))
        self._create_done_order(("labour", 3, 60.0, None), unit=unit)
        found = {
            version: (cost, mean, count)
            for version, cost, mean, count in self.Cost._read_group(
                [("policy_id", "=", first.policy_id.id)],
                ["policy_version_id"],
                ["amount_cost:sum", "cost_per_order:avg", "order_count:sum"],
            )
        }
        self.assertEqual(found, {first: (180, 90, 2), other: (180, 180, 1)})

    def test_a_claim_without_order(self):
        claim = self.env["aftersales.claim"].create(
            {
                "service_point_id": self.point.id,
                "registration_id": self.unit.id,
                "line_ids": [(0, 0, {"kind": "labour", "amount_claimed": 70})],
            }
        )
        (row,) = self.Cost.search(
            [
                ("service_point_id", "=", self.point.id),
                ("source", "=", "claim"),
            ]
        )
        self.assertEqual((row.amount_claimed, row.amount_cost), (70, 70))
        self.assertEqual(row.policy_version_id, self.unit.policy_version_id)
        self.assertFalse(row.order_id)
        self.assertIsNone(row.action_open_source())
        self.assertTrue(claim)

    def test_views(self):
        for kind in ("pivot", "graph", "list", "search"):
            self.Cost.with_user(self.user_head).get_view(view_type=kind)
