from odoo import api, fields, models

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import servqual as kernel
from .aftersales_gap_analysis import GAPS


class AftersalesGapPartMixin(models.AbstractModel):
    """Parts of a gap analysis stay as they are once it is closed."""

    _name = "aftersales.gap.part.mixin"
    _description = "Part of a Gap Analysis"
    _inherit = ["aftersales.flow.mixin"]

    _FLOW_FIELDS = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        """Add parts to open analyses only."""
        parts = super().create(vals_list)
        parts._check_analysis_open()
        return parts

    def write(self, vals):
        """Change parts of open analyses only."""
        if not self._is_flow():
            self._check_analysis_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_analysis_open()

    def _check_analysis_open(self):
        """Refuse changes of closed analyses.

        :raise UserError: naming the analysis and its state
        """
        # The owner of an action may not read the analysis around it.
        self.sudo().analysis_id._check_flow_state("draft", "running")


class AftersalesGapLine(models.Model):
    """One of the five gaps of an analysis."""

    _name = "aftersales.gap.line"
    _description = "Service Quality Gap"
    _inherit = ["aftersales.gap.part.mixin"]
    _order = "analysis_id desc, sequence, id"
    _check_company_auto = True

    analysis_id = fields.Many2one(
        "aftersales.gap.analysis", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="analysis_id.company_id", store=True, index=True
    )
    state = fields.Selection(related="analysis_id.state", string="Status")
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(
        GAPS, "Kind of Gap", required=True, readonly=True, index=True
    )
    meaning = fields.Char("Between", compute="_compute_meaning")
    rating = fields.Selection(
        [
            ("none", "None"),
            ("small", "Small"),
            ("medium", "Medium"),
            ("large", "Large"),
        ],
        "Size of the Gap",
        help="Judgement on the measured values and the findings.",
    )
    observation = fields.Text("What the Gap Shows")
    measure_ids = fields.One2many("aftersales.gap.measure", "line_id", "Measures")
    finding_ids = fields.Many2many(
        "aftersales.finding",
        "aftersales_gap_line_finding_rel",
        "line_id",
        "finding_id",
        string="Findings",
        check_company=True,
    )
    finding_count = fields.Integer(compute="_compute_counts")
    action_ids = fields.One2many("aftersales.gap.action", "line_id", "Actions")
    action_count = fields.Integer(compute="_compute_counts")
    measured_count = fields.Integer(
        "Measured Values", compute="_compute_gap_value", store=True
    )
    gap_value = fields.Float(
        "Gap (%)",
        compute="_compute_gap_value",
        store=True,
        digits=(16, 2),
        aggregator="avg",
        help="Mean of the measured values, each as a share of what is due; below zero "
        "the service falls short.",
    )

    _FLOW_FIELDS = frozenset(("kind", "sequence"))
    _FIXED_FIELDS = frozenset(("analysis_id",))

    _kind_uniq = models.UniqueIndex(
        "(analysis_id, kind)", "An analysis has each gap once."
    )

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.display_name = labels.get(line.kind, "")

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_meaning(self):
        meanings = {
            "promise": self.env._("What was promised and what is delivered"),
            "understanding": self.env._(
                "What customers expect and what we believe they expect"
            ),
            "procedure": self.env._(
                "What we believe customers expect and what our rules demand"
            ),
            "conduct": self.env._("What our rules demand and what our people do"),
            "perception": self.env._("What customers expect and what they perceive"),
        }
        for line in self:
            line.meaning = meanings.get(line.kind, "")

    @api.depends("finding_ids", "action_ids")
    def _compute_counts(self):
        for line in self:
            line.finding_count = len(line.finding_ids)
            line.action_count = len(line.action_ids)

    @api.depends("measure_ids.gap_share", "measure_ids.has_gap")
    def _compute_gap_value(self):
        for line in self:
            measured = line.measure_ids.filtered("has_gap")
            shares = [kernel.exact(measure.gap_share) for measure in measured]
            line.measured_count = len(shares)
            line.gap_value = float(kernel.rounded(kernel.mean(shares) or 0))

    # -- measuring -----------------------------------------------------------------

    def _measure(self):
        """Replace what the system measures, and read the chosen metrics anew."""
        automatic = self.measure_ids.filtered("is_automatic")
        automatic.with_context(aftersales_flow=FLOW).unlink()
        vals_list = []
        for line in self:
            prepare = getattr(line, f"_prepare_{line.kind}_measures", list)
            vals_list += [{**vals, "line_id": line.id} for vals in prepare()]
        measures = self.env["aftersales.gap.measure"]
        measures.with_context(aftersales_flow=FLOW).create(vals_list)
        self.measure_ids.filtered(lambda m: m.source == "metric")._read_metrics()

    def _prepare_promise_measures(self):
        """Published promises of the period: what was told against what is measured."""
        analysis = self.analysis_id
        promises = self.env["aftersales.promise"].search(
            [
                ("company_id", "=", analysis.company_id.id),
                ("state", "=", "published"),
                ("date_from", "<=", analysis.date_to),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", analysis.date_from),
            ]
        )
        found = promises._get_measures(
            analysis._get_points(), analysis.date_from, analysis.date_to
        )
        return [
            {
                "source": "promise",
                "name": promise.name,
                "promise_id": promise.id,
                "unit": promise.unit,
                "expected": promise.target_value,
                "measured": measure.value or 0,
                "is_measured": measure.status == "measured",
                "is_more_better": promise.operator == ">=",
            }
            for promise, measure in found.items()
        ]

    def _prepare_perception_measures(self):
        """Expectation against perception of each dimension."""
        rows = self.analysis_id.campaign_id._get_dimension_results()
        return [
            self._prepare_survey_vals("servqual", row, row.expectation, row.perception)
            for row in rows.values()
        ]

    def _prepare_understanding_measures(self):
        """Customers' expectation against the one that the own people assume."""
        theirs = self.analysis_id.campaign_id._get_dimension_results()
        ours = self.analysis_id.own_campaign_id._get_dimension_results()
        return [
            self._prepare_survey_vals(
                "understanding", row, row.expectation, ours[code].expectation
            )
            for code, row in theirs.items()
            if code in ours
        ]

    def _prepare_survey_vals(self, source, row, expected, measured):
        """Values of a measure taken from a survey's dimension."""
        return {
            "source": source,
            "name": row.dimension_id.name,
            "dimension_id": row.dimension_id.id,
            "expected": expected,
            "measured": measured,
            "is_measured": True,
        }


class AftersalesSurveyCampaign(models.Model):
    _inherit = "aftersales.survey.campaign"

    def _get_dimension_results(self):
        """Results of the dimensions, by dimension; none without a campaign."""
        rows = self.result_ids.filtered(lambda row: row.kind == "dimension")
        return {row.dimension_id: row for row in rows}
