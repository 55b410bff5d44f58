from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestDispatchRules(AftersalesCommon):
    """Rules of the ranking beyond area, agreement and load."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_aftersales_today()
        # A working week on known days, whatever the day of the test run is.
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "All Days",
                "tz": "UTC",
                "company_id": cls.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                        }
                    )
                    for day in range(7)
                ],
            }
        )
        cls.point.resource_calendar_id = cls.calendar
        cls.company.partner_id.tz = "UTC"

    def _verdict(self, order, point=None):
        """``(reason code, reason)`` of one point."""
        point = point or self.point
        found = {
            c["service_point_id"]: (c["reason_code"], c["reason"])
            for c in order._get_dispatch_candidates()[order.id]
        }
        return found[point.id]

    def _close(self, first, last, **vals):
        """A public holiday, or the leave of one resource."""
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Off",
                "company_id": self.company.id,
                "date_from": datetime.combine(first, datetime.min.time()),
                "date_to": datetime.combine(last, datetime.max.time()).replace(
                    microsecond=0
                ),
                **vals,
            }
        )

    def _at(self, days, hour=10):
        return datetime.combine(
            self.today + timedelta(days=days), datetime.min.time()
        ).replace(hour=hour)

    def test_planned_day_must_be_open(self):
        day = self.today + timedelta(days=3)
        order = self._create_order(date_planned=self._at(3))
        self.assertEqual(self._verdict(order)[0], "ok")
        self._close(day, day, calendar_id=self.calendar.id)
        self.assertEqual(self._verdict(order), ("closed", f"closed on {day}"))
        order.date_planned = self._at(4)
        self.assertEqual(self._verdict(order)[0], "ok")

    def test_closed_weekday(self):
        day = self.today + timedelta(days=2)
        self.calendar.attendance_ids.filtered(
            lambda a: a.dayofweek == str(day.weekday())
        ).unlink()
        order = self._create_order(date_planned=self._at(2))
        self.assertEqual(self._verdict(order)[0], "closed")
        order.action_dispatch()
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.dispatch_reason_code, "closed")

    def test_company_holiday_without_calendar_counts(self):
        last = self.today + timedelta(days=6)
        self._close(self.today, last)
        order = self._create_order()
        self.assertEqual(
            self._verdict(order), ("closed", f"closed from {self.today} to {last}")
        )

    def test_half_a_day_off_does_not_close(self):
        leave = self._close(self.today, self.today, calendar_id=self.calendar.id)
        leave.write({"date_from": self._at(0, 9), "date_to": self._at(0, 12)})
        order = self._create_order(date_planned=self._at(0, 14))
        self.assertEqual(self._verdict(order)[0], "ok")

    def test_without_opening_hours_every_day_is_open(self):
        self.point.resource_calendar_id = False
        order = self._create_order(date_planned=self._at(5))
        self.assertEqual(self._verdict(order)[0], "ok")

    def test_absent_employee(self):
        employee = self.env["hr.employee"].create(
            {"name": "Own Technician", "company_id": self.company.id}
        )
        employee.resource_id.tz = "UTC"
        self.technician.date_to = date(2020, 12, 31)
        line = self._create_staff(
            service_point_id=self.point.id, employee_id=employee.id
        )
        day = self.today + timedelta(days=1)
        order = self._create_order(date_planned=self._at(1))
        self.assertEqual(self._verdict(order)[0], "ok")
        self._close(day, day, resource_id=employee.resource_id.id)
        self.assertEqual(
            self._verdict(order),
            ("absent", f"absent from {day} to {day}: {line.name}"),
        )
        # Somebody else of the point is there.
        other = self._create_staff(service_point_id=self.point.id)
        order.action_dispatch()
        self.assertEqual(order.technician_id, other)

    def test_level_must_offer_the_service(self):
        install = self.env.ref("aftersales_network.service_type_installation")
        level = self.env["aftersales.point.level"].create(
            {"name": "Installer", "service_type_ids": [Command.set(install.ids)]}
        )
        self.point.level_id = level
        order = self._create_order()
        self.assertEqual(
            self._verdict(order),
            ("not_offered", "points of its level do not offer this service"),
        )
        order.service_type_id = install
        self.assertEqual(self._verdict(order)[0], "ok")
        level.service_type_ids = False
        order.service_type_id = self.type_repair
        self.assertEqual(self._verdict(order)[0], "ok")

    def test_agreement_is_asked_for_the_planned_day(self):
        self.agreement.date_end = self.today + timedelta(days=1)
        order = self._create_order()
        self.assertEqual(self._verdict(order)[0], "ok")
        order.date_planned = self._at(3)
        day = self.today + timedelta(days=3)
        self.assertEqual(
            self._verdict(order),
            ("no_agreement", f"no agreement in force on {day}"),
        )

    def test_agreement_must_hold_the_area(self):
        self.env["aftersales.agreement"].create(
            {
                "service_point_id": self.point.id,
                "date_start": date(2021, 1, 1),
                "previous_id": self.agreement.id,
                "scope_ids": [Command.create({"area_id": self.area_b.id})],
            }
        ).action_activate()
        order = self._create_order()
        self.assertEqual(
            self._verdict(order),
            (
                "out_of_scope",
                "the agreement does not hold this service for this product and area",
            ),
        )

    def test_qualification_is_asked_for_the_planned_day(self):
        asked = []
        Staff = self.env.registry["aftersales.staff"]

        def missing(staff, service_type, on_date):
            asked.append(on_date)
            return {s.id: [] for s in staff}

        order = self._create_order(date_planned=self._at(4))
        with patch.object(Staff, "_get_missing_qualifications", missing):
            order._get_dispatch_candidates()
        self.assertEqual(asked, [self.today + timedelta(days=4)])

    def test_area_that_ends_before_the_visit(self):
        self.point.assignment_ids.date_to = self.today + timedelta(days=2)
        order = self._create_order(date_planned=self._at(3))
        self.assertFalse(order._get_dispatch_candidates()[order.id])
        order.date_planned = self._at(2)
        self.assertEqual(self._verdict(order)[0], "ok")

    def test_capacity_of_the_day(self):
        self.point.capacity_per_day = 2
        day = self.today + timedelta(days=1)
        orders = self.env["aftersales.service.order"].union(
            *(self._create_order(date_planned=self._at(1)) for _n in range(3))
        )
        orders.action_dispatch()
        self.assertEqual(orders.mapped("state"), ["dispatched", "dispatched", "draft"])
        self.assertEqual(orders[2].dispatch_reason_code, "day_full")
        self.assertIn(
            f"no capacity on {day}: 2 of 2 visits taken", orders[2].dispatch_note
        )
        # Another day has room; so has the same day once a visit is moved.
        orders[2].date_planned = self._at(2)
        orders[2].action_dispatch()
        self.assertEqual(orders[2].state, "dispatched")

    def test_promised_day_uses_capacity_without_a_plan(self):
        self.point.capacity_per_day = 1
        first = self._create_order(date_promised=self._at(2))
        first.action_dispatch()
        second = self._create_order(date_promised=self._at(2, 15))
        self.assertEqual(self._verdict(second)[0], "day_full")
        third = self._create_order(date_promised=self._at(3))
        self.assertEqual(self._verdict(third)[0], "ok")

    def test_overdue_orders_count_today(self):
        self.point.capacity_per_day = 1
        self._create_order(date_promised=self._at(-9)).action_dispatch()
        late = self._create_order(date_promised=self._at(-2))
        self.assertEqual(self._verdict(late)[0], "day_full")

    def test_shared_point_steps_in_for_a_full_holder(self):
        rival = self._create_rival()
        self.point.capacity = 1
        first, second = self._create_order(), self._create_order()
        (first | second).action_dispatch()
        self.assertEqual(first.service_point_id, self.point)
        self.assertEqual(second.service_point_id, rival)

    def test_planned_days_keep_the_queries_constant(self):
        def count(size):
            orders = self.env["aftersales.service.order"].create(
                [
                    {
                        "partner_id": self.customer.id,
                        "product_id": self.product.id,
                        "service_type_id": self.type_repair.id,
                        "date_planned": self._at(1 + n % 2),
                    }
                    for n in range(size)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._get_dispatch_candidates()
            return self.env.cr.sql_log_count - before

        self.point.capacity_per_day = 500
        count(2)
        self.assertEqual(count(4), count(40))

    def test_dispatch_of_a_batch_stays_within_its_queries(self):
        def dispatch(size):
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
            orders.action_dispatch()
            self.env.flush_all()
            self.assertEqual(set(orders.mapped("state")), {"dispatched"})
            return self.env.cr.sql_log_count - before

        dispatch(2)
        small, large = dispatch(10), dispatch(60)
        # Without chatter and tracking nothing is asked order by order.
        self.assertLessEqual(large - small, 10)
