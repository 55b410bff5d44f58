from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError

from ..tools import recovery as kernel
from ..tools.settlement import from_minor, to_minor


class AftersalesSupplierClaimLine(models.Model):
    """What a supplier may be asked for follows what the point keeps.

    A draft is collected anew when an audit takes money back.  What was sent stays as
    it was sent, but only the part that the company still bears counts as recoverable.
    """

    _inherit = "aftersales.supplier.claim.line"

    amount_recoverable = fields.Monetary(
        "Recoverable",
        compute="_compute_amount_recoverable",
        store=True,
        help="Of what is asked for, the part that the company still bears: audits and "
        "missing parts may have taken money back from the point since.",
    )
    is_outdated = fields.Boolean(
        "Changed Since",
        compute="_compute_amount_recoverable",
        store=True,
        help="The point was left another amount than the one the line was taken with.",
    )

    @api.depends(
        "amount_asked",
        "amount_base",
        "claim_line_id.amount_approved",
        "claim_line_id.entry_ids.amount",
        "claim_line_id.entry_ids.state",
    )
    def _compute_amount_recoverable(self):
        for line in self:
            digits = line.currency_id.decimal_places
            asked, base, now = (
                to_minor(amount, digits)
                for amount in (
                    line.amount_asked,
                    line.amount_base,
                    line.claim_line_id._get_recovery_amount(),
                )
            )
            minor = kernel.still_recoverable(asked, base, now)
            line.amount_recoverable = float(from_minor(minor, digits))
            line.is_outdated = now != base

    def _filter_to_collect(self, again):
        """Lines that are judged once more.

        :param again: reasons that are
        """
        return self.filtered(
            lambda line: (
                line.reason in again
                or line.is_outdated
                and line.supplier_claim_id.state in (False, "draft")
            )
        )


class AftersalesSupplierClaim(models.Model):
    """Tells who sent a claim of what an audit took back since."""

    _inherit = "aftersales.supplier.claim"

    def _tell_of_charge_back(self, line):
        """Put on the list of the clerk that less is recoverable of a sent claim.

        :param line: line of the claim whose point was charged back
        """
        self.ensure_one()
        user = self._get_clerk()
        summary = self.env._(
            "“%(line)s” was charged back: of %(asked)s asked for, %(left)s may still "
            "be recovered. Agree the difference with the supplier.",
            line=line.display_name,
            asked=line.currency_id.format(line.amount_asked),
            left=line.currency_id.format(line.amount_recoverable),
        )
        self.message_post(body=summary)
        if user:
            self.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=user.id
            )


class AftersalesClaimChargeBack(models.Model):
    """What is taken back from a point cannot be asked of a supplier as well."""

    _inherit = "aftersales.claim.charge.back"

    def _deduct(self):
        """Let the claims on suppliers follow."""
        res = super()._deduct()
        self.claim_line_id._follow_charge_back()
        return res


class AftersalesClaimLine(models.Model):
    _inherit = "aftersales.claim.line"

    def _get_borne_amount(self):
        """Approved amount less what was taken back after it was settled.

        What a coefficient made of it is undone: suppliers are asked for what was
        approved.
        """
        self.ensure_one()
        line_sudo = self.sudo()
        live = line_sudo.settlement_line_ids.filtered("is_live")
        if not live or line_sudo._get_changed_amount() >= 0:
            return self.amount_approved
        digits = self.currency_id.decimal_places
        minor = kernel.borne(
            to_minor(self.amount_approved, digits),
            to_minor(line_sudo._get_net_settled(), digits),
            Decimal(str(live[0].settlement_id.coefficient)),
        )
        return float(from_minor(minor, digits))

    def _follow_charge_back(self):
        """Collect drafts anew, and tell of what was sent already.

        :raise UserError: somebody works on one of the supplier claims
        """
        # An audit need not read what suppliers are asked for.
        lines_sudo = self.sudo().recovery_line_ids.filtered(
            lambda line: line.is_live and line.is_outdated
        )
        claims_sudo = lines_sudo.supplier_claim_id
        try:
            # Nobody sends a draft while its lines are exchanged.
            claims_sudo.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is working on %(claim)s at this moment. Try again "
                    "in a moment.",
                    claim=claims_sudo[:1].name,
                )
            ) from error
        drafts_sudo = lines_sudo._filter_to_collect(())
        sent_sudo = (lines_sudo - drafts_sudo).filtered("amount_asked")
        if drafts_sudo:
            claims_sudo._collect(drafts_sudo.claim_id, ())
        for line_sudo in sent_sudo:
            line_sudo.supplier_claim_id._tell_of_charge_back(line_sudo)
