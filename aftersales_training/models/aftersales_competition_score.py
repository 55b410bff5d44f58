from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..tools import competition as kernel

OFFICER = "aftersales_network.group_training_officer"


class AftersalesCompetitionScore(models.Model):
    """Points of one judge, or of an exam, for an entrant in a discipline.

    The lines are made when the competition starts; judges only fill them in.
    """

    _name = "aftersales.competition.score"
    _description = "Competition Score"
    _inherit = ["aftersales.flow.mixin"]
    _order = "competition_id, discipline_id, entrant_id, judge_id, id"
    _check_company_auto = True

    entrant_id = fields.Many2one(
        "aftersales.competition.entrant", required=True, index=True, ondelete="cascade"
    )
    competition_id = fields.Many2one(
        related="entrant_id.competition_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="entrant_id.company_id", store=True, index=True, precompute=True
    )
    competition_state = fields.Selection(related="competition_id.state")
    discipline_id = fields.Many2one(
        "aftersales.competition.discipline",
        required=True,
        index=True,
        ondelete="restrict",
    )
    judge_id = fields.Many2one(
        "res.users", index="btree_not_null", help="Empty: taken over from the exam."
    )
    user_input_id = fields.Many2one(
        "survey.user_input",
        "Exam Attempt",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    maximum = fields.Float(related="discipline_id.maximum")
    points = fields.Float(digits=(16, 2), aggregator="avg")
    is_given = fields.Boolean(
        "Given", help="Tick it where nought points are meant, too."
    )
    note = fields.Char("Remark")

    _FLOW_FIELDS = frozenset(("user_input_id",))
    _FIXED_FIELDS = frozenset(("entrant_id", "discipline_id", "judge_id"))

    _score_once = models.UniqueIndex(
        "(entrant_id, discipline_id, COALESCE(judge_id, 0))",
        "This judge already has a line for the entrant and discipline.",
    )
    _points_positive = models.Constraint(
        "CHECK (points >= 0)", "Points cannot be negative."
    )

    @api.constrains("points", "discipline_id")
    def _check_maximum(self):
        for score in self:
            if not kernel.within(score.points, score.discipline_id.maximum):
                raise ValidationError(
                    self.env._(
                        "%(points)s points for %(entrant)s in %(discipline)s: they "
                        "must lie between 0 and %(maximum)s.",
                        points=score.points,
                        entrant=score.entrant_id.person_name,
                        discipline=score.discipline_id.name,
                        maximum=score.discipline_id.maximum,
                    )
                )

    @api.depends("entrant_id.person_name", "discipline_id.name")
    def _compute_display_name(self):
        for score in self:
            names = (score.entrant_id.person_name, score.discipline_id.name)
            score.display_name = ", ".join(name for name in names if name)

    def write(self, vals):
        """Give points as judge, or as training officer for a judge.

        :raise UserError: the competition is not running, or the user may not
            judge this entrant
        """
        if not self._is_flow():
            self._check_may_score()
        if "points" in vals and "is_given" not in vals:
            vals = {**vals, "is_given": True}
        return super().write(vals)

    def _check_may_score(self):
        """Refuse points outside the competition and by the wrong person."""
        self.competition_id._check_flow_state("running")
        officer = self.env.user.has_group(OFFICER)
        for score in self:
            if score.judge_id != self.env.user and not officer:
                raise AccessError(
                    self.env._(
                        "The points of %(judge)s are given by the judge or by an HR "
                        "training officer.",
                        judge=score.judge_id.name or score.discipline_id.name,
                    )
                )
            if score.discipline_id.survey_id:
                raise UserError(
                    self.env._(
                        "The points in %(discipline)s are taken over from the exam.",
                        discipline=score.discipline_id.name,
                    )
                )
            if score.entrant_id._is_person(self.env.user):
                raise UserError(self.env._("Nobody gives points to himself."))

    @api.model
    def _prepare_sheet(self, competition):
        """Values of the lines that a competition still lacks."""
        existing = {
            (score.entrant_id, score.discipline_id, score.judge_id)
            for score in competition.score_ids
        }
        entrants = competition.entrant_ids.filtered(lambda e: e.state == "registered")
        barred = competition._get_barred_pairs(entrants)
        nobody = self.env["res.users"]
        wanted = [
            (entrant, discipline, judge)
            for discipline in competition.discipline_ids
            for judge in (nobody if discipline.survey_id else competition.judge_ids)
            or [nobody]
            for entrant in entrants
            if (judge.id, entrant.id) not in barred
        ]
        return [
            {
                "entrant_id": entrant.id,
                "discipline_id": discipline.id,
                "judge_id": judge.id,
            }
            for entrant, discipline, judge in wanted
            if (entrant, discipline, judge) not in existing
        ]

    def _take_over_exams(self):
        """Fill lines of exam disciplines with the best finished attempt.

        The share of the exam is applied to the maximum of the discipline; who
        sat no exam keeps an empty line.
        """
        lines = self.filtered("discipline_id.survey_id")
        if not lines:
            return
        attempts_sudo = self.env["survey.user_input"].sudo()
        attempts = attempts_sudo.search(
            Domain("survey_id", "in", lines.discipline_id.survey_id.ids)
            & Domain("partner_id", "in", lines.entrant_id.person_id.ids)
            & Domain("state", "=", "done")
            & Domain("test_entry", "=", False),
            order="scoring_percentage, id",
        )
        by_person = attempts.grouped(lambda a: (a.survey_id, a.partner_id))
        for line in lines:
            key = (line.discipline_id.survey_id, line.entrant_id.person_id)
            in_time = by_person.get(key, attempts_sudo).filtered(
                line.competition_id._is_exam_in_time
            )
            # The last one is the best one.
            line._take_over(in_time[-1:])

    def _take_over(self, attempt):
        """Fill the line with the share of one exam attempt, if there is one."""
        self.ensure_one()
        if attempt:
            share = kernel.exact(attempt.scoring_percentage) / 100
            points = share * kernel.exact(self.maximum)
            self._write_flow(
                {
                    "points": max(0.0, round(float(points), 2)),
                    "is_given": True,
                    "user_input_id": attempt.id,
                }
            )
