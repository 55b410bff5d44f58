from odoo import fields, models
from odoo.exceptions import LockError, UserError

from .aftersales_service_point_settle import MONEY_GROUPS


class AftersalesClaimLine(models.Model):
    """What a point got for a line in all: settled, taken back, added.

    Audits, old parts, appeals and disputes all change what was paid for the same
    line; each of them looks at the sum, so that nothing is paid or taken twice.
    """

    _inherit = "aftersales.claim.line"

    entry_ids = fields.One2many(
        "aftersales.point.adjustment",
        "claim_line_id",
        "Additions and Deductions",
        readonly=True,
        groups=MONEY_GROUPS,
    )

    def _get_later_entries(self):
        """Additions and deductions that changed what was paid for the lines.

        A fee for lateness takes nothing back: it is owed beside the line.
        """
        return self.sudo().entry_ids.filtered(
            lambda entry: entry.state != "waived" and entry.kind != "part_late"
        )

    def _get_changed_amount(self):
        """What later entries added to the line (above zero) or took from it."""
        self.ensure_one()
        return self.currency_id.round(sum(self._get_later_entries().mapped("amount")))

    def _get_net_settled(self):
        """What the point got for the line, or will get with its next statement."""
        self.ensure_one()
        live = self.sudo().settlement_line_ids.filtered("is_live")
        return self.currency_id.round(
            sum(live.mapped("amount")) + self._get_changed_amount()
        )

    def _lock_money(self):
        """Take the claims, and change their rows: one decision on money at a time.

        A second transaction that began before the first was committed would not see
        its entries; it finds the changed row and starts anew.

        :raise UserError: somebody else works on one of the claims
        """
        claims_sudo = self.claim_id.sudo()
        try:
            claims_sudo.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is working on %(claim)s at this moment. Try again "
                    "in a moment.",
                    claim=claims_sudo[:1].name,
                )
            ) from error
        claims_sudo._raise_revision()
        claims_sudo.flush_recordset(["revision"])


class AftersalesClaim(models.Model):
    """A claim whose lines were corrected elsewhere stays as it was decided."""

    _inherit = "aftersales.claim"

    def action_reopen(self):
        """Take a decided claim back into review, unless entries rest on it.

        :raise UserError: naming the claim and the entry
        """
        self._check_clerk()
        # An appeal tells of itself.
        entry_sudo = self.line_ids._get_later_entries().filtered(
            lambda e: e.kind != "appeal"
        )[:1]
        if entry_sudo:
            raise UserError(
                self.env._(
                    "%(claim)s cannot be reopened: “%(entry)s” corrects what was paid "
                    "for it. Have that entry waived, or enter another one beside it.",
                    claim=entry_sudo.claim_line_id.claim_id.name,
                    entry=entry_sudo.reason,
                )
            )
        return super().action_reopen()


class AftersalesSettlementDispute(models.Model):
    """The answer to a dispute is a decision on the claim."""

    _inherit = "aftersales.settlement.dispute"

    def _check_may_change(self):
        """Refuse another amount by the author, or beside an appeal.

        :raise UserError: naming the disputed line
        """
        self.ensure_one()
        # The clerk answers the point, whoever may read its claims.
        line_sudo = self.sudo()._get_corrected_line()
        if not line_sudo:
            return
        self.env["aftersales.approval"]._check_other_person(
            line_sudo.claim_id, line_sudo.claim_id._get_authors()
        )
        appeal_sudo = line_sudo.appeal_ids.filtered(
            lambda a: a.state in ("submitted", "upheld", "partly")
        )[:1]
        if appeal_sudo:
            raise UserError(
                self.env._(
                    "%(line)s: appeal %(appeal)s decides what the line is worth. Keep "
                    "the line.",
                    line=self.line_name,
                    appeal=appeal_sudo.name,
                )
            )
        line_sudo._lock_money()
