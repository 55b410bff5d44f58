from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import claim_rate as kernel
from ..tools.settlement import to_minor


def get_path_ids(record):
    """Ids from the root of a tree down to the record."""
    return tuple(int(part) for part in (record.parent_path or "").split("/") if part)


class AftersalesClaim(models.Model):
    """The rates that apply to a claim, and what they refuse."""

    _inherit = "aftersales.claim"

    def _find_rates(self):
        """Table, agreement and rates of each claim; few queries for the batch.

        :return: ``{claim: (rate table, agreement, kernel.Rates)}``; a claim that no
            table in force covers is missing
        """
        tables = self.env["aftersales.claim.rate"]._find_active(
            self.company_id, {claim._get_rate_day() for claim in self}
        )
        if not tables:
            return {}
        agreements, found, known = self._find_agreements(), {}, {}
        for claim in self:
            fitting = tables.filtered(
                lambda t, c=claim: (t.company_id, t.currency_id) == c._get_rate_key()
            )
            chosen = kernel.choose(
                [table._to_kernel() for table in fitting], claim._to_rate_job()
            )
            if chosen:
                table, agreement = tables.browse(chosen.id), agreements[claim.id]
                if agreement.currency_id != claim.currency_id:
                    agreement = agreement.browse()
                key = table, agreement
                known[key] = known.get(key) or table._get_rates(agreement)
                found[claim] = (table, agreement, known[key])
        return found

    def _get_rate_day(self):
        """Day whose rates count; a claim without days is measured as of today."""
        self.ensure_one()
        return self._get_work_date() or self.company_id._get_aftersales_today()

    def _get_rate_key(self):
        """Company and currency, which claim and table share."""
        self.ensure_one()
        return self.company_id, self.currency_id

    def _to_rate_job(self):
        """What a table is chosen for."""
        self.ensure_one()
        return kernel.Job(
            day=self._get_rate_day(),
            level_id=self.service_point_id.level_id.id or None,
            area_ids=get_path_ids(self.order_id.area_id),
            categ_ids=get_path_ids(self.product_id.categ_id),
        )

    def action_apply_rates(self):
        """Claim what the rates allow: lines above them, and lines without amount.

        :raise UserError: a claim that is with the company
        """
        self.check_access("write")
        self._check_editable()
        self.line_ids._set_rates()
        self._lower_to_rates(fill=True)

    def _lower_to_rates(self, fill=False):
        """Lower lines above the rates; ``fill`` also those without an amount."""
        for line in self.line_ids.filtered("is_limited"):
            if line.amount_excess or (fill and not line.amount_claimed):
                line.amount_claimed = line.amount_limit

    def _check_content(self):
        res = super()._check_content()
        for claim in self:
            claim._check_causal()
            claim._check_evidence()
            claim._check_rates()
        return res

    def _check_causal(self):
        """Exactly one part of a claim with parts caused the failure.

        The only part is it; among several the point marks it.

        :raise UserError: naming the claim
        """
        self.ensure_one()
        parts = self.line_ids.filtered(lambda line: line.kind == "part")
        if not parts or any(parts.mapped("is_causal")):
            return
        if len(parts) > 1:
            raise UserError(
                self.env._(
                    "%(claim)s has %(count)s parts. Mark the one that caused the "
                    "failure as the causal part.",
                    claim=self.name,
                    count=len(parts),
                )
            )
        parts.with_context(aftersales_claim_flow=FLOW).is_causal = True

    def _check_evidence(self):
        """Outside work and freight need the invoice.

        :raise UserError: naming claim and line
        """
        self.ensure_one()
        bare = self.line_ids.filtered(
            lambda line: line.kind in ("sublet", "freight") and not line.document_ids
        )[:1]
        if bare:
            raise UserError(
                self.env._(
                    "%(claim)s: “%(line)s” is outside work or freight. Add its invoice "
                    "as a document.",
                    claim=self.name,
                    line=bare.name,
                )
            )
        unnamed = self.line_ids.filtered(
            lambda line: line.kind == "sublet" and not line.sublet_invoice_ref
        )[:1]
        if unnamed:
            raise UserError(
                self.env._(
                    "%(claim)s: give the invoice number of “%(line)s”.",
                    claim=self.name,
                    line=unnamed.name,
                )
            )

    def _check_rates(self):
        """Refuse a line above the rates, unless an authorisation covers the claim.

        :raise UserError: naming line, rate and excess
        """
        self.ensure_one()
        over = self.line_ids.filtered("amount_excess")[:1]
        if not over or self._is_authorised():
            return
        if not self.env.user._sees_claim_amounts():
            raise UserError(
                self.env._(
                    "%(claim)s: “%(line)s” is above the rate table “%(rate)s”. Ask the "
                    "manager of your point to lower it or to have it authorised.",
                    claim=self.name,
                    line=over.name,
                    rate=over.rate_id.name,
                )
            )
        money = over.currency_id.format
        raise UserError(
            self.env._(
                "%(claim)s: “%(line)s” claims %(claimed)s; the rate table “%(rate)s” "
                "allows %(limit)s (%(unit)s each), so %(excess)s are too much. Lower "
                "the line, or have it authorised first.",
                claim=self.name,
                line=over.name,
                claimed=money(over.amount_claimed),
                rate=over.rate_id.name,
                limit=money(over.amount_limit),
                unit=money(over.unit_price),
                excess=money(over.amount_excess),
            )
        )


class AftersalesClaimRate(models.Model):
    """A table together with the agreement that wins over it."""

    _inherit = "aftersales.claim.rate"

    def _get_rates(self, agreement):
        """Rates for a point with this agreement.

        :param agreement: in the currency of the table; may be empty
        :return: ``kernel.Rates``
        """
        self.ensure_one()
        digits = self.currency_id.decimal_places

        def minor(amount):
            return to_minor(amount, digits)

        zones = ()
        if self.travel_mode == "zone" and not agreement.travel_rate:
            zones = tuple(
                (zone.id, Decimal(str(zone.km_from)), minor(zone.amount))
                for zone in self.zone_ids
            )
        markups = {
            line.product_categ_id.id: Decimal(str(line.markup))
            for line in self.markup_ids
        }
        markup = agreement.parts_markup or self.parts_markup
        return kernel.Rates(
            labour=minor(agreement.labour_rate or self.labour_rate),
            diagnostic=minor(self.diagnostic_rate),
            diagnostic_hours=Decimal(str(self.diagnostic_hours)),
            travel=minor(agreement.travel_rate or self.travel_rate),
            travel_km=Decimal(str(self.travel_km)),
            zones=zones,
            inspection=minor(agreement.inspection_fee or self.inspection_fee),
            markup=Decimal(str(markup)),
            markups={} if agreement.parts_markup else markups,
            freight_mode=self.freight_mode,
            freight=minor(self.freight_amount),
            sublet=minor(self.sublet_amount),
            other=minor(self.other_amount),
        )
