from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

from ..tools import scoring

MEASURED_EXCLUSIONS = [
    ("not_available", "Metric Not Available"),
    ("no_activity", "No Activity"),
    ("small_sample", "Below Minimum Sample"),
]


class AftersalesScorecardLine(models.Model):
    """Finding on one indicator, with the points it loses and why."""

    _name = "aftersales.scorecard.line"
    _description = "Scorecard Line"
    _order = "scorecard_id, sort_key, id"
    _rec_name = "indicator_id"
    _check_company_auto = True

    #: Filled from records; whoever scores may not type them.
    _MEASURED_FIELDS = frozenset(
        ("metric_numerator", "metric_denominator", "exclusion_kind")
    )
    #: Computed by the kernel; nobody types them.
    _RESULT_FIELDS = frozenset(
        (
            "points",
            "points_lost",
            "points_applicable",
            "outcome",
            "metric_value",
            "kind",
            "section_id",
            "sort_key",
            "company_id",
            "service_point_id",
        )
    )

    scorecard_id = fields.Many2one(
        "aftersales.scorecard", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="scorecard_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="scorecard_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    state = fields.Selection(related="scorecard_id.state")
    indicator_id = fields.Many2one(
        "aftersales.indicator",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('set_id', '=', parent.set_id), ('is_scored', '=', True)]",
    )
    section_id = fields.Many2one(
        related="indicator_id.section_id", store=True, precompute=True
    )
    sort_key = fields.Char(related="indicator_id.sort_key", store=True, precompute=True)
    kind = fields.Selection(related="indicator_id.kind", store=True, precompute=True)
    points = fields.Float(
        related="indicator_id.points", store=True, precompute=True, aggregator="sum"
    )
    unit = fields.Selection(related="indicator_id.unit")
    is_excluded = fields.Boolean("Excluded")
    exclusion_kind = fields.Selection(
        MEASURED_EXCLUSIONS,
        "Measured Exclusion",
        readonly=True,
        help="Why a metric cannot be rated; empty where the auditor excludes.",
    )
    exclusion_reason = fields.Char("Reason of Exclusion")
    conformity = fields.Selection(
        [("yes", "Conforming"), ("no", "Non-conforming")], "Result"
    )
    is_conforming = fields.Boolean(
        "Conforming",
        compute="_compute_is_conforming",
        inverse="_inverse_is_conforming",
        store=True,
        precompute=True,
        help="No non-conformity was found.",
    )
    sample_count = fields.Integer("Samples", aggregator="sum")
    nonconforming_count = fields.Integer("Non-conforming", aggregator="sum")
    metric_numerator = fields.Float("Numerator", readonly=True, aggregator="sum")
    metric_denominator = fields.Float("Denominator", readonly=True, aggregator="sum")
    metric_value = fields.Float(
        "Value",
        compute="_compute_metric_value",
        store=True,
        precompute=True,
        aggregator=None,
    )
    outcome = fields.Selection(
        [
            ("pending", "Not Judged Yet"),
            ("qualitative_kept", "Conforming"),
            ("qualitative_lost", "Non-conforming"),
            ("sampled", "Sampled"),
            ("metric", "Measured"),
            ("excluded", "Not Applicable"),
            *MEASURED_EXCLUSIONS,
        ],
        compute="_compute_result",
        store=True,
        precompute=True,
    )
    points_applicable = fields.Float(
        "Applicable Points", compute="_compute_result", store=True, precompute=True
    )
    points_lost = fields.Float(compute="_compute_result", store=True, precompute=True)
    explanation = fields.Text(compute="_compute_explanation")
    finding = fields.Text()
    attachment_ids = fields.Many2many("ir.attachment", string="Proof")

    _indicator_uniq = models.UniqueIndex(
        "(scorecard_id, indicator_id)",
        "An indicator can stand on a scorecard only once.",
    )
    _samples_range = models.Constraint(
        "CHECK (nonconforming_count >= 0 AND nonconforming_count <= sample_count)",
        "The non-conforming samples must be between 0 and the number of samples.",
    )

    @api.depends("conformity")
    def _compute_is_conforming(self):
        for line in self:
            line.is_conforming = line.conformity != "no"

    def _inverse_is_conforming(self):
        for line in self:
            line.conformity = "yes" if line.is_conforming else "no"

    @api.depends("metric_numerator", "metric_denominator", "indicator_id.unit")
    def _compute_metric_value(self):
        for line in self:
            line.metric_value = (
                line.metric_numerator
                / line.metric_denominator
                * line.indicator_id._get_factor()
                if line.metric_denominator
                else 0
            )

    @api.depends(
        "kind",
        "points",
        "is_excluded",
        "exclusion_kind",
        "conformity",
        "sample_count",
        "nonconforming_count",
        "metric_numerator",
        "metric_denominator",
        "indicator_id.target",
        "indicator_id.direction",
        "indicator_id.unit",
        "indicator_id.min_sample",
    )
    def _compute_result(self):
        for line in self:
            result = line._get_result()
            line.outcome = result.outcome
            line.points_lost = float(result.lost)
            line.points_applicable = float(result.points) if result.is_applicable else 0

    @api.depends("outcome", "points_lost", "exclusion_reason", "metric_value")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for line in self:
            result = line._get_result()
            line.explanation = getattr(line, f"_explain_{result.outcome}")(result)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_no_typed_results(vals)
        cleaned = self
        if not self.env.su:
            guarded = self._RESULT_FIELDS | self._MEASURED_FIELDS
            cleaned = without_guarded_defaults(self, guarded)
        lines = super(AftersalesScorecardLine, cleaned).create(vals_list)
        lines.scorecard_id._check_draft()
        lines._check_sets()
        lines.scorecard_id._add_judge()
        return lines

    def write(self, vals):
        self._check_no_typed_results(vals)
        self.scorecard_id._check_draft()
        is_moved = {"indicator_id", "scorecard_id"} & set(vals)
        if is_moved:
            self.check_access("write")
            self._check_stays()
        result = super().write(vals)
        if is_moved:
            self.scorecard_id._check_draft()
            self._check_sets()
        self.scorecard_id._add_judge()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.scorecard_id._check_draft()
        self._check_stays()

    def _check_stays(self):
        """Refuse to take an indicator off its scorecard.

        Its points would leave the score without a reason that the head of service
        could see.
        """
        if self and not self.env.su:
            raise UserError(
                self.env._(
                    "%(node)s stays on scorecard %(card)s. Exclude it and give the "
                    "reason instead.",
                    node=self[0].indicator_id.display_name,
                    card=self[0].scorecard_id.name,
                )
            )

    def _check_no_typed_results(self, vals):
        """Refuse values for what is measured or computed."""
        typed = self._RESULT_FIELDS & set(vals)
        if not self.env.su:
            typed |= self._MEASURED_FIELDS & set(vals)
        if typed:
            raise UserError(
                self.env._(
                    "Figures of a metric, points and results of a scorecard line are "
                    "computed and cannot be entered."
                )
            )

    def _check_sets(self):
        """Only scored indicators of its own set stand on a scorecard."""
        for line in self:
            if line.indicator_id.set_id != line.scorecard_id.set_id:
                raise ValidationError(
                    self.env._(
                        "%(node)s does not belong to the set of scorecard %(card)s.",
                        node=line.indicator_id.display_name,
                        card=line.scorecard_id.name,
                    )
                )
            if not line.indicator_id.is_scored:
                raise ValidationError(
                    self.env._(
                        "%(node)s is not scored itself and cannot stand on scorecard "
                        "%(card)s.",
                        node=line.indicator_id.display_name,
                        card=line.scorecard_id.name,
                    )
                )

    def _get_leaf(self):
        """What the kernel has to know about this line.

        Sample counts that are being typed may be out of range until they are
        saved, which a constraint refuses; the preview keeps them inside.
        """
        self.ensure_one()
        indicator = self.indicator_id
        samples = max(self.sample_count, 0)
        return scoring.Leaf(
            points=str(self.points),
            kind=self.kind or "qualitative",
            excluded=(self.exclusion_kind or "excluded") if self.is_excluded else None,
            conforming=self.conformity == "yes" if self.conformity else None,
            samples=samples,
            nonconforming=min(max(self.nonconforming_count, 0), samples),
            numerator=self.metric_numerator,
            denominator=self.metric_denominator,
            factor=indicator._get_factor(),
            target=str(indicator.target),
            direction=indicator.direction or "up",
            min_sample=indicator.min_sample,
        )

    def _get_result(self):
        """Exact result of the scoring kernel."""
        return scoring.score_leaf(self._get_leaf())

    def _explain_pending(self, result):
        if self.kind == "sampled":
            return self.env._("No sample was entered yet.")
        return self.env._("Not judged yet.")

    def _explain_excluded(self, result):
        return self.env._(
            "Excluded: its %(points)s points leave both sums. Reason: %(reason)s",
            points=scoring.figure(result.points),
            reason=self.exclusion_reason or "–",
        )

    def _explain_not_available(self, result):
        return self.env._(
            "Not available: no installed module offers the metric %(code)s for this "
            "subject; its %(points)s points leave both sums.",
            code=self.indicator_id.metric_code or "?",
            points=scoring.figure(result.points),
        )

    def _explain_no_activity(self, result):
        return self.env._(
            "No case in the period; the %(points)s points leave both sums.",
            points=scoring.figure(result.points),
        )

    def _explain_small_sample(self, result):
        return self.env._(
            "Cases: %(count)s, fewer than the minimum sample of %(minimum)s; the "
            "%(points)s points leave both sums.",
            count=scoring.figure(result.figures["denominator"]),
            minimum=result.figures["min_sample"],
            points=scoring.figure(result.points),
        )

    def _explain_qualitative_kept(self, result):
        return self.env._(
            "Conforming: 0 of %(points)s points lost.",
            points=scoring.figure(result.points),
        )

    def _explain_qualitative_lost(self, result):
        return self.env._(
            "Non-conforming: all %(points)s points lost.",
            points=scoring.figure(result.points),
        )

    def _explain_sampled(self, result):
        return self.env._(
            "%(bad)s of %(samples)s samples non-conforming: %(points)s × %(bad)s ÷ "
            "%(samples)s = %(lost)s points lost.",
            bad=result.figures["nonconforming"],
            samples=result.figures["samples"],
            points=scoring.figure(result.points),
            lost=scoring.figure(result.lost),
        )

    def _explain_metric(self, result):
        """Sentence of a measured line; one without points is for information."""
        figures = result.figures
        measured = self.env._(
            "Measured %(numerator)s ÷ %(denominator)s = %(value)s.",
            numerator=scoring.figure(figures["numerator"]),
            denominator=scoring.figure(figures["denominator"]),
            value=self._with_unit(figures["value"]),
        )
        if not result.points:
            information = self.env._("For information, no points.")
            return f"{measured} {information}"
        return f"{measured} {self._explain_attainment(result)}"

    def _explain_attainment(self, result):
        """Sentence on how much of the target was reached."""
        figures = {
            "target": self._with_unit(result.figures["target"]),
            "attainment": scoring.figure(result.figures["attainment"]),
            "points": scoring.figure(result.points),
            "lost": scoring.figure(result.lost),
        }
        if self.indicator_id.direction == "down":
            return self.env._(
                "Target at most %(target)s, reached to %(attainment)s %%: %(lost)s of "
                "%(points)s points lost.",
                **figures,
            )
        return self.env._(
            "Target at least %(target)s, reached to %(attainment)s %%: %(lost)s of "
            "%(points)s points lost.",
            **figures,
        )

    def _with_unit(self, value):
        """Figure with its unit, as people read it."""
        self.ensure_one()
        text = scoring.figure(value)
        if self.unit in ("money", "number", False):
            return text
        labels = dict(self._fields["unit"]._description_selection(self.env))
        return f"{text} {labels[self.unit]}"

    def action_open_records(self):
        """Open the records behind a measured figure."""
        self.ensure_one()
        card = self.scorecard_id
        points = card._get_metric_points()[card]
        return self.indicator_id.action_open_metric_records(
            points, card.date_from, card.date_to
        )
