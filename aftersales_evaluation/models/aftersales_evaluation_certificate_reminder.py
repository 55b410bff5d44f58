import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import HEAD_GROUP

_logger = logging.getLogger(__name__)
ACTIVITY = "aftersales_evaluation.activity_evaluation_certificate"


class AftersalesEvaluationCertificate(models.Model):
    """Whoever is responsible is reminded once of each surveillance and expiry."""

    _inherit = "aftersales.evaluation.certificate"

    @api.model
    def _cron_remind(self, batch=200):
        """Plan the activities that are due, in batches, company by company.

        Interrupted anywhere, the next run goes on; running it twice adds nothing.
        """
        Cron = self.env["ir.cron"]
        Surveillance = self.env["aftersales.evaluation.surveillance"]
        for company in self.env["res.company"]._get_aftersales_companies():
            for model in (self, Surveillance):
                records = model.with_company(company)
                while due := records.search(
                    records._get_remind_domain(company), limit=batch
                ):
                    due._remind()
                    if not Cron._commit_progress(len(due)):
                        return

    @api.model
    def _get_remind_domain(self, company):
        """Certificates that expire soon, not renewed and not reminded of yet."""
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "registered")
            & Domain("date_remind", "<=", company._get_aftersales_today())
            & Domain("date_reminded_expiry", "=", False)
            & Domain("next_ids", "not any", [("state", "=", "registered")])
        )

    def _remind(self):
        """Plan one activity per certificate, and remember that it was planned."""
        for record in self:
            record._schedule_reminder(
                record.date_expiry,
                self.env._(
                    "Expires on %(day)s: ask for the renewal",
                    day=format_date(self.env, record.date_expiry),
                ),
            )
            record._write_flow({"date_reminded_expiry": record.date_expiry})

    def _schedule_reminder(self, deadline, summary):
        """Plan an activity for the responsible person, or for a head of service.

        :param deadline: day until which it is to be done
        :param summary: what is to be done
        """
        self.ensure_one()
        heads = self.company_id._get_aftersales_people(HEAD_GROUP)
        for user in (self.user_id.filtered("active") | heads)[:2]:
            try:
                with self.env.cr.savepoint():
                    self.activity_schedule(
                        ACTIVITY,
                        date_deadline=deadline,
                        summary=summary,
                        user_id=user.id,
                    )
                return
            except UserError:
                # Somebody without access any more: the next one is asked.
                self.env.invalidate_all()
        _logger.info("Nobody can be reminded of %s", self.display_name)

    def _close_reminders(self):
        """Take back the activities of what has been done."""
        self.activity_unlink([ACTIVITY])


class AftersalesEvaluationSurveillance(models.Model):
    _inherit = "aftersales.evaluation.surveillance"

    @api.model
    def _get_remind_domain(self, company):
        """Planned checks of certificates in the register, not reminded of yet."""
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "planned")
            & Domain("certificate_id.state", "=", "registered")
            & Domain("date_remind", "<=", company._get_aftersales_today())
            & Domain("date_reminded", "=", False)
        )

    def _remind(self):
        """Plan one activity per check, and remember that it was planned."""
        for record in self:
            record.certificate_id._schedule_reminder(
                record.date_due,
                self.env._(
                    "Surveillance due on %(day)s",
                    day=format_date(self.env, record.date_due),
                ),
            )
            record._write_flow({"date_reminded": record.date_due})
