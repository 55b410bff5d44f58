from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import scoring


class AftersalesScorecardScale(models.Model):
    """Table of result levels, with the limit of special deductions.

    Only the lower bound of a level is stored; a level ends where the next one
    begins, so that the table can have neither gaps nor overlaps.
    """

    _name = "aftersales.scorecard.scale"
    _description = "Scorecard Level Table"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    deduction_limit = fields.Integer(
        "Special Deductions that Fail",
        default=5,
        help="From this number of special deductions on, the result is a failure "
        "whatever the score. 0 switches the rule off.",
    )
    level_ids = fields.One2many("aftersales.scorecard.level", "scale_id", copy=True)

    _deduction_limit_positive = models.Constraint(
        "CHECK (deduction_limit >= 0)",
        "The limit of special deductions cannot be negative.",
    )

    @api.constrains("level_ids")
    def _check_levels(self):
        self.level_ids._check_table()
        empty = self.filtered(lambda scale: not scale.level_ids)[:1]
        if empty:
            raise ValidationError(
                self.env._(
                    "Level table %(name)s needs at least one level.", name=empty.name
                )
            )

    def write(self, vals):
        result = super().write(vals)
        if "deduction_limit" in vals:
            self._update_open_scorecards()
        return result

    def _get_bands(self):
        """Bands of the table for the scoring kernel; key is the level."""
        self.ensure_one()
        return scoring.bands_from_bounds(
            [(level, str(level.min_score), level.is_fail) for level in self.level_ids]
        )

    def _grade(self, result):
        """Level reached by a kernel result; empty without score."""
        self.ensure_one()
        band = scoring.grade(
            result.final, result.deductions, self._get_bands(), self.deduction_limit
        )
        return band.key if band else self.env["aftersales.scorecard.level"]

    def _describe_fault(self, fault, lower, upper):
        """Sentence for a fault found by the kernel's check of the bands."""
        self.ensure_one()
        figures = {
            "name": self.name,
            "lower": scoring.figure(lower),
            "upper": scoring.figure(upper),
        }
        if fault == "start":
            return self.env._(
                "Level table %(name)s must begin at 0; its lowest level begins at "
                "%(upper)s.",
                **figures,
            )
        return self.env._(
            "Level table %(name)s has two levels that begin at %(lower)s.", **figures
        )

    def _update_open_scorecards(self):
        """Let drafts follow a changed table; what was submitted keeps its level."""
        Scorecard = self.env["aftersales.scorecard"]
        drafts_sudo = Scorecard.sudo().search(
            [("state", "=", "draft"), ("scale_id", "in", self.ids)]
        )
        self.env.add_to_compute(Scorecard._fields["level_id"], drafts_sudo)


class AftersalesScorecardLevel(models.Model):
    """Result level: everything from its lower bound to the next one."""

    _name = "aftersales.scorecard.level"
    _description = "Scorecard Level"
    _order = "scale_id, min_score desc, id"

    name = fields.Char(required=True, translate=True)
    scale_id = fields.Many2one(
        "aftersales.scorecard.scale",
        "Level Table",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="scale_id.company_id", store=True, index=True)
    min_score = fields.Float("From (inclusive)", digits=(6, 2), aggregator=None)
    max_score = fields.Float(
        "Below",
        digits=(6, 2),
        compute="_compute_max_score",
        help="Lower bound of the next level; the highest level includes 100.",
    )
    stars = fields.Integer(aggregator=None)
    is_fail = fields.Boolean("Failure")
    color = fields.Integer()

    _min_score_range = models.Constraint(
        "CHECK (min_score >= 0 AND min_score < 100)",
        "The lower bound of a level must be from 0 to below 100.",
    )
    _stars_range = models.Constraint(
        "CHECK (stars BETWEEN 0 AND 12)", "A level has 0 to 12 stars."
    )

    @api.depends("min_score", "scale_id.level_ids.min_score")
    def _compute_max_score(self):
        for level in self:
            above = [
                other.min_score
                for other in level.scale_id.level_ids
                if other.min_score > level.min_score
            ]
            level.max_score = min(above, default=100)

    @api.constrains("min_score", "scale_id", "is_fail")
    def _check_table(self):
        """Every score from 0 to 100 has exactly one level of its table."""
        for scale in self.scale_id:
            bands = scale._get_bands()
            for fault, lower, upper in scoring.check_bands(bands):
                raise ValidationError(scale._describe_fault(fault, lower, upper))

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        levels.scale_id._update_open_scorecards()
        return levels

    def write(self, vals):
        result = super().write(vals)
        if {"min_score", "is_fail", "scale_id"} & set(vals):
            self.scale_id._update_open_scorecards()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_lowest(self):
        """The table must still begin at 0 afterwards."""
        for scale in self.scale_id:
            left = scale.level_ids - self
            if left and min(left.mapped("min_score")) > 0:
                raise ValidationError(
                    self.env._(
                        "Level table %(name)s must keep a level that begins at 0.",
                        name=scale.name,
                    )
                )
