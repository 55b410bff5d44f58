import logging
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import recovery as kernel
from ..tools.settlement import from_minor, to_minor
from .aftersales_part_return import OPEN_STATES as PART_OPEN

_logger = logging.getLogger(__name__)

#: Claims in one transaction.
BATCH = 200
#: Claims whose lines somebody approved.
APPROVED = ("approved", "partially", "settled")


class AftersalesSupplierClaim(models.Model):
    """From approved claim lines, by their causal part, to claims on suppliers."""

    _inherit = "aftersales.supplier.claim"

    @api.model
    def _cron_collect(self):
        """Take new approved claims, a batch a transaction.

        What waits for its old part is looked at again; what no term covers stays
        until somebody collects again.
        """
        last = 0
        while claims := self._find_claims(last):
            self._try_collect(claims)
            last = claims[-1].id
            if not self.env["ir.cron"]._commit_progress(len(claims)):
                return

    @api.model
    def _try_collect(self, claims):
        """Take a batch; where it fails, claim by claim, and report the bad ones."""
        try:
            with self.env.cr.savepoint():
                self._collect(claims)
        except UserError as error:
            self.env.invalidate_all()
            if len(claims) == 1:
                _logger.warning("Claim %s not recovered: %s", claims.name, error)
                return
            for claim in claims:
                self._try_collect(claim)

    @api.model
    def _find_claims(self, last=0, domain=Domain.TRUE, again=("waiting",)):
        """Next approved claims that have lines to be looked at.

        :param last: id of the last claim of the batch before
        :param again: reasons whose lines are looked at once more
        """
        changed = Domain("is_outdated", "=", True) & (
            Domain("supplier_claim_id", "=", False)
            | Domain("supplier_claim_id.state", "=", "draft")
        )
        settled = (
            Domain("is_live", "=", True) & Domain("reason", "not in", again) & ~changed
        )
        lines = Domain("amount_approved", ">", 0) & Domain(
            "recovery_line_ids", "not any", settled
        )
        return self.env["aftersales.claim"].search(
            Domain("state", "in", APPROVED)
            & Domain("id", ">", last)
            & Domain("line_ids", "any", lines)
            & domain,
            limit=BATCH,
            order="id",
        )

    @api.model
    def _collect(self, claims, again=("waiting",)):
        """Take the lines of claims: ask the suppliers, or note why not.

        A constant number of queries a batch. Lines that a supplier claim holds, or
        that were judged for good, stay as they are; a draft whose amounts changed since
        is judged anew.

        :param again: reasons whose lines are judged once more
        :return: the new lines
        """
        Line = self.env["aftersales.supplier.claim.line"].sudo()
        claims_sudo = claims.sudo()
        claims_sudo.lock_for_update(allow_referencing=True)
        old = Line.search(
            [("claim_line_id", "in", claims_sudo.line_ids.ids), ("is_live", "=", True)]
        )
        open_old = old._filter_to_collect(again)
        open_old.unlink()
        taken = (old - open_old).claim_line_id
        rows = []
        terms = self._get_terms(claims_sudo.company_id)
        fetched = claims_sudo.line_ids.ids
        for claim in claims_sudo:
            lines = (claim.line_ids - taken).with_prefetch(fetched)
            rows += self._judge(claim, lines, terms)
        self._fill_drafts(rows)
        return Line.with_context(aftersales_flow=FLOW).create(rows).with_env(self.env)

    @api.model
    def _get_terms(self, companies):
        """Terms of companies: ``{company_id: {id: (term, kernel term)}}``."""
        terms = (
            self.env["aftersales.supplier.term"]
            .sudo()
            .search([("company_id", "in", companies.ids)])
        )
        result = {company.id: {} for company in companies}
        for term in terms:
            result[term.company_id.id][term.id] = (term, term._to_kernel())
        return result

    @api.model
    def _judge(self, claim, lines, terms):
        """Values of the lines of one claim."""
        approved = lines.filtered(lambda x: x.amount_approved > 0)
        lines = approved.with_prefetch(lines._prefetch_ids)
        causal = claim._get_causal_line()
        known = terms[claim.company_id.id]
        term = None
        if causal:
            part = claim._get_recovery_part(causal)
            day = part.date_failure or claim.date_decision
            term = kernel.pick_term([item for _term, item in known.values()], part, day)
            asked = kernel.ask(term, part, [x._to_recovery(causal) for x in lines])
        else:
            asked = [kernel.Asked(line.id, 0, "no_causal") for line in lines]
        record = known[term.key][0] if term else self.env["aftersales.supplier.term"]
        return [
            self._prepare_line(line, item, causal, record)
            for line, item in zip(lines, asked, strict=True)
        ]

    @api.model
    def _prepare_line(self, line, item, causal, term):
        """Values of one line."""
        digits = line.company_id.currency_id.decimal_places
        part = causal.part_return_ids.filtered(lambda p: p.state != "cancelled")[:1]
        return {
            "claim_line_id": line.id,
            "date": line.claim_id.date_decision
            or self.env.company._get_aftersales_today(),
            "product_id": causal.product_id.id,
            "partner_id": term.partner_id.id,
            "term_id": term.id,
            "reason": item.reason,
            "amount_base": line._get_recovery_amount(),
            "amount_asked": float(from_minor(item.amount, digits)),
            "part_return_id": part.id if line == causal else False,
        }

    @api.model
    def _fill_drafts(self, rows):
        """Name the draft claim of each supplier in rows that are asked for."""
        lines = self.env["aftersales.claim.line"].sudo()
        asked = [row for row in rows if row["reason"] == "asked"]
        keys = {
            (lines.browse(row["claim_line_id"]).company_id.id, row["partner_id"])
            for row in asked
        }
        drafts_sudo = self.sudo().search(
            [("state", "=", "draft"), ("partner_id", "in", [key[1] for key in keys])]
        )
        found = {(d.company_id.id, d.partner_id.id): d.id for d in drafts_sudo}
        missing = sorted(keys - set(found))
        created = self.sudo().create(
            [{"company_id": c, "partner_id": partner} for c, partner in missing]
        )
        found.update(zip(missing, created.ids, strict=True))
        for row in asked:
            company = lines.browse(row["claim_line_id"]).company_id
            row["supplier_claim_id"] = found[company.id, row["partner_id"]]


