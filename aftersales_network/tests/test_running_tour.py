from odoo.tests import HttpCase, tagged

from .common import AftersalesCommon


@tagged("post_install", "-at_install")
class TestRunningTour(AftersalesCommon, HttpCase):
    def test_centre_manager(self):
        # The day may lie before the due day: the report of the month before is due.
        self.start_tour(
            "/odoo/aftersales-points",
            "aftersales_centre_manager",
            login=self.user_centre.login,
        )
        visit = self.point.visit_ids
        self.assertEqual(visit.state, "reported")
        self.assertEqual(visit.visitor_ids, self.user_centre)
        self.assertIn("one sign is missing", visit.report)
        self.assertEqual(visit.task_ids.name, "Fire sign is missing")
        report = self.point.month_report_ids
        self.assertTrue(report.is_missing)
