from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .plans_common import NOW, TODAY, PlansCommon

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTrainingCoverage(PlansCommon):
    """Who was trained in what, and what it changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Coverage = cls.env["aftersales.training.coverage"]

    def _rows(self, user=None, **domain):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.Coverage.with_user(user or self.officer).search(
            [("company_id", "=", self.firm.id)]
            + [(name, "=", value) for name, value in domain.items()]
        )

    # Coverage

    def test_hours_and_passes_by_person_content_and_year(self):
        self._pass(self.employee, "2026-02-01")
        self._pass(self.employee, "2026-03-01", passed=False, hours=2)
        self._pass(self.employee, "2025-05-01")
        self._pass(self.contact, "2026-03-01", course=self.course_brand)
        row = self._rows(person_name="Li Na", content_type="technical", year=2026)
        self.assertEqual(
            (row.hours, row.attended_count, row.passed_count, row.is_covered),
            (8, 2, 1, True),
        )
        self.assertEqual(row.service_point_id, self.firm_point)
        before = self._rows(person_name="Li Na", year=2025)
        self.assertEqual((before.hours, before.content_type), (6, "technical"))
        brand = self._rows(person_name="Wang Wei", is_covered=True)
        self.assertEqual((brand.content_type, brand.passed_count), ("brand", 1))
        action = row.action_view_attendances()
        found = self.Attendee.search(action["domain"])
        self.assertEqual(len(found), 3)

    def test_the_year_of_a_session_is_that_of_the_company(self):
        self.firm.partner_id.tz = "Asia/Shanghai"
        plan = self._create_plan()
        session = self._create_session(
            plan.line_ids,
            state="done",
            # New year in Shanghai is still the old one in Greenwich.
            date_start="2025-12-31 17:00:00",
            date_stop="2025-12-31 20:00:00",
        )
        self._pass(self.employee, "2026-01-02", session=session)
        rows = self.Coverage.with_company(self.firm).search(
            [("person_name", "=", "Li Na"), ("is_covered", "=", True)]
        )
        self.assertEqual(rows.mapped("year"), [2026])

    def test_who_had_nothing_this_year(self):
        self._pass(self.employee, "2026-02-01")
        missing = self._rows(year=2026, is_covered=False)
        self.assertEqual(len(missing.filtered(lambda r: r.person_name == "Li Na")), 5)
        self.assertEqual(
            len(missing.filtered(lambda r: r.person_name == "Wang Wei")), 6
        )
        self.staff_south.date_to = "2026-03-09"
        self.assertFalse(self._rows(person_name="Wang Wei"))
        self.assertFalse(self._rows(year=2025, is_covered=False))

    def test_a_person_in_two_roles_counts_once(self):
        self._create_post(self.employee, self.firm_point, self.role_manager)
        self.assertEqual(len(self._rows(person_name="Li Na")), 6)
        self._pass(self.employee.work_contact_id, "2026-02-01")
        rows = self._rows(person_name="Li Na")
        self.assertEqual(len(rows), 6)
        self.assertEqual(len(rows.filtered("is_covered")), 1)

    def test_groups_add_up(self):
        self._pass(self.employee, "2026-02-01")
        self._pass(self.contact, "2026-02-01")
        groups = self.Coverage.with_user(self.officer)._read_group(
            [("company_id", "=", self.firm.id), ("year", "=", 2026)],
            ["content_type"],
            ["hours:sum", "people_count:sum"],
        )
        self.assertIn(("technical", 12, 2), groups)
        self.assertIn(("brand", 0, 2), groups)

    def test_who_sees_whom(self):
        everybody = {"Li Na", "Wang Wei"}
        for user in (self.officer, self.chief, self.checker, self.expert):
            self.assertEqual(set(self._rows(user).mapped("person_name")), everybody)
        names = set(self._rows(self.manager).mapped("person_name"))
        self.assertEqual(names, {"Li Na"})
        self.assertFalse(self._rows(self.desk))
        self.employee.user_id = self.desk
        self.assertEqual(set(self._rows(self.desk).mapped("person_name")), {"Li Na"})
        stranger = self._create_user("stranger", "training_officer")
        stranger.write(
            {
                "company_ids": [Command.set(self.company_b.ids)],
                "company_id": self.company_b.id,
            }
        )
        self.assertFalse(self._rows(stranger))
        with self.assertRaises(AccessError):
            self.Coverage.with_user(self.user_portal).search([])

    # TRAIN

    def _train(self, points=None):
        points = points or (self.firm_point | self.firm_point_south)
        return self.env["aftersales.metric"]._compute_metrics(["TRAIN"], points, *YEAR)[
            "TRAIN"
        ]

    def test_trained_by_planned(self):
        both = self.staff | self.staff_south
        self.assertEqual(set(self._train().values()), {(0, 0)}, "no plan, no figure")
        plan = self._create_plan({"trainee_ids": [Command.set(both.ids)]})
        self.assertEqual(set(self._train().values()), {(0, 0)}, "not approved")
        self._approve(plan)
        self.assertEqual(
            self._train(),
            {self.firm_point.id: (0, 1), self.firm_point_south.id: (0, 1)},
        )
        self._pass(self.employee, "2025-12-31")
        self.assertEqual(self._train()[self.firm_point.id], (0, 1), "before the plan")
        self._pass(self.employee, "2026-03-01")
        self.assertEqual(self._train()[self.firm_point.id], (1, 1))
        self._pass(self.contact, "2026-03-01", passed=False)
        self.assertEqual(self._train()[self.firm_point_south.id], (0, 1))
        model, domain = self.env["aftersales.metric"]._get_metric_domain(
            "TRAIN", self.firm_point | self.firm_point_south, *YEAR
        )
        self.assertEqual(self.env[model].search(domain), both)
        self.assertEqual(self.firm_point._get_system_metrics()["TRAIN"], "people")

    # Effect

    def _create_jobs(self, count, complaints, day):
        self.env["aftersales.service.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "product_id": self.product.id,
                    "service_type_id": self.type_repair.id,
                    "service_point_id": self.firm_point.id,
                    "company_id": self.firm.id,
                    "is_complaint": number < complaints,
                    "complaint": "Does not cool",
                    "date_request": day,
                }
                for number in range(count)
            ]
        )

    def test_the_metric_before_and_after(self):
        self._create_jobs(10, 4, "2026-02-02 08:00:00")
        plan = self._create_plan(
            {
                "metric_code": "COMPR",
                "goal_value": 20,
                "goal": False,
                "point_ids": [Command.set(self.firm_point.ids)],
            }
        )
        line = plan.line_ids.with_user(self.officer)
        line.action_measure_before()
        self.assertEqual((line.before_numerator, line.before_denominator), (4, 10))
        self.assertEqual(line.before_text, "40.0 % (4 / 10)")
        self.assertEqual(
            (line.before_date_from, line.before_date_to), (date(2025, 12, 10), TODAY)
        )
        self.assertFalse(line.effect)
        self._approve(plan)
        self._create_session(plan.line_ids, state="done")
        with self.assertRaisesRegex(UserError, "a session was held already"):
            line.action_measure_before()
        with freeze_time("2026-04-20 02:00:00"):
            self._create_jobs(8, 1, "2026-04-10 08:00:00")
            line.action_measure_after()
        self.assertEqual(line.after_date_from, date(2026, 3, 5))
        self.assertEqual(line.after_text, "12.5 % (1 / 8)")
        self.assertEqual((line.effect, line.change_text), ("better", "-27.5 %"))
        self.assertTrue(line.is_goal_met)
        self.assertEqual((plan.better_count, plan.worse_count), (1, 0))
        action = line.sudo().action_view_after()
        orders = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(orders), 1, "the complaints")

    def test_another_metric_voids_the_figures(self):
        plan = self._create_plan({"metric_code": "COMPR"})
        line = plan.line_ids.with_user(self.officer)
        line.action_measure_before()
        self.assertEqual(line.before_text, "n/a")
        line.metric_code = "CLOSE"
        self.assertFalse(line.before_measured_on or line.before_text)
