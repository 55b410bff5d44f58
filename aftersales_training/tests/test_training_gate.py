from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .plans_common import NOW, TODAY, PlansCommon


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTrainingGate(PlansCommon):
    """A new point is not activated before its people have passed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["aftersales.training.requirement"]
        cls.rule = cls._create_rule()
        cls.firm_point.write({"state": "probation"})
        cls._pass_probation(cls.firm_point)
        cls.label = "required trainings not passed"

    @classmethod
    def _create_rule(cls, **vals):
        return cls.Rule.create(
            {
                "course_id": cls.course.id,
                "role_id": cls.role_technician.id,
                "company_id": cls.firm.id,
                **vals,
            }
        )

    def _blocker(self, point=None):
        point = point or self.firm_point
        blockers = {b[0]: b for b in point._get_activation_blockers()}
        return blockers.get(self.label)

    def test_not_activated_before_everybody_passed(self):
        second = self._create_post(
            self._create_employee("Zhao"), self.firm_point, self.role_technician
        )
        point = self.firm_point.with_user(self.chief)
        with self.assertRaisesRegex(UserError, r"required trainings not passed \(2\)"):
            point.action_activate()
        self._pass(self.employee, "2026-03-09")
        with self.assertRaisesRegex(UserError, r"required trainings not passed \(1\)"):
            point.action_activate()
        _label, _count, action = self._blocker()
        people = self.Staff.search(action["domain"])
        self.assertEqual(people, self.staff | second)
        self.assertEqual(
            [p.missing_training for p in self.staff | second],
            ["", "“Diagnosis” not passed"],
        )
        self._pass(second.employee_id, "2026-03-10")
        point.action_activate()
        self.assertEqual(self.firm_point.state, "active")

    def test_outside_people_count_like_employees(self):
        self.firm_point_south.write({"state": "probation"})
        self.assertEqual(self._blocker(self.firm_point_south)[1], 1)
        self._pass(self.contact, "2026-03-09")
        self.assertFalse(self._blocker(self.firm_point_south))

    def test_who_has_left_or_has_another_role_is_not_asked(self):
        self._create_post(
            self._create_employee("Chief"), self.firm_point, self.role_manager
        )
        self.assertEqual(self._blocker()[1], 1)
        self.staff.date_to = "2026-03-09"
        self.assertFalse(self._blocker())

    def test_tier_level_company_and_switch(self):
        self.assertTrue(self._blocker())
        for vals in (
            {"tier": "centre"},
            {"before_activation": False},
            {"active": False},
            {"level_ids": [(0, 0, {"name": "Gold"})]},
        ):
            with self.subTest(vals=vals):
                self.rule.write(vals)
                self.assertFalse(self._blocker())
                self.rule.write(
                    {
                        "tier": False,
                        "before_activation": True,
                        "active": True,
                        "level_ids": [(5, 0, 0)],
                    }
                )
        self.rule.unlink()
        foreign = self._create_course("Foreign", company_id=self.company_b.id)
        self._create_rule(course_id=foreign.id, company_id=self.company_b.id)
        self.assertFalse(self._blocker())

    def test_a_pass_that_is_too_old(self):
        self.rule.validity_months = 12
        self._pass(self.employee, "2025-03-10")
        self.assertEqual(self._blocker()[1], 1)
        self._pass(self.employee, "2025-03-11")
        self.assertFalse(self._blocker())

    def test_a_course_that_somebody_of_the_unit_must_have_passed(self):
        self.rule.write({"role_id": False})
        chief = self._create_employee("Chief")
        self._create_post(chief, self.firm_point, self.role_manager)
        self.assertEqual(self._blocker()[1], 1)
        self.assertIn("by anybody of the unit", self.staff.missing_training)
        self._pass(chief, "2026-03-09")
        self.assertFalse(self._blocker())

    def test_the_same_queries_for_any_number_of_points(self):
        points = self.firm_point | self.firm_point_south
        self.Rule._get_gaps(points, TODAY)
        self.env.invalidate_all()
        with self.assertQueryCount(9):
            gaps = self.Rule._get_gaps(points, TODAY)
        self.assertEqual({len(found) for found in gaps.values()}, {1})
        for number in range(6):
            unit = self._create_unit(f"More {number}", "point", self.firm_north)
            points |= unit
            person = self._create_employee(f"Technician {number}")
            self._create_post(person, unit, self.role_technician)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(9):
            gaps = self.Rule._get_gaps(points, TODAY)
        self.assertEqual(len(gaps), 8)

    def test_who_may_set_requirements(self):
        self.Rule.with_user(self.officer).create(
            {"course_id": self.course_brand.id, "company_id": self.firm.id}
        )
        for user in (self.manager, self.chief, self.checker, self.desk):
            self.rule.with_user(user).check_access("read")
            with self.assertRaises(AccessError):
                self.rule.with_user(user).write({"before_activation": False})
        with self.assertRaises(AccessError):
            self.Rule.with_user(self.manager)._get_gaps(
                self.firm_point_south.with_user(self.manager), TODAY
            )
