from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import servqual as kernel

#: Written by the analysis itself, from what was asked or promised.
AUTOMATIC = ("promise", "servqual", "understanding")


class AftersalesGapMeasure(models.Model):
    """A value beside what is due, for one gap."""

    _name = "aftersales.gap.measure"
    _description = "Measure of a Gap"
    _inherit = ["aftersales.gap.part.mixin", "aftersales.metric.mixin"]
    _order = "line_id, source, id"
    _check_company_auto = True

    line_id = fields.Many2one(
        "aftersales.gap.line", required=True, index=True, ondelete="cascade"
    )
    analysis_id = fields.Many2one(related="line_id.analysis_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    source = fields.Selection(
        [
            ("metric", "Metric"),
            ("manual", "Entered"),
            ("promise", "Promise"),
            ("servqual", "Expectation and Perception"),
            ("understanding", "Expectation Understood"),
        ],
        required=True,
        default="metric",
    )
    is_automatic = fields.Boolean(compute="_compute_is_automatic")
    name = fields.Char(
        "Measure",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    promise_id = fields.Many2one(
        "aftersales.promise", index="btree_not_null", ondelete="set null"
    )
    dimension_id = fields.Many2one(
        "aftersales.servqual.dimension", index="btree_not_null", ondelete="restrict"
    )
    unit = fields.Char()
    is_more_better = fields.Boolean("More Is Better", default=True)
    expected = fields.Float("Due Value", digits=(16, 4))
    entered = fields.Float("Entered Value", digits=(16, 4))
    measured = fields.Float("Value Read", digits=(16, 4), readonly=True)
    is_measured = fields.Boolean("Was Read", readonly=True)
    actual = fields.Float(compute="_compute_gap", store=True, digits=(16, 4))
    gap = fields.Float(
        "Difference",
        compute="_compute_gap",
        store=True,
        digits=(16, 4),
        help="Below zero the actual value is worse than what is due.",
    )
    has_gap = fields.Boolean("Counts", compute="_compute_gap", store=True)
    gap_share = fields.Float(
        "Gap (%)", compute="_compute_gap", store=True, digits=(16, 2)
    )
    note = fields.Char()

    _FLOW_FIELDS = frozenset(("measured", "is_measured", "promise_id", "dimension_id"))
    _FIXED_FIELDS = frozenset(("line_id",))

    @api.depends("source")
    def _compute_is_automatic(self):
        for measure in self:
            measure.is_automatic = measure.source in AUTOMATIC

    @api.depends("metric_code")
    def _compute_name(self):
        for measure in self:
            measure.name = measure._get_metric().get("name") or measure.name

    @api.depends(
        "source", "expected", "entered", "measured", "is_measured", "is_more_better"
    )
    def _compute_gap(self):
        for measure in self:
            is_manual = measure.source == "manual"
            measure.actual = measure.entered if is_manual else measure.measured
            difference = measure.actual - measure.expected
            measure.gap = difference if measure.is_more_better else -difference
            share = kernel.relative_gap(
                measure.expected, measure.actual, measure.is_more_better
            )
            measure.has_gap = share is not None and (is_manual or measure.is_measured)
            measure.gap_share = float(kernel.rounded(share or 0))

    @api.constrains("source", "metric_code", "name")
    def _check_metric(self):
        Metric = self.env["aftersales.metric"]
        for measure in self:
            if measure.source == "metric" and not measure._get_metric():
                raise UserError(Metric._get_metric_gap(measure.metric_code))
            if not measure.name:
                raise UserError(self.env._("Name what the measure is about."))

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse typed measures of what the system reads itself."""
        if not self._is_flow():
            default = self.env.context.get("default_source")
            self._check_typed({vals.get("source", default) for vals in vals_list})
        measures = super().create(vals_list)
        measures.filtered(lambda m: m.source == "metric")._read_metrics()
        return measures

    def write(self, vals):
        """Read a metric again when another one is chosen."""
        if not self._is_flow() and set(vals) - {"note"}:
            self._check_typed({*self.mapped("source"), vals.get("source")})
        res = super().write(vals)
        if {"metric_code", "source"} & set(vals):
            self.filtered(lambda m: m.source == "metric")._read_metrics()
        return res

    def _check_typed(self, sources):
        """Refuse to type what surveys and promises say.

        :raise UserError: naming the way to it
        """
        if set(AUTOMATIC) & sources:
            raise UserError(
                self.env._(
                    "Values of promises and surveys are read by the system: use the "
                    "button that measures the gaps."
                )
            )

    def _read_metrics(self):
        """Read the chosen metrics for the period and units of the analysis."""
        for analysis, measures in self.grouped("analysis_id").items():
            # A figure counts all records of points that the user may read.
            points = analysis._get_points()
            points.check_access("read")
            metric_sudo = (
                self.env["aftersales.metric"].sudo().with_company(analysis.company_id)
            )
            values = metric_sudo._compute_metrics(
                sorted(set(measures.mapped("metric_code"))),
                points.sudo(),
                analysis.date_from,
                analysis.date_to,
            )
            for measure in measures:
                measure._write_flow(
                    measure._prepare_metric_vals(values[measure.metric_code])
                )

    def _prepare_metric_vals(self, by_point):
        """Values read from the figures of the points, summed before dividing."""
        metric = self._get_metric()
        pairs = list((by_point or {}).values())
        numerator = sum(kernel.exact(num) for num, _den in pairs)
        denominator = sum(kernel.exact(den) for _num, den in pairs)
        factor = 100 if metric["unit"] == "%" else 1
        value = numerator * factor / denominator if denominator else 0
        return {
            "unit": metric["unit"],
            "is_more_better": metric["direction"] == "up",
            "measured": float(kernel.rounded(value, 4)),
            "is_measured": bool(denominator),
        }
