from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: kind of an audit → who judges on its scorecards
ASSESSMENTS = {"self": "self", "outside": "outside"}


class AftersalesAudit(models.Model):
    """Steps of an audit, and the scorecards it creates."""

    _inherit = "aftersales.audit"

    def action_start(self):
        """Begin planned audits: every point gets its scorecard.

        :raise UserError: no point, or somebody would audit his own point
        """
        self._check_flow_state("draft")
        self.check_access("write")
        for audit in self:
            if not audit.point_ids:
                raise UserError(
                    self.env._(
                        "%(audit)s has no points yet. Draw them by the rule or add "
                        "them by hand.",
                        audit=audit.display_name,
                    )
                )
            audit.point_ids._fill_auditors()
            audit.point_ids._check_auditors()
            audit._create_scorecards()
        self._write_flow({"state": "running"})
        self.point_ids._write_flow({"state": "running"})
        self._plan_activities()
        return True

    def _get_assessment(self):
        """Who judges on the scorecards of this audit."""
        return ASSESSMENTS.get(self.kind, "internal")

    def _get_card_domain(self):
        """Living scorecards of the same set, period and kind of judgement."""
        return (
            Domain("set_id", "=", self.set_id.id)
            & Domain("date_from", "=", self.date_from)
            & Domain("date_to", "=", self.date_to)
            & Domain("assessment", "=", self._get_assessment())
            & Domain("service_point_id", "in", self.point_ids.service_point_id.ids)
            & Domain("subject_type", "in", ("centre", "point"))
            & Domain("state", "!=", "cancelled")
        )

    def _create_scorecards(self):
        """Give every point its scorecard; a draft of its auditor is taken over."""
        self.ensure_one()
        # The lead plans for the team; each scorecard belongs to its auditor.
        Card_sudo = self.env["aftersales.scorecard"].sudo()
        cards = {
            card.service_point_id: card
            for card in Card_sudo.search(self._get_card_domain())
        }
        self._check_no_foreign_cards(cards)
        lines = self.point_ids.filtered(lambda li: li.service_point_id not in cards)
        created = Card_sudo.create([line._prepare_scorecard_vals() for line in lines])
        cards.update({card.service_point_id: card for card in created})
        for line in self.point_ids:
            line._write_flow({"scorecard_id": cards[line.service_point_id].id})

    def _check_no_foreign_cards(self, cards):
        """Refuse to judge twice what somebody judges already.

        :param cards: ``{point: scorecard}`` that exist
        :raise UserError: naming the scorecard
        """
        for line in self.point_ids:
            card = cards.get(line.service_point_id)
            if card and (card.state != "draft" or card.auditor_id != line.user_id):
                raise UserError(
                    self.env._(
                        "%(audit)s: %(card)s exists for the same period. Cancel it, or "
                        "choose another period.",
                        audit=self.display_name,
                        card=card.name,
                    )
                )

    def _plan_activities(self):
        """Put the audit on the list of each auditor."""
        for audit in self:
            for user in audit.point_ids.user_id:
                audit.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Audit your points"),
                    date_deadline=audit.date_end,
                    user_id=user.id,
                )

    def action_done(self):
        """Close running audits.

        :raise UserError: a point is neither audited nor left out
        """
        self._check_flow_state("running")
        for audit in self:
            waiting = audit.point_ids.filtered(
                lambda line: line.state not in ("done", "skipped")
            )[:1]
            if waiting:
                raise UserError(
                    self.env._(
                        "%(audit)s: %(point)s is not audited yet. Close it or leave "
                        "it out with a reason.",
                        audit=audit.display_name,
                        point=waiting.service_point_id.display_name,
                    )
                )
            audit._write_flow(
                {
                    "state": "done",
                    "date_done": audit.company_id._get_aftersales_today(),
                }
            )
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def action_ask_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_flow_state("draft", "running")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel audits; drafts of their scorecards are cancelled with them.

        :param reason: kept with the audits
        """
        self._check_flow_state("draft", "running")
        self.check_access("write")
        # Scorecards belong to the members of the team; the audit takes them back.
        cards_sudo = self.point_ids.sudo().scorecard_id
        cards_sudo.filtered(lambda card: card.state == "draft").action_cancel()
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def action_new_finding(self):
        """Open a new finding of this audit."""
        self.ensure_one()
        vals = {"audit_id": self.id, "company_id": self.company_id.id}
        return self.env["aftersales.finding"]._get_new_action(vals)

    def action_view_findings(self):
        """Open the findings of this audit."""
        self.ensure_one()
        return self.env["aftersales.finding"]._get_list_action(
            [("audit_id", "=", self.id)], {"default_audit_id": self.id}
        )

    def action_view_scorecards(self):
        """Open the scorecards of this audit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Scorecards of %(audit)s", audit=self.name),
            "res_model": "aftersales.scorecard",
            "view_mode": "list,form,pivot,graph",
            "domain": [("audit_point_ids.audit_id", "=", self.id)],
        }
