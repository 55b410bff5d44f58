import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aftersales_network.tests.race import RaceMixin

from .plans_common import NOW, PlansCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTrainingSources(PlansCommon):
    """Needs from the ratio and from new products."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.categ = cls.env["product.category"].create({"name": "Heat Pumps"})

    # The ratio

    def _open_board(self, user=None):
        return (
            self.env["aftersales.ratio.dashboard"]
            .with_user(user or self.officer)
            .create({"company_id": self.firm.id})
        )

    def test_the_missing_managers_are_sent_to_a_course(self):
        self._create_managers(21, certified=1)
        board = self._open_board()
        self.assertEqual(board.shortfall, 2)
        course = self._create_course("Manager Preparation", content_type="business")
        self.type_manager.with_company(self.firm).training_course_id = course
        action = board.action_create_training_needs()
        needs = self.Need.search(action["domain"])
        self.assertEqual(len(needs), 2)
        self.assertEqual(set(needs.mapped("origin")), {"ratio"})
        self.assertEqual(needs.course_id, course)
        self.assertLessEqual(needs.employee_id, board.sudo().open_staff_ids.employee_id)
        board.action_create_training_needs()
        self.assertEqual(len(self.Need.search(action["domain"])), 2, "asked once")

    def test_no_need_where_the_rule_is_met(self):
        self._create_managers(10, certified=1)
        self.type_manager.with_company(self.firm).training_course_id = self.course
        board = self._open_board()
        self._create_certificate(
            self.Staff.search([("company_id", "=", self.firm.id)])[1].employee_id,
            date_expiry=False,
        )
        with self.assertRaisesRegex(UserError, "Nobody is missing"):
            board.action_create_training_needs()

    def test_who_only_reads_sends_nobody(self):
        self._create_managers(21)
        self.type_manager.with_company(self.firm).training_course_id = self.course
        with self.assertRaises(AccessError):
            self._open_board(self.checker).action_create_training_needs()

    # New products

    def _cover(self, point, category=None):
        point.state = "active"
        area = self.env["aftersales.area"].create(
            {
                "name": f"Area of {point.name}",
                "country_id": self.country.id,
                "zip_prefix": str(next(self.numbers)),
            }
        )
        self.env["aftersales.area.assignment"].create(
            {
                "service_point_id": point.id,
                "area_id": area.id,
                "product_categ_id": category.id if category else False,
                "date_from": "2020-01-01",
            }
        )

    def _open_wizard(self, user=None, **vals):
        return (
            self.env["aftersales.product.training.wizard"]
            .with_user(user or self.officer)
            .create(
                {
                    "company_id": self.firm.id,
                    "product_categ_id": self.categ.id,
                    "course_id": self.course.id,
                    "role_ids": [Command.set(self.role_technician.ids)],
                    **vals,
                }
            )
        )

    def test_people_of_units_that_cover_a_new_product(self):
        other = self.env["product.category"].create({"name": "Ovens"})
        above = self.env["product.category"].create({"name": "Heating"})
        self.categ.parent_id = above
        self._cover(self.firm_point, above)
        self._cover(self.firm_point_south, other)
        wizard = self._open_wizard()
        self.assertEqual(wizard.point_ids, self.firm_point)
        self.assertEqual(wizard.people_count, 1)
        action = wizard.action_confirm()
        need = self.Need.search(action["domain"])
        self.assertEqual((need.employee_id, need.origin), (self.employee, "product"))
        self.assertEqual(need.origin_res_id, self.categ.id)
        wizard.action_confirm()
        self.assertEqual(self.Need.search(action["domain"]), need)
        wizard.point_ids = self.firm_point_south
        wizard.action_confirm()
        self.assertEqual(len(self.Need.search(action["domain"])), 2)

    def test_nobody_in_the_role(self):
        with self.assertRaisesRegex(UserError, "Nobody works in these roles"):
            self._open_wizard(
                role_ids=[Command.set(self.role_extra.ids)],
                point_ids=[Command.set(self.firm_point.ids)],
            ).action_confirm()

    def test_only_human_resources_opens_it(self):
        for user in (self.manager, self.chief, self.checker):
            with self.assertRaises(AccessError):
                self._open_wizard(user)


@tagged("post_install", "-at_install")
class TestTrainingConcurrency(PlansCommon, RaceMixin):
    """Two transactions find the same need; the database lets one pass."""

    def _race_for(self, course):
        """Two people enter the same origin; the error of the second."""
        row = {
            "company_id": 1,
            "partner_id": 7,
            "person_id": 7,
            "course_id": 1,
            "content_type": "technical",
            "origin_model": "x",
            "origin_res_id": 3,
            "state": "open",
        }
        second = {**row, "course_id": course}
        return self._race("aftersales_training_need", row, second)

    def test_the_same_need_enters_once(self):
        self.assertIsInstance(self._race_for(1), psycopg2.errors.UniqueViolation)

    def test_a_closed_need_makes_room(self):
        row = {"company_id": 1, "partner_id": 7, "person_id": 7, "course_id": 1}
        row |= {"content_type": "technical", "state": "cancelled"}
        second = {**row, "state": "open"}
        self.assertIsNone(self._race("aftersales_training_need", row, second))
