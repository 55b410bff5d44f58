from odoo import models
from odoo.exceptions import AccessError

REVIEWER = "aftersales_network.group_technical_reviewer"


class AftersalesAnswer(models.Model):
    """Steps of an answer: review, approve, give back, withdraw, revise."""

    _inherit = "aftersales.answer"

    def action_submit(self):
        """Hand drafts to a technical reviewer."""
        self._check_flow_state("draft")
        self._write_flow({"state": "review"})
        for answer in self:
            answer.company_id._ask_aftersales_people(
                answer, REVIEWER, self.env._("Review this answer"), answer.author_id
            )

    def _check_reviewer(self):
        """Refuse a decision by another role, or by the author.

        :raise AccessError: another role
        :raise UserError: the own answer
        """
        if not self.env.user.has_group(REVIEWER):
            raise AccessError(
                self.env._("Only a technical reviewer decides on answers.")
            )
        for answer in self:
            self.env["aftersales.approval"]._check_other_person(
                answer, answer.author_id | answer._get_authors()
            )

    def action_approve(self):
        """Let everybody reuse the answers.

        :raise AccessError, UserError: another role, or the own answer
        """
        self._check_reviewer()
        self._check_flow_state("review")
        for company, answers in self.grouped("company_id").items():
            answers._write_flow(
                {
                    "state": "approved",
                    "approved_by_id": self.env.uid,
                    "date_approved": company._get_aftersales_today(),
                }
            )
        self._drop_activities()

    def _drop_activities(self):
        """The review is done, whoever was asked for it."""
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def action_return(self):
        """Ask for the reason, then give the answers back to their authors."""
        self._check_flow_state("review")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_return")

    def _return(self, reason):
        """Give answers back to their authors.

        :param reason: what is missing
        """
        self._check_reviewer()
        self._check_flow_state("review")
        reason = self._check_reason_given(reason)
        self._write_flow({"state": "draft"})
        self._drop_activities()
        for answer in self:
            answer.message_post(body=reason)

    def action_withdraw(self):
        """Ask for the reason, then take the answers out of the pool."""
        self._check_flow_state("approved")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def _withdraw(self, reason):
        """Take answers out of the pool; what they were used for stays known.

        :param reason: why they do not hold any more
        """
        if not self.env.user.has_group(REVIEWER):
            raise AccessError(
                self.env._("Only a technical reviewer decides on answers.")
            )
        self._check_flow_state("approved")
        reason = self._check_reason_given(reason)
        self._write_flow({"state": "withdrawn"})
        for answer in self:
            answer.message_post(body=reason)

    def action_revise(self):
        """Take answers back to a draft; they need another approval."""
        self._check_flow_state("review", "approved", "withdrawn")
        self._write_flow(
            {"state": "draft", "approved_by_id": False, "date_approved": False}
        )
        self._drop_activities()
