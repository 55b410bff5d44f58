from odoo.tests import HttpCase, tagged

from .award_common import AwardCommon


@tagged("post_install", "-at_install", "e2e")
class TestAwardTour(AwardCommon, HttpCase):
    def test_manager_reads_the_ranking_and_releases_awards(self):
        self._create_award_rule(name="First Place")
        ranking = self._create_ranking()
        self.start_tour(
            "/odoo/aftersales-rankings",
            "aftersales_awards",
            login=self.user_head.login,
        )
        award = ranking.award_ids
        self.assertEqual((ranking.state, award.state), ("released", "released"))
        self.assertEqual(award.released_by_id, self.user_head)
        self.assertEqual(award.adjustment_ids.amount, 1000)
