from odoo import api, fields, models
from odoo.exceptions import UserError

MONEY = (
    "aftersales_network.group_training_officer,aftersales_network.group_head,"
    "aftersales_network.group_auditor,aftersales_network.group_settlement_clerk"
)


class AftersalesCompetitionAwardRule(models.Model):
    """What a rank brings: title, gift, badge or money."""

    _name = "aftersales.competition.award.rule"
    _description = "Competition Award Rule"
    _inherit = ["aftersales.scope.mixin"]
    _order = "competition_id, rank, id"
    _check_company_auto = True

    competition_id = fields.Many2one(
        "aftersales.competition", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="competition_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    rank = fields.Integer(required=True, default=1)
    name = fields.Char("Award", required=True, translate=True)
    gift = fields.Char()
    badge_id = fields.Many2one("gamification.badge", index="btree_not_null")
    amount = fields.Monetary("Prize Money", groups=MONEY)

    _SCOPE_FIELDS = frozenset(("competition_id",))

    _rank_positive = models.Constraint(
        "CHECK (rank >= 1)", "An award rule starts at rank 1."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "Prize money cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Add rules until the competition is closed."""
        rules = super().create(vals_list)
        rules._check_open()
        return rules

    def write(self, vals):
        """Change rules until the competition is closed."""
        self._check_open()
        result = super().write(vals)
        self._check_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_open()

    def _check_open(self):
        self.competition_id._check_flow_state("draft", "open", "running", "scored")


class AftersalesCompetitionAward(models.Model):
    """An award that an entrant was given: by rank, or a special one by reason."""

    _name = "aftersales.competition.award"
    _description = "Competition Award"
    _inherit = ["aftersales.flow.mixin"]
    _order = "competition_id, rank, id"
    _check_company_auto = True

    entrant_id = fields.Many2one(
        "aftersales.competition.entrant",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    competition_id = fields.Many2one(
        related="entrant_id.competition_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="entrant_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    person_id = fields.Many2one(related="entrant_id.person_id", string="Person")
    rule_id = fields.Many2one(
        "aftersales.competition.award.rule",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        help="Empty: a special award.",
    )
    rank = fields.Integer(readonly=True, aggregator="min")
    name = fields.Char("Award", required=True)
    gift = fields.Char()
    badge_id = fields.Many2one("gamification.badge", index="btree_not_null")
    badge_user_id = fields.Many2one(
        "gamification.badge.user",
        "Badge Given",
        readonly=True,
        index="btree_not_null",
    )
    amount = fields.Monetary("Prize Money", groups=MONEY)
    reason = fields.Text(help="Why a special award is given.")
    date = fields.Date(readonly=True)
    given_by_id = fields.Many2one("res.users", readonly=True)

    _FLOW_FIELDS = frozenset(
        ("rule_id", "rank", "badge_user_id", "date", "given_by_id")
    )
    _FIXED_FIELDS = frozenset(("entrant_id",))

    _rule_once = models.UniqueIndex(
        "(rule_id, entrant_id) WHERE rule_id IS NOT NULL",
        "This award has already been given to the entrant.",
    )
    _special_once = models.UniqueIndex(
        "(entrant_id, name) WHERE rule_id IS NULL",
        "This special award has already been given to the entrant.",
    )
    _special_reason = models.Constraint(
        "CHECK (rule_id IS NOT NULL OR reason IS NOT NULL)",
        "A special award needs its reason.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "Prize money cannot be negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Add special awards to a scored competition."""
        awards = super().create(vals_list)
        if not self._is_flow():
            awards._check_special()
        return awards

    def write(self, vals):
        """Change special awards until the competition is closed."""
        if not self._is_flow():
            self._check_special()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_special()

    def _check_special(self):
        """Refuse changes of awards outside the scored competition."""
        self.competition_id._check_flow_state("scored")
        for award in self:
            if award.entrant_id.state != "registered":
                raise UserError(
                    self.env._(
                        "%(name)s is not in the ranking and gets no award.",
                        name=award.entrant_id.person_name,
                    )
                )
            if award.entrant_id._is_person(self.env.user):
                raise UserError(self.env._("Nobody gives an award to himself."))

    def _give(self):
        """Date the awards and hand badges to those who have a user."""
        badges_sudo = self.env["gamification.badge.user"].sudo()
        for award in self:
            entrant_sudo = award.entrant_id.sudo()
            user = entrant_sudo.employee_id.user_id or entrant_sudo.person_id.user_ids
            badge = badges_sudo
            if award.badge_id and user:
                badge = badges_sudo.create(award._prepare_badge_vals(user[:1]))
            award._write_flow(
                {
                    "date": award.company_id._get_aftersales_today(),
                    "given_by_id": self.env.uid,
                    "badge_user_id": badge.id,
                }
            )

    def _prepare_badge_vals(self, user):
        """Values of the badge that goes with the award."""
        self.ensure_one()
        return {
            "user_id": user.id,
            "badge_id": self.badge_id.id,
            "sender_id": self.env.uid,
            "comment": self.name,
        }
