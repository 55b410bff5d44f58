from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .aftersales_compensation_rule import APPROVERS

HEAD = "aftersales_network.group_head"
#: Who pays out and closes what was approved.
GIVER_GROUPS = ("aftersales_network.group_settlement_clerk", HEAD)


class AftersalesCompensation(models.Model):
    """Proposal, approval by amount, and the end."""

    _inherit = "aftersales.compensation"

    # -- proposing -------------------------------------------------------------

    def action_propose(self):
        """Hand drafts in; the amount decides who approves them.

        :raise UserError: incomplete, or an amount that nobody may approve
        """
        self.check_access("write")
        self._check_flow_state("draft")
        for compensation in self:
            compensation._check_complete()
            rule = self.env["aftersales.compensation.rule"]._find(
                compensation.company_id, compensation.amount_company
            )
            compensation._write_flow(
                {
                    "state": "proposed",
                    "proposed_by_id": self.env.uid,
                    "date_proposed": fields.Datetime.now(),
                    "approver": rule.approver or "head",
                    "person_count": rule.person_count or 1,
                    "approved_count": 0,
                    "decision_note": False,
                }
            )
            compensation._note_author()
            compensation._ask_approver()
        return True

    def _check_complete(self):
        """Refuse a proposal that says not what is given.

        :raise UserError: naming the compensation
        """
        self.ensure_one()
        if self.kind == "money" or (self.gift_note or "").strip():
            return
        raise UserError(
            self.env._(
                "%(compensation)s: say what the customer is given.",
                compensation=self.name,
            )
        )

    def _get_blocked_users(self):
        """People who may not approve: whoever wrote or proposed it."""
        self.ensure_one()
        writers = self._get_authors().filtered(lambda u: not u._is_superuser())
        return self.proposed_by_id | writers

    def _ask_approver(self):
        """Schedule the decision for somebody who may take it."""
        self.ensure_one()
        people = self.company_id._get_aftersales_people(APPROVERS[self.approver])
        if self.approver == "centre":
            # The centre of the case goes before any other centre.
            manager = self.service_point_id.sudo().centre_id.manager_id
            people = manager | people
        people -= self._get_blocked_users() | self._get_deciders()
        if people:
            # Who proposes need not be allowed to plan the work of others.
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Decide the compensation"),
                user_id=people[:1].id,
            )

    # -- deciding --------------------------------------------------------------

    def _get_deciders(self):
        """Who approved the present proposal already."""
        self.ensure_one()
        # The decisions are read for the rule of four eyes only.
        lines_sudo = (
            self.env["aftersales.approval"]
            .sudo()
            .search(
                Domain("res_model", "=", self._name)
                & Domain("res_id", "=", self.id)
                & Domain("decision", "=", "approved")
                & Domain("date", ">=", self.date_proposed)
            )
        )
        return lines_sudo.user_id.with_env(self.env)

    def _check_may_decide(self):
        """The right role for the amount, and nobody twice.

        :raise AccessError: a role that does not reach so far
        :raise UserError: the proposer, or who decided already
        """
        self.check_access("write")
        labels = dict(self._fields["approver"]._description_selection(self.env))
        user = self.env.user
        for compensation in self:
            group = APPROVERS[compensation.approver]
            if not (user.has_group(group) or user.has_group(HEAD)):
                raise AccessError(
                    self.env._(
                        "%(compensation)s is %(amount)s; it is approved by: %(who)s.",
                        compensation=compensation.name,
                        amount=compensation.currency_id.format(compensation.amount),
                        who=labels[compensation.approver],
                    )
                )
            blocked = compensation._get_blocked_users() | compensation._get_deciders()
            self.env["aftersales.approval"]._check_other_person(compensation, blocked)

    def action_approve(self):
        """Approve; with the last approval the cost is charged to the reserve."""
        self._check_flow_state("proposed")
        self._check_may_decide()
        # Two heads at once: the second waits for nobody and tries again.
        self.lock_for_update(allow_referencing=True)
        for compensation in self:
            self.env["aftersales.approval"]._log(
                compensation, "compensation", "approved"
            )
            count = compensation.approved_count + 1
            compensation._write_flow({"approved_count": count})
            compensation.sudo().activity_feedback(["mail.mail_activity_data_todo"])
            if count < compensation.person_count:
                compensation._ask_approver()
                continue
            compensation._write_flow(
                {"state": "approved", "date_approved": fields.Datetime.now()}
            )
            compensation._charge()
        return True

    def action_ask_refuse(self):
        """Ask for the reason, then refuse."""
        self._check_flow_state("proposed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def _refuse(self, reason):
        """Refuse proposals.

        :param reason: why, kept as evidence
        """
        self._check_flow_state("proposed")
        reason = self._check_reason_given(reason)
        self._check_may_decide()
        self._end("refused", reason)
        for compensation in self:
            self.env["aftersales.approval"]._log(
                compensation, "compensation", "rejected", reason
            )

    def _end(self, state, reason):
        """End compensations with a reason everybody can read."""
        self._write_flow({"state": state, "decision_note": reason})
        for compensation in self:
            compensation.message_post(body=reason)
        self.sudo().activity_feedback(["mail.mail_activity_data_todo"])

    def action_back_to_draft(self):
        """Work a refused proposal over."""
        self.check_access("write")
        self._check_flow_state("refused")
        self._write_flow({"state": "draft", "approver": False, "approved_count": 0})

    def action_ask_cancel(self):
        """Ask for the reason, then give the compensation up."""
        self._check_can_cancel()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _check_can_cancel(self):
        """What was charged or paid stays.

        :raise UserError: naming the compensation and the way out
        """
        self._check_flow_state("draft", "proposed", "approved")
        for compensation in self:
            compensation_sudo = compensation.sudo()
            if compensation_sudo.fund_state == "approved" or compensation_sudo.move_id:
                raise UserError(
                    self.env._(
                        "%(compensation)s is charged or credited already. Delete the "
                        "draft credit note, and have the money put back into the fund "
                        "by a deposit.",
                        compensation=compensation.name,
                    )
                )

    def _cancel(self, reason):
        """Give compensations up; an open charge is withdrawn.

        :param reason: why, kept as evidence
        """
        self.check_access("write")
        reason = self._check_reason_given(reason)
        self._check_can_cancel()
        if any(c.state == "approved" for c in self):
            self._check_giver()
        draws_sudo = self.sudo().fund_move_id
        draws_sudo.filtered(lambda m: m.state == "requested")._write_flow(
            {"state": "refused", "decision_note": reason}
        )
        self._end("cancelled", reason)

    # -- ending ----------------------------------------------------------------

    def _check_giver(self):
        """Who pays out and closes.

        :raise AccessError: another role
        """
        if not any(self.env.user.has_group(name) for name in GIVER_GROUPS):
            raise AccessError(
                self.env._(
                    "Compensations are paid out and closed by the settlement clerk or "
                    "the head of service."
                )
            )

    def action_close(self):
        """Close what was given and charged.

        :raise UserError: not charged, or the insurer has not answered
        """
        self.check_access("write")
        self._check_giver()
        self._check_flow_state("given")
        for compensation in self:
            if compensation.fund_state != "approved":
                raise UserError(
                    self.env._(
                        "%(compensation)s is not charged to a fund yet. Have the draw "
                        "approved first.",
                        compensation=compensation.name,
                    )
                )
            pending = compensation.insurance_claim_ids.filtered(
                lambda c: c.state in ("draft", "sent")
            )[:1]
            if pending:
                raise UserError(
                    self.env._(
                        "%(compensation)s: the insurer has not answered %(claim)s. "
                        "Enter the answer first.",
                        compensation=compensation.name,
                        claim=pending.name,
                    )
                )
        self._write_flow({"state": "closed", "date_closed": fields.Datetime.now()})
        return True
