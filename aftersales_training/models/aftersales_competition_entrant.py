from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesCompetitionEntrant(models.Model):
    """A person in a competition, with the unit he came from, total and rank."""

    _name = "aftersales.competition.entrant"
    _description = "Competition Entrant"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.person.mixin",
        "mail.thread",
    ]
    _order = "competition_id, rank, person_name, id"
    _rec_name = "person_name"
    _check_company_auto = True

    competition_id = fields.Many2one(
        "aftersales.competition",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="competition_id.company_id", store=True, index=True, precompute=True
    )
    competition_state = fields.Selection(
        related="competition_id.state", string="Competition State"
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        compute="_compute_service_point_id",
        store=True,
        readonly=False,
        precompute=True,
        compute_sudo=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Unit of the entrant at the time of registration; counts as the team.",
    )
    date_registered = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("registered", "Registered"),
            ("withdrawn", "Withdrawn"),
            ("disqualified", "Disqualified"),
        ],
        default="registered",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    reason = fields.Text(readonly=True, copy=False)
    score_ids = fields.One2many("aftersales.competition.score", "entrant_id")
    award_ids = fields.One2many("aftersales.competition.award", "entrant_id")
    total = fields.Float(
        digits=(16, 4),
        compute="_compute_result",
        store=True,
        compute_sudo=True,
        aggregator="avg",
        help="Weighted share of the maximum in all disciplines, out of 100.",
    )
    rank = fields.Integer(
        compute="_compute_result",
        store=True,
        compute_sudo=True,
        aggregator="min",
        help="0: not ranked.",
    )

    _FLOW_FIELDS = frozenset(("state", "reason", "date_registered"))
    _FIXED_FIELDS = frozenset(
        ("competition_id", "employee_id", "partner_id", "person_id")
    )

    _employee_once = models.UniqueIndex(
        "(competition_id, employee_id) WHERE employee_id IS NOT NULL",
        "This person is already entered in the competition.",
    )
    _person_once = models.UniqueIndex(
        "(competition_id, person_id) WHERE person_id IS NOT NULL",
        "This person is already entered in the competition.",
    )

    @api.depends("employee_id", "partner_id")
    def _compute_service_point_id(self):
        units = self.env["aftersales.staff"]._get_units_of(self)
        for entrant in self:
            entrant.service_point_id = units.get(entrant, False)

    @api.depends(
        "state",
        "competition_id.entrant_ids.state",
        "competition_id.discipline_ids.maximum",
        "competition_id.discipline_ids.weight",
        "competition_id.discipline_ids.tie_order",
        "competition_id.score_ids.points",
        "competition_id.score_ids.is_given",
        "competition_id.score_ids.entrant_id",
    )
    def _compute_result(self):
        for competition, entrants in self.grouped("competition_id").items():
            results = competition._get_results()
            for entrant in entrants:
                result = results.get(entrant.id)
                entrant.total = float(result[0]) if result else 0.0
                entrant.rank = result[1] if result else 0

    @api.model_create_multi
    def create(self, vals_list):
        """Enter people while the registration is open.

        :raise UserError: the competition takes no entrants today
        """
        entrants = super().create(vals_list)
        entrants._check_registration()
        for company, group in entrants.grouped("company_id").items():
            group._write_flow({"date_registered": company._get_aftersales_today()})
        return entrants

    def write(self, vals):
        """Change an entrant until the competition is scored."""
        if not self.env.su:
            self.competition_id._check_flow_state("open", "running")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        self.competition_id._check_flow_state("draft", "open")

    def action_withdraw(self):
        """Ask why the entrant does not take part."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def action_disqualify(self):
        """Ask why the entrant is excluded."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_disqualify")

    def _withdraw(self, reason):
        self._leave("withdrawn", reason)

    def _disqualify(self, reason):
        # The unit of an entrant withdraws him; only who runs it excludes anybody.
        self.competition_id._check_decider()
        self._leave("disqualified", reason)

    def _leave(self, state, reason):
        """Take entrants out of the ranking, with the reason."""
        self.competition_id._check_flow_state("open", "running")
        self._check_flow_state("registered")
        for entrant in self:
            if entrant._is_person(self.env.user) and state == "disqualified":
                raise UserError(
                    self.env._(
                        "Somebody else decides about %(name)s.",
                        name=entrant.person_name,
                    )
                )
        self._write_flow({"state": state, "reason": reason})

    def _check_registration(self):
        """Refuse entrants outside the registration.

        :raise UserError: naming the competition and its registration period
        """
        for competition in self.competition_id:
            if competition.state != "open":
                raise UserError(
                    self.env._(
                        "%(competition)s takes no entrants now; its registration is "
                        "not open.",
                        competition=competition.name,
                    )
                )
            today = competition.company_id._get_aftersales_today()
            first = competition.date_register_from
            last = competition.date_register_to
            if (first and today < first) or (last and today > last):
                raise UserError(
                    self.env._(
                        "%(competition)s takes entrants from %(first)s to %(last)s "
                        "only. Change the registration period first.",
                        competition=competition.name,
                        first=first or "…",
                        last=last or "…",
                    )
                )
