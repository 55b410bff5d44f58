import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

BATCH = 200
MAIL_ERRORS = (UserError, ValueError)


class AftersalesSurveyCampaign(models.Model):
    """Sends invitations and reminders, and ends campaigns in time."""

    _inherit = "aftersales.survey.campaign"

    def _trigger_sending(self):
        """Let the job that sends begin at once."""
        self.env.ref("aftersales_evaluation.ir_cron_survey_campaigns")._trigger()

    @api.model
    def _cron_run_campaigns(self, batch_size=BATCH):
        """Send what is due in batches, then close campaigns after their deadline.

        Interrupted anywhere, the next run goes on: each batch is saved with the
        marks that it was sent.
        """
        if self._send_batches(self._get_waiting_domain(), "invite", batch_size):
            reminders = self._get_reminder_domain()
            if self._send_batches(reminders, "remind", batch_size):
                self._close_overdue()

    @api.model
    def _send_batches(self, domain, kind, batch_size):
        """Send to the invitations of a domain.

        :return: whether time is left
        """
        Invitation = self.env["aftersales.survey.invitation"]
        remaining = Invitation.search_count(domain)
        while remaining:
            batch = Invitation.search(domain, limit=batch_size, order="id")
            batch._send_safely(kind)
            remaining = max(remaining - len(batch), 0) if batch else 0
            if not self.env["ir.cron"]._commit_progress(
                len(batch), remaining=remaining
            ):
                return False
        return True

    @api.model
    def _get_waiting_domain(self):
        """Invitations of running campaigns that were not sent yet."""
        return Domain("send_state", "=", "waiting") & Domain(
            "campaign_id.state", "=", "running"
        )

    @api.model
    def _get_reminder_domain(self):
        """Invitations whose next reminder is due today, whatever the campaign."""
        running = self.search(
            [
                ("state", "=", "running"),
                ("reminder_days", ">", 0),
                ("reminder_count", ">", 0),
            ]
        )
        rules = running.grouped(
            lambda c: (c.company_id, c.reminder_days, c.reminder_count)
        )
        open_domain = Domain("send_state", "=", "sent") & Domain(
            "answer_state", "in", ("new", "in_progress")
        )
        return open_domain & Domain.OR(
            Domain("campaign_id", "in", campaigns.ids)
            & Domain("reminder_count", "<", most)
            & Domain(
                "date_last",
                "<=",
                fields.Date.subtract(company._get_aftersales_today(), days=days),
            )
            for (company, days, most), campaigns in rules.items()
        )

    @api.model
    def _close_overdue(self):
        """Close running campaigns whose last day has passed."""
        running = self.search([("state", "=", "running")])
        overdue = running.filtered(
            lambda c: c.date_deadline < c.company_id._get_aftersales_today()
        )
        remaining = len(overdue)
        for campaign in overdue:
            remaining -= 1
            campaign._close_safely()
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                return

    def _close_safely(self):
        """Close one campaign; one that cannot be closed does not stop the others."""
        try:
            with self.env.cr.savepoint():
                self._close()
        except (UserError, OperationalError):
            _logger.exception("Survey campaign %s could not be closed.", self.id)


class AftersalesSurveyInvitation(models.Model):
    _inherit = "aftersales.survey.invitation"

    def _send_safely(self, kind):
        """Send a batch; where that fails, one by one, and mark who cannot be sent.

        :param kind: ``invite`` or ``remind``
        """
        try:
            with self.env.cr.savepoint():
                self._send(kind)
        except MAIL_ERRORS:
            for invitation in self:
                invitation._send_or_mark(kind)

    def _send_or_mark(self, kind):
        """Send one message, or mark the invitation as failed."""
        try:
            with self.env.cr.savepoint():
                self._send(kind)
        except MAIL_ERRORS as error:
            _logger.info("Survey invitation %s cannot be sent: %s", self.id, error)
            self.sudo().write({"send_state": "failed"})

    def _send(self, kind):
        """Queue the messages and mark them as sent."""
        template = self.env.ref(
            f"aftersales_evaluation.mail_template_survey_{kind}", False
        )
        if template:
            # The link in the message is the addressee's alone: the message must not
            # stay on the invitation, where others could read it.
            mails_sudo = template.sudo().send_mail_batch(self.ids)
            mails_sudo.write({"model": False, "res_id": False})
        for company, invitations in self.sudo().grouped("company_id").items():
            invitations._mark_sent(kind, company._get_aftersales_today())

    def _mark_sent(self, kind, today):
        """Remember when people were written to."""
        if kind == "invite":
            self.write({"send_state": "sent", "date_sent": today, "date_last": today})
            return
        for count, invitations in self.grouped("reminder_count").items():
            invitations.write({"reminder_count": count + 1, "date_last": today})
