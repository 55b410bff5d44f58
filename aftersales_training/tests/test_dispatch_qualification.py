from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import TrainingCommon


@tagged("post_install", "-at_install")
class TestDispatchQualification(TrainingCommon):
    """An order that needs a certificate reaches nobody without a valid one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_aftersales_today()
        cls.Requirement.create(
            {
                "service_type_id": cls.type_repair.id,
                "certificate_type_id": cls.type_technician.id,
            }
        )
        cls.able = cls._create_staff(service_point_id=cls.point.id)

    def _certify(self, person, **vals):
        return self._create_certificate(
            person,
            type_id=self.type_technician.id,
            company_id=self.company.id,
            date_issue=self.today - timedelta(days=400),
            date_expiry=vals.pop("date_expiry", self.today + timedelta(days=400)),
            **vals,
        )

    def _hand(self, order, technician):
        order.with_user(self.user_dispatcher)._dispatch_to(
            self.point, "Asked for", technician
        )

    def test_rule_leaves_out_the_unqualified(self):
        self._certify(self.able.partner_id)
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.technician_id, self.able)

    def test_nobody_qualified_waits_with_the_reason(self):
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.dispatch_reason_code, "not_qualified")
        self.assertIn("no valid “", order.dispatch_note)

    def test_expired_certificate_does_not_count(self):
        self._certify(self.able.partner_id, date_expiry=self.today - timedelta(days=1))
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.dispatch_reason_code, "not_qualified")

    def test_certificate_must_hold_on_the_planned_day(self):
        self._certify(self.able.partner_id, date_expiry=self.today + timedelta(days=5))
        self.point.resource_calendar_id = False
        order = self._create_order(
            date_planned=f"{self.today + timedelta(days=8)} 02:00:00"
        )
        order.action_dispatch()
        self.assertEqual(order.dispatch_reason_code, "not_qualified")
        order.date_planned = f"{self.today + timedelta(days=3)} 02:00:00"
        order.action_dispatch()
        self.assertEqual(order.technician_id, self.able)

    def test_by_hand_and_by_rpc(self):
        self._certify(self.able.partner_id)
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "cannot go to Portal Technician"):
            self._hand(order, self.technician)
        self.assertEqual(order.state, "draft")
        self._hand(order, self.able)
        as_dispatcher = order.with_user(self.user_dispatcher)
        with self.assertRaisesRegex(ValidationError, "cannot go to Portal Technician"):
            as_dispatcher.write({"technician_id": self.technician.id})
        # No key of the context opens the guard from outside.
        with self.assertRaises(ValidationError):
            as_dispatcher.with_context(aftersales_ranked=True).write(
                {"technician_id": self.technician.id}
            )

    def test_hand_without_a_person_needs_a_qualified_one_at_the_point(self):
        with self.assertRaisesRegex(UserError, "Nobody at .* is qualified"):
            self._hand(self._create_order(), None)

    def test_certificates_are_not_asked_order_by_order(self):
        self._certify(self.able.partner_id)

        def count(size):
            orders = self.env["aftersales.service.order"].union(
                *(self._create_order() for _n in range(size))
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.action_dispatch()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        small, large = count(5), count(30)
        self.assertLessEqual(large - small, 5)

    def test_posting_counts_a_manager_once(self):
        managers = self._create_managers(3, self.firm_north, certified=1)
        self.firm_point.kind = "franchise"
        before = self.Ratio._get_ratio(self.today, company=self.firm)
        self.env["aftersales.staff.posting"].create(
            {
                "kind": "posted",
                "staff_id": managers[0].id,
                "to_point_id": self.firm_point.id,
                "date_from": self.today,
                "date_to": self.today + timedelta(days=30),
                "reason": "Brand care",
            }
        ).action_confirm()
        after = self.Ratio._get_ratio(self.today, company=self.firm)
        self.assertEqual(after, before)
        self.assertEqual(after["managers"], 3)
        self.assertEqual(after["holders"], 1)
        at_receiver = self.Ratio._get_ratio(self.today, point=self.firm_point)
        self.assertEqual(at_receiver["managers"], 0)
