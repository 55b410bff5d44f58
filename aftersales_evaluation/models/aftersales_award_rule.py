from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("money", "Money"),
    ("praise", "Praise"),
    ("promotion", "Promotion"),
    ("care", "Care"),
    ("badge", "Title of Honour"),
]


class AftersalesAwardRule(models.Model):
    """What the company awards for what: places of a ranking, or any other merit."""

    _name = "aftersales.award.rule"
    _description = "Award Rule"
    _inherit = ["mail.thread"]
    _order = "ranking_rule_id, place_from, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    ranking_rule_id = fields.Many2one(
        "aftersales.ranking.rule",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        tracking=True,
        help="Releasing such a ranking proposes the award. Empty: the rule is chosen "
        "by hand on an award.",
    )
    place_from = fields.Integer("From Place", default=1, tracking=True)
    place_to = fields.Integer("To Place", default=1, tracking=True)
    min_value = fields.Float(
        "At Least",
        digits=(16, 2),
        tracking=True,
        help="Figure that a place must reach besides; 0: none.",
    )
    kind = fields.Selection(KINDS, required=True, default="money", tracking=True)
    amount = fields.Monetary(
        tracking=True,
        groups="aftersales_network.group_head,aftersales_network.group_auditor",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    badge_id = fields.Many2one("gamification.badge")
    citation = fields.Text(
        translate=True, help="Text of the certificate: what the award honours."
    )

    _places_order = models.Constraint(
        "CHECK (place_from > 0 AND place_to >= place_from)",
        "The places of an award rule begin at 1 and end at or after their start.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount IS NULL OR amount >= 0)", "An award cannot take money away."
    )

    @api.constrains("kind", "amount")
    def _check_amount(self):
        for rule in self:
            # The amount is hidden from some readers, not from the rule itself.
            amount = rule.sudo().amount
            if rule.kind == "money" and not amount:
                raise ValidationError(
                    self.env._(
                        "Award rule %(rule)s pays money. Enter the amount.",
                        rule=rule.name,
                    )
                )
            if rule.kind != "money" and amount:
                raise ValidationError(
                    self.env._(
                        "Award rule %(rule)s pays no money. Leave the amount empty, or "
                        "choose the kind “Money”.",
                        rule=rule.name,
                    )
                )

    @api.constrains("kind", "ranking_rule_id")
    def _check_promotion(self):
        for rule in self:
            ranked = rule.ranking_rule_id.subject_type
            if rule.kind == "promotion" and ranked in ("point", "centre"):
                raise ValidationError(
                    self.env._(
                        "Award rule %(rule)s: only people are promoted. Choose a "
                        "ranking of people, or another kind.",
                        rule=rule.name,
                    )
                )

    def _is_earned(self, line):
        """Whether a place of a ranking earns the award, ties aside."""
        self.ensure_one()
        if not self.min_value:
            return True
        up = line.rule_id._is_higher_better()
        order = 1 if up else -1
        return order * round(line.value * 100) >= order * round(self.min_value * 100)
