from odoo import fields, models


class AftersalesServicePoint(models.Model):
    _inherit = "aftersales.service.point"

    scorecard_ids = fields.One2many("aftersales.scorecard", "service_point_id")
    scorecard_count = fields.Integer(compute="_compute_scorecards")
    last_score = fields.Float(compute="_compute_scorecards")
    last_score_level_id = fields.Many2one(
        "aftersales.scorecard.level", "Last Level", compute="_compute_scorecards"
    )

    def _compute_scorecards(self):
        Scorecard = self.env["aftersales.scorecard"]
        mine = [
            ("service_point_id", "in", self.ids),
            ("subject_type", "in", ("point", "centre")),
        ]
        counts = self._count_by_point(Scorecard, mine)
        last = self._get_last_scorecards(mine)
        for point in self:
            card = last.get(point._origin.id, Scorecard)
            point.scorecard_count = counts.get(point._origin, 0)
            point.last_score = card.score
            point.last_score_level_id = card.level_id

    def _get_last_scorecards(self, domain):
        """Newest approved audit: ``{point id: scorecard}``."""
        rows = self.env["aftersales.scorecard"].search_fetch(
            [
                *domain,
                ("state", "=", "approved"),
                ("is_rated", "=", True),
                ("assessment", "!=", "self"),
            ],
            ["service_point_id", "score", "level_id"],
            order="date_to, id",
        )
        return {card.service_point_id.id: card for card in rows}

    def action_view_scorecards(self):
        """Open the scorecards of the point."""
        return self._get_related_action(
            "aftersales.scorecard",
            self.env._("Scorecards"),
            "list,kanban,graph,pivot,form",
        )
