from odoo.tests import HttpCase, tagged

from .common import EvaluationCommon


@tagged("post_install", "-at_install", "security")
class TestScorecardPortal(EvaluationCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in cls.user_portal | cls.user_portal_b:
            user.password = user.login
        cls.card = cls._judge(cls._create_card(), lost_samples=3)
        cls._line(cls.card, "1.2").finding = "Three vans without spare parts"

    def _open(self, url, user=None):
        user = user or self.user_portal
        self.authenticate(user.login, user.login)
        return self.url_open(url)

    def test_list_shows_approved_ones_only(self):
        page = self._open("/my/scorecards")
        self.assertEqual(page.status_code, 200)
        self.assertIn("No approved scorecard yet.", page.text)
        self._pass_card(self.card)
        page = self._open("/my/scorecards")
        self.assertIn("2026-03", page.text)
        self.assertIn("75.00", page.text)
        self.assertIn("Qualified", page.text)
        counters = self.opener.post(
            f"{self.base_url()}/my/counters",
            json={"params": {"counters": ["scorecard_count"]}},
        )
        self.assertEqual(counters.json()["result"]["scorecard_count"], 1)

    def test_page_explains_the_score(self):
        self._pass_card(self.card)
        page = self._open(f"/my/scorecards/{self.card.id}")
        self.assertIn("Percentage: 45 ÷ 60 × 100 = 75.", page.text)
        self.assertIn("Three vans without spare parts", page.text)

    def test_foreign_point_draft_and_wrong_token_lead_away(self):
        url = f"/my/scorecards/{self.card.id}"
        self.assertNotIn("Percentage", self._open(url).text, "still a draft")
        token = self.card._portal_ensure_token()
        drafted = self._open(f"{url}?access_token={token}")
        self.assertNotIn("Percentage", drafted.text, "a draft, whatever the token")
        self._pass_card(self.card)
        for address in (url, f"{url}?access_token=wrong", "/my/scorecards/999999999"):
            with self.subTest(address):
                page = self._open(address, self.user_portal_b)
                self.assertNotIn("Percentage", page.text)
                self.assertTrue(page.url.endswith("/my"), page.url)

    def test_internal_stranger_gets_an_empty_list(self):
        self._pass_card(self.card)
        self.user_service.password = self.user_service.login
        page = self._open("/my/scorecards", self.user_service)
        self.assertIn("No approved scorecard yet.", page.text)

    def test_sample_points_are_labelled(self):
        self._pass_card(self.card)
        self.assertNotIn("Sample points", self._open("/my/scorecards").text)
        self.env.cr.execute(
            "UPDATE aftersales_indicator_set SET is_sample_points = true WHERE id = %s",
            [self.set.id],
        )
        self.env.invalidate_all()
        self.assertIn("Sample points", self._open("/my/scorecards").text)
        page = self._open(f"/my/scorecards/{self.card.id}")
        self.assertIn("Sample points", page.text)
