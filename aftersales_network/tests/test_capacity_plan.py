from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .planning_common import PlanningCommon


@tagged("post_install", "-at_install")
class TestCapacityPlan(PlanningCommon):
    """Repairs, technicians and points of next year, frozen with inputs (N13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Plan = cls.env["aftersales.capacity.plan"]
        cls.today = cls.company._get_aftersales_today()
        cls.year = cls.today.year + 1
        cls.template = cls.bulk.product_tmpl_id
        cls.template.aftersales_design_failure_rate = 0.1
        cls.south = cls._create_customer("South")
        cls.north = cls._create_customer("North", state_id=cls.state_b.id)

    @classmethod
    def _create_plan(cls, **vals):
        """A plan of the two test provinces with the worked figures."""
        defaults = {
            "name": "Test Plan",
            "year": cls.year,
            "area_depth": 0,
            "area_ids": [Command.set((cls.area | cls.area_b).ids)],
            "repair_hours": 1.5,
            "travel_hours": 0.75,
            "admin_hours": 0.25,
            "revisit_rate": 0.12,
            "paid_hours": 2000,
            "absence": 0.15,
            "utilisation": 0.75,
        }
        return cls.Plan.create({**defaults, **vals})

    def _deliver(self, quantity, partner=None, product=None):
        day = self.today - timedelta(days=5)
        return self._move(
            product or self.bulk,
            quantity,
            self._noon(day.year, day.month, day.day),
            partner or self.south,
        )

    def test_worked_example(self):
        """120,000 units × 0.1 = 12,000 repairs → 33,600 h / 1,275 h → 27 people.

        Points: 4 people × 1,000 jobs = 4,000 jobs a point → 3 points; Point One
        with one technician is present.
        """
        self._deliver(120000)
        plan = self._create_plan()
        plan.action_compute()
        self.assertAlmostEqual(plan.repairs, 12000, 6)
        self.assertEqual(plan.repairs_peak, 2000.0)
        self.assertEqual((plan.technicians, plan.technicians_present), (27, 1))
        self.assertEqual(plan.technician_gap, 26)
        self.assertEqual((plan.points, plan.points_present, plan.point_gap), (3, 1, 2))
        line = plan.line_ids
        self.assertEqual(
            (line.area_id, line.product_tmpl_id), (self.area, self.template)
        )
        self.assertAlmostEqual(line.workload, 33600 / 1275, 3)
        self.assertEqual(plan.area_line_ids.technicians, 27)

    def test_installed_base_and_planned_sales(self):
        """South 100 × 0.1 + 60 sold × 0.1 × half a year = 13; north 30 × 0.1 = 3."""
        self._deliver(100)
        self._deliver(30, self.north)
        plan = self._create_plan(
            sale_ids=[
                Command.create(
                    {
                        "area_id": self.area.id,
                        "product_tmpl_id": self.template.id,
                        "quantity": 60,
                    }
                )
            ]
        )
        plan.action_compute()
        found = {
            line.area_id: (line.installed, line.sales, round(line.repairs, 6))
            for line in plan.area_line_ids
        }
        self.assertEqual(
            found, {self.area: (100.0, 60.0, 13.0), self.area_b: (30.0, 0.0, 3.0)}
        )
        self.assertAlmostEqual(plan.repairs, 16.0, 6)
        # 16 × 2.8 h / 1,275 h is one person; each area needs one point
        self.assertEqual((plan.technicians, plan.points), (1, 2))

    def test_sales_of_a_model_that_was_never_sold(self):
        plan = self._create_plan(
            sale_ids=[
                Command.create(
                    {
                        "area_id": self.area.id,
                        "product_tmpl_id": self.template.id,
                        "quantity": 200,
                    }
                )
            ]
        )
        plan.action_compute()
        self.assertAlmostEqual(plan.repairs, 10.0, 6)

    def test_learned_rates_by_age_with_interval(self):
        """40 units in year 1 at the start of the plan year × 0.2 (0.1–0.4)."""
        self._move(self.bulk, 40, self._noon(self.today.year - 1, 12, 1), self.south)
        self.env["aftersales.failure.rate"].create(
            [
                {
                    "company_id": self.company.id,
                    "product_categ_id": self.categ.id,
                    "product_tmpl_id": self.template.id,
                    "level": "model",
                    "age": age,
                    "used_rate": rate,
                    "used_low": rate / 2,
                    "used_high": rate * 2,
                    "source": "learned",
                    "date_computed": "2026-01-01 00:00:00",
                }
                for age, rate in ((0, 0.05), (1, 0.2))
            ]
        )
        plan = self._create_plan()
        plan.action_compute()
        line = plan.line_ids
        self.assertEqual(
            (line.repairs_low, line.repairs, line.repairs_high), (4.0, 8.0, 16.0)
        )
        self.assertEqual(
            line.age_detail,
            [
                {
                    "age": 1,
                    "units": 40.0,
                    "low": 0.1,
                    "rate": 0.2,
                    "high": 0.4,
                    "source": "learned",
                }
            ],
        )
        self.assertEqual(
            line.age_text, "Year 1: 40 units × 0.2000 (0.1000–0.4000), Learned"
        )
        self.assertEqual(str(plan.rate_date), "2026-01-01 00:00:00")

    def test_ages_without_own_data_take_the_last_younger_year(self):
        self._move(self.bulk, 10, self._noon(self.today.year - 6, 6, 1), self.south)
        self.env["aftersales.failure.rate"].create(
            {
                "company_id": self.company.id,
                "product_categ_id": self.categ.id,
                "product_tmpl_id": self.template.id,
                "level": "model",
                "age": 2,
                "used_rate": 0.5,
                "used_low": 0.5,
                "used_high": 0.5,
                "source": "learned",
            }
        )
        plan = self._create_plan()
        plan.action_compute()
        self.assertAlmostEqual(plan.repairs, 5.0, 6)

    def test_units_without_any_rate_are_named(self):
        self.template.aftersales_design_failure_rate = 0
        self._deliver(7)
        plan = self._create_plan()
        plan.action_compute()
        self.assertEqual((plan.repairs, plan.unknown_rate_units), (0.0, 7.0))

    def test_points_by_cover_and_minimum(self):
        """r = 3 h × 40 / 1.2 = 100 km; 100,000 / (0.7 π 100²) = 4.5 → 5 points."""
        self._deliver(10)
        self._deliver(10, self.north)
        self.area.surface_km2 = 100000
        self.area_b.point_minimum = 2
        plan = self._create_plan(
            promise_hours=4, dispatch_hours=1, speed_kmh=40, detour=1.2, overlap=0.7
        )
        plan.action_compute()
        points = {line.area_id: line.points for line in plan.area_line_ids}
        self.assertEqual(points, {self.area: 5, self.area_b: 2})

    def test_present_technicians_are_shared_between_areas(self):
        """Point One with three technicians works in both provinces."""
        for name in ("Two", "Three"):
            person = self.env["res.partner"].create({"name": name})
            self._create_staff(partner_id=person.id)
        self._create_staff(role_id=self.role_manager.id)
        self._create_staff(
            date_to=self.today - timedelta(days=1),
            partner_id=self.env["res.partner"].create({"name": "Gone"}).id,
        )
        self.env["aftersales.area.assignment"].create(
            {
                "service_point_id": self.point.id,
                "area_id": self.area_b.id,
                "exclusive": False,
                "date_from": self.today,
            }
        )
        self._deliver(10)
        self._deliver(10, self.north)
        plan = self._create_plan()
        plan.action_compute()
        found = {
            line.area_id: (line.technicians_present, line.points_present)
            for line in plan.area_line_ids
        }
        # 3 / 2 in each province, and in the other one Point Two's technician
        self.assertEqual(found, {self.area: (1.5, 1), self.area_b: (2.5, 2)})
        self.assertEqual((plan.technicians_present, plan.points_present), (4, 2))
        self.point.write({"state": "suspended"})
        plan.action_compute()
        self.assertEqual((plan.technicians_present, plan.points_present), (1, 1))

    def test_areas_roll_up_to_the_level(self):
        land = self.env["aftersales.area"].create({"name": "Land", "code": "L"})
        self.area.parent_id = land
        town = self.env["aftersales.area"].create(
            {
                "name": "Town",
                "parent_id": self.area.id,
                "country_id": self.country.id,
                "state_id": self.state.id,
                "zip_prefix": "51",
            }
        )
        self._deliver(10, self._create_customer("In Town", zip="510000"))
        for depth, line in ((0, town), (1, land), (2, self.area), (3, town), (9, town)):
            plan = self._create_plan(area_depth=depth)
            plan.action_compute()
            self.assertEqual(plan.area_line_ids.area_id, line, depth)
            self.assertEqual(plan.points_present, 1, depth)

    def test_confirmed_plan_never_changes(self):
        """Later deliveries, rates, people and settings leave it as it was."""
        self._deliver(1000)
        plan = self._create_plan()
        plan.action_compute()
        plan.action_confirm()
        self.assertEqual(plan.confirmed_by_id, self.env.user)
        names = [*self.Plan._RESULT_FIELDS, "utilisation", "date_confirmed"]
        lines = ("area_line_ids", "line_ids")
        before = plan.read(names), [plan[x].read() for x in lines]
        self._deliver(500)
        self.template.aftersales_design_failure_rate = 0.9
        self.setting.utilisation = 0.5
        self.point.write({"state": "closed"})
        self.env["aftersales.failure.rate"]._count_company(self.company)
        self.env.invalidate_all()
        self.assertEqual((plan.read(names), [plan[x].read() for x in lines]), before)
        for vals in ({"utilisation": 0.5}, {"year": self.year + 1}, {"name": "X"}):
            with self.assertRaisesRegex(UserError, "no longer changes"):
                plan.with_user(self.user_head).write(vals)
        with self.assertRaisesRegex(UserError, "no longer changes"):
            plan.action_compute()
        with self.assertRaisesRegex(UserError, "stays readable"):
            plan.with_user(self.user_head).unlink()

    def test_compare_with_now(self):
        self._deliver(1000)
        plan = self._create_plan()
        plan.action_compute()
        plan.action_confirm()
        self._deliver(4000)
        action = plan.with_user(self.user_auditor).action_compare()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        line = wizard.with_user(self.user_auditor).line_ids
        self.assertEqual((line.installed_then, line.installed_now), (1000.0, 5000.0))
        self.assertEqual((line.repairs_then, line.repairs_now), (100.0, 500.0))
        # 100 × 2.8 / 1275 → 1; 500 × 2.8 / 1275 = 1.1 → 2
        self.assertEqual((line.technicians_then, line.technicians_now), (1, 2))
        self.assertEqual(line.technicians_change, 1)
        self.assertEqual(plan.repairs, 100.0)
        with self.assertRaises(AccessError):
            wizard.with_user(self.user_head).read(["plan_id"])

    def test_new_version_replaces_the_former_when_confirmed(self):
        self._deliver(100)
        plan = self._create_plan(
            sale_ids=[
                Command.create(
                    {
                        "area_id": self.area.id,
                        "product_tmpl_id": self.template.id,
                        "quantity": 60,
                    }
                )
            ]
        )
        with self.assertRaisesRegex(UserError, "still a draft"):
            plan.action_new_version()
        plan.action_compute()
        plan.action_confirm()
        new = self.Plan.browse(
            plan.with_user(self.user_head).action_new_version()["res_id"]
        )
        self.assertEqual((new.version, new.state, new.replaces_id), (2, "draft", plan))
        self.assertEqual(new.sale_ids.quantity, 60.0)
        self.assertFalse(new.date_computed)
        self.assertEqual(plan.state, "confirmed")
        new.utilisation = 0.5
        new.action_compute()
        new.action_confirm()
        self.assertEqual((plan.state, new.state), ("replaced", "confirmed"))
        self.assertAlmostEqual(plan.utilisation, 0.75)
        self.assertEqual(new.display_name, "Test Plan (version 2)")

    def test_withdraw_only_by_the_head_with_a_reason(self):
        self._deliver(100)
        plan = self._create_plan(service_point_id=self.centre.id, area_ids=False)
        plan.action_compute()
        plan.action_confirm()
        with self.assertRaisesRegex(AccessError, "Only the head of service"):
            plan.with_user(self.user_centre).action_reset()
        action = plan.with_user(self.user_head).action_reset()
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_head)
            .with_context(**action["context"])
            .create({"reason": "Sales plan was wrong"})
        )
        wizard.action_confirm()
        self.assertEqual(plan.state, "replaced")
        self.assertEqual(plan.replace_reason, "Sales plan was wrong")
        self.assertEqual(plan.repairs, 10.0)
        new = self.Plan.search([("replaces_id", "=", plan.id)])
        self.assertEqual((new.state, new.version), ("draft", 2))
        with self.assertRaisesRegex(UserError, "nothing to withdraw"):
            plan.with_user(self.user_head).action_reset()
        self._open_reason_as_centre(plan)

    def _open_reason_as_centre(self, plan):
        """The wizard is no way around the rights."""
        wizard = (
            self.env["aftersales.reason.wizard"]
            .with_user(self.user_centre)
            .create(
                {
                    "res_model": plan._name,
                    "res_ids": plan.ids,
                    "method": "_reset",
                    "reason": "no",
                }
            )
        )
        with self.assertRaisesRegex(AccessError, "Only the head of service"):
            wizard.action_confirm()

    @mute_logger("odoo.sql_db")
    def test_only_one_next_version(self):
        self._deliver(100)
        plan = self._create_plan()
        plan.action_compute()
        plan.action_confirm()
        plan.action_new_version()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            plan.action_new_version()

    def test_changed_inputs_must_be_computed_again(self):
        self._deliver(100)
        plan = self._create_plan()
        with self.assertRaisesRegex(UserError, "compute the plan"):
            plan.action_confirm()
        plan.action_compute()
        plan.with_user(self.user_head).write({"utilisation": 0.5})
        self.assertTrue(plan.is_stale)
        with self.assertRaisesRegex(UserError, "compute the plan"):
            plan.action_confirm()
        plan.action_compute()
        self.assertFalse(plan.is_stale)
        plan.with_user(self.user_head).write(
            {
                "sale_ids": [
                    Command.create(
                        {
                            "area_id": self.area.id,
                            "product_tmpl_id": self.template.id,
                            "quantity": 5,
                        }
                    )
                ]
            }
        )
        self.assertTrue(plan.is_stale)
        plan.action_compute()
        plan.action_confirm()
        with self.assertRaisesRegex(UserError, "already"):
            plan.action_confirm()
        sale = plan.sale_ids.with_user(self.user_head)
        for step in (lambda: sale.write({"quantity": 9}), sale.unlink):
            with self.assertRaisesRegex(UserError, "no longer changes"):
                step()
        with self.assertRaisesRegex(UserError, "no longer changes"):
            sale.create(
                {
                    "plan_id": plan.id,
                    "area_id": self.area_b.id,
                    "product_tmpl_id": self.template.id,
                    "quantity": 1,
                }
            )

    def test_sales_move_to_no_frozen_plan(self):
        self._deliver(100)
        frozen = self._create_plan()
        frozen.action_compute()
        frozen.action_confirm()
        other = self._create_plan(name="Other")
        sale = self.env["aftersales.capacity.plan.sale"].create(
            {
                "plan_id": other.id,
                "area_id": self.area.id,
                "product_tmpl_id": self.template.id,
                "quantity": 1,
            }
        )
        with self.assertRaisesRegex(UserError, "no longer changes"):
            sale.with_user(self.user_head).write({"plan_id": frozen.id})

    def test_results_are_not_typed(self):
        self._deliver(100)
        plan = self._create_plan()
        plan.action_compute()
        head = plan.with_user(self.user_head)
        for vals in ({"technicians": 1}, {"state": "confirmed"}, {"is_stale": False}):
            with self.assertRaisesRegex(UserError, "only by its buttons"):
                head.write(vals)
        with self.assertRaisesRegex(UserError, "only by its buttons"):
            head.create({"name": "X", "year": self.year, "technicians": 5})
        for lines in (head.area_line_ids, head.line_ids):
            with self.assertRaises(AccessError):
                lines.write({"repairs": 1})
            with self.assertRaises(AccessError):
                lines.unlink()

    def test_bad_input(self):
        for vals, message in (
            ({"year": self.today.year - 1}, "cannot be planned"),
            ({"utilisation": 0}, "Utilisation is 0.0; it must be more than 0"),
            ({"utilisation": 1.2}, "Utilisation is 1.2; it must be more than 0 and"),
            ({"absence": 1}, "Absence is 1.0; it must lie between 0 and 0.99"),
            ({"seasonal_factor": 0.5}, "must be at least 1"),
            ({"paid_hours": 0}, "must be more than 0"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self._create_plan(**vals)
        with self.assertRaisesRegex(ValidationError, "Test Plan .version 1."):
            self._create_plan(speed_kmh=-1)

    @mute_logger("odoo.sql_db")
    def test_negative_sales_and_doubles_are_refused(self):
        plan = self._create_plan()
        line = {
            "plan_id": plan.id,
            "area_id": self.area.id,
            "product_tmpl_id": self.template.id,
        }
        Sale = self.env["aftersales.capacity.plan.sale"]
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            Sale.create({**line, "quantity": -1})
        Sale.create({**line, "quantity": 1})
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            Sale.create({**line, "quantity": 2})

    def test_nothing_to_plan(self):
        lonely = self.env["aftersales.area"].create({"name": "Nowhere"})
        plan = self._create_plan(area_ids=[Command.set(lonely.ids)])
        with self.assertRaisesRegex(UserError, "no units in use and no planned sales"):
            plan.action_compute()

    def test_defaults_come_from_the_settings(self):
        self.setting.write({"utilisation": 0.6, "speed_kmh": 55})
        plan = self.Plan.create({"name": "Defaults", "year": self.year})
        self.assertEqual((plan.utilisation, plan.speed_kmh), (0.6, 55.0))
        self.setting.unlink()
        plan = self.Plan.create({"name": "Usual", "year": self.year})
        self.assertEqual(plan.utilisation, 0.75)
        with self.assertRaisesRegex(ValidationError, "must be more than 0"):
            self.env["aftersales.planning.setting"].create({"utilisation": 0})

    def test_centre_manager_plans_his_subtree(self):
        """South is assigned to Point One below the centre, north is not."""
        self._deliver(100)
        self._deliver(30, self.north)
        Plan = self.Plan.with_user(self.user_centre)
        plan = Plan.create({"name": "Own", "year": self.year, "area_depth": 0})
        self.assertEqual(plan.service_point_id, self.centre)
        plan.action_compute()
        self.assertEqual(plan.area_line_ids.area_id, self.area)
        plan.action_confirm()
        self.assertEqual(plan.state, "confirmed")
        foreign = self._create_plan(service_point_id=self.centre_b.id)
        whole = self._create_plan()
        for hidden in (foreign, whole):
            self.assertFalse(Plan.search_count([("id", "=", hidden.id)]))
            with self.assertRaises(AccessError):
                hidden.with_user(self.user_centre).read(["name"])
        with self.assertRaises(AccessError):
            Plan.create(
                {
                    "name": "Foreign",
                    "year": self.year,
                    "service_point_id": self.centre_b.id,
                }
            )
        second = Plan.create({"name": "Second", "year": self.year})
        with self.assertRaises(AccessError):
            second.write({"service_point_id": self.centre_b.id})

    def test_roles(self):
        self._deliver(100)
        plan = self._create_plan()
        plan.action_compute()
        auditor = plan.with_user(self.user_auditor)
        self.assertEqual(auditor.area_line_ids.technicians, 1)
        for step in ("action_compute", "action_confirm", "action_new_version"):
            with self.assertRaises(UserError):
                getattr(auditor, step)()
        with self.assertRaises(AccessError):
            auditor.write({"note": "x"})
        for role in ("service", "dispatcher", "clerk", "hr", "warehouse", "portal"):
            with self.assertRaises(AccessError):
                plan.with_user(getattr(self, f"user_{role}")).read(["name"])

    def test_two_companies(self):
        self._deliver(100)
        plan = self._create_plan()
        self.user_head.write({"company_ids": [Command.link(self.company_b.id)]})
        only_b = self.Plan.with_user(self.user_head).with_context(
            allowed_company_ids=self.company_b.ids
        )
        self.assertFalse(only_b.search_count([("id", "=", plan.id)]))
        other = only_b.create({"name": "B", "year": self.year})
        self.assertEqual(other.company_id, self.company_b)
        with self.assertRaisesRegex(UserError, "no units in use"):
            other.action_compute()
        with self.assertRaises(UserError):
            only_b.create(
                {
                    "name": "Foreign point",
                    "year": self.year,
                    "service_point_id": self.centre.id,
                }
            )

    def test_queries_do_not_grow_with_the_lines(self):
        self._deliver(10)
        plan = self._create_plan()
        self._plan_sales(plan, 1)
        plan.action_compute()
        few = self._count_queries(plan)
        self._plan_sales(plan, 50)
        plan.action_compute()
        many = self._count_queries(plan)
        self.assertEqual(len(plan.line_ids), 103)
        self.assertLessEqual(many, few + 1)
        self.assertLess(many, 45)

    def _plan_sales(self, plan, count):
        """Planned sales of new models in both provinces."""
        products = self.env["product.product"].create(
            [
                {"name": f"P{n}", "is_storable": True, "categ_id": self.categ.id}
                for n in range(count)
            ]
        )
        products.product_tmpl_id.write({"aftersales_design_failure_rate": 0.1})
        self.env["aftersales.capacity.plan.sale"].create(
            [
                {
                    "plan_id": plan.id,
                    "area_id": area.id,
                    "product_tmpl_id": template.id,
                    "quantity": 10,
                }
                for template in products.product_tmpl_id
                for area in (self.area, self.area_b)
            ]
        )

    def _count_queries(self, plan):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        plan.action_compute()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_report_shows_result_and_inputs(self):
        self._deliver(120000)
        plan = self._create_plan(name="Printed")
        plan.action_compute()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_network.report_capacity_plan", plan.ids
        )
        text = html.decode()
        for part in ("Printed", "27", "12000", "Test Lamp", "Utilisation", "0.75"):
            self.assertIn(part, text)
