from odoo import fields, models


class AftersalesServicePoint(models.Model):
    """Awards and proposals in the file of a point."""

    _inherit = "aftersales.service.point"

    award_ids = fields.One2many("aftersales.award", "service_point_id")
    award_count = fields.Integer(compute="_compute_award_count")
    ranking_position = fields.Integer(
        "Last Rank", compute="_compute_ranking_position", help="0: not ranked yet."
    )

    def _compute_award_count(self):
        Award = self.env["aftersales.award"]
        counts = {}
        if Award.has_access("read"):
            counts = self._count_by_point(
                Award,
                [
                    ("service_point_id", "in", self.ids),
                    ("state", "=", "released"),
                ],
            )
        for point in self:
            point.award_count = counts.get(point._origin, 0)

    def _compute_ranking_position(self):
        Line = self.env["aftersales.ranking.line"]
        last = {}
        if Line.has_access("read"):
            rows = Line.search_fetch(
                [
                    ("service_point_id", "in", self.ids),
                    ("staff_id", "=", False),
                    ("state", "=", "released"),
                ],
                ["service_point_id", "position"],
                order="date_to, id",
            )
            last = {line.service_point_id.id: line.position for line in rows}
        for point in self:
            point.ranking_position = last.get(point._origin.id, 0)

    def action_view_awards(self):
        """Open the awards of the point and its people."""
        return self._get_related_action(
            "aftersales.award", self.env._("Awards"), "list,kanban,form,pivot,graph"
        )

    def action_view_ranking_lines(self):
        """Open the places that the point has held."""
        return self._get_related_action(
            "aftersales.ranking.line",
            self.env._("Places in Rankings"),
            "list,graph,pivot",
        )
