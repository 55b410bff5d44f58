from lxml import html

from odoo.tests import Form, tagged

from .common import EvaluationCommon


@tagged("post_install", "-at_install")
class TestScorecardReport(EvaluationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._judge(cls._create_card(), lost_samples=3)
        cls._deduct(cls.card, 1)

    def _render(self, card, user=None):
        report = self.env["ir.actions.report"]
        if user:
            report = report.with_user(user)
        content, _kind = report._render_qweb_html(
            "aftersales_evaluation.report_scorecard", card.ids
        )
        return html.fromstring(content).text_content()

    def test_print_explains_every_line(self):
        text = self._render(self.card, self.user_auditor)
        for part in (
            "Point One",
            "Authorised Repair Unit",
            "74.00",
            "Percentage: 45 ÷ 60 × 100 = 75.",
            "3 of 8 samples non-conforming: 40 × 3 ÷ 8 = 15 points lost.",
            "Case 0",
        ):
            self.assertIn(part, text)
        self.assertNotIn("Sample points", text)

    def test_kind_of_the_point(self):
        self.point_b.kind = "franchise"
        other = self._judge(self._create_card(service_point_id=self.point_b.id))
        company = self._create_card(subject_type="company", service_point_id=False)
        cards = self.card | other | company
        self.env.flush_all()
        Card = self.env["aftersales.scorecard"].with_user(self.user_auditor)
        self.assertEqual(
            {
                row["point_kind"]: row["__count"]
                for row in Card.formatted_read_group(
                    [("id", "in", cards.ids)], ["point_kind"], ["__count"]
                )
            },
            {"authorized": 1, "franchise": 1, False: 1},
        )
        Ranking = self.env["aftersales.scorecard.ranking"].with_user(self.user_head)
        ranked = Ranking.search(
            [("scorecard_id", "in", cards.ids), ("point_kind", "=", "franchise")]
        )
        self.assertEqual(ranked.scorecard_id.ids, other.ids)
        for model in (Card._name, Ranking._name, "aftersales.kpi.value"):
            view = self.env[model].get_view(view_type="search")["arch"]
            with self.subTest(model=model):
                self.assertIn('name="group_point_kind"', view)
        self.assertNotIn("Kind of point", self._render(company, self.user_auditor))

    def test_sample_points_stand_in_the_repeated_table_head(self):
        standard = self.env.ref("aftersales_evaluation.set_gbt27922")
        card = self._create_card(set_id=standard.id)
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_evaluation.report_scorecard", card.ids
        )
        tree = html.fromstring(content)
        heads = tree.xpath("//thead[contains(@style, 'table-header-group')]")
        self.assertEqual(len(heads), 1)
        self.assertIn("Sample points", heads[0].text_content())
        self.assertIn("Sample points", tree.xpath("//h2")[0].text_content())
        rows = [row.text_content() for row in tree.xpath("//tr[td][@style]")]
        self.assertEqual(len(rows), 48)
        for row in rows:
            self.assertIn("Sample points", row, "wherever a page breaks")
        self.assertIn("5.1 Service System", tree.text_content())

    def test_point_form_shows_the_last_score(self):
        self.assertEqual(self.point.scorecard_count, 1)
        self.assertEqual(self.point.last_score, 0, "nothing approved yet")
        self.card.with_user(self.user_auditor).action_submit()
        self.card.with_user(self.user_head).action_approve()
        self.point.invalidate_recordset()
        self.assertEqual(self.point.last_score, 74)
        self.assertEqual(self.point.last_score_level_id, self.card.level_id)
        action = self.point.action_view_scorecards()
        cards = self.env["aftersales.scorecard"].search(action["domain"])
        self.assertEqual(cards, self.card)
        with Form(self.point.with_user(self.user_centre)) as form:
            self.assertEqual(form.scorecard_count, 1)
