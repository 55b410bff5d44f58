from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install", "security")
class TestGuards(AftersalesCommon):
    """What an RPC caller could send and must not get through."""

    def _as(self, role, records, **context):
        user = getattr(self, f"user_{role}")
        return records.with_user(user).with_context(**context)

    def test_context_defaults_do_not_pass_the_guards(self):
        point = self._as(
            "centre",
            self.env["aftersales.service.point"],
            default_state="active",
            default_suspension_reason="x",
        ).create({"name": "Quick", "parent_id": self.centre.id})
        self.assertEqual((point.state, point.suspension_reason), ("prospect", False))
        order = self._as(
            "service",
            self.env["aftersales.service.order"],
            default_state="closed",
            default_service_point_id=self.point.id,
        ).create(
            {
                "partner_id": self.customer.id,
                "service_type_id": self.type_repair.id,
            }
        )
        self.assertEqual((order.state, order.service_point_id.id), ("draft", False))
        agreement = self._as(
            "centre", self.env["aftersales.agreement"], default_state="active"
        ).create({"service_point_id": self.point.id})
        self.assertEqual(agreement.state, "draft")
        line = self._as(
            "dispatcher",
            self.env["aftersales.service.order.line"],
            default_amount=7777,
        ).create({"order_id": order.id, "kind": "labour", "quantity": 1})
        self.assertEqual(line.amount, 0)

    def test_staff_cannot_be_moved_out_of_the_own_subtree(self):
        mine = self._create_staff(service_point_id=self.centre.id)
        with self.assertRaises(AccessError):
            self._as("centre", mine).write({"service_point_id": self.hq.id})
        self.env.invalidate_all()
        self.assertEqual(mine.service_point_id, self.centre)
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self._as("centre", mine).write({"user_id": self.user_portal.id})

    def test_lines_steps_and_areas_stay_with_their_owner(self):
        foreign = self._create_order()
        foreign._dispatch_to(self.point_b, "test")
        order = self._create_order()
        order.action_dispatch()
        line = self._add_lines(order, ("labour", 1, 60, None))
        for record, vals in (
            (line, {"order_id": foreign.id}),
            (order.step_ids[0], {"order_id": foreign.id}),
            (self.point.assignment_ids, {"service_point_id": self.point_b.id}),
        ):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                self._as("centre", record).write(vals)
            self.env.invalidate_all()

    def test_lines_do_not_leave_a_closed_order(self):
        order = self._finish_order(self._create_order())
        line = self._add_lines(order, ("labour", 1, 60, None))
        order.action_close()
        other = self._create_order()
        with self.assertRaisesRegex(UserError, "its lines cannot change"):
            self._as("head", line).write({"order_id": other.id})
        self._as("head", line).write({"serial_removed": "OLD-1"})
        self.assertEqual(line.serial_removed, "OLD-1")
        with self.assertRaisesRegex(UserError, "its lines cannot change"):
            self._as("head", order).write({"date_end": False})

    def test_amounts_of_lines_are_computed(self):
        order = self._create_order()
        line = self._add_lines(order, ("labour", 2, 60, None))
        self._as("dispatcher", line).write({"amount": 7777})
        self.assertEqual(line.amount, 120)

    def test_nobody_types_who_ticked_a_step(self):
        step = self._create_order().step_ids[0]
        self._as("dispatcher", step).write(
            {
                "is_done": True,
                "done_by_id": self.user_head.id,
                "done_at": "2020-01-01 00:00:00",
            }
        )
        self.assertEqual(step.done_by_id, self.user_dispatcher)
        self.assertGreater(step.done_at.date(), date(2020, 1, 1))

    def test_agreement_state_and_activation(self):
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self._as("centre", self.agreement).write({"state": "draft"})
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self._as("centre", self.env["aftersales.agreement"]).create(
                {"service_point_id": self.point.id, "state": "ended"}
            )
        with self.assertRaises(AccessError):
            self._as("centre", self.agreement).action_end()
        action = self._as("centre", self.agreement).action_new_version()
        draft = self.env["aftersales.agreement"].browse(action["res_id"])
        with self.assertRaises(AccessError):
            self._as("centre", draft).action_activate()
        self._as("head", draft).action_activate()
        self.assertEqual((draft.state, self.agreement.state), ("active", "ended"))

    def test_settled_adjustment_cannot_be_opened_again(self):
        adjustment = self.env["aftersales.point.adjustment"].create(
            {"service_point_id": self.point.id, "amount": 50, "reason": "Award"}
        )
        adjustment.state = "settled"
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            self._as("clerk", adjustment).write({"state": "open"})

    def test_payee_and_level_belong_to_the_head(self):
        level = self.env.ref("aftersales_network.level_gold")
        for vals in ({"level_id": level.id}, {"partner_id": self.customer.id}):
            with self.assertRaisesRegex(AccessError, "decide its settlements"):
                self._as("centre", self.point).write(vals)
        with self.assertRaisesRegex(UserError, "by “Change Level” with a reason"):
            self._as("head", self.point).write({"level_id": level.id})
        self._as("head", self.point)._change_level(level, "Yearly review")
        self.assertEqual(self.point.level_id, level)
        prospect = self._create_point(state="prospect", parent_id=self.centre.id)
        self._as("centre", prospect).write({"partner_id": self.customer.id})
        self.assertEqual(prospect.partner_id, self.customer)
