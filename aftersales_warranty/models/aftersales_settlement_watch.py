from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesSettlement(models.Model):
    """Daily looks: answers that are due, and bills that went behind our back."""

    _inherit = "aftersales.settlement"

    # -- answers due -----------------------------------------------------------

    @api.model
    def _cron_answers_due(self):
        """Confirm or remind of statements that the point did not answer in time."""
        by_today = self.env["res.company"]._get_aftersales_by_today()
        due = self.search(
            Domain("state", "=", "sent")
            & Domain.OR(
                Domain("company_id", "in", companies.ids)
                & Domain("date_confirm_due", "<", day)
                for day, companies in by_today.items()
            ),
            order="company_id, id",
        )
        self.env["ir.cron"]._aftersales_each(due, "_answer_overdue", 1)

    def _answer_overdue(self):
        """One statement without an answer: by the company's setting."""
        self.ensure_one()
        if self.state != "sent":
            return
        if self.company_id.aftersales_statement_silence == "confirm":
            self._confirm_by_silence()
            return
        self._ask_clerk(
            self.env._("%(name)s: the point did not answer in time.", name=self.name)
        )
        # Reminded once; the clerk sees the date it was sent on.
        self._write_flow(date_confirm_due=False)

    def _confirm_by_silence(self):
        """Count the silence as consent, unless its claims changed since."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._confirm("silence")
        except UserError as error:
            self._ask_clerk(str(error))
            self._write_flow(date_confirm_due=False)

    # -- bills behind our back -------------------------------------------------

    @api.model
    def _cron_check_bills(self):
        """Open settlements again whose bill is gone, and tell of changed ones.

        Bills change through accounting, which tells us; what another module or
        somebody in the database did is found here.
        """
        cron = self.env["ir.cron"]
        lost = self._find_lost_bills()
        if cron._aftersales_each(lost, "_reopen_lost", 1):
            cron._aftersales_each(self._find_changed_bills() - lost, "_tell_changed")

    def _tell_changed(self):
        """Tell the clerk once that the bill is another amount or payee's."""
        self.ensure_one()
        summary = self.env._(
            "%(name)s: its bill has another amount or payee now.", name=self.name
        )
        if summary not in self.activity_ids.mapped("summary"):
            self._ask_clerk(summary)

    @api.model
    def _find_lost_bills(self):
        """Billed settlements without a bill, or with one that is cancelled."""
        self.flush_model(["state", "move_id"])
        self.env["account.move"].flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.id
                  FROM aftersales_settlement s
             LEFT JOIN account_move m ON m.id = s.move_id
                 WHERE (s.state = 'billed' AND (m.id IS NULL OR m.state = 'cancel'))
                    OR (s.move_id IS NOT NULL AND m.id IS NULL)
                 ORDER BY s.id
                """
            )
        )
        return self.browse(row[0] for row in rows)

    def _is_bill_lost(self):
        """Whether the settlement counts as billed without a bill that stands."""
        self.ensure_one()
        bill_sudo = self.sudo().move_id.exists()
        stands = bill_sudo and bill_sudo.state != "cancel"
        return bool(self.state == "billed" and not stands) or bool(
            self.move_id and not bill_sudo
        )

    def _reopen_lost(self):
        """The bill of one settlement is gone: it can be billed anew."""
        self.ensure_one()
        # Somebody may have billed it anew since it was found.
        if not self._is_bill_lost():
            return
        number = self.self_billing_ref or self.name
        released_sudo = self.sudo().move_id.exists()
        if released_sudo:
            released_sudo.aftersales_released_settlement_id = self
        self._write_flow(state="confirmed", move_id=False, self_billing_ref=False)
        self.line_ids.claim_id.sudo()._unmark_settled()
        self.message_post(
            body=self.env._(
                "The bill %(number)s is gone or was cancelled outside of accounting. "
                "The settlement is open again and can be billed anew.",
                number=number,
            )
        )
        self._ask_clerk(
            self.env._("%(name)s: the bill is gone. Bill it anew?", name=self.name)
        )

    @api.model
    def _find_changed_bills(self):
        """Billed settlements whose posted bill is another amount or payee's."""
        self.flush_model(["state", "move_id", "amount_total"])
        self.env["account.move"].flush_model(["state", "amount_untaxed"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.id
                  FROM aftersales_settlement s
                  JOIN account_move m ON m.id = s.move_id
                  JOIN aftersales_service_point p ON p.id = s.service_point_id
             LEFT JOIN res_partner r ON r.id = p.partner_id
                 WHERE s.state = 'billed' AND m.state = 'posted'
                   AND (m.currency_id != s.currency_id
                        OR abs(m.amount_untaxed - abs(s.amount_total)) >= 0.005
                        OR m.commercial_partner_id != r.commercial_partner_id)
                 ORDER BY s.id
                """
            )
        )
        return self.browse(row[0] for row in rows)
