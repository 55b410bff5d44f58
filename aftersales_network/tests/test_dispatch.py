from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestDispatch(AftersalesCommon):
    def _codes(self, order):
        """``{point: (rank, reason code)}`` of the proposal."""
        Point = self.env["aftersales.service.point"]
        return {
            Point.browse(c["service_point_id"]): (c["rank"], c["reason_code"])
            for c in order._get_dispatch_candidates()[order.id]
        }

    def test_takes_the_point_of_the_area(self):
        order = self._create_order()
        self.assertEqual(order.area_id, self.area)
        order.action_dispatch()
        self.assertEqual(order.state, "dispatched")
        self.assertEqual(order.service_point_id, self.point)
        self.assertEqual(order.technician_id, self.technician)
        self.assertTrue(order.date_dispatched)
        self.assertEqual(order.candidate_ids.service_point_id, self.point)
        self.assertTrue(order.candidate_ids.is_taken)
        self.assertIn("rank 1", order.dispatch_note)

    def test_exclusive_before_shared_and_all_reasons_kept(self):
        rival = self._create_rival()
        order = self._create_order()
        self.assertEqual(
            self._codes(order), {self.point: (1, "ok"), rival: (0, "exclusive")}
        )
        order.action_dispatch()
        shut_out = order.candidate_ids.filtered(lambda c: c.service_point_id == rival)
        self.assertEqual(
            shut_out.reason,
            f"the area belongs to {self.point.display_name} exclusively",
        )
        self.assertEqual(len(order.candidate_ids), 2)
        self.assertEqual(
            order.candidate_ids.filtered("is_taken").service_point_id, self.point
        )

    def test_more_specific_area_wins(self):
        rival = self._create_rival()
        inner = self.env["aftersales.area"].create(
            {
                "name": "Inner",
                "parent_id": self.area.id,
                "country_id": self.country.id,
                "state_id": self.state.id,
                "zip_prefix": "77",
            }
        )
        rival.assignment_ids.area_id = inner
        self.customer.zip = "77001"
        order = self._create_order()
        self.assertEqual(order.area_id, inner)
        self.assertEqual(self._codes(order)[rival], (1, "ok"))
        self.assertEqual(self._codes(order)[self.point], (2, "ok"))

    def test_dropped_with_reason(self):
        order = self._create_order()
        checks = [
            (self.point, {"state": "suspended"}, "state"),
            (self.agreement, {"date_end": date(2020, 12, 31)}, "no_agreement"),
            (self.technician, {"date_to": date(2020, 12, 31)}, "no_staff"),
        ]
        for record, vals, code in checks:
            with self.subTest(code=code), self.cr.savepoint() as savepoint:
                record.write(vals)
                self.assertEqual(self._codes(order)[self.point], (0, code))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_out_of_scope(self):
        install = self.env.ref("aftersales_network.service_type_installation")
        draft = self.env["aftersales.agreement"].create(
            {
                "service_point_id": self.point.id,
                "date_start": date(2021, 1, 1),
                "previous_id": self.agreement.id,
                "scope_ids": [Command.create({"service_type_id": install.id})],
            }
        )
        draft.action_activate()
        order = self._create_order()
        self.assertEqual(self._codes(order)[self.point], (0, "out_of_scope"))
        order.service_type_id = install
        self.assertEqual(self._codes(order)[self.point], (1, "ok"))

    def test_area_assigned_for_other_products(self):
        other = self.env["product.category"].create({"name": "Other"})
        self.point.assignment_ids.product_categ_id = other
        order = self._create_order()
        self.assertEqual(self._codes(order)[self.point], (0, "no_area"))
        order.action_dispatch()
        self.assertEqual(order.state, "draft")
        self.assertIn("assigned for other products", order.dispatch_note)

    def test_capacity_and_load(self):
        rival = self._create_rival()
        self.point.assignment_ids.exclusive = False
        first, second = self._create_order(), self._create_order()
        (first | second).action_dispatch()
        self.assertEqual(
            {first.service_point_id, second.service_point_id}, {self.point, rival}
        )
        self.point.capacity = rival.capacity = 1
        third = self._create_order()
        third.action_dispatch()
        self.assertEqual(third.state, "draft")
        self.assertIn("no capacity: 1 of 1 orders open", third.dispatch_note)

    def test_distance_breaks_the_tie(self):
        rival = self._create_rival()
        self.point.assignment_ids.exclusive = False
        self.customer.write({"partner_latitude": 23.0, "partner_longitude": 113.0})
        self.point.partner_id.write(
            {"partner_latitude": 24.0, "partner_longitude": 113.0}
        )
        rival.partner_id.write({"partner_latitude": 23.1, "partner_longitude": 113.0})
        order = self._create_order()
        best, next_one = order._get_dispatch_candidates()[order.id]
        self.assertEqual(best["service_point_id"], rival.id)
        self.assertAlmostEqual(best["distance_km"], 11.1, 1)
        self.assertAlmostEqual(next_one["distance_km"], 111.2, 1)

    def test_qualification_hook_blocks(self):
        Staff = self.env.registry["aftersales.staff"]

        def missing(staff, service_type, on_date):
            return {s.id: ["High-voltage licence"] for s in staff}

        order = self._create_order()
        with patch.object(Staff, "_get_missing_qualifications", missing):
            order.action_dispatch()
        self.assertEqual(order.state, "draft")
        self.assertIn(
            "nobody qualified: Portal Technician: High-voltage licence",
            order.dispatch_note,
        )

    def test_queue_says_why(self):
        self.customer.state_id = False
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.state, "draft")
        self.assertIn("lies in no service area", order.dispatch_note)
        self.point_b.assignment_ids.unlink()
        self.customer.state_id = self.state_b
        lonely = self._create_order()
        lonely.action_dispatch()
        self.assertIn("No service point is assigned", lonely.dispatch_note)

    def test_by_hand_needs_reason_and_state(self):
        order = self._create_order().with_user(self.user_dispatcher)
        with self.assertRaisesRegex(UserError, "needs a reason"):
            order._dispatch_to(self.point_b, " ")
        self.point_b.state = "suspended"
        with self.assertRaisesRegex(UserError, "receives no new work"):
            order._dispatch_to(self.point_b, "near")
        self.point_b.state = "active"
        wizard = (
            self.env["aftersales.dispatch.wizard"]
            .with_user(self.user_dispatcher)
            .with_context(default_order_id=order.id)
            .create({})
        )
        self.assertEqual(wizard.service_point_id, self.point)
        self.assertEqual(wizard.line_ids.mapped("rank"), [1])
        wizard.write(
            {
                "service_point_id": self.point_b.id,
                "technician_id": self.technician_b.id,
                "reason": "Customer asked for it",
            }
        )
        wizard.action_dispatch_hand()
        self.assertEqual(order.service_point_id, self.point_b)
        self.assertEqual(order.dispatch_note, "By hand: Customer asked for it")

    def test_wizard_by_rule(self):
        order = self._create_order()
        wizard = (
            self.env["aftersales.dispatch.wizard"]
            .with_user(self.user_dispatcher)
            .create({"order_id": order.id})
        )
        wizard.action_dispatch_rule()
        self.assertEqual(order.service_point_id, self.point)

    def test_only_dispatcher_opens_the_wizard(self):
        with self.assertRaises(AccessError):
            self.env["aftersales.dispatch.wizard"].with_user(self.user_clerk).create({})

    def test_refusal_returns_to_the_queue(self):
        order = self._create_order()
        order.action_dispatch()
        order._refuse("No parts")
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.service_point_id)
        self.assertIn("refused on", order.dispatch_note)
        self.assertIn("No parts", order.dispatch_note)
        self.assertEqual(order.dispatch_reason_code, "refused")

    def test_candidates_of_a_batch_cost_constant_queries(self):
        def count(size):
            orders = self.env["aftersales.service.order"].create(
                [
                    {
                        "partner_id": self.customer.id,
                        "product_id": self.product.id,
                        "service_type_id": self.type_repair.id,
                    }
                    for _n in range(size)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._get_dispatch_candidates()
            return self.env.cr.sql_log_count - before

        count(2)
        small, large = count(5), count(60)
        self.assertEqual(small, large)
        self.assertLessEqual(large, 25)
