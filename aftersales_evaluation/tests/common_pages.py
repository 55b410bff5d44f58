from datetime import date

from .common import MARCH, EvaluationCommon

APRIL = (date(2026, 4, 1), date(2026, 4, 30))
TODAY = "2026-05-20 04:00:00"


class PagesCommon(EvaluationCommon):
    """Approved scorecards of March and April at points of two centres.

    Half of the samples of the first point failed in April: 40 of 60 points.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.march = cls._approve(cls.point, 0, MARCH)
        cls.worse = cls._approve(cls.point, 4, APRIL)
        cls.best = cls._approve(cls.point_b, 0, APRIL)

    @classmethod
    def _draft(cls, point, lost, dates, **vals):
        """A draft of 8 samples, of which ``lost`` failed."""
        card = cls._create_card(
            service_point_id=point.id, date_from=dates[0], date_to=dates[1], **vals
        )
        return cls._judge(card, lost_samples=lost)

    @classmethod
    def _approve(cls, point, lost, dates, **vals):
        """The same, approved by the head of service."""
        return cls._pass_card(cls._draft(point, lost, dates, **vals))

    def _open(self, user, model="aftersales.evaluation.dashboard", **vals):
        Page = self.env[model].with_user(user)
        return Page.browse(Page.action_open(vals)["res_id"])

    def _card(self, page, key):
        """The card of a key, nothing where the page has none."""
        cards = [card for group in page.page["groups"] for card in group["cards"]]
        return next((card for card in cards if card["key"] == key), None)

    def _rows(self, page, key):
        """Values of the rows of a section."""
        sections = {section["key"]: section for section in page.page["sections"]}
        return [row["values"] for row in sections[key]["rows"]]

    def _records(self, page, key):
        """What a click opens, as the reader finds it."""
        action = page.action_open_figure(key)
        Model = self.env[action["res_model"]].with_user(page.env.user)
        if action.get("res_id"):
            return Model.browse(action["res_id"])
        return Model.search(action["domain"])
