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
        """Refuse a correction beyond the claim, or one that takes what is not there.

        :param amount: what the point gets more (positive) or less (negative)
        :raise UserError: naming the disputed line, the limit and the way out
        """
        self.ensure_one()
        # The clerk answers the point, whoever may read its claims.
        dispute_sudo = self.sudo()
        if self.currency_id.compare_amounts(amount, 0) < 0:
            dispute_sudo._check_held(amount)
            return
        for name, limit, held in dispute_sudo._get_correction_limits():
            if self.currency_id.compare_amounts(held + amount, limit) <= 0:
                continue
            raise UserError(
                self.env._(
                    "%(line)s: at most %(limit)s were claimed, and the point has "
                    "%(held)s of it. A correction cannot go beyond the claim: the "
                    "point appeals or claims the rest, or an award with its own "
                    "reason pays it.",
                    line=name,
                    limit=self.currency_id.format(limit),
                    held=self.currency_id.format(held),
                )
            )

    def _check_held(self, amount):
        """Refuse to take more of a claim line than the point got for it.

        :param amount: what the point gets less, negative
        :raise UserError: naming the disputed line and what the point has of it
        """
        self.ensure_one()
        line = self._get_corrected_line()
        if not line:
            return
        line._lock_money()
        held = line._get_net_settled()
        if self.currency_id.compare_amounts(held + amount, 0) >= 0:
            return
        raise UserError(
            self.env._(
                "%(line)s: the point has %(held)s of it, and a correction cannot take "
                "more. A penalty with its own reason takes the rest.",
                line=self.line_name,
                held=self.currency_id.format(max(held, 0.0)),
            )
        )

    def _get_correction_limits(self):
        """What may be paid at most and what is: ``[(name, limit, held), …]``.

        The disputed line has its own limit; the statement has one as well, because
        a remark and a line can ask for the same money.  An entry that somebody
        typed above zero has none: it rests on no claim.
        """
        self.ensure_one()
        line, entry = self._get_corrected_line(), self.adjustment_id
        statement, limits = self.settlement_id, []
        if line:
            line._lock_money()
            limit = line._get_highest_amount(statement)
            limits.append((self.line_name, limit, line._get_net_settled()))
        elif entry.amount < 0:
            held = entry.amount + self._get_corrected_before()
            limits.append((self.line_name, 0.0, held))
        elif self._is_without_limit():
            return []
        limit, held = statement._get_highest_total()
        if line:
            limit += statement._get_open_of_others()
        return [*limits, (statement.name, limit, held)]

    def _is_without_limit(self):
        """Whether an entry that somebody typed above zero is disputed."""
        self.ensure_one()
        entry = self.adjustment_id
        return entry.amount > 0 and not (entry.source_ref or entry.claim_line_id)

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
        # What a clerk added to a typed entry rests on no claim either.
        free = self.dispute_ids.filtered(lambda d: d._is_without_limit()).correction_id
        added |= (free & rows.adjustment_id).filtered(lambda entry: entry.amount > 0)
        limit = self._get_claimed_amount(rows.claim_line_id)
        return limit + sum(added.mapped("amount")), sum(rows.mapped("amount"))

    def _get_open_of_others(self):
        """What may still be paid for claim lines of other statements.

        Their entries are rows here: what was claimed for them, less what the point
        has, without what this statement takes from them or gives back.
        """
        self.ensure_one()
        entries = self.line_ids.adjustment_id.filtered(lambda e: e.kind != "part_late")
        total = 0.0
        for line in entries.claim_line_id - self.line_ids.claim_line_id:
            # Additions count in the highest total already, deductions by its sum.
            own = entries.filtered(
                lambda e, line=line: (
                    e.claim_line_id == line
                    and (e.amount < 0 or e.res_model == self.dispute_ids._name)
                )
            )
            highest, held = line._get_highest_amount(self), line._get_net_settled()
            total += max(0.0, highest - held + sum(own.mapped("amount")))
        return total


class AftersalesClaimLine(models.Model):
    """What a claim line may come to."""

    _inherit = "aftersales.claim.line"

    def _get_highest_amount(self, settlement):
        """Claimed amount with the coefficient of the statement that paid the line.

        :param settlement: statement that counts for a line that none has paid
        :return: never less than what was paid: sharing rounds to the cent
        """
        self.ensure_one()
        paid = self.settlement_line_ids.filtered("is_live")
        claimed = (paid.settlement_id or settlement)._get_claimed_amount(self)
        return max(claimed, sum(paid.mapped("amount")))
