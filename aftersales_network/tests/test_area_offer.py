from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ROLES, AftersalesCommon

REQUESTED = datetime(2026, 3, 2, 8, 0)


@tagged("post_install", "-at_install")
class TestAreaOffer(AftersalesCommon):
    """Grades A/B/C: services, response time and call-backs of an area."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.zip3 = cls.env["aftersales.area"].create(
            {"name": "Zip 510", "parent_id": cls.area.id, "zip_prefix": "510"}
        )
        cls.grade_a = cls.env.ref("aftersales_network.grade_a")
        cls.grade_c = cls.env.ref("aftersales_network.grade_c")
        cls.install = cls.env.ref("aftersales_network.service_type_installation")
        cls.area.own_response_hours = 0

    def _due_hours(self, order):
        return (order.date_response_due - order.date_request).total_seconds() / 3600

    def test_seed_offers(self):
        offers = self.env["aftersales.grade"].search([("company_id", "=", False)])
        self.assertEqual(
            [(o.grade, o.response_hours, o.callback_share) for o in offers],
            [("a", 24, 100), ("b", 48, 50), ("c", 72, 20)],
        )

    def test_order_takes_the_promise_of_the_grade(self):
        order = self._create_order()
        self.assertEqual(order.grade, "a")
        self.assertEqual(self._due_hours(order), 24)
        self.area.own_grade = "c"
        later = self._create_order()
        self.assertEqual((later.grade, self._due_hours(later)), ("c", 72))

    def test_precedence_own_parent_grade(self):
        self.assertEqual(self.zip3.response_hours, 24, "grade of the parent")
        self.area.own_response_hours = 10
        self.assertEqual(self.zip3.response_hours, 10, "hours of the parent")
        self.zip3.own_response_hours = 5
        self.assertEqual((self.area | self.zip3).mapped("response_hours"), [10, 5])
        self.zip3.own_grade = "c"
        self.zip3.own_response_hours = 0
        self.assertEqual(self.zip3.response_hours, 10)
        self.assertEqual(self.zip3.callback_share, 20)
        self.area.own_callback_share = 35
        self.assertEqual(self.zip3.callback_share, 35)

    def test_services_own_parent_grade(self):
        offered = self.zip3._get_offered_service_types
        self.assertFalse(offered(), "grade A offers everything")
        self.grade_a.service_type_ids = self.install
        self.env.invalidate_all()
        self.assertEqual(offered(), self.install)
        self.area.own_service_type_ids = self.type_repair
        self.assertEqual(offered(), self.type_repair)
        self.zip3.own_service_type_ids = self.install + self.type_repair
        self.assertEqual(self.zip3.offered_service_type_ids, offered())
        self.assertEqual(len(offered()), 2)
        self.zip3.own_service_type_ids = False
        self.assertEqual(self.zip3.offer_area_id, self.area)
        self.assertEqual(offered(), self.type_repair)

    def test_an_order_the_area_does_not_offer_waits(self):
        self.grade_a.service_type_ids = self.install
        order = self._create_order()
        text = (
            f"{self.type_repair.name} is not offered in Test Province (grade A). "
            f"Offered there: {self.install.name}."
        )
        self.assertIn(text, order._get_dispatch_obstacle())
        order.with_user(self.user_dispatcher).action_dispatch()
        self.assertEqual(order.state, "draft")
        self.assertIn(text, order.dispatch_note)
        with self.assertRaisesRegex(UserError, "is not offered in Test Province"):
            order._dispatch_to(self.point, "Customer insists")
        self.area.own_service_type_ids = self.type_repair
        order.action_dispatch()
        self.assertEqual(order.service_point_id, self.point)

    def test_form_warns_and_shows_what_is_offered(self):
        self.grade_a.service_type_ids = self.install
        with Form(self.env["aftersales.service.order"]) as form:
            form.partner_id = self.customer
            form.service_type_id = self.type_repair
            self.assertIn("is not offered in Test Province", form.offer_warning)
            self.assertEqual(form.grade, "a")
            self.assertEqual(form.offered_service_type_ids.ids, self.install.ids)
            form.service_type_id = self.install
            self.assertFalse(form.offer_warning)

    def test_the_queue_follows_a_new_grade_but_no_promise_is_broken(self):
        waiting, running = self._create_order(), self._create_order()
        running.action_dispatch()
        self.area.own_grade = "c"
        self.assertEqual((waiting.grade, self._due_hours(waiting)), ("c", 72))
        self.assertEqual((running.grade, self._due_hours(running)), ("a", 24))
        self.grade_c.response_hours = 96
        self.assertEqual(self._due_hours(waiting), 96)
        self.area.own_response_hours = 6
        self.assertEqual(self._due_hours(waiting), 6)
        self.assertEqual(self._due_hours(running), 24)

    def test_each_company_has_its_own_offer(self):
        own = self.env["aftersales.grade"].create(
            {
                "grade": "a",
                "company_id": self.company_b.id,
                "response_hours": 4,
                "service_type_ids": [Command.set(self.install.ids)],
            }
        )
        self.assertEqual(self.area._get_response_hours(self.company_b), 4)
        self.assertEqual(self.area._get_response_hours(self.company), 24)
        order = self._create_order(company_id=self.company_b.id, product_id=False)
        self.assertEqual(self._due_hours(order), 4)
        self.assertIn("is not offered", order._get_dispatch_obstacle())
        self.assertFalse(self._create_order()._get_dispatch_obstacle())
        head = self.env["aftersales.grade"].with_user(self.user_head)
        self.assertNotIn(own.id, head.search([]).ids)
        with self.assertRaises(AccessError):
            own.with_user(self.user_head).read(["response_hours"])
        own.unlink()
        self.assertEqual(self.area._get_response_hours(self.company_b), 24)

    def test_no_grade_no_promise(self):
        self.area.own_grade = False
        order = self._create_order()
        self.assertFalse(order.grade)
        self.assertFalse(order.date_response_due)
        self.assertFalse(order._get_dispatch_obstacle())

    def test_points_of_an_area_and_areas_without(self):
        Area = self.env["aftersales.area"]
        lonely = Area.create({"name": "Lonely"})
        self.assertEqual(self.zip3.point_ids, self.point, "from the area above")
        self.assertTrue(self.zip3.has_point)
        mine = (self.zip3 | self.area | self.area_b | lonely).ids
        found = Area.search([("id", "in", mine), ("has_point", "=", False)])
        self.assertEqual(found, lonely)
        found = Area.search([("id", "in", mine), ("has_point", "=", True)])
        self.assertEqual(found, self.zip3 | self.area | self.area_b)
        self.point.assignment_ids.date_to = "2020-12-31"
        self.env.invalidate_all()
        self.assertFalse(self.zip3.point_ids)
        self.assertFalse(self.zip3.has_point)
        found = Area.search([("id", "in", mine), ("has_point", "=", False)])
        self.assertEqual(found, self.zip3 | self.area | lonely)

    def test_a_centre_manager_sees_own_points_but_true_coverage(self):
        area = self.area_b.with_user(self.user_centre)
        self.assertFalse(area.point_ids)
        self.assertTrue(area.has_point)

    def test_points_of_a_list_cost_constant_queries(self):
        areas = self.env["aftersales.area"].create(
            [
                {"name": str(n), "parent_id": self.area.id, "zip_prefix": str(n)}
                for n in range(600, 660)
            ]
        )

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("point_ids")
            records.mapped("has_point")
            records.mapped("response_hours")
            records.mapped("offered_service_type_ids")
            return self.env.cr.sql_log_count - before

        count(areas[:2])
        self.assertEqual(count(areas[:5]), count(areas))

    def test_obstacles_of_a_batch_cost_constant_queries(self):
        self.grade_a.service_type_ids = self.install
        orders = self.env["aftersales.service.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "service_type_id": self.type_repair.id,
                }
                for _n in range(40)
            ]
        )

        def count(batch):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(o._get_dispatch_obstacle() for o in batch))
            return self.env.cr.sql_log_count - before

        count(orders[:2])
        small = count(orders.browse(orders.ids[:3]))
        self.assertEqual(small, count(orders))
        self.assertLessEqual(small, 8)

    def test_rights(self):
        grades = self.env["aftersales.grade"]
        for role in ROLES:
            user = getattr(self, f"user_{role}")
            may = role in ("head", "admin")
            self.assertTrue(grades.with_user(user).has_access("read"), role)
            for operation in ("write", "create", "unlink"):
                got = grades.with_user(user).has_access(operation)
                self.assertEqual(got, may, (role, operation))
        self.assertFalse(grades.with_user(self.user_portal).has_access("read"))

    def test_the_portal_still_reads_the_order(self):
        order = self._create_order()
        order.action_dispatch()
        self.env.invalidate_all()
        values = order.with_user(self.user_portal).read(["grade", "date_response_due"])
        self.assertEqual(values[0]["grade"], "a")