class AftersalesClaim(models.Model):
    """What the recovery has to know of a claim."""

    _inherit = "aftersales.claim"

    def _get_causal_line(self):
        """Line of the part that caused the failure; empty where nobody knows it.

        A claim that marks none has one if it has a single part.
        """
        self.ensure_one()
        parts = self.line_ids.filtered(lambda x: x.kind == "part" and x.product_id)
        marked = parts.filtered(lambda x: "is_causal" in x._fields and x.is_causal)
        if marked:
            return marked[:1]
        return parts if len(parts) == 1 else parts[:0]

    def _get_recovery_part(self, causal):
        """The causal part and its circumstances, as the calculation wants them."""
        self.ensure_one()
        unit, product = self.registration_id, causal.product_id
        path = (product.categ_id.parent_path or "").strip("/").split("/")
        parts = causal.part_return_ids.filtered(
            lambda p: p.state not in ("waived", "cancelled")
        )
        start = unit.date_installation or unit.date_delivery or unit.date_sale
        return kernel.Part(
            product_id=product.id,
            categ_ids=tuple(int(i) for i in reversed(path) if i),
            supplier=self._get_part_supplier(product).id or None,
            date_start=start or None,
            date_failure=self.date_failure or self.date_start or None,
            usage=Decimal(str(self.usage_reading)) if self.usage_uom else None,
            usage_unit=self.usage_uom or None,
            finding=parts[:1].finding or None,
            is_waiting=any(p.duty == "return" and p.state in PART_OPEN for p in parts),
        )

    def _get_part_supplier(self, product):
        """Supplier of a part by its purchase data; extension point."""
        sellers = product.seller_ids.filtered(
            lambda s: s.company_id <= self.company_id and s.product_id <= product
        )
        return sellers[:1].partner_id.commercial_partner_id


class AftersalesClaimLine(models.Model):
    _inherit = "aftersales.claim.line"

    recovery_line_ids = fields.One2many(
        "aftersales.supplier.claim.line",
        "claim_line_id",
        "Claimed from Suppliers",
        readonly=True,
        groups="aftersales_network.group_head,aftersales_network.group_auditor,"
        "aftersales_network.group_settlement_clerk",
    )

    def _get_recovery_amount(self):
        """Amount that the company bears, in its currency."""
        self.ensure_one()
        company = self.company_id
        day = self.claim_id.date_decision or company._get_aftersales_today()
        return self.currency_id._convert(
            self._get_borne_amount(), company.currency_id, company, day
        )

    def _to_recovery(self, causal):
        """The line as the calculation wants it."""
        digits = self.company_id.currency_id.decimal_places
        amount = Decimal(str(self._get_recovery_amount()))
        return kernel.Line(self.id, self.kind, to_minor(amount, digits), self == causal)
