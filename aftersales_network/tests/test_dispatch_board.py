from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import Form, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestDispatchBoard(AftersalesCommon):
    """What the dispatcher sees: punctuality, workload, lateness."""

    def _done(self, point, days_ago, on_time):
        """A closed order of a point, as the history has it."""
        end = fields.Datetime.now() - timedelta(days=days_ago)
        return self._create_order(
            state="closed",
            service_point_id=point.id,
            date_request=end - timedelta(days=3),
            date_promised=end + timedelta(hours=1 if on_time else -1),
            date_start=end - timedelta(hours=2),
            date_end=end,
        )

    def test_on_time_of_the_last_90_days(self):
        for on_time in (True, True, False):
            self._done(self.point, 5, on_time)
        self._done(self.point, 120, False)
        self._done(self.point_b, 5, False)
        self.assertEqual((self.point.on_time_done, self.point.on_time_count), (2, 3))
        self.assertAlmostEqual(self.point.on_time_rate, 66.7, 1)
        self.assertEqual(self.point.on_time_label, "67 % (2/3)")
        self.assertEqual(self.point_b.on_time_label, "0 % (0/1)")
        self.assertEqual(self.centre.on_time_label, "–")
        action = self.point.action_view_on_time()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(found), 3)

    def test_on_time_of_many_points_costs_constant_queries(self):
        def count(points):
            self.env.flush_all()
            self.env.invalidate_all()
            points.mapped("name")
            before = self.env.cr.sql_log_count
            points.mapped("on_time_rate")
            return self.env.cr.sql_log_count - before

        many = self.point | self.point_b | self.centre | self.centre_b
        count(many)
        small, large = count(self.point), count(many)
        self.assertEqual(small, large)
        self.assertLessEqual(large, 6)

    def test_workload_per_head(self):
        self._create_staff(service_point_id=self.point.id)
        orders = self.env["aftersales.service.order"].union(
            *(self._create_order() for _n in range(3))
        )
        orders.action_dispatch()
        self.assertEqual(self.point.open_order_count, 3)
        self.assertEqual(self.point.staff_count, 2)
        self.assertEqual(self.point.workload, 1.5)

    def test_new_point_shows_no_figure(self):
        with Form(self.env["aftersales.service.point"]) as form:
            form.name = "Brand New"
            form.partner_id = self.customer
            form.parent_id = self.centre
            self.assertFalse(form.on_time_count)

    def test_hours_late(self):
        now = fields.Datetime.now()
        order = self._create_order(date_promised=now - timedelta(hours=6))
        self.assertAlmostEqual(order.hours_late, 6.0, 1)
        order.date_promised = now + timedelta(hours=6)
        self.assertEqual(order.hours_late, 0.0)
        done = self._done(self.point, 5, False)
        self.assertAlmostEqual(done.hours_late, 1.0, 1)

    def test_board_opens_for_the_dispatcher(self):
        action = self.env.ref(
            "aftersales_network.aftersales_service_order_action_board"
        ).with_user(self.user_dispatcher)
        read = action.sudo()._get_action_dict()
        self.assertEqual(
            [mode for _view, mode in read["views"]],
            ["kanban", "calendar", "list", "form"],
        )
        Order = self.env["aftersales.service.order"].with_user(self.user_dispatcher)
        views = Order.get_views(read["views"], {"toolbar": False})["views"]
        self.assertIn('records_draggable="0"', views["kanban"]["arch"])
        self.assertIn("service_point_id", views["calendar"]["arch"])

    def test_list_by_lateness_shows_the_worst_first(self):
        base = datetime(2026, 1, 5, 8)
        dates = [base, base - timedelta(days=2), base - timedelta(days=1)]
        orders = [self._create_order(date_promised=moment) for moment in dates]
        ids = [order.id for order in orders]
        found = self.env["aftersales.service.order"].search(
            [("id", "in", ids)], order="date_promised, id"
        )
        self.assertEqual(found.ids, [ids[1], ids[2], ids[0]])

    def test_staff_list_of_a_point_holds_the_people_on_loan(self):
        today = self.company._get_aftersales_today()
        self.env["aftersales.staff.posting"].create(
            {
                "staff_id": self.technician_b.id,
                "to_point_id": self.point.id,
                "date_from": today,
                "date_to": today,
                "reason": "Peak",
            }
        ).action_confirm()
        action = self.point.action_view_staff()
        people = self.env["aftersales.staff"].search(action["domain"])
        self.assertEqual(people, self.technician | self.technician_b)
        self.assertEqual(people.mapped("role_id"), self.role_technician)
