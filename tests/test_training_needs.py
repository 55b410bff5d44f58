"""Needs of training from audits and key figures, with every module installed."""

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.aftersales_evaluation.tests.kpi_common import KpiCommon

from tests.common import SuiteCase


@tagged("standard", "post_install", "-at_install")
class TestTrainingNeeds(KpiCommon, SuiteCase):
    def _find(self, user):
        """The manager of the centre looks for needs of his point."""
        action = self.point.with_user(user).action_find_training_needs()
        needs = self.env["aftersales.training.need"].search(action["domain"])
        origins = ("aftersales.finding", "aftersales.kpi.value")
        return needs.filtered(lambda need: need.origin_model in origins)

    @freeze_time("2026-04-02 04:00:00")
    def test_a_finding_and_a_missed_target_become_needs_once(self):
        self._create_jobs(self.point, 10, complaints=5)
        self._measure()
        self._close()
        finding = (
            self.env["aftersales.finding"]
            .with_user(self.user_auditor)
            .create(
                {
                    "text": "Gas let out into the air",
                    "service_point_id": self.point.id,
                    "severity": "major",
                }
            )
        )
        needs = self._find(self.user_centre)
        self.assertEqual(
            {(n.origin, n.origin_model, n.origin_res_id, n.state) for n in needs},
            {
                ("finding", finding._name, finding.id, "open"),
                ("metric", self.Value._name, self._value(self.point).id, "open"),
            },
        )
        self.assertEqual(needs.service_point_id, self.point)
        by_origin = needs.grouped("origin")
        self.assertEqual(
            by_origin["finding"].text, f"{finding.name}: Gas let out into the air"
        )
        self.assertEqual(
            by_origin["metric"].text, "Few complaints: 50.00, target 10.00"
        )
        self.assertTrue(all(needs.mapped("date_due")))
        self.assertEqual(self._find(self.user_centre), needs, "never twice")
