from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .kpi_common import KpiCommon


@tagged("post_install", "-at_install")
class TestAwardKpi(KpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_jobs(cls.point, 10, complaints=3)
        cls._create_jobs(cls.point_b, 20, complaints=1)
        cls.head_b = new_test_user(
            cls.env,
            login="aftersales_head_2",
            groups="aftersales_network.group_head",
        )

    def _create_incentive(self, **vals):
        return self.env["aftersales.kpi.incentive"].create(
            {
                "kpi_id": self.kpi.id,
                "date_from": date(2026, 1, 1),
                "amount": 500,
                **vals,
            }
        )

    @freeze_time("2026-04-10")
    def _propose(self, user=None):
        action = self.kpi.with_user(user or self.user_head).action_propose_awards()
        return self.env["aftersales.award"].search(action["domain"])

    def test_closed_months_propose_their_awards_once(self):
        rule = self._create_incentive()
        self._create_incentive(condition="missed", amount=-200)
        self._measure()
        with self.assertRaisesRegex(UserError, "nothing to propose"):
            self._propose()
        self._close()
        award = self._propose()
        self.assertEqual(
            (award.service_point_id, award.amount, award.payout, award.state),
            (self.point_b, 500, "settlement", "proposed"),
        )
        self.assertEqual(award.kpi_incentive_id, rule)
        self.assertEqual(award.reason, f"{self.kpi.name} 2026-03")
        with self.assertRaisesRegex(UserError, "nothing to propose"):
            self._propose()
        head = award.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "follows from"):
            head.amount = 5000
        with self.assertRaisesRegex(UserError, "changes only by its buttons"):
            head.kpi_value_id = False
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            head.action_release()
        award.with_user(self.head_b).action_release()
        self.assertEqual(award.adjustment_ids.amount, 500)
        award.with_user(self.head_b)._cancel("Measured wrongly")
        self.assertEqual(len(self._propose()), 1, "cancelled: may be proposed anew")

    def test_the_person_responsible_is_paid_by_payroll(self):
        employee = self.env["hr.employee"].create(
            {"name": "Responsible", "user_id": self.user_head.id}
        )
        self._create_incentive(tier="company", condition="not_ok")
        self._measure()
        self._close()
        award = self._propose(self.user_hr)
        self.assertEqual(
            (award.employee_id, award.payout, award.amount),
            (employee, "payroll", 500),
        )
        with self.assertRaisesRegex(UserError, "goes to you"):
            award.with_user(self.user_head).action_release()

    def test_who_proposes(self):
        self._create_incentive()
        self._measure()
        self._close()
        for role in ("auditor", "clerk", "reviewer", "centre"):
            with self.assertRaises(AccessError):
                self._propose(getattr(self, f"user_{role}"))
