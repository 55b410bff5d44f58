from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestDispatchHand(AftersalesCommon):
    """What a reason heals, and what it does not."""

    def _hand(self, order, point, reason="Customer asked", technician=None):
        as_dispatcher = order.with_user(self.user_dispatcher)
        as_dispatcher._dispatch_to(
            point.with_user(self.user_dispatcher),
            reason,
            technician and technician.with_user(self.user_dispatcher),
        )

    def test_refused_where_no_reason_helps(self):
        install = self.env.ref("aftersales_network.service_type_installation")
        level = self.env["aftersales.point.level"].create(
            {"name": "Installer", "service_type_ids": [Command.set(install.ids)]}
        )
        cases = [
            (self.point, {"state": "suspended"}, "Suspended.*receives no new work"),
            (self.point, {"level_id": level.id}, "level Installer, which does not"),
            (
                self.agreement,
                {"date_end": date(2020, 12, 31)},
                "no agreement in force on .*put an agreement in force",
            ),
        ]
        order = self._create_order()
        for record, vals, message in cases:
            with self.subTest(message), self.cr.savepoint() as savepoint:
                record.write(vals)
                with self.assertRaisesRegex(UserError, message):
                    self._hand(order, self.point)
                self.assertEqual(order.state, "draft")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_agreement_must_hold_the_service(self):
        install = self.env.ref("aftersales_network.service_type_installation")
        self.env["aftersales.agreement"].create(
            {
                "service_point_id": self.point.id,
                "date_start": date(2021, 1, 1),
                "previous_id": self.agreement.id,
                "scope_ids": [Command.create({"service_type_id": install.id})],
            }
        ).action_activate()
        with self.assertRaisesRegex(
            UserError, "does not hold Repair.*agree on a new version"
        ):
            self._hand(self._create_order(), self.point)

    def test_unqualified_person_is_refused(self):
        Staff = self.env.registry["aftersales.staff"]
        second = self._create_staff(service_point_id=self.point.id)
        lacking = self.technician

        def missing(staff, service_type, on_date):
            return {s.id: ["Licence"] if s.id == lacking.id else [] for s in staff}

        order = self._create_order()
        with patch.object(Staff, "_get_missing_qualifications", missing):
            with self.assertRaisesRegex(
                UserError, "cannot go to Portal Technician: Licence"
            ):
                self._hand(order, self.point, technician=lacking)
            self._hand(order, self.point, technician=second)
        self.assertEqual(order.technician_id, second)

    def test_point_without_qualified_people_is_refused(self):
        Staff = self.env.registry["aftersales.staff"]

        def missing(staff, service_type, on_date):
            return {s.id: ["Licence"] for s in staff}

        with (
            patch.object(Staff, "_get_missing_qualifications", missing),
            self.assertRaisesRegex(UserError, "Nobody at .*Point One is qualified"),
        ):
            self._hand(self._create_order(), self.point)

    def test_person_of_another_point_is_refused(self):
        with self.assertRaisesRegex(UserError, "does not work at .*Point One"):
            self._hand(self._create_order(), self.point, technician=self.technician_b)

    def test_allowed_against_capacity_area_and_calendar(self):
        self.point.capacity = 1
        self._create_order().action_dispatch()
        order = self._create_order()
        self._hand(order, self.point, "Urgent")
        self.assertEqual(order.state, "dispatched")
        taken = order.candidate_ids
        self.assertTrue(taken.is_taken and taken.is_by_hand)
        self.assertEqual(
            taken.reason, "By hand: Urgent (no capacity: 1 of 1 orders open)"
        )
        other = self._create_order()
        self._hand(other, self.point_b, "Customer asked")
        self.assertEqual(other.service_point_id, self.point_b)

    def test_evidence_holds_all_candidates(self):
        rival = self._create_rival()
        order = self._create_order()
        self._hand(order, rival, "Nearer")
        lines = {c.service_point_id: c for c in order.candidate_ids}
        self.assertEqual(set(lines), {self.point, rival})
        self.assertFalse(lines[self.point].is_taken)
        self.assertEqual(lines[self.point].reason_code, "ok")
        self.assertTrue(lines[rival].is_taken and lines[rival].is_by_hand)
        self.assertIn("By hand: Nearer (the area belongs to", lines[rival].reason)
        outside = self._create_order()
        self._hand(outside, self.point_b, "Asked")
        line = outside.candidate_ids.filtered("is_taken")
        self.assertEqual(line.service_point_id, self.point_b)
        self.assertEqual(
            line.reason, "By hand: Asked (the point does not work in the area)"
        )
        self.assertEqual(outside.dispatched_by_id, self.user_dispatcher)

    def test_obstacle_keeps_the_order_in_the_queue(self):
        Order = self.env.registry["aftersales.service.order"]
        order = self._create_order()
        with patch.object(
            Order, "_get_dispatch_obstacle", lambda order: "Not sold in this area."
        ):
            with self.assertRaisesRegex(
                UserError, "stays in the queue: Not sold in this area"
            ):
                self._hand(order, self.point)
            order.action_dispatch()
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.dispatch_note, "Not sold in this area.")
        self.assertEqual(order.dispatch_reason_code, "obstacle")
        self.assertFalse(any(order.candidate_ids.mapped("is_taken")))

    def test_missing_point_and_reason(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "choose a service point"):
            self._hand(order, self.env["aftersales.service.point"])
        with self.assertRaisesRegex(UserError, "needs a reason"):
            self._hand(order, self.point, "  ")

    def test_wizard_says_what_speaks_against_the_choice(self):
        self.point.capacity = 1
        self._create_order().action_dispatch()
        order = self._create_order()
        Wizard = self.env["aftersales.dispatch.wizard"].with_user(self.user_dispatcher)
        with Form(Wizard.with_context(default_order_id=order.id)) as form:
            self.assertFalse(form.has_candidate)
            form.service_point_id = self.point
            self.assertEqual(form.warning, "no capacity: 1 of 1 orders open")
            self.assertFalse(form.refusal)
            self.agreement.date_end = date(2020, 12, 31)
            form.service_point_id = self.point_b
            form.service_point_id = self.point
            self.assertEqual(form.refusal, "no agreement in force today")
        line = form.record.line_ids
        self.assertEqual(line.on_time_label, "–")
        self.assertEqual(line.staff_count, 1)

    def test_only_dispatchers_choose(self):
        for user in (self.user_clerk, self.user_centre, self.user_service):
            with self.assertRaises(AccessError):
                self.env["aftersales.dispatch.wizard"].with_user(user).create({})
