from odoo.tests import tagged

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
class TestScorecardRanking(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third, cls.fourth = (
            cls._create_point(name=name, parent_id=cls.centre.id)
            for name in ("Point Three", "Point Four")
        )
        cls.cards = {}
        for point, lost in (
            (cls.point, 2),
            (cls.point_b, 0),
            (cls.third, 2),
            (cls.fourth, 8),
        ):
            card = cls._create_card(service_point_id=point.id)
            cls.cards[point] = cls._judge(card, lost_samples=lost)

    def _ranks(self):
        self.env.invalidate_all()  # rows of an SQL view do not follow by themselves
        Ranking = self.env["aftersales.scorecard.ranking"]
        rows = Ranking.search([("set_id", "=", self.set.id)])
        return {row.service_point_id: row.position for row in rows}

    def test_equal_scores_share_the_rank(self):
        self.assertEqual(
            self._ranks(),
            {self.point_b: 1, self.point: 2, self.third: 2, self.fourth: 4},
        )
        row = self.env["aftersales.scorecard.ranking"].browse(self.cards[self.point].id)
        self.assertEqual(row.competitor_count, 4)
        self.assertEqual(row.score, self.cards[self.point].score)
        self.assertEqual(row.action_open_scorecard()["res_id"], row.scorecard_id.id)

    def test_unrated_and_cancelled_do_not_count(self):
        self.cards[self.point_b].action_cancel()
        self._create_card(service_point_id=self.centre_b.id)
        self.assertEqual(self._ranks(), {self.point: 1, self.third: 1, self.fourth: 3})

    def test_periods_sets_and_tiers_are_ranked_apart(self):
        april = self._judge(
            self._create_card(date_from="2026-04-01", date_to="2026-04-30"), 8
        )
        centre = self._judge(
            self._create_card(subject_type="centre", service_point_id=self.centre.id),
            8,
        )
        Ranking = self.env["aftersales.scorecard.ranking"]
        self.assertEqual(Ranking.browse(april.id).position, 1)
        self.assertEqual(Ranking.browse(centre.id).position, 1)

    def test_new_findings_change_the_rank(self):
        self.assertEqual(self._ranks()[self.fourth], 4)
        self._line(self.cards[self.fourth], "1.2").nonconforming_count = 0
        self.assertEqual(self._ranks()[self.fourth], 1)

    def test_centre_manager_sees_true_ranks_of_the_own_points(self):
        Ranking = self.env["aftersales.scorecard.ranking"].with_user(self.user_centre)
        rows = Ranking.search([("set_id", "=", self.set.id)])
        self.assertEqual(rows.service_point_id, self.point | self.third | self.fourth)
        self.assertEqual(rows.mapped("position"), [2, 2, 4])
