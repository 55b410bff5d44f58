from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .kpi_common import KpiCommon


@tagged("post_install", "-at_install")
class TestAwardKpi(KpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_jobs(cls.point, 10, complaints=3)
        cls._create_jobs(cls.point_b, 20, complaints=1)
        cls.head_b = cls._create_head()

    def _create_incentive(self, **vals):
        return self.env["aftersales.kpi.incentive"].create(
            {
                "kpi_id": self.kpi.id,
                "date_from": date(2026, 1, 1),
                "amount": 500,
                **vals,
            }
        )

    def test_an_incentive_is_a_rule_and_fixes_the_award(self):
        self._create_incentive()
        self._measure()
        period = self._close()
        period.action_propose_incentives()
        period.action_propose_incentives()
        award = self.env["aftersales.award"].search([("kpi_value_id", "!=", False)])
        self.assertEqual(
            (award.service_point_id, award.amount, award.payout, award.state),
            (self.point_b, 500, "settlement", "proposed"),
        )
        head = award.with_user(self.user_head)
        with self.assertRaisesRegex(UserError, "follows from"):
            head.amount = 5000
        head.reason = "Well done"
        with self.assertRaisesRegex(UserError, "Four-eyes"):
            head.action_release()
        award.with_user(self.head_b).action_release()
        self.assertEqual(award.adjustment_ids.amount, 500)
