from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import customer_money as kernel
from ..tools.settlement import to_minor
from .aftersales_order_payment_flow import CASHIER_GROUPS

#: Sheets that one run of the reminder takes up.
BATCH = 200


class AftersalesDayClose(models.Model):
    """Closing, approving and reopening a day."""

    _inherit = "aftersales.day.close"

    # -- closing ---------------------------------------------------------------

    def action_close(self):
        """Close days that are counted; large differences need a second person.

        :raise UserError: a difference without its reason
        """
        self.check_access("write")
        self._check_flow_state("open")
        for close in self:
            close._check_explained()
        counted = {
            "counted_by_id": self.env.uid,
            "date_counted": fields.Datetime.now(),
            "rejection_reason": False,
        }
        large = self.filtered(lambda c: c._needs_approval())
        large._write_flow({**counted, "state": "to_approve"})
        large._ask_approval()
        rest = self - large
        rest._write_flow(counted)
        rest._finish()
        return True

    def _check_explained(self):
        """Refuse a difference that nobody explained.

        :raise UserError: naming the day, the way of payment and the difference
        """
        self.ensure_one()
        bare = self.line_ids.filtered(
            lambda x: x._has_difference() and not (x.reason or "").strip()
        )[:1]
        if bare:
            raise UserError(
                self.env._(
                    "%(day)s: %(method)s differs by %(difference)s. Count again, or "
                    "give the reason of the difference.",
                    day=self.display_name,
                    method=bare.method_id.sudo().name,
                    difference=bare.currency_id.format(bare.difference),
                )
            )

    def _needs_approval(self):
        """Whether the differences are above the limit of the company."""
        self.ensure_one()
        company_sudo = self.company_id.sudo()
        digits = self.currency_id.decimal_places
        return kernel.needs_second_person(
            [to_minor(x.difference_company, digits) for x in self.line_ids],
            to_minor(company_sudo.aftersales_difference_limit, digits),
        )

    def _ask_approval(self):
        """Tell somebody above the point that a day waits for him."""
        for close in self:
            user = close._get_responsible()
            if user and user != self.env.user:
                # Who closes need not be allowed to plan the work of others.
                close.sudo().activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Approve the difference of the day"),
                    user_id=user.id,
                )

    def _get_responsible(self):
        """Who answers for the money of the point: its centre, else its manager."""
        self.ensure_one()
        point_sudo = self.service_point_id.sudo()
        return point_sudo.centre_id.manager_id or point_sudo.manager_id

    def _finish(self):
        """Book the differences and close the days."""
        if not self:
            return
        # Whoever closes the day has no accounting rights.
        self.sudo().line_ids.filtered(lambda x: x._has_difference())._book()
        self._write_flow(
            {
                "state": "closed",
                "decided_by_id": self.env.uid,
                "date_closed": fields.Datetime.now(),
            }
        )
        self.sudo().activity_feedback(["mail.mail_activity_data_todo"])
        # A payment that came in meanwhile is found now, not after the answer.
        self.flush_recordset(["state"])

    # -- approving -------------------------------------------------------------

    def _check_may_decide(self):
        """Four eyes, and somebody who answers for the money.

        :raise AccessError: another role
        :raise UserError: the one who counted
        """
        self.check_access("write")
        if not any(self.env.user.has_group(name) for name in CASHIER_GROUPS):
            raise AccessError(
                self.env._(
                    "A day is approved and reopened by the centre, the settlement "
                    "clerk or the head of service."
                )
            )
        for close in self:
            self.env["aftersales.approval"]._check_other_person(
                close, close.counted_by_id | close.line_ids.counted_by_id
            )

    def action_approve(self):
        """Accept the explained differences and close the days."""
        self._check_flow_state("to_approve")
        self._check_may_decide()
        for close in self:
            self.env["aftersales.approval"]._log(close, "day_close", "approved")
        self._finish()
        return True

    def action_ask_reject(self):
        """Ask for the reason, then give the day back to be counted again."""
        self._check_flow_state("to_approve")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reject")

    def _reject(self, reason):
        """Give the days back.

        :param reason: what does not convince
        """
        self._check_flow_state("to_approve")
        reason = self._check_reason_given(reason)
        self._check_may_decide()
        for close in self:
            self.env["aftersales.approval"]._log(close, "day_close", "rejected", reason)
            close.message_post(body=reason)
        self._write_flow({"state": "open", "rejection_reason": reason})
        self.sudo().activity_feedback(["mail.mail_activity_data_todo"])

    # -- reopening -------------------------------------------------------------

    def action_ask_reopen(self):
        """Ask for the reason, then open closed days again."""
        self._check_flow_state("closed")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reopen")

    def _reopen(self, reason):
        """Open closed days again; the entries of their differences are reversed.

        :param reason: why, kept as evidence
        """
        self._check_flow_state("closed")
        reason = self._check_reason_given(reason)
        self._check_may_decide()
        self.sudo().line_ids._unbook()
        for close in self:
            self.env["aftersales.approval"]._log(close, "day_close", "rejected", reason)
            close.message_post(body=reason)
            close._write_flow(
                {
                    "state": "open",
                    "reopen_reason": reason,
                    "reopen_count": close.reopen_count + 1,
                    "counted_by_id": False,
                    "date_counted": False,
                    "decided_by_id": False,
                    "date_closed": False,
                }
            )

    # -- portal ----------------------------------------------------------------

    def _portal_close(self, post):
        """Take what a person of the point counted, and close the day.

        The controller checked that the sheet is of the user's point.

        :param post: ``counted_<line>`` and ``reason_<line>`` of each line
        :raise UserError: an amount that is no number, or an unexplained difference
        """
        self.ensure_one()
        self._check_flow_state("open")
        for line in self.line_ids.filtered(lambda x: x.method_kind != "credit"):
            line.write(
                {
                    "amount_counted": self._portal_amount(
                        post.get(f"counted_{line.id}"), line
                    ),
                    "reason": (post.get(f"reason_{line.id}") or "").strip()[:200],
                }
            )
        self.action_close()

    @api.model
    def _portal_amount(self, text, line):
        """An amount typed by a person, of either sign.

        :raise UserError: no number
        """
        try:
            amount = float(str(text or "").replace(",", ".").strip())
        except ValueError:
            amount = float("nan")
        if not -1e12 < amount < 1e12:
            raise UserError(
                self.env._(
                    "%(method)s: enter the amount counted as a number, not "
                    "“%(value)s”.",
                    method=line.method_id.name,
                    value=text or "",
                )
            )
        return line.currency_id.round(amount)

    # -- reminder --------------------------------------------------------------

    @api.model
    def _cron_remind(self):
        """Remind once of each day that nobody closed on its evening."""
        # The job looks after every company.
        by_today = self.env["res.company"]._get_aftersales_by_today()
        domain = self._get_unsettled_domain() & Domain("is_reminded", "=", False)
        domain &= Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("date_due", "<", day)
            for day, companies in by_today.items()
        )
        late = self.search(domain, limit=BATCH, order="date, id")
        for close in late:
            user = close._get_responsible()
            if user:
                close.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Close the day of the point"),
                    user_id=user.id,
                )
        late._write_flow({"is_reminded": True})
        remaining = self.search_count(domain)
        self.env["ir.cron"]._commit_progress(len(late), remaining=remaining)


