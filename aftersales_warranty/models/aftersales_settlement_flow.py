from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from .aftersales_claim import APPROVED_STATES


class AftersalesSettlement(models.Model):
    """Steps of a settlement: send, confirm, open again, cancel.

    Sending fixes the content; the point then confirms the statement on the portal
    or disputes lines of it.  Each time it is sent anew it is a new version.
    """

    _inherit = "aftersales.settlement"

    version = fields.Integer(
        readonly=True, copy=False, help="Of the statement, each time it was sent."
    )
    date_sent = fields.Date("Sent on", readonly=True, copy=False)
    date_confirm_due = fields.Date(
        "Answer Due", readonly=True, copy=False, index="btree_not_null"
    )
    date_confirmed = fields.Date("Confirmed on", readonly=True, copy=False)
    confirmed_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null"
    )
    confirmed_how = fields.Selection(
        [
            ("point", "By the Point"),
            ("clerk", "For the Point"),
            ("silence", "By Silence"),
        ],
        "Confirmed",
        readonly=True,
        copy=False,
        tracking=True,
    )
    confirm_note = fields.Text("Note on the Confirmation", readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        (
            "version",
            "date_sent",
            "date_confirm_due",
            "date_confirmed",
            "confirmed_by_id",
            "confirmed_how",
            "confirm_note",
        )
    )

    # -- sending ---------------------------------------------------------------

    def action_send(self):
        """Fix settlements and send their statements to the points.

        :raise UserError: nothing to settle, a claim that is open again, or
            disputes that nobody answered
        """
        self._check_clerk()
        self._lock_content()
        self._check_state_in(("draft", "disputed"))
        self._check_disputes_answered()
        self._fix()
        for company, group in self.grouped("company_id").items():
            today = company._get_aftersales_today()
            due = today + timedelta(days=company.aftersales_statement_days)
            for settlement in group:
                settlement._write_flow(
                    state="sent",
                    version=settlement.version + 1,
                    date_sent=today,
                    date_confirm_due=due,
                )
        self._close_activities()
        self._mail_statement()

    def _close_activities(self):
        """What the clerk was asked to do is done."""
        self.activity_ids.filtered("automated").action_feedback()

    def _lock_content(self):
        """Take the settlements and the claims that they pay."""
        self._lock()
        self._lock_claims()

    def _fix(self):
        """Check the content; additions and deductions count as settled."""
        for settlement in self:
            settlement._check_content()
        self._carry_forward()
        self.line_ids.adjustment_id._write_flow({"state": "settled"})

    def _mail_statement(self):
        """Send each statement to its point, where that one has an address."""
        template = self.env.ref(
            "aftersales_warranty.mail_template_settlement", raise_if_not_found=False
        )
        reachable = self.filtered(lambda s: s.partner_id.email)
        if template and reachable:
            # The clerk need not be allowed to write mails.
            template.sudo().send_mail_batch(reachable.ids)

    # -- confirming ------------------------------------------------------------

    def action_confirm(self):
        """Confirm settlements without the portal.

        Where the company wants the point's confirmation, the statement has to be
        sent first and a reason is asked for.

        :raise UserError: nothing to settle, a claim that is open again, or the
            statement was not sent
        """
        self._check_clerk()
        asked = self.filtered("company_id.aftersales_statement_required")
        if asked:
            self._check_sent(asked)
            return self.env["aftersales.reason.wizard"]._open_for(
                self, "_confirm_for_point"
            )
        self._confirm_by_clerk()
        return None

    def _check_sent(self, settlements):
        """Refuse to confirm what the point never saw.

        :raise UserError: naming the settlement and the way out
        """
        unsent = settlements.filtered(lambda s: s.state == "draft")[:1]
        if unsent:
            raise UserError(
                self.env._(
                    "%(name)s: the point confirms its statement first. Send it.",
                    name=unsent.name,
                )
            )

    def _confirm_for_point(self, reason):
        """Confirm for points that answered otherwise, with the reason."""
        reason = (reason or "").strip()
        if not reason:
            raise UserError(
                self.env._("%(name)s: say how the point confirmed.", name=self[:1].name)
            )
        self._check_clerk()
        self._check_sent(self)
        self._confirm_by_clerk(reason)

    def _confirm_by_clerk(self, note=False):
        """Fix what is not fixed yet and confirm."""
        self._lock_content()
        self._check_state_in(("draft", "sent"))
        self.filtered(lambda s: s.state == "draft")._fix()
        self._confirm("clerk", note)

    def _confirm(self, how, note=False):
        """Confirm settlements whose content is fixed.

        :param how: one of the values of ``confirmed_how``
        """
        for settlement in self:
            settlement._check_content()
            settlement._write_flow(
                state="confirmed",
                date_confirmed=settlement.company_id._get_aftersales_today(),
                confirmed_by_id=self.env.uid,
                confirmed_how=how,
                confirm_note=note,
            )
        self._close_activities()

    # -- content ---------------------------------------------------------------

    def _check_content(self):
        """Refuse an empty settlement and claims that changed.

        :raise UserError: naming the settlement and what is wrong with it
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._("%(name)s has nothing to settle.", name=self.name)
            )
        self._check_lines_present()
        changed = self.line_ids.claim_id.filtered(
            lambda c: c.state not in APPROVED_STATES
        )[:1]
        if changed:
            raise UserError(
                self.env._(
                    "%(name)s: claim %(claim)s is no longer approved. Collect again.",
                    name=self.name,
                    claim=changed.name,
                )
            )

    def _check_lines_present(self):
        """Refuse lines that no longer equal the claim line or adjustment.

        :raise UserError: naming the settlement and the line
        """
        self.ensure_one()
        stale = self.line_ids.filtered(lambda line: not line._is_present())[:1]
        if stale:
            raise UserError(
                self.env._(
                    "%(name)s: “%(line)s” is not what was collected any more. "
                    "Collect again.",
                    name=self.name,
                    line=stale.name,
                )
            )

    # -- opening and cancelling ------------------------------------------------

    def action_draft(self):
        """Open settlements again, before they are billed."""
        self._check_clerk()
        self._lock()
        self._check_not_billed()
        self._check_state_in(("sent", "confirmed"))
        self._uncarry()
        self.line_ids.adjustment_id._write_flow({"state": "open"})
        self._write_flow(state="draft", **self._get_unconfirmed_vals())

    def _get_unconfirmed_vals(self):
        """Values that forget a confirmation."""
        names = (
            "date_confirm_due",
            "date_confirmed",
            "confirmed_by_id",
            "confirmed_how",
            "confirm_note",
        )
        return dict.fromkeys(names, False)

    def action_cancel(self):
        """Give all lines free for another settlement."""
        self._check_clerk()
        self._lock()
        self._check_not_billed()
        self._check_state_in(("draft", "sent", "disputed", "confirmed"))
        self._uncarry()
        self.line_ids.adjustment_id._write_flow({"state": "open"})
        self._get_flow_lines().write({"is_live": False})
        # The unique index must see it before the lines are settled again.
        self.line_ids.flush_recordset(["is_live"])
        self._write_flow(state="cancelled", date_confirm_due=False)

    def _check_not_billed(self):
        """Refuse to undo a settlement whose bill exists.

        :raise UserError: naming the bill
        """
        billed = self.filtered("move_id")[:1]
        if billed:
            raise UserError(
                self.env._(
                    "%(name)s has the bill %(bill)s. Cancel or delete the bill first.",
                    name=billed.name,
                    bill=billed.sudo().move_id.display_name,
                )
            )
