from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesCompetitionDiscipline(models.Model):
    """One part of a competition with its maximum of points and its weight."""

    _name = "aftersales.competition.discipline"
    _description = "Competition Discipline"
    _inherit = ["aftersales.scope.mixin"]
    _order = "competition_id, sequence, id"
    _check_company_auto = True

    competition_id = fields.Many2one(
        "aftersales.competition", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="competition_id.company_id", store=True, index=True, precompute=True
    )
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("theory", "Theory"),
            ("practice", "Practice"),
            ("service", "Customer Service"),
            ("other", "Other"),
        ],
        required=True,
        default="practice",
    )
    maximum = fields.Float("Maximum Points", digits=(16, 2), default=100.0)
    weight = fields.Float(
        digits=(16, 2),
        default=1.0,
        help="Share in the total, compared with the weights of the other disciplines.",
    )
    tie_order = fields.Integer(
        "Tie-Break",
        help="Order in which disciplines decide between equal totals; 0: does not "
        "decide.",
    )
    survey_id = fields.Many2one(
        "survey.survey",
        "Exam",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('scoring_type', '!=', 'no_scoring')]",
        help="The points are taken over from the exam; no judge gives any.",
    )

    _SCOPE_FIELDS = frozenset(("competition_id",))

    _maximum_positive = models.Constraint(
        "CHECK (maximum > 0)", "The maximum points of a discipline must be above 0."
    )
    _weight_positive = models.Constraint(
        "CHECK (weight >= 0)", "The weight of a discipline cannot be negative."
    )

    @api.constrains("tie_order")
    def _check_tie_order(self):
        for discipline in self.filtered("tie_order"):
            others = discipline.competition_id.discipline_ids - discipline
            if discipline.tie_order < 0 or discipline.tie_order in others.mapped(
                "tie_order"
            ):
                raise ValidationError(
                    self.env._(
                        "The tie-break of %(discipline)s must be a number above 0 "
                        "that no other discipline of %(competition)s has.",
                        discipline=discipline.name,
                        competition=discipline.competition_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Add disciplines while nobody has given points."""
        disciplines = super().create(vals_list)
        disciplines.competition_id._check_flow_state("draft", "open")
        return disciplines

    def write(self, vals):
        """Change disciplines while nobody has given points."""
        self.competition_id._check_flow_state("draft", "open")
        result = super().write(vals)
        self.competition_id._check_flow_state("draft", "open")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        self.competition_id._check_flow_state("draft", "open")
