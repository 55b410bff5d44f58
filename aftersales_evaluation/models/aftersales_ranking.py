import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import clean_context

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP

_logger = logging.getLogger(__name__)


class AftersalesRanking(models.Model):
    """Ranking of one period by a rule: calculated, released, then frozen.

    Places are never typed.  A released ranking keeps what it showed, whatever
    happens to scorecards and figures later.
    """

    _name = "aftersales.ranking"
    _description = "Period Ranking"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_to desc, rule_id, company_id, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, index="trigram")
    rule_id = fields.Many2one(
        "aftersales.ranking.rule",
        "Ranking Rule",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date_to = fields.Date(
        "To",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("released", "Published"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many("aftersales.ranking.line", "ranking_id")
    line_count = fields.Integer("Ranked", compute="_compute_line_count")
    award_ids = fields.One2many("aftersales.award", "ranking_id")
    award_count = fields.Integer(compute="_compute_award_count")
    computed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_computed = fields.Datetime("Calculated on", readonly=True, copy=False)
    released_by_id = fields.Many2one(
        "res.users", "Published by", readonly=True, copy=False, tracking=True
    )
    date_released = fields.Datetime("Published on", readonly=True, copy=False)
    cancel_reason = fields.Text(readonly=True, copy=False)
    podium = fields.Html(compute="_compute_podium", sanitize=False)

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "computed_by_id",
            "date_computed",
            "released_by_id",
            "date_released",
            "cancel_reason",
            "line_ids",
            "award_ids",
        )
    )
    _SCOPE_FIELDS = frozenset(("company_id",))
    #: What a ranking is about; fixed once it was released.
    _SUBJECT_FIELDS = frozenset(("rule_id", "company_id", "date_from", "date_to"))

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A ranking cannot end before it starts."
    )
    _period_once = models.UniqueIndex(
        "(rule_id, company_id, date_from, date_to) WHERE state != 'cancelled'",
        "This period was already ranked by this rule. Open that ranking instead.",
    )

    @api.depends("rule_id.name", "date_from", "date_to", "rule_id.interval")
    def _compute_name(self):
        for ranking in self:
            rule, start, end = ranking.rule_id, ranking.date_from, ranking.date_to
            ranking.name = False
            if not (rule and start and end):
                continue
            period = f"{start} – {end}"
            if (start, end) == rule._get_period(start):
                period = f"{start:%Y-%m}"
                if rule.interval != "month":
                    period = f"{start:%Y-%m} – {end:%Y-%m}"
            ranking.name = f"{rule.name} {period}"

    @api.depends("rule_id", "company_id")
    def _compute_dates(self):
        for ranking in self:
            if ranking.rule_id and not (ranking.date_from and ranking.date_to):
                today = (ranking.company_id or self.env.company)._get_aftersales_today()
                period = ranking.rule_id._get_last_period(today)
                ranking.date_from, ranking.date_to = period
            else:
                ranking.date_from = ranking.date_from
                ranking.date_to = ranking.date_to

    @api.depends("line_ids")
    def _compute_line_count(self):
        counts = dict(
            self.env["aftersales.ranking.line"]._read_group(
                [("ranking_id", "in", self.ids)], ["ranking_id"], ["__count"]
            )
        )
        for ranking in self:
            ranking.line_count = counts.get(ranking._origin, 0)

    @api.depends("award_ids.state")
    def _compute_award_count(self):
        counts = dict(
            self.env["aftersales.award"]._read_group(
                [("ranking_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["ranking_id"],
                ["__count"],
            )
        )
        for ranking in self:
            ranking.award_count = counts.get(ranking._origin, 0)

    @api.depends("line_ids.position", "rule_id.place_count")
    @api.depends_context("lang", "uid")
    def _compute_podium(self):
        for ranking in self:
            # A centre manager sees the places of his own units.
            lines = ranking.line_ids._filtered_access("read")
            places = lines.filtered("is_podium").grouped("centre_group")
            ranking.podium = (
                self.env["ir.qweb"]._render(
                    "aftersales_evaluation.ranking_podium",
                    {"ranking": ranking, "groups": places},
                )
                if places
                else False
            )

    @api.constrains("rule_id", "company_id")
    def _check_rule_company(self):
        for ranking in self:
            owner = ranking.rule_id.company_id
            if owner and owner != ranking.company_id:
                raise ValidationError(
                    self.env._(
                        "Ranking rule %(rule)s belongs to another company.",
                        rule=ranking.rule_id.name,
                    )
                )

    def write(self, vals):
        if self._SUBJECT_FIELDS & set(vals):
            self._check_flow_state("draft")
            if not self._is_flow() and self.line_ids:
                raise UserError(
                    self.env._(
                        "%(ranking)s was calculated. Delete it and rank the other "
                        "period anew.",
                        ranking=self[:1].display_name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_released(self):
        decided = self.filtered(lambda r: r.state != "draft")[:1]
        if decided:
            raise UserError(
                self.env._(
                    "%(ranking)s was released and stays as evidence. Cancel it with a "
                    "reason instead.",
                    ranking=decided.display_name,
                )
            )

    def _check_head(self):
        """Refuse the step to whoever is not head of service.

        :raise AccessError: naming the role
        """
        if not (self.env.su or self.env.user.has_group(HEAD_GROUP)):
            raise AccessError(
                self.env._("Only the head of service releases or cancels rankings.")
            )

    def action_compute(self):
        """Calculate drafts anew from what is approved and measured now."""
        self = self.with_context(clean_context(self.env.context))
        self.check_access("write")
        self._check_flow_state("draft")
        for ranking in self:
            ranking._rebuild()
        self._write_flow(
            {
                "computed_by_id": False if self.env.su else self.env.uid,
                "date_computed": fields.Datetime.now(),
            }
        )
        return True

    def action_release(self):
        """Freeze calculated rankings and propose the awards of their rules.

        :raise UserError: nobody ranked, or not calculated
        """
        # Defaults in the context of the caller must not reach places or awards.
        self = self.with_context(clean_context(self.env.context))
        self._check_head()
        self._lock()
        self._check_flow_state("draft")
        empty = self.filtered(lambda r: not r.line_ids)[:1]
        if empty:
            raise UserError(
                self.env._(
                    "%(ranking)s ranks nobody yet. Calculate it first; only approved "
                    "scorecards and measured figures count.",
                    ranking=empty.display_name,
                )
            )
        self._write_flow(
            {
                "state": "released",
                "released_by_id": self.env.uid,
                "date_released": fields.Datetime.now(),
            }
        )
        for ranking in self:
            self.env["aftersales.approval"]._log(ranking, "ranking", "approved")
        self._propose_awards()
        return True

    def action_cancel(self):
        """Ask why the rankings are cancelled."""
        self._check_head()
        self._check_flow_state("draft", "released")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel rankings; proposed awards fall with them, released ones stay.

        :param reason: why, kept with the ranking
        :raise UserError: an award of the ranking was released
        """
        self._check_head()
        self._lock()
        self._check_flow_state("draft", "released")
        paid = self.award_ids.filtered(lambda a: a.state == "released")[:1]
        if paid:
            raise UserError(
                self.env._(
                    "Award %(award)s of %(ranking)s was released. Cancel the award "
                    "first.",
                    award=paid.display_name,
                    ranking=paid.ranking_id.display_name,
                )
            )
        self.award_ids.filtered(lambda a: a.state == "proposed")._cancel(reason)
        for ranking in self:
            self.env["aftersales.approval"]._log(ranking, "ranking", "rejected", reason)
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        # The unique index must see it before the period is ranked anew.
        self.flush_recordset()

    def _lock(self):
        """Take the rows: of two people at once, the second is told to look again."""
        self.env["aftersales.award"]._lock_rows(self)

    def action_view_lines(self):
        """Open the places, with graph and pivot."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "aftersales.ranking.line",
            "view_mode": "kanban,list,graph,pivot",
            "domain": [("ranking_id", "=", self.id)],
        }

    def action_view_awards(self):
        """Open the awards of the ranking."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_award_action"
        )
        return {
            **action,
            "name": self.env._("Awards of %(ranking)s", ranking=self.name),
            "domain": [("ranking_id", "=", self.id)],
            "context": {},
        }

    # -- scheduled job -------------------------------------------------------------

    @api.model
    def _cron_compute_rankings(self):
        """Rank the last period of every automatic rule, company by company.

        Drafts that the job made follow the scorecards once a day until somebody
        releases them; what was calculated today is left alone.
        """
        companies = self._get_ranked_companies()
        todo = [
            (rule, company)
            for rule in self.env["aftersales.ranking.rule"].search(
                [("is_automatic", "=", True)]
            )
            for company in (rule.company_id or companies).filtered("active")
        ]
        Cron = self.env["ir.cron"]
        for done, (rule, company) in enumerate(todo, start=1):
            self._rank_alone(rule, company)
            if not Cron._commit_progress(1, remaining=len(todo) - done):
                return

    @api.model
    def _rank_alone(self, rule, company):
        """Calculate one ranking; an error of it must not stop the others."""
        try:
            with self.env.cr.savepoint():
                self._rank_last_period(rule, company)
        except Exception as error:  # one bad rule never stops the others
            self.env.invalidate_all()
            _logger.warning("%s was not ranked by %s: %s", company, rule, error)

    @api.model
    def _get_ranked_companies(self):
        """Companies that run a service network."""
        groups = self.env["aftersales.service.point"]._read_group(
            [("tier", "=", "point")], ["company_id"]
        )
        companies = self.env["res.company"].concat(*[company for (company,) in groups])
        return companies.filtered("active")

    @api.model
    def _rank_last_period(self, rule, company):
        """Calculate one ranking, unless it is decided or was done today."""
        today = company._get_aftersales_today()
        start, end = rule._get_last_period(today)
        ranking = self.search(
            Domain("rule_id", "=", rule.id)
            & Domain("company_id", "=", company.id)
            & Domain("date_from", "=", start)
            & Domain("date_to", "=", end)
            & Domain("state", "!=", "cancelled")
        )
        done = ranking.date_computed and ranking.date_computed.date() >= today
        if ranking.state == "released" or ranking.computed_by_id or done:
            return ranking
        ranking = ranking or self.create(
            {
                "rule_id": rule.id,
                "company_id": company.id,
                "date_from": start,
                "date_to": end,
            }
        )
        ranking.action_compute()
        if not ranking.line_ids:
            # Nobody to rank yet: an empty ranking would only be in the way.
            ranking.unlink()
            return self.browse()
        return ranking

    def _get_previous(self):
        """Released ranking of the same rule and company right before this one."""
        self.ensure_one()
        before = self.date_from - relativedelta(days=1)
        return self.search(
            [
                ("rule_id", "=", self.rule_id.id),
                ("company_id", "=", self.company_id.id),
                ("date_to", "=", before),
                ("state", "=", "released"),
            ],
            limit=1,
        )


class AftersalesApproval(models.Model):
    """Gates of rankings, awards and proposals of assessments."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[
            ("ranking", "Ranking"),
            ("award", "Award"),
            ("level", "Level Proposal"),
        ],
        ondelete={"ranking": "cascade", "award": "cascade", "level": "cascade"},
    )
