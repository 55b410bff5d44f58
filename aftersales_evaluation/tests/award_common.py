from .common import MARCH, EvaluationCommon


class AwardCommon(EvaluationCommon):
    """Four points with approved March scores 100, 75, 75 and 60 of one set."""

    LOST = (0, 3, 3, 8)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head_b = cls._create_head()
        cls.rule = cls._create_ranking_rule()
        cls.point_c = cls._create_point(name="Point Three", parent_id=cls.centre.id)
        cls.point_d = cls._create_point(name="Point Four", parent_id=cls.centre_b.id)
        cls.points = cls.point | cls.point_b | cls.point_c | cls.point_d
        cls.cards = cls.env["aftersales.scorecard"].concat(
            *[
                cls._approve_card(point, lost)
                for point, lost in zip(cls.points, cls.LOST, strict=True)
            ]
        )

    @classmethod
    def _create_ranking_rule(cls, **vals):
        defaults = {"name": "Best of the Month", "set_id": cls.set.id}
        return cls.env["aftersales.ranking.rule"].create({**defaults, **vals})

    @classmethod
    def _approve_card(cls, point, lost=0, **vals):
        """An approved scorecard: 100 − 5 × lost samples of eight."""
        card = cls._create_card(service_point_id=point.id, **vals)
        return cls._pass_card(cls._judge(card, lost))

    @classmethod
    def _create_ranking(cls, rule=None, user=None, **vals):
        """A calculated ranking of March."""
        ranking = (
            cls.env["aftersales.ranking"]
            .with_user(user or cls.user_hr)
            .create(
                {
                    "rule_id": (rule or cls.rule).id,
                    "date_from": MARCH[0],
                    "date_to": MARCH[1],
                    **vals,
                }
            )
        )
        ranking.action_compute()
        return ranking.with_env(cls.env)

    @classmethod
    def _create_award_rule(cls, **vals):
        defaults = {
            "name": "Prize",
            "ranking_rule_id": cls.rule.id,
            "kind": "money",
            "amount": 1000,
        }
        return cls.env["aftersales.award.rule"].create({**defaults, **vals})

    @classmethod
    def _create_award(cls, user=None, **vals):
        """A proposal with a reason, by the centre manager."""
        defaults = {
            "kind": "money",
            "service_point_id": cls.point.id,
            "amount": 500,
            "reason": "Repaired through the flood",
        }
        vals = {**defaults, **vals}
        if not vals["amount"]:
            vals.pop("amount")  # praise may come from people who see no money
        user = user or cls.user_centre
        award = cls.env["aftersales.award"].with_user(user).create(vals)
        return award.with_env(cls.env)

    def _places(self, ranking):
        return [
            (line.position, line.subject_name, round(line.value, 2))
            for line in ranking.line_ids.sorted(
                lambda li: (li.position, li.subject_name)
            )
        ]