class AftersalesDayCloseLine(models.Model):
    """The difference of a day in accounting."""

    _inherit = "aftersales.day.close.line"

    def _book(self):
        """Post the differences, each in the journal of its way of payment."""
        moves = self.env["account.move"].with_context(aftersales_flow=FLOW)
        for line in self:
            move = moves.with_company(line.company_id).create(line._prepare_move_vals())
            move.action_post()
            line.move_id = move

    def _get_difference_account(self):
        """Account of money that is missing or too much.

        The journal's own account goes before that of the company.

        :raise UserError: there is none
        """
        self.ensure_one()
        journal = self.method_id.journal_id
        own = (
            journal.profit_account_id
            if self.difference > 0
            else journal.loss_account_id
        )
        account = own or self.company_id.aftersales_difference_account_id
        if not account:
            raise UserError(
                self.env._(
                    "%(company)s has no account for differences of the day close. "
                    "Choose it in the settings.",
                    company=self.company_id.name,
                )
            )
        return account

    def _prepare_move_vals(self):
        """Values of the entry of a difference; extension point."""
        self.ensure_one()
        label = f"{self.display_name}: {self.reason}"
        common = {"name": label, "currency_id": self.currency_id.id}
        sides = (
            (self.method_id._get_liquidity_account(), 1),
            (self._get_difference_account(), -1),
        )
        return {
            "move_type": "entry",
            "journal_id": self.method_id.journal_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "ref": label,
            "line_ids": [
                Command.create(
                    {
                        **common,
                        "account_id": account.id,
                        "amount_currency": sign * self.difference,
                        "balance": sign * self.difference_company,
                    }
                )
                for account, sign in sides
            ],
        }

    def _unbook(self):
        """Reverse the entries of the differences."""
        booked = self.filtered("move_id")
        for line in booked:
            move = line.move_id.with_context(aftersales_flow=FLOW)
            today = line.company_id._get_aftersales_today()
            move._reverse_moves([{"date": today, "ref": move.ref}], cancel=True)
        booked.write({"move_id": False})
