from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context, format_date

from odoo.addons.aftersales_network.models.aftersales_service_point_suspension import (
    SUSPENSION_ACTIVITY,
)
from odoo.addons.aftersales_network.models.flow import HEAD_GROUP


class AftersalesLevelProposal(models.Model):
    """What an approved scorecard proposes for its point; the head decides.

    Written by the approval of the scorecard only.  The approved proposal changes
    the level, and with it the coefficient, by the change of level of the network,
    with the scorecard as its source.
    """

    _name = "aftersales.level.proposal"
    _description = "Level Proposal"
    _inherit = [
        "aftersales.flow.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(
        [("level", "Level of the Point"), ("suspension", "Suspension")],
        "Proposes",
        required=True,
        readonly=True,
    )
    scorecard_id = fields.Many2one(
        "aftersales.scorecard",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    score = fields.Float(readonly=True, aggregator="avg")
    score_level_id = fields.Many2one(
        "aftersales.scorecard.level", "Result", readonly=True
    )
    rule_id = fields.Many2one(
        "aftersales.level.rule",
        "Level Rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    basis = fields.Text(readonly=True, help="Rule and results behind the proposal.")
    old_level_id = fields.Many2one(
        "aftersales.point.level", "Present Level", readonly=True
    )
    level_id = fields.Many2one(
        "aftersales.point.level", "Proposed Level", readonly=True
    )
    old_coefficient = fields.Float("Present Coefficient", digits=(6, 4), readonly=True)
    coefficient = fields.Float("Proposed Coefficient", digits=(6, 4), readonly=True)
    suspension_days = fields.Integer("Days of Suspension", readonly=True)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("obsolete", "Superseded"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    decided_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, tracking=True
    )
    date_decided = fields.Datetime("Decided on", readonly=True, copy=False)
    refuse_reason = fields.Text(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        ("state", "decided_by_id", "date_decided", "refuse_reason")
    )
    _FIXED_FIELDS = frozenset(
        (
            "service_point_id",
            "kind",
            "scorecard_id",
            "score",
            "score_level_id",
            "rule_id",
            "basis",
            "old_level_id",
            "level_id",
            "old_coefficient",
            "coefficient",
            "suspension_days",
        )
    )

    _one_open = models.UniqueIndex(
        "(service_point_id, kind) WHERE state = 'proposed'",
        "A proposal for this point is already waiting.",
    )

    @api.depends("service_point_id", "kind", "level_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for proposal in self:
            point = proposal.service_point_id.name or ""
            if proposal.kind == "suspension":
                name = self.env._("Suspend %(point)s", point=point)
            else:
                name = self.env._(
                    "%(point)s to %(level)s",
                    point=point,
                    level=proposal.level_id.name or "",
                )
            proposal.display_name = name

    def _check_decider(self):
        """Role and four eyes of a decision.

        :raise AccessError: anybody but the head of service
        :raise UserError: whoever judged the scorecard
        """
        if self.env.su:
            return
        if not self.env.user.has_group(HEAD_GROUP):
            raise AccessError(
                self.env._("Only the head of service decides on level proposals.")
            )
        for proposal in self:
            if self.env.user in proposal.scorecard_id._get_judges():
                raise UserError(
                    self.env._(
                        "You judged %(card)s. Somebody else has to decide what "
                        "follows from it.",
                        card=proposal.scorecard_id.display_name,
                    )
                )

    def action_approve(self):
        """Carry proposals out: write the level, or suspend the point.

        :raise UserError: decided before, or by whoever judged the scorecard
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("write")
        self.env["aftersales.award"]._lock_rows(self)
        self._check_flow_state("proposed")
        self._check_decider()
        for proposal in self:
            proposal._carry_out()
            self.env["aftersales.approval"]._log(
                proposal, "level", "approved", proposal.basis
            )
        self._decide("approved")
        return True

    def action_refuse(self):
        """Ask why the proposals are refused."""
        self._check_decider()
        self._check_flow_state("proposed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def _refuse(self, reason):
        """Refuse proposals; the point stays as it is.

        :param reason: why, kept with the proposal
        """
        self.check_access("write")
        self.env["aftersales.award"]._lock_rows(self)
        self._check_flow_state("proposed")
        self._check_decider()
        for proposal in self:
            self.env["aftersales.approval"]._log(proposal, "level", "rejected", reason)
        self._decide("refused", refuse_reason=reason)
        suspensions = self.filtered(lambda p: p.kind == "suspension")
        points = suspensions.service_point_id
        asked = points - points._get_suspended_by_findings()
        asked.activity_feedback([SUSPENSION_ACTIVITY], feedback=reason)

    def _decide(self, state, **vals):
        self._write_flow(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "date_decided": fields.Datetime.now(),
                **vals,
            }
        )
        self.activity_feedback(["mail.mail_activity_data_todo"])

    def _carry_out(self):
        """Change the point by the steps of the network."""
        self.ensure_one()
        point = self.service_point_id
        if self.kind == "level":
            point._change_level(self.level_id, self.basis, source=self.scorecard_id)
            return
        today = self.company_id._get_aftersales_today()
        until = today + relativedelta(days=self.suspension_days)
        point.action_suspend(self.basis, until)

    def action_view_scorecard(self):
        """Open the assessment behind the proposal."""
        self.ensure_one()
        return self.scorecard_id._get_records_action()

    @api.model
    def _describe_basis(self, rule, cards):
        """Sentence that names rule, results and who approved them."""
        newest = cards[:1]
        results = ", ".join(
            f"{card.period}: {card.score:.2f} ({card.level_id.name})"
            for card in cards[: rule.result_count]
        )
        return self.env._(
            "%(rule)s – %(results)s. %(card)s, approved by %(user)s on %(date)s.",
            rule=rule.name,
            results=results,
            card=newest.name,
            user=newest.approver_id.name or "",
            date=format_date(self.env, newest.date_approved),
        )

    def _overtake(self, cards, kinds):
        """Close what still waits where newer results speak.

        A new result of the same set replaces the proposal of the older one, also
        when it proposes nothing any more.

        :param cards: newest approved results of their points and sets
        :param kinds: ``{(point id, kind)}`` of the proposals to come
        """
        spoken = {(card.service_point_id, card.set_id) for card in cards}
        old = self.filtered(
            lambda p: (
                (p.service_point_id.id, p.kind) in kinds
                or (p.service_point_id, p.scorecard_id.set_id) in spoken
            )
        )
        old._write_flow({"state": "obsolete"})
        # The unique index must see it before the new proposal comes.
        old.flush_recordset()
