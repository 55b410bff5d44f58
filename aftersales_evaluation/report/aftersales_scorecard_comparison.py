from odoo import api, fields, models
from odoo.tools import SQL

OUTCOMES = [
    ("pending", "Not Judged Yet"),
    ("qualitative_kept", "Conforming"),
    ("qualitative_lost", "Non-conforming"),
    ("sampled", "Sampled"),
    ("metric", "Measured"),
    ("excluded", "Not Applicable"),
    ("not_available", "Metric Not Available"),
    ("no_activity", "No Activity"),
    ("small_sample", "Below Minimum Sample"),
]


class AftersalesScorecardComparison(models.Model):
    """Self-assessment and audit side by side, one row per indicator.

    An audit is compared with the self-assessment of the same set and subject whose
    period overlaps; the same period comes first, then the latest.
    """

    _name = "aftersales.scorecard.comparison"
    _description = "Comparison of Self-Assessment and Audit"
    _inherit = ["aftersales.withheld.mixin"]
    _auto = False
    _order = "scorecard_id desc, sort_key, id"
    _rec_name = "indicator_id"
    _depends = {
        "aftersales.scorecard": [
            "assessment",
            "company_id",
            "date_from",
            "date_to",
            "service_point_id",
            "set_id",
            "staff_id",
            "state",
            "subject_type",
        ],
        "aftersales.scorecard.line": [
            "indicator_id",
            "outcome",
            "points",
            "points_applicable",
            "points_lost",
            "scorecard_id",
            "section_id",
            "sort_key",
        ],
    }

    _WITHHELD_PATH = "scorecard_id."

    scorecard_id = fields.Many2one("aftersales.scorecard", "Audit", readonly=True)
    self_scorecard_id = fields.Many2one(
        "aftersales.scorecard", "Self-Assessment", readonly=True
    )
    line_id = fields.Many2one(
        "aftersales.scorecard.line", "Line of the Audit", readonly=True
    )
    self_line_id = fields.Many2one(
        "aftersales.scorecard.line", "Line of the Self-Assessment", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    service_point_id = fields.Many2one("aftersales.service.point", readonly=True)
    subject_type = fields.Selection(
        [
            ("company", "Company"),
            ("centre", "Centre"),
            ("point", "Service Point"),
            ("person", "Person"),
        ],
        readonly=True,
    )
    set_id = fields.Many2one("aftersales.indicator.set", "Indicator Set", readonly=True)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    section_id = fields.Many2one("aftersales.indicator", readonly=True)
    indicator_id = fields.Many2one("aftersales.indicator", readonly=True)
    sort_key = fields.Char(readonly=True)
    points = fields.Float(readonly=True, aggregator="sum")
    self_outcome = fields.Selection(OUTCOMES, "Self: Result", readonly=True)
    audit_outcome = fields.Selection(OUTCOMES, "Audit: Result", readonly=True)
    self_kept = fields.Float("Self: Points Kept", readonly=True, aggregator="sum")
    audit_kept = fields.Float("Audit: Points Kept", readonly=True, aggregator="sum")
    difference = fields.Float(
        readonly=True,
        aggregator="sum",
        help="Points kept by the self-assessment less those kept by the audit: above "
        "zero, the unit rated itself too well.",
    )
    is_different = fields.Boolean("Different", readonly=True)
    difference_count = fields.Integer("Differences", readonly=True, aggregator="sum")
    self_finding = fields.Text("Self: Finding", related="self_line_id.finding")
    audit_finding = fields.Text("Audit: Finding", related="line_id.finding")

    @property
    def _table_query(self):
        return SQL("%s %s %s", self._select(), self._from(), self._where())

    @api.model
    def _select(self):
        """Columns; sums of fractions are compared to the sixth decimal."""
        kept = "{0}.points_applicable - {0}.points_lost"
        differs = SQL(
            "(sl.outcome != l.outcome OR "
            "ROUND((sl.points_lost - l.points_lost)::numeric, 6) != 0)"
        )
        return SQL(
            """
            SELECT l.id, l.id AS line_id, sl.id AS self_line_id,
                   a.id AS scorecard_id, s.id AS self_scorecard_id,
                   a.company_id, a.service_point_id, a.subject_type, a.set_id,
                   a.date_from, a.date_to, l.section_id, l.indicator_id, l.sort_key,
                   l.points, sl.outcome AS self_outcome, l.outcome AS audit_outcome,
                   %(ours)s AS self_kept, %(theirs)s AS audit_kept,
                   (%(ours)s) - (%(theirs)s) AS difference,
                   %(differs)s AS is_different, %(differs)s::int AS difference_count
            """,
            ours=SQL(kept.format("sl")),
            theirs=SQL(kept.format("l")),
            differs=differs,
        )

    @api.model
    def _from(self):
        """Audits with the self-assessment that fits best, line by line."""
        return SQL(
            """
              FROM aftersales_scorecard a
              JOIN LATERAL (
                   SELECT s.id
                     FROM aftersales_scorecard s
                    WHERE s.assessment = 'self' AND s.state != 'cancelled'
                      AND s.set_id = a.set_id AND s.company_id = a.company_id
                      AND s.subject_type = a.subject_type
                      AND s.service_point_id IS NOT DISTINCT FROM a.service_point_id
                      AND s.staff_id IS NOT DISTINCT FROM a.staff_id
                      AND s.date_from <= a.date_to AND s.date_to >= a.date_from
                    ORDER BY (s.date_from, s.date_to) = (a.date_from, a.date_to) DESC,
                          s.date_to DESC, s.id DESC
                    LIMIT 1
                   ) s ON TRUE
              JOIN aftersales_scorecard_line l ON l.scorecard_id = a.id
              JOIN aftersales_scorecard_line sl
                ON sl.scorecard_id = s.id AND sl.indicator_id = l.indicator_id
            """
        )

    @api.model
    def _where(self):
        """Live audits."""
        return SQL("WHERE a.assessment != 'self' AND a.state != 'cancelled'")

    def action_open_audit(self):
        """Open the audit behind a row."""
        return self.scorecard_id._get_records_action()
