import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .aftersales_claim_flow import CLERK_GROUP

_logger = logging.getLogger(__name__)

#: Claims in one transaction.
BATCH = 200
ACTIVITY = "aftersales_warranty.activity_supplier_overdue"
TEMPLATE = "aftersales_warranty.mail_template_supplier_reminder"


class AftersalesSupplierClaim(models.Model):
    """Answers of suppliers that are overdue: the clerk is told, and tells them."""

    _inherit = "aftersales.supplier.claim"

    sent_by_id = fields.Many2one(
        "res.users",
        "Sent by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Is told when the answer of the supplier is overdue.",
    )
    date_alerted = fields.Date(
        "Clerk Told on",
        readonly=True,
        copy=False,
        help="Day on which the overdue answer came to the list of the clerk.",
    )
    date_reminded = fields.Date("Last Reminder", readonly=True, copy=False)
    reminder_count = fields.Integer("Reminders", readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        ("sent_by_id", "date_alerted", "date_reminded", "reminder_count")
    )

    def write(self, vals):
        """An answer takes the claim off the list of the clerk."""
        result = super().write(vals)
        if "state" in vals and vals["state"] not in self._OPEN_STATES:
            # The activity may be somebody else's: the answer settles it all the same.
            self.sudo().activity_unlink([ACTIVITY])
        return result

    @api.model
    def _get_to_alert_domain(self):
        """Overdue claims of which no clerk was told, each by the day of its company."""
        days = self.env["res.company"]._get_aftersales_by_today()
        return (
            Domain("state", "in", self._OPEN_STATES)
            & Domain("date_alerted", "=", False)
            & Domain.OR(
                Domain("company_id", "in", companies.ids)
                & Domain("date_due", "<", today)
                for today, companies in days.items()
            )
        )

    @api.model
    def _cron_alert(self):
        """Put overdue answers on the lists of the clerks, each once."""
        domain, last = self._get_to_alert_domain(), 0
        while claims := self.search(
            domain & Domain("id", ">", last), limit=BATCH, order="id"
        ):
            for claim in claims:
                claim._alert_safely()
            last = claims[-1].id
            left = self.search_count(domain & Domain("id", ">", last))
            if not self.env["ir.cron"]._commit_progress(len(claims), remaining=left):
                return

    def _alert_safely(self):
        """Tell the clerk; one claim that breaks does not stop the others."""
        try:
            with self.env.cr.savepoint():
                self._alert()
        except (UserError, ValueError):
            _logger.exception("Nobody was told of supplier claim %s", self.id)

    def _alert(self):
        """Tell whoever sent the claim; else another clerk of the company."""
        self.ensure_one()
        user = self._get_clerk()
        if user:
            self.activity_schedule(ACTIVITY, user_id=user.id)
        today = self.company_id._get_aftersales_today()
        self.sudo()._write_flow({"date_alerted": today})

    def _get_clerk(self):
        """Whoever sent the claim; else another clerk of the company."""
        self.ensure_one()
        clerks = self.company_id._get_aftersales_people(CLERK_GROUP)
        return (self.sent_by_id & clerks) or clerks[:1]

    def action_remind(self):
        """Remind suppliers of overdue answers, by mail where there is an address.

        :raise UserError: an answer that is not overdue, or a reminder of today
        """
        self._check_clerk()
        self.lock_for_update(allow_referencing=True)
        self._check_flow_state(*self._OPEN_STATES)
        for claim in self:
            claim._check_remindable()
        for claim in self:
            claim._write_flow(
                {
                    "date_reminded": claim.company_id._get_aftersales_today(),
                    "reminder_count": claim.reminder_count + 1,
                }
            )
            claim._mail_reminder()

    def _check_remindable(self):
        """Refuse a reminder before its time, and a second one on the same day."""
        self.ensure_one()
        if not self.is_overdue:
            raise UserError(
                self.env._(
                    "%(claim)s: the supplier has time to answer until %(day)s.",
                    claim=self.name,
                    day=format_date(self.env, self.date_due),
                )
            )
        if self.date_reminded == self.company_id._get_aftersales_today():
            raise UserError(
                self.env._(
                    "%(claim)s: the supplier was reminded today already.",
                    claim=self.name,
                )
            )

    def _mail_reminder(self):
        """Send the mail, or note that the paper goes out again."""
        self.ensure_one()
        if not self.partner_id.email_normalized:
            self.message_post(
                body=self.env._(
                    "%(supplier)s has no e-mail address. Call, or print the claim and "
                    "send it again.",
                    supplier=self.partner_id.display_name,
                )
            )
            return
        self.env.ref(TEMPLATE).sudo().send_mail(self.id)
