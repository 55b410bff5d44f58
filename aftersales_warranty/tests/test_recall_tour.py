from odoo.tests import HttpCase, tagged

from .recall_common import RecallCommon


@tagged("post_install", "-at_install")
class TestRecallTour(RecallCommon, HttpCase):
    def test_owners_are_told_and_a_unit_completed(self):
        campaign = self._start()
        self.start_tour(
            "/odoo/aftersales-recalls",
            "aftersales_recall_notify",
            login=self.user_head.login,
        )
        self.assertEqual(campaign.notice_waiting_count, 10)
        # The scheduled job sends; it runs beside the web client.
        self._run_job()
        self.assertEqual(set(campaign.unit_ids.mapped("state")), {"notified"})
        self.start_tour(
            f"/odoo/aftersales-recalls/{campaign.id}",
            "aftersales_recall_complete",
            login=self.user_head.login,
        )
        row = self._row("AC-0001")
        self.assertEqual((row.state, row.ended_by_id), ("done", self.user_head))
        self.assertEqual(row.end_reason, "Fan replaced at the maintenance of May")
        self.assertEqual((campaign.done_count, campaign.completion), (1, 10.0))
