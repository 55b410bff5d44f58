from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .kpi_common import MARCH, KpiCommon


@tagged("post_install", "-at_install")
class TestKpiIncentive(KpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_jobs(cls.point, 10, complaints=3)
        cls._create_jobs(cls.point_b, 20, complaints=1)

    def _create_rule(self, **vals):
        return self.env["aftersales.kpi.incentive"].create(
            {
                "kpi_id": self.kpi.id,
                "date_from": date(2026, 1, 1),
                "amount": 500,
                **vals,
            }
        )

    def _earned(self):
        kpi = self.kpi.with_user(self.user_head)
        return {
            (row["tier"], row["service_point_id"]): row["amount"]
            for row in kpi._get_incentives(*MARCH)
        }

    def test_only_frozen_figures_earn_anything(self):
        self._create_rule()
        self._measure()
        self.assertFalse(self._earned())
        self._close()
        (row,) = self.kpi._get_incentives(*MARCH)
        value = self._value(self.point_b)
        self.assertEqual(
            row,
            {
                "kpi_id": self.kpi.id,
                "value_id": value.id,
                "rule_id": self.kpi.incentive_ids.id,
                "month": MARCH[0],
                "tier": "point",
                "company_id": self.company.id,
                "service_point_id": self.point_b.id,
                "owner_id": self.user_head.id,
                "amount": 500.0,
                "currency_id": self.company.currency_id.id,
            },
        )

    def test_formulas(self):
        self._measure()
        self._close()
        mine, other = ("point", self.point.id), ("point", self.point_b.id)
        # 30 % and 5 % complaints, 10 % are allowed
        for vals, earned in (
            ({"condition": "missed", "amount": -200}, {mine: -200}),
            ({"condition": "not_ok", "amount": -10}, {mine: -10}),
            ({"formula": "attainment"}, {other: 600}),
            ({"formula": "excess", "amount": 100}, {other: 500}),
            ({"formula": "excess", "amount": 100, "cap": 300}, {other: 300}),
            (
                {"condition": "attained", "bound": 30, "formula": "attainment"},
                {mine: 166.65, other: 600},
            ),
            ({"tier": "centre"}, {("centre", self.centre_b.id): 500}),
            # 4 of 30 are missed by the company
            ({"tier": "company"}, {}),
            ({"service_point_id": self.centre.id}, {}),
            ({"service_point_id": self.centre_b.id}, {other: 500}),
            ({"date_to": date(2026, 2, 28)}, {}),
            ({"date_from": date(2026, 4, 1)}, {}),
        ):
            with self.subTest(vals=vals):
                rule = self._create_rule(**vals)
                self.assertEqual(self._earned(), earned)
                rule.unlink()

    def test_what_has_no_figure_earns_nothing(self):
        self.kpi.min_sample = 15
        self._create_rule(condition="not_ok", amount=-50)
        self._create_rule(condition="missed", amount=-50)
        self._measure()
        self._close()
        self.assertEqual(self._value(self.point).status, "na")
        self.assertFalse(self._earned())

    # -- awards ----------------------------------------------------------------------

    def _propose(self):
        action = self.period.with_user(self.user_head).action_propose_incentives()
        return self.env["aftersales.award"].search(action["domain"])

    def test_a_closed_month_proposes_its_awards_once(self):
        self._create_rule()
        self._create_rule(condition="missed", amount=-200)
        self._measure()
        with self.assertRaisesRegex(UserError, "in state “Open”"):
            self._propose()
        self._close()
        award = self._propose()
        self.assertEqual(
            (award.service_point_id, award.amount, award.state, award.payout),
            (self.point_b, 500, "proposed", "settlement"),
        )
        self.assertEqual(award.kpi_value_id, self._value(self.point_b))
        self.assertEqual(
            award.reason, "Few complaints in March 2026: 5.00, target 10.00"
        )
        deduction = self.env["aftersales.point.adjustment"].search(
            [("kpi_value_id.period_id", "=", self.period.id)]
        )
        self.assertEqual(
            (deduction.service_point_id, deduction.amount, deduction.state),
            (self.point, -200, "open"),
        )
        self.assertEqual(self._propose(), award)
        self.assertEqual(self.period.award_count, 1)
        self.assertEqual(
            self.env["aftersales.point.adjustment"].search_count(
                [("kpi_value_id.period_id", "=", self.period.id)]
            ),
            1,
        )
        # four eyes: who proposed does not release
        with self.assertRaises(UserError):
            award.with_user(self.user_head).action_release()
        # cancelled, it may be proposed again
        award.with_user(self.user_head)._cancel("Wrong")
        self.assertEqual(len(self._propose()), 2)
        self.period.invalidate_recordset()
        self.assertEqual(self.period.award_count, 2)

    def test_awards_of_a_month_are_counted_together(self):
        self.target.write({"target": 50, "warning": 50})
        self._create_rule()
        self._measure()
        self._close()
        self.assertEqual(len(self._propose()), 2)
        self.assertEqual(self.period.award_count, 2)

    def test_the_company_pays_who_answers_for_it(self):
        self._create_rule(tier="company", condition="attained", bound=0)
        self._measure()
        self._close()
        self.assertFalse(self._propose())
        employee = self.env["hr.employee"].create(
            {"name": "Head", "user_id": self.user_head.id}
        )
        award = self._propose()
        self.assertEqual((award.employee_id, award.payout), (employee, "payroll"))

    def test_a_month_with_paid_awards_is_not_reopened(self):
        self._create_rule()
        self._measure()
        head = self._close()
        award = self._propose()
        award._write_flow({"state": "released"})
        with self.assertRaisesRegex(UserError, "was released for a figure"):
            head._reopen("Late orders")
        self.assertEqual(self.period.state, "closed")

    def test_only_the_head_proposes_and_nobody_forges_the_link(self):
        self._create_rule()
        self._measure()
        self._close()
        for role in ("centre", "auditor", "clerk"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.period.with_user(
                    getattr(self, f"user_{role}")
                ).action_propose_incentives()
        award = self._propose()
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            award.with_user(self.user_head).kpi_value_id = self._value(self.point)

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        for vals in (
            {"tier": "company", "amount": -5},
            {"amount": 0},
            {"cap": -1},
            {"date_to": date(2025, 1, 1)},
        ):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self._create_rule(**vals)
                self.env.flush_all()

    def test_money_is_for_few(self):
        rule = self._create_rule()
        for role in ("head", "auditor", "clerk"):
            user = getattr(self, f"user_{role}")
            self.assertEqual(rule.with_user(user).amount, 500)
            self.assertEqual(
                rule.with_user(user).has_access("write"), role == "head", role
            )
        for role in ("centre", "service", "dispatcher", "reviewer", "warehouse", "hr"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role=role):
                self.assertFalse(rule.with_user(user).has_access("read"))
                self.assertNotIn("incentive_ids", self.kpi.with_user(user).fields_get())
                with self.assertRaises(AccessError):
                    self.kpi.with_user(user)._get_incentives(*MARCH)
