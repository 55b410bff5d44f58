from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestSpecification(AftersalesCommon):
    """A service type with differences for one category, and for one inside it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["aftersales.service.type"].create(
            {
                "name": "Tuning",
                "code": "TUNE",
                "kind": "maintenance",
                "target_hours": 48,
                "step_ids": [
                    Command.create({"name": "Greet", "sequence": 1}),
                    Command.create({"name": "Clean", "sequence": 2}),
                ],
                "check_ids": [Command.create({"name": "Runs"})],
            }
        )
        cls.child = cls.env["product.category"].create(
            {"name": "Gas Appliances", "parent_id": cls.categ.id}
        )
        cls.grandchild = cls.env["product.category"].create(
            {"name": "Gas Boilers", "parent_id": cls.child.id}
        )
        cls.other = cls.env["product.category"].create({"name": "Bicycles"})
        cls.role_gas = cls.env["aftersales.staff.role"].create(
            {"name": "Gas Fitter", "code": "GAS", "is_technician": True}
        )
        cls.spec = cls._create_spec(
            cls.categ,
            own_target_hours=24,
            inspection="yes",
            needed_parts="Leak detector",
            step_ids=[Command.create({"name": "Check the refrigerant"})],
            check_ids=[Command.create({"name": "No leak"})],
        )
        cls.spec_gas = cls._create_spec(
            cls.child,
            role_id=cls.role_gas.id,
            own_target_hours=8,
            step_ids=[Command.create({"name": "Close the gas"})],
        )

    @classmethod
    def _create_spec(cls, categ, **vals):
        return cls.env["aftersales.service.specification"].create(
            {"service_type_id": cls.type.id, "product_categ_id": categ.id, **vals}
        )

    def _order(self, categ, **vals):
        product = self.env["product.product"].create(
            {"name": f"Thing of {categ.name}", "categ_id": categ.id}
        )
        return self._create_order(
            service_type_id=self.type.id, product_id=product.id, **vals
        )

    def _hours(self, order):
        return (order.date_promised - order.date_request).total_seconds() / 3600

    def test_the_order_shows_which_specification_applies(self):
        for categ, spec, note in (
            (self.other, self.env[self.spec._name], "Base specification"),
            (self.categ, self.spec, "Differences for Test Appliances"),
            (self.child, self.spec_gas, "Differences for Gas Appliances"),
            (self.grandchild, self.spec_gas, "Differences for Gas Appliances"),
        ):
            with self.subTest(categ=categ.name):
                order = self._order(categ)
                self.assertEqual(order.specification_id, spec)
                self.assertEqual(order.specification_note, note)
        self.assertEqual(self.spec_gas.order_count, 2)
        action = self.spec_gas.action_view_orders()
        self.assertEqual(
            self.env[action["res_model"]].search_count(action["domain"]), 2
        )

    def test_steps_hours_checks_and_parts(self):
        names = {
            self.other: ["Greet", "Clean"],
            self.categ: ["Greet", "Clean", "Check the refrigerant"],
            self.grandchild: [
                "Greet",
                "Clean",
                "Check the refrigerant",
                "Close the gas",
            ],
        }
        hours = {self.other: 48, self.categ: 24, self.grandchild: 8}
        for categ, expected in names.items():
            with self.subTest(categ=categ.name):
                order = self._order(categ)
                self.assertEqual(
                    sorted(order.step_ids.mapped("name")), sorted(expected)
                )
                self.assertEqual(self._hours(order), hours[categ])
        gas = self._order(self.grandchild)
        # what the inner category leaves empty, the outer one says
        self.assertEqual(gas.needed_parts, "Leak detector")
        self.assertTrue(gas.needs_inspection)
        self.assertEqual(
            gas._get_inspection_items().mapped("name"), ["Runs", "No leak"]
        )
        base = self._order(self.other)
        self.assertFalse(base.needed_parts)
        self.assertFalse(base.needs_inspection)
        self.assertEqual(base._get_inspection_items().mapped("name"), ["Runs"])
        Order = self.env["aftersales.service.order"]
        found = Order.search(
            [("needs_inspection", "=", True), ("id", "in", (gas | base).ids)]
        )
        self.assertEqual(found, gas)
        self.spec_gas.inspection = "no"
        self.assertFalse(gas.needs_inspection)
        self.assertFalse(
            Order.search([("needs_inspection", "=", True), ("id", "in", gas.ids)])
        )

    def test_own_steps_may_replace_the_others(self):
        self.spec_gas.step_mode = "replace"
        self.assertEqual(
            self._order(self.child).step_ids.mapped("name"), ["Close the gas"]
        )
        # the steps of the type itself are still its own
        self.assertEqual(self.type.step_ids.mapped("name"), ["Greet", "Clean"])

    def test_an_open_mandatory_step_of_the_category_blocks(self):
        order = self._order(self.child)
        order.service_point_id = self.point
        order.state = "in_progress"
        done = order.step_ids.filtered(lambda s: s.name != "Close the gas")
        done.is_done = True
        with self.assertRaisesRegex(UserError, "not ticked: Close the gas"):
            order.action_done()

    def test_another_product_brings_its_steps(self):
        order = self._order(self.other)
        order.product_id = self._order(self.child).product_id
        self.assertIn("Close the gas", order.step_ids.mapped("name"))
        self.assertEqual(self._hours(order), 8)
        order.step_ids[0].is_done = True
        order.product_id = self._order(self.other).product_id
        # work has begun: what is ticked stays
        self.assertIn("Close the gas", order.step_ids.mapped("name"))

    def test_dispatch_asks_for_the_role_of_the_category(self):
        def reasons(order):
            return {
                c["service_point_id"]: c["is_eligible"]
                for c in order._get_dispatch_candidates()[order.id]
            }

        self.assertTrue(reasons(self._order(self.categ))[self.point.id])
        self.assertFalse(reasons(self._order(self.child))[self.point.id])
        self._create_staff(service_point_id=self.point.id, role_id=self.role_gas.id)
        self.assertTrue(reasons(self._order(self.child))[self.point.id])
        batch = self._order(self.categ) | self._order(self.child)
        for order in batch:
            technicians = {
                c["technician_id"]
                for c in order._get_dispatch_candidates()[order.id]
                if c["is_eligible"]
            }
            staff = self.env["aftersales.staff"].browse(technicians)
            expected = (
                self.role_gas
                if order.specification_id == self.spec_gas
                else self.role_technician | self.role_gas
            )
            self.assertLessEqual(staff.role_id, expected)

    def test_dispatch_asks_for_the_qualification_of_the_category(self):
        gas_type = self.type.copy({"name": "Gas Work", "code": "GASW"})
        self.spec_gas.write({"role_id": False, "qualification_type_id": gas_type.id})
        asked = set()

        def missing(staff, service_type, on_date):
            asked.add(service_type)
            lacks = service_type == gas_type
            return {person.id: ["no gas licence"] if lacks else [] for person in staff}

        Staff = type(self.env["aftersales.staff"])
        with patch.object(Staff, "_get_missing_qualifications", missing):
            for categ, eligible in ((self.categ, True), (self.child, False)):
                order = self._order(categ)
                candidates = order._get_dispatch_candidates()[order.id]
                mine = next(
                    c for c in candidates if c["service_point_id"] == self.point.id
                )
                self.assertEqual(mine["is_eligible"], eligible)
        self.assertEqual(asked, {self.type, gas_type})

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self._create_spec(self.categ)
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self._create_spec(self.other, own_target_hours=-1)
        with self.assertRaisesRegex(ValidationError, "its own service type"):
            self.spec.qualification_type_id = self.type
        order = self._order(self.categ)
        self.spec.action_archive()
        self.assertEqual(order.specification_id, self.spec)
        self.assertFalse(self._order(self.categ).specification_id)
        self._create_spec(self.categ)

    def test_roles(self):
        Spec = self.env["aftersales.service.specification"]
        for role in ("service", "dispatcher", "auditor", "warehouse", "head", "admin"):
            allowed = role in ("head", "admin")
            with self.subTest(role=role):
                mine = Spec.with_user(getattr(self, f"user_{role}"))
                self.assertTrue(mine.has_access("read"))
                for operation in ("write", "create", "unlink"):
                    self.assertEqual(mine.has_access(operation), allowed)
        order = self._order(self.child)
        order.service_point_id = self.point
        portal = order.with_user(self.user_portal)
        self.assertEqual(portal.specification_note, "Differences for Gas Appliances")
        self.assertEqual(portal.needed_parts, "Leak detector")
        with self.assertRaises(AccessError):
            self.spec.with_user(self.user_portal).needed_parts = "x"

    def test_a_batch_needs_one_search(self):
        def count(size):
            self.env.flush_all()
            self.env.invalidate_all()
            vals = {
                "partner_id": self.customer.id,
                "product_id": self.product.id,
                "service_type_id": self.type.id,
            }
            before = self.cr.sql_log_count
            self.env["aftersales.service.order"].create([vals] * size)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(2)
        self.assertLessEqual((count(40) - count(20)) / 20, 3)

    def test_form(self):
        with Form(self.env["aftersales.service.specification"]) as form:
            form.service_type_id = self.type
            form.product_categ_id = self.other
            with form.step_ids.new() as step:
                step.name = "Oil the chain"
        self.assertEqual(form.record.step_ids.service_type_id, self.type)
        self.assertEqual(form.record.display_name, "Tuning: differences for Bicycles")
        self.assertFalse(form.record.base_id)
        self.assertEqual(self.spec_gas.base_id, self.spec)
