from odoo.tests import HttpCase, tagged

from .common import EvaluationCommon


@tagged("post_install", "-at_install", "e2e")
class TestEvaluationTours(EvaluationCommon, HttpCase):
    def test_auditor_scores_a_point(self):
        card = self._create_card()
        self.start_tour(
            "/odoo/aftersales-scorecards",
            "aftersales_scorecard_audit",
            login=self.user_auditor.login,
        )
        self.assertEqual((card.state, card.score), ("submitted", 75))
        self.assertEqual(card.submitter_id, self.user_auditor)

    def test_head_reads_the_ranking(self):
        self._judge(self._create_card(), lost_samples=3)
        self._judge(self._create_card(service_point_id=self.point_b.id))
        self.start_tour(
            "/odoo/aftersales-ranking",
            "aftersales_ranking",
            login=self.user_head.login,
        )


@tagged("post_install", "-at_install", "e2e")
class TestEvaluationPhoneTours(EvaluationCommon, HttpCase):
    browser_size = "375x667"
    touch_enabled = True

    def test_auditor_scores_a_point_on_a_phone(self):
        card = self._create_card()
        self.start_tour(
            "/odoo/aftersales-scorecards",
            "aftersales_scorecard_phone",
            login=self.user_auditor.login,
        )
        self.assertEqual(self._line(card, "1.1").conformity, "yes")
        samples = self._line(card, "1.2")
        self.assertEqual((samples.sample_count, samples.nonconforming_count), (8, 3))
        self.assertEqual(samples.finding, "Three of eight files are missing")
        self.assertEqual((card.score, card.pending_count), (75, 0))
