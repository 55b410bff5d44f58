from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class AftersalesWithdrawal(models.Model):
    """Gates of the withdrawal: one role at each, never the one who filed."""

    _inherit = "aftersales.withdrawal"

    can_decide = fields.Boolean(compute="_compute_can_decide")

    #: state → (next state, gate, group that decides)
    _GATES = {
        "submitted": (
            "technical_review",
            "centre",
            "aftersales_network.group_centre_manager",
        ),
        "technical_review": (
            "head_approval",
            "technical",
            "aftersales_network.group_technical_reviewer",
        ),
        "head_approval": ("clearing", "head", "aftersales_network.group_head"),
    }

    @api.depends("state", "filed_by_id")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for withdrawal in self:
            gate = self._GATES.get(withdrawal.state)
            withdrawal.can_decide = (
                bool(gate)
                and withdrawal.filed_by_id != self.env.user
                and self.env.user.has_group(gate[2])
            )

    def action_submit(self):
        """File the withdrawal for the company.

        :raise AccessError: neither centre manager nor head
        """
        user = self.env.user
        roles = ("centre_manager", "head")
        if not any(user.has_group(f"aftersales_network.group_{r}") for r in roles):
            raise AccessError(
                self.env._(
                    "A withdrawal is filed by the point itself, its centre manager or "
                    "the head of service."
                )
            )
        self._submit({"filed_by": "company", "filed_by_id": user.id})

    def _submit(self, vals):
        """File drafts after checking them.

        :param vals: who filed
        """
        self._check_flow_state("draft")
        for withdrawal in self:
            withdrawal._check_filing()
        self._write_flow(
            {**vals, "state": "submitted", "date_submitted": fields.Datetime.now()}
        )
        for withdrawal in self:
            self.env["aftersales.approval"]._log(
                withdrawal, "submit", "approved", withdrawal.reason
            )
            withdrawal._notify_handover()

    def _check_filing(self):
        """Refuse a withdrawal that makes no sense.

        :raise UserError: point not in service, no reason, or an end in the past
        """
        self.ensure_one()
        point = self.service_point_id
        point._check_flow_state("probation", "active", "suspended", "withdrawal")
        if not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Give the reason for the withdrawal of %(point)s.",
                    point=point.display_name,
                )
            )
        today = self.company_id._get_aftersales_today()
        if self.date_requested and self.date_requested < today:
            raise UserError(
                self.env._(
                    "%(point)s: the requested end (%(day)s) is in the past.",
                    point=point.display_name,
                    day=self.date_requested,
                )
            )

    def action_approve(self, comment=False):
        """Approve the gate at which each withdrawal stands.

        :raise AccessError: the gate belongs to another role
        :raise UserError: own filing, or the same person at two gates
        """
        self._check_flow_state(*self._GATES)
        for withdrawal in self:
            next_state = withdrawal._decide("approved", comment)
            if next_state == "clearing":
                withdrawal._start_clearing()
            withdrawal._write_flow({"state": next_state})
            withdrawal._notify_handover()

    def _decide(self, decision, comment):
        """Record a decision at the gate where the withdrawal stands.

        :return: the state that follows an approval
        """
        self.ensure_one()
        next_state, gate, group = self._GATES[self.state]
        self.service_point_id._check_group(group)
        self._check_not_filer()
        Approval = self.env["aftersales.approval"]
        Approval._check_four_eyes(self, ("centre", "technical", "head"))
        Approval._log(self, gate, decision, comment)
        return next_state

    def _check_not_filer(self):
        """Four eyes: who filed decides nothing.

        :raise UserError: naming the withdrawal
        """
        self.ensure_one()
        if self.filed_by_id == self.env.user:
            raise UserError(
                self.env._(
                    "You filed %(withdrawal)s. Somebody else must decide it.",
                    withdrawal=self.display_name,
                )
            )

    def action_ask_refuse(self):
        """Ask for the reason, then refuse."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "action_refuse")

    def action_refuse(self, reason):
        """Refuse the withdrawal at the gate where it stands.

        :param reason: text for who filed, required
        """
        self._check_flow_state(*self._GATES)
        for withdrawal in self:
            withdrawal._check_reason_given(reason)
            withdrawal._decide("rejected", reason)
            withdrawal._write_flow({"state": "refused", "refusal_reason": reason})
            withdrawal._notify_handover(reason)

    def action_ask_cancel(self):
        """Ask for the reason, then cancel."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "action_cancel")

    def action_cancel(self, reason):
        """Take a withdrawal back; out of clearing only the head can.

        :raise AccessError: neither the filer nor the head of service
        """
        self._check_flow_state("draft", "clearing", *self._GATES)
        for withdrawal in self:
            withdrawal._check_reason_given(reason)
            own = withdrawal.filed_by_id == self.env.user
            if withdrawal.state == "clearing" or not own:
                withdrawal.service_point_id._check_group(
                    "aftersales_network.group_head"
                )
            withdrawal._cancel(reason)

    def _cancel(self, reason):
        """Cancel one withdrawal; a point in clearing goes back to its state."""
        self.ensure_one()
        if self.state == "clearing":
            self.env["aftersales.approval"]._log(self, "stop", "approved", reason)
            self.service_point_id._write_flow({"state": self.state_before or "active"})
        self._write_flow({"state": "cancelled", "refusal_reason": reason})
        self._notify_handover(reason)

    def _start_clearing(self):
        """From now on the point receives no new work."""
        self.ensure_one()
        point = self.service_point_id
        point.lock_for_update()
        point._check_flow_state("probation", "active", "suspended", "withdrawal")
        before = point.state if point.state != "withdrawal" else "active"
        point._write_flow({"state": "withdrawal"})
        self._write_flow(
            {"state_before": before, "date_approved": fields.Datetime.now()}
        )

    # Hand-over

    def _get_next_users(self):
        """People who act next."""
        self.ensure_one()
        point = self.service_point_id
        if self.state == "clearing":
            return point._get_supervisor() or point._get_group_users(
                "aftersales_network.group_head"
            )
        if self.state not in self._GATES:
            return self.env["res.users"]
        if self.state == "submitted" and point._get_supervisor():
            return point._get_supervisor()
        return point._get_group_users(self._GATES[self.state][2])

    def _notify_handover(self, reason=False):
        """E-mail and activity for who acts next, e-mail for who filed."""
        self.ensure_one()
        # The caller of a step does not read the others' activities and partners.
        this = self.sudo()
        this.activity_ids.filtered("automated").action_feedback()
        users = this._get_next_users() - self.env.user
        for user in users:
            this.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("%(step)s: %(name)s", **this._get_step_values()),
                user_id=user.id,
            )
        partners = users.partner_id | this._get_filer_partners()
        this.message_post(
            body=this._get_handover_text(reason),
            partner_ids=partners.ids,
            subtype_xmlid="mail.mt_comment",
        )

    def _get_step_values(self):
        """Names used in the texts of a hand-over."""
        self.ensure_one()
        names = dict(self._fields["state"]._description_selection(self.env))
        return {"step": names[self.state], "name": self.display_name}

    def _get_filer_partners(self):
        """Who filed hears of every step."""
        self.ensure_one()
        return (self.filed_by_id - self.env.user).partner_id

    def _get_handover_text(self, reason):
        """Sentence for the e-mail of a hand-over."""
        text = self.env._(
            "The withdrawal %(name)s is now at the step “%(step)s”.",
            **self._get_step_values(),
        )
        return f"{text} {reason}" if reason else text
