from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import date_utils

#: interval of a rule → months of its period
INTERVALS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


class AftersalesRankingRule(models.Model):
    """How a period is ranked: who, by which figure, and how ties share prizes."""

    _name = "aftersales.ranking.rule"
    _description = "Ranking Rule"
    _inherit = ["aftersales.metric.mixin", "mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    subject_type = fields.Selection(
        [("point", "Service Points"), ("centre", "Centres"), ("person", "People")],
        "Ranks",
        required=True,
        default="point",
        tracking=True,
    )
    source = fields.Selection(
        [("score", "Approved Scorecards"), ("metric", "Metric")],
        required=True,
        default="score",
        tracking=True,
        help="Scorecards: mean of the approved scores in the period; "
        "self-assessments do not count. Metric: the figure of the whole period.",
    )
    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    metric_code = fields.Char(tracking=True)
    unit = fields.Char(compute="_compute_unit")
    min_count = fields.Integer(
        "Minimum Sample",
        default=1,
        required=True,
        tracking=True,
        help="Fewer scorecards or cases than this: not ranked.",
    )
    interval = fields.Selection(
        [
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("half", "Half-Year"),
            ("year", "Year"),
        ],
        "Period",
        required=True,
        default="month",
        tracking=True,
    )
    is_per_centre = fields.Boolean(
        "Separately for Each Centre",
        tracking=True,
        help="Every centre has its own first place.",
    )
    place_count = fields.Integer(
        "Places on the Podium",
        default=3,
        required=True,
        help="Equal figures share a place, so more than this many may stand there.",
    )
    tie_mode = fields.Selection(
        [
            ("full", "Each Gets the Full Prize"),
            ("share", "They Divide the Prizes of Their Places"),
        ],
        "Money for Ties",
        required=True,
        default="full",
        tracking=True,
    )
    is_automatic = fields.Boolean(
        "Calculate Automatically",
        help="A daily job calculates the last period until somebody releases it.",
    )
    award_rule_ids = fields.One2many("aftersales.award.rule", "ranking_rule_id")
    ranking_count = fields.Integer(compute="_compute_ranking_count")

    _counts_positive = models.Constraint(
        "CHECK (min_count > 0 AND place_count > 0)",
        "The minimum sample and the number of places must be above zero.",
    )

    @api.depends("metric_code")
    def _compute_unit(self):
        for rule in self:
            rule.unit = rule._get_metric().get("unit")

    def _compute_ranking_count(self):
        counts = dict(
            self.env["aftersales.ranking"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.ranking_count = counts.get(rule._origin, 0)

    @api.constrains("source", "set_id", "metric_code", "subject_type")
    def _check_source(self):
        for rule in self:
            if rule.source == "score" and not rule.set_id:
                raise ValidationError(
                    self.env._(
                        "Ranking rule %(rule)s ranks by scorecards. Choose their "
                        "indicator set.",
                        rule=rule.name,
                    )
                )
            if rule.source == "metric" and not rule.metric_code:
                raise ValidationError(
                    self.env._(
                        "Ranking rule %(rule)s ranks by a metric. Enter its code.",
                        rule=rule.name,
                    )
                )
            if rule.source == "metric" and rule.subject_type != "point":
                raise ValidationError(
                    self.env._(
                        "Ranking rule %(rule)s: metrics rank service points only. Rank "
                        "centres and people by their scorecards.",
                        rule=rule.name,
                    )
                )

    def _is_higher_better(self):
        """Direction of the figure; scores grow."""
        self.ensure_one()
        if self.source == "score":
            return True
        return self._get_metric().get("direction") == "up"

    def _get_period(self, day):
        """First and last day of the period of the rule that holds a day."""
        self.ensure_one()
        months = INTERVALS[self.interval]
        start = day.replace(day=1, month=day.month - (day.month - 1) % months)
        last = start + relativedelta(months=months - 1)
        return start, date_utils.end_of(last, "month")

    def _get_last_period(self, today):
        """First and last day of the last period that has ended."""
        start = self._get_period(today)[0]
        return self._get_period(start - relativedelta(days=1))

    def action_view_rankings(self):
        """Open the rankings made by the rule."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_ranking_action"
        )
        return {
            **action,
            "domain": [("rule_id", "=", self.id)],
            "context": {"default_rule_id": self.id},
        }
