import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)
REMINDER_TYPE = "aftersales_evaluation.mail_activity_type_read"
REMINDER_MAIL = "aftersales_evaluation.mail_template_read_reminder"


class AftersalesDocument(models.Model):
    """Reminders to those who have not confirmed what is in force.

    Whoever has an internal account gets an activity, portal users an e-mail.
    """

    _inherit = "aftersales.document"

    date_reminded = fields.Date("Last Reminder", readonly=True, copy=False)

    @api.model
    def _cron_remind_readers(self):
        """Remind of each document once in the days that the company has set."""
        cron = self.env["ir.cron"]
        due = self._get_documents_to_remind()
        left = cron._commit_progress(remaining=len(due))
        for document in due:
            if left <= 0:
                return
            document._remind_alone()
            left = cron._commit_progress(1)

    def _remind_alone(self):
        """Remind of one document; an error of it must not stop the others."""
        try:
            with self.env.cr.savepoint():
                self._remind_readers()
        except Exception as error:  # one bad document never stops the others
            self.env.invalidate_all()
            _logger.warning("No reminder of %s: %s", self, error)

    @api.model
    def _get_documents_to_remind(self):
        """Documents in force whose last reminder is long enough ago."""
        found = self.browse()
        companies = self._read_group([("state", "=", "approved")], ["company_id"])
        for (company,) in companies:
            today = company._get_aftersales_today()
            limit = fields.Date.subtract(
                today, days=company.aftersales_document_reminder_days
            )
            found |= self.search(
                self._get_status_domains(today)["effective"]
                & Domain("company_id", "=", company.id)
                & Domain("date_effective", "<=", limit)
                & (
                    Domain("date_reminded", "=", False)
                    | Domain("date_reminded", "<=", limit)
                )
            )
        return found

    def action_remind(self):
        """Remind those who have not confirmed, now.

        :raise UserError: a version that is not in force
        """
        self.check_access("write")
        for document in self:
            if document.status != "effective":
                raise UserError(
                    self.env._(
                        "%(document)s is not in force (%(status)s); nobody has to "
                        "confirm it.",
                        document=document.display_name,
                        status=document._get_status_text(),
                    )
                )
        # Portal users are read as superuser: their names and addresses.
        for document_sudo in self.sudo():
            document_sudo._remind_readers()

    def _remind_readers(self):
        """Remind the readers of one document and note the day."""
        self.ensure_one()
        document = self.with_company(self.company_id)
        users = document._get_unread_users()
        document._remind_internal(users.filtered(lambda user: not user.share))
        document._remind_portal(users.filtered("share"))
        document._write_flow({"date_reminded": self.company_id._get_aftersales_today()})

    def _get_unread_users(self):
        """Accounts of the audience that have not confirmed."""
        self.ensure_one()
        rows = self._get_audience(documents=self)
        users = self.env["res.users"].browse(
            {row["user_id"] for row in rows if row["user_id"]}
        )
        return (users - self.reading_ids.user_id).filtered("active")

    def _remind_internal(self, users):
        """Give each user an activity; an open one is not repeated."""
        asked = self.activity_ids.filtered(
            lambda a: a.activity_type_id == self.env.ref(REMINDER_TYPE)
        ).user_id
        self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": self.env.ref(REMINDER_TYPE).id,
                    "automated": True,
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "user_id": user.id,
                    "date_deadline": self.company_id._get_aftersales_today(),
                    "summary": self.with_context(lang=user.lang).env._(
                        "Read and confirm %(document)s",
                        document=self.with_context(lang=user.lang).display_name,
                    ),
                }
                for user in users - asked
            ]
        )

    def _remind_portal(self, users):
        """Queue an e-mail to each portal user who has an address."""
        template = self.env.ref(REMINDER_MAIL, raise_if_not_found=False)
        if not template:
            return
        for lang, group in users.filtered("email").grouped("lang").items():
            document = self.with_context(lang=lang)
            values = template.with_context(lang=lang)._generate_template(
                document.ids, ("subject", "body_html")
            )[self.id]
            self.env["mail.mail"].create(
                [
                    {
                        "subject": values["subject"],
                        "body_html": values["body_html"],
                        "recipient_ids": [(4, user.partner_id.id)],
                        "auto_delete": True,
                    }
                    for user in group
                ]
            )
