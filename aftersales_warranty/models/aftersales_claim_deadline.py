from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_claim_flow import CLERK_GROUP


class AftersalesClaim(models.Model):
    """What follows when a point does not answer, or nobody decides, in time."""

    _inherit = "aftersales.claim"

    @api.model
    def _get_late_domain(self):
        """Claims of which a day has passed and nothing followed yet."""
        late = Domain("is_answer_overdue", "=", True)
        late |= Domain("is_decide_overdue", "=", True)
        return late & Domain("date_reminded", "=", False)

    @api.model
    def _cron_follow_up_claims(self, batch_size=100):
        """Follow up claims that were not completed or decided in time.

        A claim that fails is logged and left for the next run; it does not hold up
        the others. A second run changes nothing.
        """
        late = self.search(self._get_late_domain(), order="id")
        self.env["ir.cron"]._aftersales_each(late, "_follow_up", batch_size)

    def _follow_up(self):
        """What the settings of the company say, for one claim that is still late."""
        self.ensure_one()
        if not (self.is_answer_overdue or self.is_decide_overdue):
            return None
        if self.state == "sent_back":
            rule = self.company_id.aftersales_answer_overdue
            if rule == "reject":
                return self._reject_unanswered()
            if rule == "cancel":
                return self._cancel_unanswered()
        elif self._is_approved_by_silence():
            return self._approve_by_silence()
        return self._remind_clerk()

    def _is_approved_by_silence(self):
        """Whether silence counts as consent; never to rates that nobody checked."""
        self.ensure_one()
        rates = self.check_ids.filtered(lambda check: check.code == "RATES")
        return self.company_id.aftersales_silence_approves and rates.result == "pass"

    def _reject_unanswered(self):
        """Refuse a claim that the point did not complete in time."""
        reason = self.env.ref("aftersales_warranty.claim_reason_iis")
        note = self._get_unanswered_note()
        self.line_ids.with_context(aftersales_claim_flow=FLOW).write(
            {
                "amount_approved": 0,
                "reason_id": reason.id,
                "decision_note": note,
                "is_decided": True,
            }
        )
        self._conclude(note)
        self.message_post(body=note)

    def _cancel_unanswered(self):
        """Give the order of a claim free that the point did not complete in time."""
        note = self._get_unanswered_note()
        self._change_state("cancelled", decision_note=note)
        self.message_post(body=note)

    def _get_unanswered_note(self):
        """Text of a decision that follows from silence of the point."""
        lang = self.submitted_by_id.lang or self.env.lang
        claim = self.with_context(lang=lang)
        return claim.env._(
            "Not completed until %(day)s, after it was sent back.",
            day=format_date(claim.env, self.date_answer_due),
        )

    def _approve_by_silence(self):
        """Approve what nobody decided in time, at the allowed amounts."""
        note = self.env._(
            "Approved by silence: not decided until %(day)s.",
            day=format_date(self.env, self.date_decide_due),
        )
        self._approve_rest()
        self._conclude(note)
        self.message_post(body=note)

    def _remind_clerk(self):
        """Put a late claim on the list of the clerk who has it, once."""
        today = self.company_id._get_aftersales_today()
        self.with_context(aftersales_claim_flow=FLOW).write({"date_reminded": today})
        people = self.company_id._get_aftersales_people(CLERK_GROUP)
        user = self.clerk_id or people[:1]
        if not user:
            return
        if self.state == "sent_back":
            summary = self.env._("The point did not complete the claim in time")
        else:
            summary = self.env._("The claim is not decided in time")
        self.activity_schedule(
            "mail.mail_activity_data_todo", summary=summary, user_id=user.id
        )
