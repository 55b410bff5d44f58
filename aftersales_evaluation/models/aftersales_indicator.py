from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import scoring

#: Factor from the ratio of a metric to the figure that people read.
UNIT_FACTORS = {"%": 100}


class AftersalesIndicator(models.Model):
    """Node of an indicator set; nodes without parts are scored."""

    _name = "aftersales.indicator"
    _description = "Indicator"
    _parent_store = True
    _order = "set_id, sort_key, id"
    _rec_names_search = ["name", "code"]

    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        required=True,
        index=True,
        ondelete="cascade",
    )
    set_state = fields.Selection(related="set_id.state")
    company_id = fields.Many2one(related="set_id.company_id", store=True, index=True)
    parent_id = fields.Many2one(
        "aftersales.indicator",
        "Belongs to",
        index=True,
        ondelete="cascade",
        domain="[('set_id', '=', set_id)]",
        help="Left empty, it is found by the code: 5.1.2 belongs to 5.1.",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("aftersales.indicator", "parent_id", "Parts")
    section_id = fields.Many2one(
        "aftersales.indicator",
        compute="_compute_section",
        store=True,
        index="btree_not_null",
        recursive=True,
    )
    depth = fields.Integer(compute="_compute_section", store=True, recursive=True)
    code = fields.Char(required=True)
    sort_key = fields.Char(compute="_compute_sort_key", store=True, index=True)
    name = fields.Char(required=True, translate=True)
    keywords = fields.Char(translate=True, help="What an auditor looks for.")
    confidence = fields.Selection(
        [
            ("a", "A – primary text"),
            ("bp", "B+ – several agreeing sources"),
            ("b", "B – secondary source"),
            ("c", "C – from memory, likely"),
            ("d", "D – from memory, to be checked"),
            ("p", "P – proposal"),
        ],
        help="How firm the wording and place of this indicator are.",
    )
    points = fields.Float(digits=(8, 2), aggregator=None)
    points_parts = fields.Float(
        "Sum of Parts", digits=(8, 2), compute="_compute_points_parts"
    )
    points_difference = fields.Float(
        "Difference",
        digits=(8, 2),
        compute="_compute_points_parts",
        help="Points of the node less the sum of its parts. Above zero: still to be "
        "given; below zero: given too much.",
    )
    kind = fields.Selection(
        [
            ("qualitative", "Qualitative"),
            ("sampled", "Sampled"),
            ("metric", "Metric"),
        ],
        required=True,
        default="qualitative",
        help="Qualitative: a non-conformity loses all points. Sampled: the share of "
        "non-conforming samples is lost. Metric: the share of the target that is "
        "missed is lost.",
    )
    is_scored = fields.Boolean(compute="_compute_is_scored", store=True)
    metric_code = fields.Char()
    is_metric_available = fields.Boolean(
        "Metric Available", compute="_compute_is_metric_available"
    )
    target = fields.Float(digits=(12, 2), default=100, aggregator=None)
    direction = fields.Selection(
        [("up", "More is better"), ("down", "Less is better")], default="up"
    )
    unit = fields.Selection(
        [
            ("%", "%"),
            ("h", "Hours"),
            ("days", "Days"),
            ("number", "Count"),
            ("money", "Money"),
        ],
        default="%",
    )
    min_sample = fields.Integer(
        "Minimum Sample",
        aggregator=None,
        help="Below this number of cases the metric says nothing and is excluded.",
    )

    _code_set_uniq = models.UniqueIndex(
        "(set_id, code)", "The code of an indicator must be unique in its set."
    )
    _points_positive = models.Constraint(
        "CHECK (points >= 0)", "The points of an indicator cannot be negative."
    )
    _min_sample_positive = models.Constraint(
        "CHECK (min_sample >= 0)", "The minimum sample cannot be negative."
    )

    @api.depends("parent_id.section_id", "parent_id.depth")
    def _compute_section(self):
        for node in self:
            parent = node.parent_id
            node.section_id = parent.section_id or parent
            node.depth = parent.depth + 1 if parent else 0

    @api.depends("code")
    def _compute_sort_key(self):
        for node in self:
            node.sort_key = scoring.code_sort_key(node.code)

    @api.depends(
        "points",
        "set_id.indicator_ids.points",
        "set_id.indicator_ids.parent_id",
        "set_id.indicator_ids.code",
    )
    def _compute_points_parts(self):
        for indicator_set, nodes in self.grouped("set_id").items():
            sums = scoring.part_sums(indicator_set._get_points_nodes())
            for node in nodes:
                parts = sums.get(node._get_key())
                node.points_parts = float(parts or 0)
                node.points_difference = (
                    0
                    if parts is None
                    else float(scoring.exact(str(node.points)) - parts)
                )

    @api.depends("child_ids", "points", "kind")
    def _compute_is_scored(self):
        for node in self:
            node.is_scored = not node.child_ids and (
                node.points > 0 or node.kind == "metric"
            )

    @api.depends("metric_code", "kind")
    def _compute_is_metric_available(self):
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        for node in self:
            node.is_metric_available = (
                node.kind == "metric" and node.metric_code in catalog
            )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for node in self:
            node.display_name = f"{node.code or ''} {node.name or ''}".strip()

    @api.constrains("parent_id", "set_id")
    def _check_tree(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("An indicator cannot be a part of itself.")
            )
        for node in self:
            if node.parent_id and node.parent_id.set_id != node.set_id:
                raise ValidationError(
                    self.env._(
                        "%(node)s and %(parent)s belong to different sets.",
                        node=node.display_name,
                        parent=node.parent_id.display_name,
                    )
                )

    @api.constrains("kind", "target", "direction")
    def _check_target(self):
        for node in self.filtered(lambda n: n.kind == "metric"):
            if node.target < 0 or (node.direction == "up" and node.target == 0):
                raise ValidationError(
                    self.env._(
                        "%(node)s: a target must be above zero where more is better, "
                        "and not negative where less is better.",
                        node=node.display_name,
                    )
                )

    @api.onchange("metric_code")
    def _onchange_metric_code(self):
        offer = (
            self.env["aftersales.metric"]._get_metric_catalog().get(self.metric_code)
        )
        if offer:
            self.direction = offer["direction"]
            self.unit = offer["unit"]

    @api.model_create_multi
    def create(self, vals_list):
        nodes = super().create(vals_list)
        nodes.set_id._check_not_frozen()
        nodes._link_parents_by_code()
        return nodes

    def write(self, vals):
        self.set_id._check_not_frozen()
        result = super().write(vals)
        if "set_id" in vals:
            self.set_id._check_not_frozen()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.set_id._check_not_frozen()

    def _link_parents_by_code(self):
        """Hang nodes without parent below the node that their code names."""
        orphans = self.filtered(lambda n: not n.parent_id and "." in n.code)
        by_code = {(n.set_id.id, n.code): n for n in self.set_id.indicator_ids}
        parents = orphans.grouped(
            lambda n: by_code.get((n.set_id.id, n.code.rpartition(".")[0]), self[:0])
        )
        for parent, children in parents.items():
            if parent:
                children.write({"parent_id": parent.id})

    def _get_key(self):
        """What tells a node from the others, saved or not; ``None`` for no node."""
        return self._origin.id or self.id or None

    def _get_parent(self, by_code):
        """The node above, or the one that the code names.

        :param by_code: ``{code: node}`` of the set
        """
        self.ensure_one()
        if self.parent_id or "." not in (self.code or ""):
            return self.parent_id
        return by_code.get(self.code.rpartition(".")[0], self.browse())

    def _get_definition_problems(self):
        """Sentences on what keeps indicators from being scored."""
        scored = self.filtered("is_scored")
        if not scored:
            return [self.env._("There is no indicator with points.")]
        return [
            self.env._("%(node)s needs a metric code.", node=node.display_name)
            for node in scored
            if node.kind == "metric" and not node.metric_code
        ]

    def _get_factor(self):
        """Factor from numerator ÷ denominator to the figure in the unit."""
        self.ensure_one()
        return UNIT_FACTORS.get(self.unit, 1)

    def _get_metric_codes(self):
        """Codes of the metrics that these indicators are scored by."""
        nodes = self.filtered(lambda node: node.kind == "metric" and node.is_scored)
        return {code for code in nodes.mapped("metric_code") if code}

    def _prepare_metric_line_vals(self, by_point, points):
        """Line values from ``{point id: (numerator, denominator)}`` or ``None``."""
        self.ensure_one()
        numerator = denominator = None
        if by_point is not None:
            pairs = [by_point.get(point.id, (0, 0)) for point in points]
            numerator = sum(pair[0] or 0 for pair in pairs)
            denominator = sum(pair[1] or 0 for pair in pairs)
        kind = scoring.metric_exclusion(numerator, denominator, self.min_sample)
        return {
            "metric_numerator": numerator or 0,
            "metric_denominator": denominator or 0,
            "is_excluded": bool(kind),
            "exclusion_kind": kind or False,
        }

    def action_open_metric_records(self, points, date_from, date_to):
        """Open the records behind the metric of these points and dates."""
        self.ensure_one()
        if not self.is_metric_available:
            raise UserError(
                self.env._(
                    "No installed module offers the metric %(code)s.",
                    code=self.metric_code or "?",
                )
            )
        return self.env["aftersales.metric"]._get_metric_action(
            self.metric_code, points, date_from, date_to
        )
