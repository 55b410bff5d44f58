from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import benchmark as kernel

STANDINGS = [
    ("behind", "Behind"),
    ("equal", "Equal"),
    ("ahead", "Ahead"),
    ("unknown", "Not Known"),
]


class AftersalesBenchmark(models.Model):
    """What one competitor promises and reaches on one item in one period.

    Where we stand beside him follows from our own position in that period.
    """

    _name = "aftersales.benchmark"
    _description = "Competitor Comparison"
    _inherit = ["aftersales.scope.mixin"]
    _order = "date_from desc, item_id, competitor_id, id"
    _check_company_auto = True

    _SCOPE_FIELDS = frozenset(("position_id",))

    position_id = fields.Many2one(
        "aftersales.benchmark.position",
        "Own Position",
        required=True,
        index=True,
        ondelete="cascade",
    )
    competitor_id = fields.Many2one(
        "aftersales.competitor",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    item_id = fields.Many2one(related="position_id.item_id", store=True, index=True)
    company_id = fields.Many2one(
        related="position_id.company_id", store=True, index=True, precompute=True
    )
    date_from = fields.Date(related="position_id.date_from", store=True, index=True)
    date_to = fields.Date(related="position_id.date_to", store=True)
    is_closed = fields.Boolean(related="position_id.is_closed")
    direction = fields.Selection(related="item_id.direction")
    unit = fields.Char(related="item_id.unit")
    promise_text = fields.Text("Promise")
    has_promise_value = fields.Boolean("Promised Value Known")
    promise_value = fields.Float("Promised Value", digits=(16, 2), aggregator="avg")
    has_score = fields.Boolean("Score Known")
    score = fields.Float(digits=(16, 2), aggregator="avg")
    source = fields.Char(help="Where promise and score were found.")
    source_date = fields.Date("Found on", default=fields.Date.context_today)
    own_promise_value = fields.Float(
        related="position_id.promise_value", string="Our Promised Value"
    )
    own_score = fields.Float(
        "Our Score",
        compute="_compute_standing",
        store=True,
        digits=(16, 2),
        aggregator="avg",
    )
    score_gap = fields.Float(
        "Lead by Score",
        compute="_compute_standing",
        store=True,
        digits=(16, 2),
        aggregator="avg",
        help="How far we are ahead; negative where we are behind.",
    )
    promise_gap = fields.Float(
        "Lead by Promise",
        compute="_compute_standing",
        store=True,
        digits=(16, 2),
        aggregator="avg",
    )
    score_standing = fields.Selection(
        STANDINGS, "By Score", compute="_compute_standing", store=True
    )
    promise_standing = fields.Selection(
        STANDINGS, "By Promise", compute="_compute_standing", store=True
    )
    is_behind = fields.Boolean(
        "We Are Behind", compute="_compute_standing", store=True, index=True
    )
    behind_count = fields.Integer(
        "Items We Are Behind on",
        compute="_compute_standing",
        store=True,
        help="1 where we are behind by promise or by score; the pivot adds it up.",
    )

    _competitor_uniq = models.UniqueIndex(
        "(position_id, competitor_id)",
        "This competitor is compared on the item in this period already.",
    )

    @api.depends(
        "has_score",
        "score",
        "has_promise_value",
        "promise_value",
        "item_id.direction",
        "position_id.has_score",
        "position_id.score",
        "position_id.has_promise_value",
        "position_id.promise_value",
    )
    def _compute_standing(self):
        for line in self:
            own = line.position_id
            by_score = line._get_gap("has_score", "score")
            by_promise = line._get_gap("has_promise_value", "promise_value")
            line.own_score = own.score if own.has_score else 0
            line.score_gap = float(by_score or 0)
            line.promise_gap = float(by_promise or 0)
            line.score_standing = kernel.standing(by_score)
            line.promise_standing = kernel.standing(by_promise)
            line.is_behind = "behind" in (line.score_standing, line.promise_standing)
            line.behind_count = int(line.is_behind)

    def _get_gap(self, known, name):
        """Lead over the competitor by one of the two figures, or None."""
        own = self.position_id
        return kernel.gap(
            own[name] if own[known] else None,
            self[name] if self[known] else None,
            self.item_id.direction,
        )

    @api.depends("item_id.name", "competitor_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.item_id.name} / {line.competitor_id.name}"

    @api.onchange("score")
    def _onchange_score(self):
        if self.score:
            self.has_score = True

    @api.onchange("promise_value")
    def _onchange_promise_value(self):
        if self.promise_value:
            self.has_promise_value = True

    @api.model_create_multi
    def create(self, vals_list):
        """Enter findings in periods that are still open."""
        lines = super().create(vals_list)
        lines._check_usable()
        return lines

    def write(self, vals):
        """Change findings in periods that are still open."""
        self.position_id._check_open()
        result = super().write(vals)
        self._check_usable()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.position_id._check_open()

    def _check_usable(self):
        """A figure without its source and day proves nothing.

        :raise UserError: naming the item and the competitor
        """
        self.position_id._check_open()
        for line in self:
            known = line.has_score or line.has_promise_value or line.promise_text
            if known and not (line.source and line.source_date):
                raise UserError(
                    self.env._(
                        "%(line)s: enter where the promise or the score was found, and "
                        "on which day.",
                        line=line.display_name,
                    )
                )
