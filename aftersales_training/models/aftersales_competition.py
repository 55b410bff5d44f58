from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import competition as kernel

COMPETITION_STATES = [
    ("draft", "Draft"),
    ("open", "Registration"),
    ("running", "Running"),
    ("scored", "Scored"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]


class AftersalesCompetition(models.Model):
    """Skill competition: disciplines, judges, entrants, ranking and awards.

    Entrants and disciplines are fixed when it starts, points when it is scored,
    and nothing at all changes once it is closed.
    """

    _name = "aftersales.competition"
    _description = "Skill Competition"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Host Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    organiser_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    date_from = fields.Date("First Day", required=True, tracking=True)
    date_to = fields.Date("Last Day", required=True, tracking=True)
    date_register_from = fields.Date("Registration From")
    date_register_to = fields.Date("Registration Until")
    description = fields.Html(translate=True)
    state = fields.Selection(
        COMPETITION_STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    cancel_reason = fields.Text(readonly=True, copy=False)
    judge_ids = fields.Many2many(
        "res.users",
        "aftersales_competition_judge_rel",
        "competition_id",
        "user_id",
        "Judges",
        domain="[('share', '=', False)]",
    )
    independent_judges = fields.Boolean(
        default=True,
        help="A judge gives no points to people of the own unit and does not close "
        "the competition. Nobody ever judges himself.",
    )
    discipline_ids = fields.One2many(
        "aftersales.competition.discipline", "competition_id", copy=True
    )
    award_rule_ids = fields.One2many(
        "aftersales.competition.award.rule",
        "competition_id",
        "Award Rules",
        copy=True,
    )
    entrant_ids = fields.One2many("aftersales.competition.entrant", "competition_id")
    score_ids = fields.One2many("aftersales.competition.score", "competition_id")
    award_ids = fields.One2many(
        "aftersales.competition.award", "competition_id", "Awards Given"
    )
    entrant_count = fields.Integer(compute="_compute_counts")
    missing_score_count = fields.Integer("Points to Give", compute="_compute_counts")
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_closed = fields.Datetime("Closed On", readonly=True, copy=False)
    is_judge = fields.Boolean("I Am a Judge", compute="_compute_is_judge")

    _FLOW_FIELDS = frozenset(
        ("state", "cancel_reason", "closed_by_id", "date_closed", "company_id")
    )
    #: What may change as long as nobody has given points.
    _OPEN_FIELDS = frozenset(
        (
            "name",
            "date_from",
            "date_to",
            "date_register_from",
            "date_register_to",
            "independent_judges",
            "service_point_id",
            "discipline_ids",
        )
    )
    #: What may change until it is closed.
    _LIVE_FIELDS = frozenset(
        ("organiser_id", "description", "judge_ids", "award_rule_ids")
    )

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A competition cannot end before it starts.",
    )
    _register_order = models.Constraint(
        "CHECK (date_register_to IS NULL OR date_register_from IS NULL "
        "OR date_register_to >= date_register_from)",
        "The registration cannot end before it starts.",
    )

    def _compute_counts(self):
        Entrant = self.env["aftersales.competition.entrant"]
        Score = self.env["aftersales.competition.score"]
        mine = [("competition_id", "in", self.ids)]
        entrants = dict(
            Entrant._read_group(
                [*mine, ("state", "=", "registered")], ["competition_id"], ["__count"]
            )
        )
        missing = dict(
            Score._read_group(
                [
                    *mine,
                    ("is_given", "=", False),
                    ("entrant_id.state", "=", "registered"),
                ],
                ["competition_id"],
                ["__count"],
            )
        )
        for competition in self:
            competition.entrant_count = entrants.get(competition._origin, 0)
            competition.missing_score_count = missing.get(competition._origin, 0)

    @api.depends_context("uid")
    @api.depends("judge_ids")
    def _compute_is_judge(self):
        for competition in self:
            competition.is_judge = self.env.user in competition.judge_ids

    @api.constrains("judge_ids")
    def _check_judges(self):
        for competition in self:
            outside = competition.judge_ids.filtered("share")[:1]
            if outside:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot judge %(competition)s: judges are internal "
                        "users.",
                        user=outside.name,
                        competition=competition.name,
                    )
                )

    def write(self, vals):
        """Keep what entrants rely on, and everything once it is closed.

        :raise UserError: naming the competition and its state
        """
        if self._OPEN_FIELDS & set(vals):
            self._check_flow_state("draft", "open")
        if self._LIVE_FIELDS & set(vals):
            self._check_flow_state("draft", "open", "running", "scored")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        for competition in self:
            if competition.state != "draft" or competition.entrant_ids:
                raise UserError(
                    self.env._(
                        "%(name)s has entrants or was opened and cannot be deleted. "
                        "Cancel it with a reason.",
                        name=competition.name,
                    )
                )

    def action_view_scores(self):
        """Open the score sheet: one line per entrant, discipline and judge."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_competition_score_action"
        )
        return {
            **action,
            "domain": [("competition_id", "=", self.id)],
            "context": {"search_default_mine": int(self.is_judge)},
        }

    def action_view_ranking(self):
        """Open the entrants by rank."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_competition_entrant_action"
        )
        return {**action, "domain": [("competition_id", "=", self.id)]}

    def _get_results(self):
        """Exact results of the entrants.

        Withdrawn and disqualified entrants have none.

        :return: ``{entrant id: (total out of 100, rank)}``
        """
        self.ensure_one()
        disciplines = self.discipline_ids
        rows = [(d.id, d.maximum, d.weight) for d in disciplines if d.maximum > 0]
        deciding = disciplines.filtered("tie_order").sorted("tie_order").ids
        points = {}
        for score in self.score_ids.filtered("is_given"):
            of_entrant = points.setdefault(score.entrant_id.id, {})
            of_entrant.setdefault(score.discipline_id.id, []).append(score.points)
        totals = {}
        for entrant in self.entrant_ids.filtered(lambda e: e.state == "registered"):
            result, shares = kernel.total(rows, points.get(entrant.id, {}))
            totals[entrant.id] = (result, *(shares.get(key, 0) for key in deciding))
        ranks = kernel.ranks(totals)
        return {key: (result[0], ranks[key]) for key, result in totals.items()}
