from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MARCH, EvaluationCommon


@tagged("post_install", "-at_install")
class TestScorecardMetric(EvaluationCommon):
    def test_metric_fills_itself_and_explains(self):
        """3 complaints on 20 jobs = 15 %, target 10 %: two thirds reached."""
        self._create_jobs(self.point, 20, complaints=3)
        self._create_jobs(self.point_b, 5, complaints=5)
        line = self._line(self._create_card(), "2.1")
        self.assertEqual((line.metric_numerator, line.metric_denominator), (3, 20))
        self.assertEqual((line.metric_value, line.outcome), (15, "metric"))
        self.assertAlmostEqual(line.points_lost, 40 / 3)
        self.assertEqual(
            line.explanation,
            "Measured 3 ÷ 20 = 15 %. Target at most 10 %, reached to 66.67 %: 13.33 "
            "of 40 points lost.",
        )

    def test_figure_opens_its_records(self):
        jobs = self._create_jobs(self.point, 20, complaints=3)
        line = self._line(self._create_card(), "2.1")
        action = line.action_open_records()
        self.assertEqual(action["res_model"], "aftersales.service.order")
        records = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(records, jobs.filtered("is_complaint"))

    def test_centre_and_company_sum_their_points(self):
        self._create_jobs(self.point, 20, complaints=3)
        self._create_jobs(self.point_b, 5, complaints=5)
        centre = self._create_card(
            subject_type="centre", service_point_id=self.centre.id
        )
        line = self._line(centre, "2.1")
        self.assertEqual((line.metric_numerator, line.metric_denominator), (3, 20))
        company = self._create_card(
            subject_type="company", service_point_id=False, company_id=self.company.id
        )
        line = self._line(company, "2.1")
        self.assertGreaterEqual(line.metric_numerator, 8)
        self.assertGreaterEqual(line.metric_denominator, 25)

    def test_no_activity_is_excluded_never_full_marks(self):
        line = self._line(self._create_card(), "2.1")
        self.assertEqual(line.outcome, "no_activity")
        self.assertTrue(line.is_excluded)
        self.assertEqual((line.points_applicable, line.points_lost), (0, 0))
        self.assertEqual(
            line.explanation, "No case in the period; the 40 points leave both sums."
        )

    def test_small_sample_is_excluded(self):
        self._create_jobs(self.point, 1, complaints=1)
        line = self._line(self._create_card(), "2.1")
        self.assertEqual(line.outcome, "small_sample")
        self.assertEqual(
            line.explanation,
            "Cases: 1, fewer than the minimum sample of 2; the 40 points leave both "
            "sums.",
        )

    def test_metric_of_a_missing_module_is_not_available(self):
        indicator_set = self._create_set("MISSING")
        self._create_nodes(indicator_set, ("1", 60, "qualitative"))
        self._create_nodes(indicator_set, ("2", 40, "metric"), metric_code="NOSUCH")
        indicator_set.action_use()
        card = self._create_card(set_id=indicator_set.id)
        card.action_confirm_rest()
        line = self._line(card, "2")
        self.assertEqual(line.outcome, "not_available")
        self.assertEqual((card.points_applicable, card.score), (60, 100))
        self.assertIn("no installed module offers the metric NOSUCH", line.explanation)
        with self.assertRefused(UserError, "No installed module offers the metric"):
            line.action_open_records()

    def test_metric_without_points_informs(self):
        month = self.env.ref("aftersales_evaluation.set_month")
        card = self._create_card(set_id=month.id)
        line = self._line(card, "1")
        self.assertEqual(
            line.explanation, "Measured 0 ÷ 1 = 0. For information, no points."
        )

    def test_measuring_again_keeps_own_exclusions(self):
        card = self._create_card()
        self._create_jobs(self.point, 4)
        card.action_reload()
        line = self._line(card, "2.1")
        self.assertEqual((line.metric_denominator, line.outcome), (4, "metric"))
        line.write({"is_excluded": True, "exclusion_reason": "Strike"})
        self._create_jobs(self.point, 4)
        card.action_reload()
        self.assertEqual((line.metric_denominator, line.outcome), (4, "excluded"))

    def test_auditor_cannot_type_figures(self):
        self._create_jobs(self.point, 20, complaints=3)
        card = self._create_card().with_user(self.user_auditor)
        line = self._line(card, "2.1")
        for vals in (
            {"metric_numerator": 0},
            {"exclusion_kind": "small_sample"},
        ):
            with self.assertRefused(UserError, "cannot be entered"):
                line.write(vals)
        self.assertEqual(line.metric_numerator, 3)

    def test_lifting_an_automatic_exclusion_gives_nothing(self):
        line = self._line(self._create_card().with_user(self.user_auditor), "2.1")
        line.is_excluded = False
        self.assertEqual((line.outcome, line.points_applicable), ("no_activity", 0))

    def test_new_period_measures_anew(self):
        self._create_jobs(self.point, 4)
        card = self._create_card(date_from="2026-02-01", date_to="2026-02-28")
        self.assertEqual(self._line(card, "2.1").outcome, "no_activity")
        card.write({"date_from": MARCH[0], "date_to": MARCH[1]})
        self.assertEqual(self._line(card, "2.1").metric_denominator, 4)
