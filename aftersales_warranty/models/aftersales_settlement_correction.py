from odoo import models
from odoo.exceptions import UserError

from ..tools.settlement import from_minor, scale, to_minor


class AftersalesSettlementDispute(models.Model):
    """How far one clerk may raise what a statement pays.

    Up to what the point claimed, times its coefficient where that is above one; a
    deduction up to nothing.  More than that is no correction: the point appeals or
    claims again, or somebody enters an award with its own reason.
    """

    _inherit = "aftersales.settlement.dispute"

    def _check_within_claim(self, amount):
        """Refuse a correction to more than the point claimed.

        :param amount: what the point gets more (positive) or less (negative)
        :raise UserError: naming the disputed line, the limit and the way out
        """
        self.ensure_one()
        if self.currency_id.compare_amounts(amount, 0) < 0:
            return
        # The clerk answers the point, whoever may read its claims.
        limit, held = self.sudo()._get_correction_limit()
        if limit is None or self.currency_id.compare_amounts(held + amount, limit) <= 0:
            return
        raise UserError(
            self.env._(
                "%(line)s: at most %(limit)s were claimed, and the point has %(held)s "
                "of it. A correction cannot go beyond the claim: the point appeals or "
                "claims the rest, or an award with its own reason pays it.",
                line=self.line_name,
                limit=self.currency_id.format(limit),
                held=self.currency_id.format(held),
            )
        )

    def _get_correction_limit(self):
        """What the disputed line may come to and what it is: ``(limit, held)``.

        Without a limit (``None``) for an award: it rests on no claim.
        """
        self.ensure_one()
        line, entry = self._get_corrected_line(), self.adjustment_id
        if line:
            line._lock_money()
            return self.settlement_id._get_claimed_amount(line), line._get_net_settled()
        if not entry:
            return self.settlement_id._get_highest_total()
        if entry.amount < 0:
            return 0.0, entry.amount + self._get_corrected_before()
        return None, entry.amount

    def _get_corrected_line(self):
        """Claim line whose money the disputed line is part of.

        A fee for lateness is owed beside the line.
        """
        self.ensure_one()
        entry = self.adjustment_id.filtered(lambda e: e.kind != "part_late")
        return self.claim_line_id or entry.claim_line_id

    def _get_corrected_before(self):
        """What earlier disputes gave back of the same entry."""
        self.ensure_one()
        earlier = self.search(
            [("adjustment_id", "=", self.adjustment_id.id), ("state", "=", "corrected")]
        ).correction_id
        counting = earlier.filtered(lambda entry: entry.state != "waived")
        return sum(counting.mapped("amount"))


class AftersalesSettlement(models.Model):
    """What a statement could pay at most of what its point claimed."""

    _inherit = "aftersales.settlement"

    def _get_claimed_amount(self, lines):
        """Claimed amount of claim lines, times the coefficient that raises it."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        claimed = to_minor(sum(lines.mapped("amount_claimed")), digits)
        return float(from_minor(scale(claimed, max(1, self.coefficient)), digits))

    def _get_highest_total(self):
        """Total without any cut or deduction, and the present one."""
        self.ensure_one()
        rows = self.line_ids.filtered(lambda row: row.adjustment_id.kind != "carry")
        added = rows.adjustment_id.filtered(
            lambda entry: entry.amount > 0 and entry.res_model != self.dispute_ids._name
        )
        limit = self._get_claimed_amount(rows.claim_line_id)
        return limit + sum(added.mapped("amount")), sum(rows.mapped("amount"))
