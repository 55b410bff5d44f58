from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import settlement as kernel
from .aftersales_claim import APPROVED_STATES


class AftersalesSettlement(models.Model):
    """Collecting what waits for the settlement of points."""

    _inherit = "aftersales.settlement"

    @api.model
    def _settle_points(self, points, date_from, date_to):
        """Make the draft settlements of many points for a period.

        Takes every approved line decided until ``date_to`` that no live
        settlement holds, so that what was late for one period comes with the
        next. A point without anything to settle gets no settlement; nor does one
        that only owes something, where debts are carried forward: they wait.

        :return: the new settlements, one per point and currency
        """
        self._check_clerk()
        self._collect_deductions(points, date_to)
        lines = self._find_claim_lines(points, date_to)
        adjustments = self._find_adjustments(points, date_to)
        settlements = self.with_context(aftersales_settlement_flow=FLOW).create(
            [
                self._prepare_settlement_vals(point, currency, date_from, date_to)
                for point, currency in self._get_settled_keys(lines, adjustments)
            ]
        )
        settlements = settlements.with_env(self.env)
        settlements._fill(lines, adjustments)
        return settlements

    @api.model
    def _get_settled_keys(self, lines, adjustments):
        """Point and currency of each settlement to make, in order."""
        keys = dict.fromkeys((x.service_point_id, x.currency_id) for x in lines)
        extra = adjustments.grouped(lambda x: (x.service_point_id, x.currency_id))
        for (point, currency), entries in extra.items():
            total = sum(entries.mapped("amount"))
            if currency.compare_amounts(total, 0) > 0 or (
                self._get_negative_policy(point) == "refund"
            ):
                keys[point, currency] = None
        return list(keys)

    @api.model
    def _get_negative_policy(self, point):
        """How a debt of the point is dealt with: ``carry`` or ``refund``.

        A point that leaves has no next period.
        """
        if point.state == "withdrawal":
            return "refund"
        return point.company_id.aftersales_negative_settlement

    @api.model
    def _prepare_settlement_vals(self, point, currency, date_from, date_to):
        """Values of a new settlement; extension point."""
        return {
            "service_point_id": point.id,
            "currency_id": currency.id,
            "date_from": date_from,
            "date_to": date_to,
            "negative_policy": self._get_negative_policy(point),
        }

    @api.model
    def _find_claim_lines(self, points, date_to):
        """Approved claim lines that wait for a settlement."""
        return self.env["aftersales.claim.line"].search_fetch(
            self._get_claim_lines_domain(points, date_to),
            ["claim_id", "service_point_id", "kind", "amount_approved"],
            order="id",
        )

    @api.model
    def _get_claim_lines_domain(self, points, date_to):
        """Claim lines to settle for a period; extension point."""
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("claim_state", "in", APPROVED_STATES)
            & Domain("claim_id.date_decision", "<=", date_to)
            & Domain("amount_approved", ">", 0)
            & ~Domain("settlement_line_ids", "any", [("is_live", "=", True)])
            & ~self._get_deferred_domain("claim_line_id", date_to)
        )

    @api.model
    def _find_adjustments(self, points, date_to):
        """Open additions and deductions of the points."""
        return self.env["aftersales.point.adjustment"].search(
            self._get_adjustments_domain(points, date_to)
        )

    @api.model
    def _get_adjustments_domain(self, points, date_to):
        """Additions and deductions to settle for a period; extension point."""
        live = self.env["aftersales.settlement.line"]._search(
            [("is_live", "=", True), ("adjustment_id", "!=", False)]
        )
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "=", "open")
            & Domain("date", "<=", date_to)
            & ~Domain("id", "in", live.subselect("adjustment_id"))
            & ~self._get_deferred_domain("adjustment_id", date_to)
        )

    @api.model
    def _get_deferred_domain(self, field_name, date_to):
        """Sources that a dispute moved past the period ending on ``date_to``."""
        # The clerk settles what the point disputed, whoever may read its words.
        Dispute_sudo = self.env["aftersales.settlement.dispute"].sudo()
        moved = Dispute_sudo._search(
            Domain("state", "=", "deferred")
            & Domain("date_deferred", ">=", date_to)
            & Domain(field_name, "!=", False)
        )
        return Domain("id", "in", moved.subselect(field_name))

    def _fill(self, lines, adjustments):
        """Replace the lines of draft settlements by what waits for them."""
        self._check_draft()
        self._get_flow_lines().unlink()
        rows = []
        by_key = lines.grouped(lambda x: (x.service_point_id, x.currency_id))
        extra = adjustments.grouped(lambda x: (x.service_point_id, x.currency_id))
        for settlement in self:
            key = (settlement.service_point_id, settlement.currency_id)
            coefficient = settlement._get_coefficient()
            settlement._write_flow(coefficient=float(coefficient))
            rows += settlement._prepare_claim_rows(by_key.get(key, ()), coefficient)
            rows += [
                {
                    "settlement_id": settlement.id,
                    "adjustment_id": item.id,
                    "amount_approved": item.amount,
                    "amount": item.amount,
                }
                for item in extra.get(key, ())
            ]
        self._get_flow_lines().create(rows)

    def _get_flow_lines(self):
        """The lines as a step may change them."""
        return self.line_ids.with_context(aftersales_settlement_flow=FLOW)

    def _get_coefficient(self):
        """Factor of the point's level as an exact number."""
        self.ensure_one()
        level = self.service_point_id.level_id
        return Decimal(str(round(level.coefficient, 4))) if level else Decimal(1)

    def _prepare_claim_rows(self, lines, coefficient):
        """Settlement lines of claim lines, exact to the cent in their sum."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        settled = kernel.settle(
            [kernel.to_minor(line.amount_approved, digits) for line in lines],
            coefficient,
        )
        return [
            {
                "settlement_id": self.id,
                "claim_line_id": line.id,
                "amount_approved": line.amount_approved,
                "amount": float(kernel.from_minor(minor, digits)),
            }
            for line, minor in zip(lines, settled, strict=True)
        ]

    def action_compute(self):
        """Collect anew what waits for draft settlements."""
        self._check_clerk()
        self._lock()
        self._check_draft()
        self._get_flow_lines().unlink()
        for date_to, group in self.grouped("date_to").items():
            points = group.service_point_id
            self._collect_deductions(points, date_to)
            group._fill(
                self._find_claim_lines(points, date_to),
                self._find_adjustments(points, date_to),
            )
