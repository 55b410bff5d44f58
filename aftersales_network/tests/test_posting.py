from datetime import timedelta

from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CONTEXT, AftersalesCommon


@tagged("post_install", "-at_install")
class TestPosting(AftersalesCommon):
    """People who are posted or lent count where they work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_aftersales_today()
        cls.user_own = new_test_user(
            cls.env,
            login="aftersales_own_technician",
            name="Own Technician",
            groups="aftersales_network.group_service",
            context=CONTEXT,
        )
        cls.employee = cls.env["hr.employee"].create(
            {
                "name": "Own Technician",
                "company_id": cls.company.id,
                "user_id": cls.user_own.id,
            }
        )
        cls.own = cls._create_staff(
            service_point_id=cls.centre.id, employee_id=cls.employee.id
        )

    def _posting(self, staff=None, to_point=None, days=(0, 10), **vals):
        staff = staff or self.own
        return self.env["aftersales.staff.posting"].create(
            {
                "staff_id": staff.id,
                "to_point_id": (to_point or self.point).id,
                "date_from": self.today + timedelta(days=days[0]),
                "date_to": self.today + timedelta(days=days[1]),
                "reason": "Peak season",
                **vals,
            }
        )

    def test_person_and_unit_follow_the_staff_line(self):
        posting = self._posting(kind="posted")
        self.assertEqual(posting.employee_id, self.employee)
        self.assertEqual(posting.from_point_id, self.centre)
        self.assertEqual(posting.role_id, self.role_technician)
        self.assertEqual(posting.state, "draft")
        self.assertEqual(posting.display_name, "Own Technician → Point One")

    def test_overlap_is_refused_with_the_other_posting(self):
        self._posting(days=(0, 10)).action_confirm()
        with self.assertRaisesRegex(
            ValidationError, "Own Technician is already at .*Point One from"
        ):
            self._posting(to_point=self.point_b, days=(10, 20)).action_confirm()
        self._posting(to_point=self.point_b, days=(11, 20)).action_confirm()
        pair = self._posting(days=(30, 31)) | self._posting(days=(31, 32))
        with self.assertRaisesRegex(ValidationError, "is already at"):
            pair.action_confirm()

    def test_database_refuses_an_overlap(self):
        self._posting(days=(0, 10)).action_confirm()
        second = self._posting(to_point=self.point_b, days=(5, 6))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE aftersales_staff_posting SET state = 'confirmed' WHERE id = %s",
                [second.id],
            )

    def test_bad_dates_and_places(self):
        with mute_logger("odoo.sql_db"):
            for vals in (
                {"days": (5, 1)},
                {"to_point": self.centre},
                {"date_to": False},
            ):
                with (
                    self.subTest(vals),
                    self.assertRaises(CheckViolation),
                    self.cr.savepoint(),
                ):
                    self._posting(**vals)

    def test_only_own_employees_are_posted_to_outsourced_points(self):
        own_point = self._create_point(
            name="Own Shop", kind="own", parent_id=self.centre.id
        )
        for vals in (
            {"staff": self.technician, "to_point": self.point_b},
            {"to_point": own_point},
        ):
            with self.assertRaisesRegex(ValidationError, "only an own employee"):
                self._posting(kind="posted", **vals)
        with self.assertRaisesRegex(ValidationError, "which is therefore the giving"):
            self._posting(from_point_id=self.centre_b.id)

    def test_employee_without_a_staff_line_gets_one_on_confirmation(self):
        employee = self.env["hr.employee"].create({"name": "Newcomer"})
        posting = self.env["aftersales.staff.posting"].create(
            {
                "kind": "posted",
                "employee_id": employee.id,
                "from_point_id": self.hq.id,
                "to_point_id": self.point.id,
                "role_id": self.role_technician.id,
                "date_from": self.today,
                "reason": "Brand care",
            }
        )
        self.assertFalse(posting.staff_id)
        posting.action_confirm()
        self.assertEqual(posting.staff_id.service_point_id, self.hq)
        self.assertEqual(posting.staff_id.employee_id, employee)
        again = self.env["aftersales.staff.posting"].create(
            {
                "employee_id": self.employee.id,
                "to_point_id": self.point.id,
                "date_from": self.today,
                "date_to": self.today,
                "reason": "Known employee",
            }
        )
        self.assertEqual(again.staff_id, self.own)

    def test_giver_decides(self):
        foreign = self._posting(staff=self.technician_b, to_point=self.point)
        with self.assertRaisesRegex(AccessError, "decided by the centre manager of"):
            foreign.with_user(self.user_centre).action_confirm()
        mine = self._posting(staff=self.technician, to_point=self.point_b)
        for user in (self.user_dispatcher, self.user_service, self.user_hr):
            with self.assertRaises(AccessError):
                mine.with_user(user).action_confirm()
        mine.with_user(self.user_centre).action_confirm()
        self.assertEqual(mine.confirmed_by_id, self.user_centre)
        approval = self.env["aftersales.approval"].search(
            [("res_model", "=", mine._name), ("res_id", "=", mine.id)]
        )
        self.assertEqual(approval.gate, "posting")
        self.assertEqual(approval.service_point_id, self.point)
        foreign.with_user(self.user_head).action_confirm()
        self.assertEqual(foreign.state, "confirmed")

    def test_confirmed_posting_is_frozen(self):
        posting = self._posting(days=(-5, 10))
        posting.action_confirm()
        as_head = posting.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "no longer a draft"):
            as_head.write({"date_to": self.today + timedelta(days=90)})
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            as_head.write({"state": "draft"})
        with self.assertRaisesRegex(UserError, "stays readable"):
            as_head.unlink()
        with self.assertRaisesRegex(UserError, "has begun"):
            as_head.action_cancel()
        with self.assertRaisesRegex(ValidationError, "is confirmed from"):
            self.own.service_point_id = self.point_b
        as_head.action_end()
        self.assertEqual((posting.state, posting.date_to), ("ended", self.today))
        with self.assertRaisesRegex(UserError, "is not confirmed"):
            as_head.action_end()

    def test_future_posting_is_cancelled_when_ended_or_given_up(self):
        early, late = self._posting(days=(5, 6)), self._posting(days=(8, 9))
        (early | late).action_confirm()
        early.action_end()
        late.action_cancel()
        self.assertEqual((early | late).mapped("state"), ["cancelled", "cancelled"])
        self.assertFalse(early.is_running)

    def test_counts_at_the_receiver_and_not_at_the_giver(self):
        counts = {p: p.staff_count for p in (self.point, self.centre)}
        posting = self._posting(days=(0, 0))
        self.assertEqual(self.point.staff_count, counts[self.point])
        posting.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(self.point.staff_count, counts[self.point] + 1)
        self.assertEqual(self.centre.staff_count, counts[self.centre] - 1)
        self.assertEqual(self.own.present_point_id, self.point)
        Staff = self.env["aftersales.staff"]
        here = Staff.search([("present_point_id", "=", self.point.id)])
        self.assertEqual(here, self.technician | self.own)
        self.assertNotIn(
            self.own, Staff.search([("present_point_id", "=", self.centre.id)])
        )
        self.assertTrue(posting.is_running)
        self.assertIn(posting, posting.search([("is_running", "=", True)]))

    def test_lent_person_gets_the_job_and_the_giver_has_nobody(self):
        self.own.date_to = self.today - timedelta(days=1)
        self._posting(
            staff=self.technician, to_point=self.point_b, days=(0, 8)
        ).action_confirm()
        order = self._create_order()
        order.action_dispatch()
        self.assertEqual(order.dispatch_reason_code, "no_staff")
        self.assertIn("posted or lent to others: Portal Tech", order.dispatch_note)
        self.customer.state_id = self.state_b
        self.technician_b.date_to = self.today - timedelta(days=1)
        other = self._create_order()
        other.action_dispatch()
        self.assertEqual(other.service_point_id, self.point_b)
        self.assertEqual(other.technician_id, self.technician)

    def test_capacity_follows_the_people(self):
        self._create_staff(service_point_id=self.point.id)
        self.point.capacity = 4
        self._posting(
            staff=self.technician, to_point=self.point_b, days=(0, 8)
        ).action_confirm()
        orders = self.env["aftersales.service.order"].union(
            *(self._create_order() for _n in range(3))
        )
        orders.action_dispatch()
        self.assertEqual(orders.mapped("state"), ["dispatched", "dispatched", "draft"])
        self.assertIn("no capacity: 2 of 2 orders open", orders[2].dispatch_note)
        self.point_b.capacity = 2
        self.customer.state_id = self.state_b
        reinforced = self.env["aftersales.service.order"].union(
            *(self._create_order() for _n in range(5))
        )
        reinforced.action_dispatch()
        self.assertEqual(reinforced.mapped("state"), ["dispatched"] * 4 + ["draft"])

    def test_lent_technician_is_accepted_on_the_order(self):
        order = self._create_order()
        order.action_dispatch()
        with self.assertRaisesRegex(ValidationError, "does not work at"):
            order.technician_id = self.technician_b
        self._posting(
            staff=self.technician_b, to_point=self.point, days=(0, 8)
        ).action_confirm()
        order.technician_id = self.technician_b
        self.assertEqual(order.technician_id, self.technician_b)

    def test_posted_person_sees_the_receiver_in_the_period_only(self):
        order = self._create_order()
        order.action_dispatch()
        point, mine = (r.with_user(self.user_own) for r in (self.point, order))
        self.own.service_point_id = self.centre_b
        self.env.invalidate_all()
        self.assertFalse(point.has_access("read"))
        posting = self._posting(kind="posted", days=(0, 3))
        posting.action_confirm()
        self.env.invalidate_all()
        self.assertTrue(point.has_access("read"))
        self.assertTrue(mine.has_access("write"))
        posting._write_flow(
            {
                "date_from": self.today - timedelta(days=9),
                "date_to": self.today - timedelta(days=1),
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(point.has_access("read"))

    def test_receiver_reads_the_person_but_does_not_change_him(self):
        person = self.technician_b.with_user(self.user_centre)
        self.assertFalse(person.has_access("read"))
        self._posting(staff=self.technician_b, to_point=self.point).action_confirm()
        self.env.invalidate_all()
        self.assertTrue(person.has_access("read"))
        self.assertFalse(person.has_access("write"))

    def test_running_loan_blocks_closing(self):
        posting = self._posting()
        self.assertNotIn(
            "running postings and loans",
            [label for label, _n, _a in self.point._get_clearance_blockers()],
        )
        posting.action_confirm()
        for point in (self.point, self.centre):
            found = {
                label: (count, action)
                for label, count, action in point._get_clearance_blockers()
            }
            count, action = found["running postings and loans"]
            self.assertEqual(count, 1)
            self.assertEqual(
                posting.search(action["domain"]), posting, "the link opens it"
            )

    def test_daily_job_ends_what_is_over(self):
        posting = self._posting(days=(-9, -1))
        running = self._posting(to_point=self.point_b, days=(0, 1))
        (posting | running).action_confirm()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_network.cron_end_postings").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(posting.state, "ended")
        self.assertEqual(running.state, "confirmed")

    def test_rights_per_role(self):
        posting = self._posting(staff=self.technician_b, to_point=self.centre_b)
        expected = {
            "centre": "",
            "dispatcher": "r",
            "service": "",
            "clerk": "r",
            "auditor": "r",
            "hr": "r",
            "head": "rwd",
            "portal": "",
        }
        for role, rights in expected.items():
            record = posting.with_user(getattr(self, f"user_{role}"))
            found = "".join(
                letter
                for letter, mode in (("r", "read"), ("w", "write"), ("d", "unlink"))
                if record.has_access(mode)
            )
            self.assertEqual(found, rights, role)
        mine = self._posting(staff=self.technician, to_point=self.point_b)
        self.assertTrue(mine.with_user(self.user_centre).has_access("write"))
        with self.assertRaises(AccessError):
            mine.with_user(self.user_centre).write(
                {
                    "staff_id": self.technician_b.id,
                    "from_point_id": self.point_b.id,
                    "to_point_id": self.centre_b.id,
                }
            )

    def test_other_company_is_refused(self):
        foreign = self._create_point(
            name="Foreign", tier="hq", kind="own", company_id=self.company_b.id
        )
        with self.assertRaises(UserError):
            self._posting(to_point=foreign)
