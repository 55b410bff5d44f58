from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools.claim_checks import left_of
from ..tools.settlement import from_minor, to_minor
from .aftersales_claim import APPROVED_STATES
from .aftersales_part_result_rule import EVENTS


class AftersalesPartResult(models.Model):
    """What one result of an old part did to one claim line, and why.

    Evidence: made by receipt, inspection and the daily job, never changed.
    """

    _name = "aftersales.part.result"
    _description = "Old Part Result"
    _inherit = ["aftersales.flow.mixin"]
    _order = "date desc, id desc"
    _rec_name = "event"
    _check_company_auto = True

    claim_line_id = fields.Many2one(
        "aftersales.claim.line",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    claim_id = fields.Many2one(
        related="claim_line_id.claim_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="claim_line_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="claim_line_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="claim_line_id.currency_id")
    part_return_id = fields.Many2one(
        "aftersales.part.return",
        "Old Part",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    event = fields.Selection(
        EVENTS, "Result of the Old Part", required=True, readonly=True
    )
    rule_id = fields.Many2one(
        "aftersales.part.result.rule", index=True, ondelete="restrict", readonly=True
    )
    reason_id = fields.Many2one(
        "aftersales.claim.reason",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    share = fields.Float(
        "Still Paid (%)", digits=(5, 2), readonly=True, aggregator=None
    )
    effect = fields.Selection(
        [
            ("limit", "Before the Decision"),
            ("cut", "Approved Amount Cut"),
            ("deduction", "Deducted from the Settlement"),
            ("none", "Nothing to Change"),
        ],
        required=True,
        readonly=True,
    )
    amount_before = fields.Monetary(readonly=True)
    amount_after = fields.Monetary(readonly=True)
    adjustment_id = fields.Many2one(
        "aftersales.point.adjustment",
        "Settlement Deduction",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
    )
    note = fields.Text("Finding in Words", readonly=True)
    date = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Found by", required=True, readonly=True)

    _FLOW_FIELDS = frozenset(
        (
            *("claim_line_id", "part_return_id", "event", "rule_id", "reason_id"),
            *("share", "effect", "amount_before", "amount_after", "adjustment_id"),
            *("note", "date", "user_id"),
        )
    )

    # Never twice, whoever inspects and however often the job runs.
    _result_once = models.UniqueIndex(
        "(part_return_id, event, claim_line_id)",
        "This result of the old part counted for the claim line already.",
    )

    @api.depends("part_return_id", "event")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["event"]._description_selection(self.env))
        for result in self:
            part = result.part_return_id.sudo().name
            result.display_name = f"{part}: {labels.get(result.event, '')}"


class AftersalesClaimLine(models.Model):
    """The claim line after its old part was looked at."""

    _inherit = "aftersales.claim.line"

    part_result_ids = fields.One2many(
        "aftersales.part.result", "claim_line_id", "Old Part Results", readonly=True
    )
    part_result_id = fields.Many2one(
        "aftersales.part.result",
        "Result That Counts",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Of several results the one that leaves least.",
    )
    part_share = fields.Float(
        "Left by the Old Part (%)",
        digits=(5, 2),
        readonly=True,
        copy=False,
        aggregator=None,
    )

    _removed_idx = models.Index(
        "(serial_removed) WHERE serial_removed IS NOT NULL AND serial_removed != ''"
    )
    _serial_day_idx = models.Index(
        "(serial, date_failure) WHERE serial IS NOT NULL AND kind IN ('part', 'labour')"
    )

    def _get_guarded_names(self):
        """What the old part left is no one's to type."""
        return super()._get_guarded_names() | {"part_result_id", "part_share"}

    def _check_writable(self, vals):
        """Refuse what follows from the inspection alone.

        :raise UserError: naming the line
        """
        if {"part_result_id", "part_share"} & set(vals):
            raise UserError(
                self.env._(
                    "What the old part leaves of “%(line)s” follows from its "
                    "inspection.",
                    line=self[:1].name,
                )
            )
        return super()._check_writable(vals)

    def _get_cut_reason(self, reasons):
        """Reason for less than claimed: the old part's before the contract's.

        :param reasons: see ``aftersales.claim._get_limit_reasons``
        """
        self.ensure_one()
        result_sudo = self.sudo().part_result_id
        reason = result_sudo.reason_id.sudo(False)
        limit = "hours" if self._is_over_hours() else self.kind
        return reason or reasons.get(limit, reasons["other"])

    def _apply_part_share(self, share, reason):
        """Leave a share of the line, by the state of its claim; runs as superuser.

        :param share: per cent, exact
        :return: values of the result: effect and amounts
        """
        self.ensure_one()
        if self._get_live_settlement_line():
            self._lock_money()
            return self._get_deduction(share)
        if self.claim_state in APPROVED_STATES:
            return self._cut_approved(share, reason)
        if self.claim_state in ("rejected", "cancelled", "settled"):
            return {"effect": "none"}
        return self._cut_waiting(share, reason)

    def _cut_waiting(self, share, reason):
        """Lower a line that waits for its decision, decided alone or not."""
        before = self.amount_approved if self.is_decided else self.amount_allowed
        after = self._leave(before, share)
        if self.is_decided:
            self._write_part({"amount_approved": after, "reason_id": reason.id})
        return {"effect": "limit", "amount_before": before, "amount_after": after}

    def _cut_approved(self, share, reason):
        """Lower an approved line that is not settled; its claim follows."""
        before = self.amount_approved
        after = self._leave(before, share)
        if not self.currency_id.compare_amounts(after, before):
            return {"effect": "none", "amount_before": before, "amount_after": after}
        self._write_part({"amount_approved": after, "reason_id": reason.id})
        claim = self.claim_id
        outcome = claim._get_outcome()
        if outcome != claim.state:
            claim._change_state(outcome)
        return {"effect": "cut", "amount_before": before, "amount_after": after}

    def _get_live_settlement_line(self):
        """Settlement line that holds or paid the line."""
        return self.settlement_line_ids.filtered("is_live")[:1]

    def _get_deduction(self, share):
        """What is to be taken back of a line that a settlement holds or paid."""
        before = self._get_live_settlement_line().amount
        wanted = before - self._leave(before, share)
        # An audit or a dispute may have taken back of the same money.
        taken = min(wanted, max(0, self._get_net_settled()))
        return {
            "effect": "deduction",
            "amount_before": before,
            "amount_after": self.currency_id.round(before - taken),
        }

    def _leave(self, amount, share):
        """Share of an amount, to the cent."""
        digits = self.currency_id.decimal_places
        return float(from_minor(left_of(to_minor(amount, digits), share), digits))

    def _note_part_result(self, result):
        """Remember the result that leaves least."""
        self.ensure_one()
        known = self.part_result_id
        if not known or result.share < known.share:
            self.with_context(aftersales_claim_flow=FLOW).write(
                {"part_result_id": result.id, "part_share": result.share}
            )

    def _get_part_share(self, rule):
        """Share that a further result leaves of what the first one left.

        Results do not add up: the lowest of them counts for the whole amount.
        """
        self.ensure_one()
        share = Decimal(str(rule.share))
        if not self.part_result_id:
            return share
        known = Decimal(str(self.part_share))
        return Decimal(100) if share >= known else share * 100 / known
