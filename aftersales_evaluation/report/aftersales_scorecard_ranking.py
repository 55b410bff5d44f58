from odoo import api, fields, models
from odoo.tools import SQL


class AftersalesScorecardRanking(models.Model):
    """Rank of every rated scorecard within its set, period and company."""

    _name = "aftersales.scorecard.ranking"
    _description = "Scorecard Ranking"
    _inherit = ["aftersales.withheld.mixin", "aftersales.point.kind.mixin"]
    _auto = False
    _order = "date_from desc, set_id, position, id"
    _rec_name = "service_point_id"
    _depends = {
        "aftersales.scorecard": [
            "assessment",
            "company_id",
            "date_from",
            "date_to",
            "is_rated",
            "level_id",
            "period",
            "score",
            "service_point_id",
            "set_id",
            "state",
            "subject_type",
        ],
        "aftersales.service.point": ["centre_id", "kind"],
    }

    _WITHHELD_PATH = "scorecard_id."

    scorecard_id = fields.Many2one("aftersales.scorecard", readonly=True)
    set_id = fields.Many2one("aftersales.indicator.set", "Indicator Set", readonly=True)
    service_point_id = fields.Many2one("aftersales.service.point", readonly=True)
    centre_id = fields.Many2one("aftersales.service.point", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    subject_type = fields.Selection(
        [("centre", "Centre"), ("point", "Service Point")], readonly=True
    )
    assessment = fields.Selection(
        [("internal", "Internal Audit"), ("outside", "Outside Audit")],
        "Kind of Assessment",
        readonly=True,
    )
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    period = fields.Char(readonly=True)
    score = fields.Float(readonly=True, aggregator="avg")
    level_id = fields.Many2one("aftersales.scorecard.level", readonly=True)
    state = fields.Selection(
        [("draft", "Draft"), ("submitted", "Submitted"), ("approved", "Approved")],
        readonly=True,
    )
    position = fields.Integer("Rank", readonly=True, aggregator="min")
    competitor_count = fields.Integer("Of", readonly=True, aggregator="max")

    @property
    def _table_query(self):
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    @api.model
    def _select(self):
        """Columns; equal scores share the rank."""
        rivals = SQL(
            "s.company_id, s.set_id, s.assessment, s.subject_type, s.date_from, "
            "s.date_to"
        )
        return SQL(
            """
            SELECT s.id, s.id AS scorecard_id, s.set_id, s.service_point_id,
                   p.centre_id, s.company_id, s.subject_type, s.assessment,
                   s.date_from, s.date_to,
                   s.period, s.score, s.level_id, s.state,
                   RANK() OVER (PARTITION BY %(rivals)s ORDER BY s.score DESC)
                       AS position,
                   COUNT(*) OVER (PARTITION BY %(rivals)s) AS competitor_count
            """,
            rivals=rivals,
        )

    @api.model
    def _from(self):
        """Scorecards with their points."""
        return SQL(
            """
              FROM aftersales_scorecard s
              JOIN aftersales_service_point p ON p.id = s.service_point_id
            """
        )

    @api.model
    def _where(self):
        """Live scorecards that have a score; nobody is ranked by his own word."""
        return SQL(
            "WHERE s.is_rated AND s.state != 'cancelled' AND s.assessment != 'self' "
            "AND s.subject_type IN ('centre', 'point')"
        )

    def action_open_scorecard(self):
        """Open the scorecard behind a rank."""
        return self.scorecard_id._get_records_action()
