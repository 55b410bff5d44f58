from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import promise as promise_kernel


class AftersalesBenchmarkPosition(models.Model):
    """Our own promise and score on one item in one period.

    The score is taken from a metric or typed with its source and day. A closed
    period stays as it was; the next one is a new row, so that history is kept.
    """

    _name = "aftersales.benchmark.position"
    _description = "Own Position in the Comparison"
    _inherit = ["aftersales.flow.mixin"]
    _order = "date_from desc, item_sequence, item_id, id"
    _check_company_auto = True

    item_id = fields.Many2one(
        "aftersales.benchmark.item",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    item_sequence = fields.Integer(related="item_id.sequence", store=True)
    company_id = fields.Many2one(
        related="item_id.company_id", store=True, index=True, precompute=True
    )
    direction = fields.Selection(related="item_id.direction")
    unit = fields.Char(related="item_id.unit")
    metric_code = fields.Char(related="item_id.metric_code")
    date_from = fields.Date("From", required=True, index=True)
    date_to = fields.Date("To", required=True)
    period = fields.Char(compute="_compute_period")
    is_closed = fields.Boolean("Closed", readonly=True, copy=False)
    promise_text = fields.Text("Our Promise")
    has_promise_value = fields.Boolean("Promised Value Known")
    promise_value = fields.Float("Promised Value", digits=(16, 2), aggregator="avg")
    has_score = fields.Boolean("Score Known")
    score = fields.Float("Our Score", digits=(16, 2), aggregator="avg")
    score_origin = fields.Selection(
        [("metric", "Metric"), ("typed", "Typed")], readonly=True, copy=False
    )
    source = fields.Char(help="Where our own score comes from.")
    source_date = fields.Date("As of")
    numerator = fields.Float(readonly=True, copy=False)
    denominator = fields.Float(readonly=True, copy=False)
    benchmark_ids = fields.One2many(
        "aftersales.benchmark", "position_id", "Competitors"
    )
    behind_count = fields.Integer(
        "Behind How Many", compute="_compute_behind_count", store=True
    )

    _FLOW_FIELDS = frozenset(("is_closed", "score_origin", "numerator", "denominator"))
    _SCORE_FIELDS = frozenset(("has_score", "score", "source", "source_date"))

    _period_uniq = models.UniqueIndex(
        "(item_id, date_from, date_to)",
        "This item is compared in this period already.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A period cannot end before it begins."
    )

    @api.depends("date_from", "date_to")
    @api.depends_context("lang")
    def _compute_period(self):
        for position in self:
            position.period = self._get_period_name(
                position.date_from, position.date_to
            )

    @api.model
    def _get_period_name(self, date_from, date_to):
        """A period in the reader's language."""
        days = (date_from, date_to)
        return " – ".join(format_date(self.env, day) for day in days if day)

    @api.depends("benchmark_ids.is_behind")
    def _compute_behind_count(self):
        for position in self:
            position.behind_count = len(position.benchmark_ids.filtered("is_behind"))

    @api.depends("item_id.name", "period")
    def _compute_display_name(self):
        for position in self:
            position.display_name = f"{position.item_id.name}, {position.period}"

    @api.onchange("score")
    def _onchange_score(self):
        if self.score:
            self.has_score = True

    @api.onchange("item_id")
    def _onchange_item_id(self):
        for name, value in self._prepare_promise_vals(self.item_id).items():
            self[name] = value

    @api.model
    def _prepare_promise_vals(self, item):
        """Our published promise on an item: text and value."""
        promise = item.promise_id
        if not promise:
            return {}
        return {
            "promise_text": promise.text or promise.name,
            "has_promise_value": True,
            "promise_value": promise.target_value,
        }

    @api.model_create_multi
    def create(self, vals_list):
        """Take over the promise where none is entered."""
        positions = super().create(vals_list)
        positions._mark_typed()
        return positions

    def write(self, vals):
        """A typed score is no metric any more."""
        flow = self._is_flow() and self.env.context.get("aftersales_flow")
        if not flow and set(vals) - {"benchmark_ids"}:
            self._check_open()
        result = super().write(vals)
        if not flow and self._SCORE_FIELDS & set(vals):
            self._mark_typed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_open()

    def _mark_typed(self):
        """Note that the score was typed, and ask where it was found.

        :raise UserError: a score without source or day
        """
        for position in self.filtered("has_score"):
            if not (position.source and position.source_date):
                raise UserError(
                    self.env._(
                        "%(position)s: enter where our own score comes from and of "
                        "which day it is, or take it from the metric.",
                        position=position.display_name,
                    )
                )
        self.filtered("has_score")._write_flow(
            {"score_origin": "typed", "numerator": 0, "denominator": 0}
        )

    def _check_open(self):
        """Refuse changes of a closed period.

        :raise UserError: naming the item and the period
        """
        closed = self.filtered("is_closed")[:1]
        if closed:
            raise UserError(
                self.env._(
                    "%(position)s is closed and stays as it was. Enter what is new in "
                    "a new period.",
                    position=closed.display_name,
                )
            )

    # -- steps -----------------------------------------------------------------------

    def action_take_metric(self):
        """Take our scores from the metrics of the items.

        :raise UserError: an item without metric, or nothing to measure
        """
        self.check_access("write")
        self._check_open()
        for (company, date_from, date_to), group in self.grouped(
            lambda p: (p.company_id, p.date_from, p.date_to)
        ).items():
            group._take_metric(company, date_from, date_to)

    def _take_metric(self, company, date_from, date_to):
        """Scores of one company and period, each metric computed once."""
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        # A figure of the company counts all of its points.
        points_sudo = Point.sudo().search([("company_id", "=", company.id)])
        metric_sudo = self.env["aftersales.metric"].sudo().with_company(company)
        catalog = metric_sudo._get_metric_catalog()
        codes = sorted({code for code in self.mapped("metric_code") if code})
        values = metric_sudo._compute_metrics(codes, points_sudo, date_from, date_to)
        for position in self:
            pairs = values.get(position.metric_code)
            unit = catalog.get(position.metric_code, {}).get("unit")
            measure = promise_kernel.measure(
                None if pairs is None else pairs.values(), unit, ">=", 0
            )
            if measure.status != "measured":
                raise UserError(position._get_metric_refusal(measure.status))
            position._write_flow(position._prepare_metric_vals(measure))

    def _get_metric_refusal(self, status):
        """Why no score can be taken from the metric."""
        if not self.metric_code:
            return self.env._(
                "%(position)s has no metric. Choose one on the item, or type the "
                "score with its source.",
                position=self.display_name,
            )
        if status == "no_data":
            return self.env._(
                "%(position)s: there is nothing to measure in this period.",
                position=self.display_name,
            )
        return self.env._(
            "%(position)s: no installed module measures %(code)s.",
            position=self.display_name,
            code=self.metric_code,
        )

    def _prepare_metric_vals(self, measure):
        """Values of a score that was measured just now."""
        return {
            "has_score": True,
            "score": float(measure.value),
            "score_origin": "metric",
            "source": self.item_id.metric_name or self.metric_code,
            "source_date": self.company_id._get_aftersales_today(),
            "numerator": float(measure.numerator),
            "denominator": float(measure.denominator),
        }

    def action_close(self):
        """Close the periods: their figures stay as they are."""
        self.check_access("write")
        self._check_open()
        self._write_flow({"is_closed": True})

    def _get_matrix(self):
        """Matrices of the positions, one for each company and period.

        :return: list of ``{"company", "period", "competitors", "rows"}``; a row has
            the position and one cell for each competitor, empty where nothing is
            known
        """
        return [
            group._get_period_matrix()
            for group in self.grouped(
                lambda p: (p.company_id, p.date_from, p.date_to)
            ).values()
        ]

    def _get_period_matrix(self):
        """Matrix of positions of one company and period."""
        lines = self.benchmark_ids
        competitors = lines.competitor_id.sorted()
        cells = {(line.position_id, line.competitor_id): line for line in lines}
        empty = lines.browse()
        return {
            "company": self.company_id,
            "period": self[:1].period,
            "competitors": competitors,
            "rows": [
                (position, [cells.get((position, c), empty) for c in competitors])
                for position in self.sorted()
            ],
        }
