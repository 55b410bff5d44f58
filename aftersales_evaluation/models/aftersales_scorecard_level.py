from odoo import models
from odoo.fields import Domain
from odoo.tools import clean_context

from .aftersales_service_point_proposal import PROPOSABLE_STATES


class AftersalesScorecard(models.Model):
    """What follows from an approved scorecard: proposals for its point."""

    _inherit = "aftersales.scorecard"

    def _log_step(self, state):
        """Propose by rule on approval; a cancelled scorecard proposes nothing."""
        result = super()._log_step(state)
        if state == "approved":
            self._propose_levels()
        elif state == "cancelled":
            self._withdraw_proposals()
        return result

    def _propose_levels(self):
        """Propose levels and suspensions that the rules see in these scorecards.

        Only the newest approved result of a point and set decides; what still
        waits for an older one is overtaken.
        """
        # Defaults in the context of the caller must not reach the proposals.
        self = self.with_context(clean_context(self.env.context))
        cards = self.filtered(lambda card: card._is_level_relevant())
        # Rules and history of a company count whoever approves.
        rules_sudo = (
            self.env["aftersales.level.rule"]
            .sudo()
            .search([("company_id", "in", [False, *cards.company_id.ids])])
        )
        if not (cards and rules_sudo):
            return
        history = cards.sudo()._get_result_history()
        newest = cards.sudo().filtered(
            lambda card: history[card.service_point_id, card.set_id][:1] == card
        )
        found = {}
        for card in newest.sorted("date_to", reverse=True):
            results = history[card.service_point_id, card.set_id]
            for vals in card._prepare_proposal_vals(rules_sudo, results):
                # One proposal of a kind for a point: the latest period speaks.
                found.setdefault((card.service_point_id.id, vals["kind"]), vals)
        newest._create_proposals(found)

    def _is_level_relevant(self):
        """Scorecards that say something about a point at work."""
        self.ensure_one()
        return (
            self.subject_type in ("point", "centre")
            and self.assessment != "self"
            and self.is_rated
            and self.service_point_id.state in PROPOSABLE_STATES
        )

    def _get_result_history(self):
        """Approved results by point and set, newest first, in one query."""
        found = self.search(
            Domain("service_point_id", "in", self.service_point_id.ids)
            & Domain("set_id", "in", self.set_id.ids)
            & Domain("subject_type", "in", ("point", "centre"))
            & Domain("assessment", "!=", "self")
            & Domain("state", "=", "approved")
            & Domain("is_rated", "=", True),
            order="date_to desc, date_from desc, id desc",
        )
        return found.grouped(lambda card: (card.service_point_id, card.set_id))

    def _prepare_proposal_vals(self, rules, cards):
        """Values of what the first rule that holds proposes, per kind.

        :param cards: approved results of the point and set, newest first
        """
        self.ensure_one()
        vals_list = []
        held = rules.filtered(lambda rule: rule._fits(self) and rule._holds(cards))
        for kind in ("level", "suspension"):
            rule = held.filtered(lambda r, k=kind: r.action == k)[:1]
            if rule and self._is_news(rule):
                vals_list.append(self._prepare_rule_vals(rule, cards))
        return vals_list

    def _is_news(self, rule):
        """Whether the rule asks for something else than what is."""
        self.ensure_one()
        point = self.service_point_id
        if rule.action == "level":
            return point.level_id != rule.point_level_id
        return point.state in ("active", "probation")

    def _prepare_rule_vals(self, rule, cards):
        """Values of one proposal, with the figures of today."""
        self.ensure_one()
        point = self.service_point_id
        is_level = rule.action == "level"
        level = rule.point_level_id if is_level else point.level_id.browse()
        return {
            "service_point_id": point.id,
            "kind": rule.action,
            "scorecard_id": self.id,
            "score": self.score,
            "score_level_id": self.level_id.id,
            "rule_id": rule.id,
            "basis": self.env["aftersales.level.proposal"]._describe_basis(rule, cards),
            "old_level_id": point.level_id.id,
            "level_id": level.id,
            "old_coefficient": point.level_id.coefficient if point.level_id else 0.0,
            "coefficient": level.coefficient if is_level else 0.0,
            "suspension_days": 0 if is_level else rule.suspension_days,
        }

    def _create_proposals(self, found):
        """Write the proposals, overtake older ones, carry automatic ones out.

        :param found: ``{(point id, kind): values}``
        """
        # Proposals are the work of the approval; nobody writes them himself.
        Proposal_sudo = self.env["aftersales.level.proposal"].sudo()
        waiting_sudo = Proposal_sudo.search(
            [
                ("service_point_id", "in", self.service_point_id.ids),
                ("state", "=", "proposed"),
            ]
        )
        waiting_sudo._overtake(self, found.keys())
        proposals = Proposal_sudo.create(list(found.values())).sudo(False)
        proposals.filtered(
            lambda p: p.kind == "level" and p.sudo().rule_id.is_automatic
        ).action_approve()
        for proposal in proposals.filtered(lambda p: p.kind == "suspension"):
            proposal.service_point_id._propose_suspension(
                proposal.basis, proposal.scorecard_id
            )

    def _withdraw_proposals(self):
        """What waits because of a cancelled scorecard is overtaken."""
        # The decision on the scorecard decides on what followed from it.
        waiting_sudo = (
            self.env["aftersales.level.proposal"]
            .sudo()
            .search([("scorecard_id", "in", self.ids), ("state", "=", "proposed")])
        )
        waiting_sudo._write_flow({"state": "obsolete"})
        waiting_sudo.flush_recordset()
