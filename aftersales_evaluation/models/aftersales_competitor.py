from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesCompetitor(models.Model):
    """Company whose service is compared with ours."""

    _name = "aftersales.competitor"
    _description = "Competitor"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    website = fields.Char()
    note = fields.Text("Notes")
    benchmark_ids = fields.One2many("aftersales.benchmark", "competitor_id")
    benchmark_count = fields.Integer("Compared Items", compute="_compute_counts")
    behind_count = fields.Integer("We Are Behind", compute="_compute_counts")

    _name_uniq = models.UniqueIndex(
        "(company_id, lower(name)) WHERE active", "This competitor exists already."
    )

    @api.depends("benchmark_ids.is_behind")
    def _compute_counts(self):
        rows = self.env["aftersales.benchmark"]._read_group(
            [("competitor_id", "in", self.ids)],
            ["competitor_id"],
            ["__count", "behind_count:sum"],
        )
        counts = {competitor: figures for competitor, *figures in rows}
        for competitor in self:
            count, behind = counts.get(competitor._origin, (0, 0))
            competitor.benchmark_count = count
            competitor.behind_count = behind

    def action_view_benchmarks(self):
        """Open what is known about the competitor."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "aftersales.benchmark",
            "view_mode": "list,pivot,graph",
            "domain": [("competitor_id", "=", self.id)],
        }


class AftersalesBenchmarkItem(models.Model):
    """What is compared: a promise, its score, or both."""

    _name = "aftersales.benchmark.item"
    _description = "Comparison Item"
    _inherit = ["aftersales.metric.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    direction = fields.Selection(
        [("up", "More Is Better"), ("down", "Less Is Better")],
        required=True,
        default="up",
    )
    unit = fields.Char(help="Unit of promise and score, such as % or hours.")
    promise_id = fields.Many2one(
        "aftersales.promise",
        "Our Promise",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Its text and value are taken over into each new comparison.",
    )

    @api.constrains("metric_code", "direction")
    def _check_metric(self):
        """A figure that is better when it is less is compared that way."""
        for item in self:
            metric = item._get_metric()
            if metric and metric["direction"] != item.direction:
                raise ValidationError(
                    self.env._(
                        "“%(item)s” is measured by %(metric)s, which counts the other "
                        "way round. Change the direction.",
                        item=item.name,
                        metric=metric["name"],
                    )
                )
