from odoo import fields, models
from odoo.fields import Domain

from .aftersales_settlement import OPEN_STATES


class AftersalesServicePoint(models.Model):
    """Claims and settlements of a point; open ones keep it from leaving."""

    _inherit = "aftersales.service.point"

    claim_ids = fields.One2many("aftersales.claim", "service_point_id")
    open_claim_count = fields.Integer(compute="_compute_open_claim_count")

    def _compute_open_claim_count(self):
        Claim = self.env["aftersales.claim"]
        counts = {}
        if Claim.has_access("read"):
            counts = self._count_by_point(
                Claim,
                Domain("service_point_id", "in", self.ids) & self._get_open_claims(),
            )
        for point in self:
            point.open_claim_count = counts.get(point._origin, 0)

    def _get_open_claims(self):
        """Domain of claims without a final decision."""
        return Domain("state", "in", ("draft", "submitted", "review", "sent_back"))

    def action_view_open_claims(self):
        """Open the undecided claims of the point."""
        return self._get_related_action(
            "aftersales.claim",
            self.env._("Open Claims"),
            domain=list(self._get_open_claims()),
        )

    def _get_clearance_blockers(self):
        """Undecided claims, approved lines, settlements and unpaid bills block."""
        blockers = super()._get_clearance_blockers()
        # The clearance lists everything, whoever looks at it.
        for label, model, domain in self._get_money_blockers():
            count = (
                self.env[model]
                .sudo()
                .search_count(Domain("service_point_id", "=", self.id) & domain)
            )
            if count:
                action = self._get_related_action(model, label, domain=list(domain))
                blockers.append((label, count, action))
        return blockers

    def _get_money_blockers(self):
        """(label, model, domain) of what must be paid or decided first."""
        approved = Domain("claim_state", "in", ("approved", "partially"))
        billed = Domain("is_live", "=", True)
        billed &= Domain("settlement_id.state", "=", "billed")
        return [
            (self.env._("open claims"), "aftersales.claim", self._get_open_claims()),
            (
                self.env._("approved lines not settled"),
                "aftersales.claim.line",
                approved
                & Domain("amount_approved", ">", 0)
                & ~Domain("settlement_line_ids", "any", billed),
            ),
            (
                self.env._("settlements without a bill"),
                "aftersales.settlement",
                Domain("state", "in", OPEN_STATES),
            ),
            (
                self.env._("settlement bills not paid"),
                "aftersales.settlement",
                # A total of zero leaves nothing to pay on either side.
                Domain("state", "=", "billed")
                & Domain("is_paid", "=", False)
                & Domain("amount_total", "!=", 0),
            ),
            (
                self.env._("old parts not returned"),
                "aftersales.claim.line",
                Domain("old_part_due", "=", True)
                & Domain("old_part_received", "=", False)
                & Domain("part_return_ids", "=", False)
                & Domain("claim_state", "not in", ("rejected", "cancelled")),
            ),
        ]
