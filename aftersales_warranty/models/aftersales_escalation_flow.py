from odoo import fields, models
from odoo.exceptions import LockError, UserError


class AftersalesEscalation(models.Model):
    """Steps of an escalation: answer, solved, ask again, withdraw, keep."""

    _inherit = "aftersales.escalation"

    def action_answer(self):
        """Give the answer to whoever asked; answer and time are recorded.

        :raise UserError: another person, no text, or no time
        """
        self._lock_answer()
        self._check_flow_state("asked")
        for escalation in self:
            if not escalation._may_answer():
                raise UserError(
                    self.env._(
                        "%(escalation)s is with %(expert)s. Only the expert, a "
                        "technical reviewer or the head answers it or hands it on.",
                        escalation=escalation.name,
                        expert=escalation.expert_id.name or self.env._("nobody yet"),
                    )
                )
            if not (escalation.answer or "").strip() or escalation.hours_spent <= 0:
                raise UserError(
                    self.env._(
                        "%(escalation)s: write the answer and the time you spent on "
                        "it.",
                        escalation=escalation.name,
                    )
                )
        self._write_flow(
            {
                "state": "answered",
                "answered_by_id": self.env.uid,
                "date_answered": fields.Datetime.now(),
            }
        )
        self._close_activities()
        self._tell_asker()

    def _lock_answer(self):
        """Let one person answer at a time: the next one reads that answer first.

        :raise UserError: somebody else answers right now
        """
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._(
                    "Somebody else is answering %(escalation)s at this moment. Reload "
                    "the page and read the answer.",
                    escalation=self[:1].name,
                )
            ) from None

    def _tell_asker(self):
        """Tell whoever asked that the answer is there, in his language."""
        for escalation in self:
            # The expert need not see the contact data of the technician.
            asker_sudo = escalation.sudo().asked_by_id
            reader = escalation.with_context(lang=asker_sudo.lang or self.env.lang)
            escalation.message_post(
                body=reader.env._(
                    "Your question “%(subject)s” is answered.",
                    subject=escalation.subject,
                ),
                partner_ids=asker_sudo.partner_id.ids,
            )

    def action_solved(self):
        """The answer solved the fault."""
        self._check_flow_state("answered")
        self._write_flow({"state": "solved"})
        for escalation in self.filtered("known_answer_id"):
            escalation.known_answer_id._record_use(escalation.order_id, "yes")

    def action_ask_again(self):
        """Ask for the reason, then give the question back to the expert."""
        self._check_flow_state("answered", "solved")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_ask_again")

    def _ask_again(self, reason):
        """The answer did not help: the expert is asked again; the due date stays.

        :param reason: what still does not work
        """
        self._check_flow_state("answered", "solved")
        reason = self._check_reason_given(reason)
        for escalation in self:
            if escalation.known_answer_id:
                escalation.known_answer_id._record_use(escalation.order_id, "no")
            escalation._write_flow(
                {
                    "state": "asked",
                    "date_answered": False,
                    "answered_by_id": False,
                    "reopen_count": escalation.reopen_count + 1,
                }
            )
            escalation.message_post(body=reason)
        self._plan_activities()

    def action_withdraw(self):
        """Ask for the reason, then withdraw the question."""
        self._check_flow_state("asked")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def _withdraw(self, reason):
        """The question is not needed any more.

        :param reason: why
        """
        self._check_flow_state("asked")
        reason = self._check_reason_given(reason)
        self._write_flow({"state": "withdrawn"})
        self._close_activities()
        for escalation in self:
            escalation.message_post(body=reason)

    def action_keep_answer(self):
        """Make a draft of the pool from the answer, for the technical reviewer.

        :raise UserError: the answer is kept, or came from the pool
        """
        self.ensure_one()
        self._check_flow_state("answered", "solved")
        known = self.new_answer_id or self.known_answer_id
        if known:
            raise UserError(
                self.env._(
                    "The answer of %(escalation)s stands in the pool as “%(answer)s”.",
                    escalation=self.name,
                    answer=known.display_name,
                )
            )
        answer = self.env["aftersales.answer"].create(self._prepare_answer_vals())
        answer._copy_files(self.answer_file_ids)
        self._write_flow({"new_answer_id": answer.id})
        return answer._get_records_action()

    def _prepare_answer_vals(self):
        """Values of the answer of the pool."""
        self.ensure_one()
        return {
            "name": self.subject,
            "company_id": self.company_id.id,
            "product_id": self.product_id.id,
            "fault_id": self.fault_id.id,
            "symptom": self.question,
            "text": self.answer,
        }
