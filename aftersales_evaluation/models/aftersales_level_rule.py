from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import ranking as kernel


class AftersalesLevelRule(models.Model):
    """What approved scorecards mean for a point: another level, or a suspension."""

    _name = "aftersales.level.rule"
    _description = "Level Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="The first rule that holds decides, for level and suspension."
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    set_id = fields.Many2one(
        "aftersales.indicator.set",
        "Indicator Set",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        tracking=True,
        help="Empty: scorecards of every set with this level table.",
    )
    score_level_id = fields.Many2one(
        "aftersales.scorecard.level",
        "Result",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
    )
    match = fields.Selection(
        [
            ("exact", "Exactly This Result"),
            ("min", "This Result or Better"),
            ("max", "This Result or Worse"),
        ],
        "Holds for",
        required=True,
        default="exact",
        tracking=True,
    )
    result_count = fields.Integer(
        "Results in a Row",
        default=1,
        required=True,
        tracking=True,
        help="So many approved scorecards of the same set, the newest included.",
    )
    action = fields.Selection(
        [("level", "Level of the Point"), ("suspension", "Suspension")],
        "Proposes",
        required=True,
        default="level",
        tracking=True,
    )
    point_level_id = fields.Many2one(
        "aftersales.point.level",
        "Level",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    suspension_days = fields.Integer(
        "Days of Suspension",
        default=30,
        tracking=True,
        help="Counted from the day the proposal is approved.",
    )
    is_automatic = fields.Boolean(
        "Write with the Approval",
        tracking=True,
        help="The level is written as the scorecard is approved, in the name of its "
        "approver. Otherwise the proposal waits for the head of service. A "
        "suspension always waits.",
    )

    _counts_positive = models.Constraint(
        "CHECK (result_count > 0 AND suspension_days > 0)",
        "Results in a row and days of suspension must be above zero.",
    )

    @api.constrains("action", "point_level_id")
    def _check_level(self):
        for rule in self:
            if rule.action == "level" and not rule.point_level_id:
                raise ValidationError(
                    self.env._(
                        "Level rule %(rule)s proposes a level. Choose it.",
                        rule=rule.name,
                    )
                )

    def _fits(self, card):
        """Whether the rule is about scorecards like this one."""
        self.ensure_one()
        return (
            self.score_level_id.scale_id == card.scale_id
            and self.set_id in (self.set_id.browse(), card.set_id)
            and self.company_id in (self.company_id.browse(), card.company_id)
        )

    def _holds(self, cards):
        """Whether the newest results in a row are what the rule asks for.

        :param cards: approved scorecards of one point and set, newest first
        """
        self.ensure_one()
        wanted = self.score_level_id.min_score
        tests = {
            "exact": lambda level: level == self.score_level_id,
            "min": lambda level: level.min_score >= wanted and not level.is_fail,
            "max": lambda level: level.min_score <= wanted or level.is_fail,
        }
        return kernel.is_held(
            [card.level_id for card in cards], tests[self.match], self.result_count
        )
