from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_compare

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import claim_rate as kernel
from ..tools.settlement import from_minor, to_minor
from .aftersales_claim_measure import get_path_ids

#: Changes after which a line is measured anew.
RATE_TRIGGERS = frozenset(
    (
        "kind",
        "product_id",
        "quantity",
        "labour_operation_id",
        "zone_id",
        "cover_share",
        "amount_reference",
    )
)
#: Rates that an agreement may name, by kind of line.
AGREED = {
    "labour": "labour_rate",
    "part": "parts_markup",
    "travel": "travel_rate",
    "inspection": "inspection_fee",
}


class AftersalesClaimLine(models.Model):
    """What the contract pays for a line: operation, rate, limit and excess."""

    _inherit = "aftersales.claim.line"

    labour_operation_id = fields.Many2one(
        "aftersales.labour.operation", index="btree_not_null", check_company=True
    )
    hours_flat = fields.Float(
        "Flat-Rate Hours",
        digits=(8, 2),
        readonly=True,
        copy=False,
        help="Hours of the labour operation when the line was measured.",
    )
    rate_id = fields.Many2one(
        "aftersales.claim.rate",
        "Rate Table",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    rate_source = fields.Selection(
        [("agreement", "Agreement"), ("table", "Rate Table")],
        "Source of the Rate",
        readonly=True,
        copy=False,
        help="The agreement of the point wins with every rate that it names.",
    )
    unit_price = fields.Monetary(
        "Contract Rate",
        readonly=True,
        copy=False,
        help="Per hour, kilometre or piece; by zone: per travel.",
    )
    markup_percent = fields.Float(
        "Mark-up %", digits=(6, 2), readonly=True, copy=False, aggregator=None
    )
    is_limited = fields.Boolean("Has a Limit", readonly=True, copy=False)
    amount_limit = fields.Monetary(
        "Limit",
        readonly=True,
        copy=False,
        help="What agreement and rate table allow for the line.",
    )
    amount_excess = fields.Monetary("Above the Rates", compute="_compute_amount_excess")
    zone_id = fields.Many2one(
        "aftersales.claim.rate.zone",
        "Travel Zone",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('rate_id', '=', rate_id)]",
        help="Follows from the kilometres; a nearer zone may be named.",
    )
    distance_km = fields.Float(
        "Distance (km)",
        compute="_compute_distance_km",
        store=True,
        precompute=True,
        digits=(10, 2),
    )
    is_causal = fields.Boolean(
        "Causal Part", copy=False, help="The one part that caused the failure."
    )
    sublet_partner_id = fields.Many2one(
        "res.partner",
        "Sublet to",
        index="btree_not_null",
        check_company=True,
        help="Who did the outside work.",
    )
    sublet_invoice_ref = fields.Char("Invoice Number")
    document_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_claim_line_document_rel",
        "line_id",
        "attachment_id",
        "Documents",
        copy=False,
        help="Invoice of outside work or freight.",
    )

    _causal_once = models.UniqueIndex(
        "(claim_id) WHERE is_causal IS TRUE", "A claim has one causal part."
    )
    _causal_is_part = models.Constraint(
        "CHECK (is_causal IS NOT TRUE OR kind = 'part')",
        "Only a part can be the causal part of a claim.",
    )
    _hours_positive = models.Constraint(
        "CHECK (kind != 'labour' OR quantity >= 0)",
        "The hours of a claim line cannot be negative.",
    )

    @api.depends("amount_claimed", "amount_limit", "is_limited")
    def _compute_amount_excess(self):
        for line in self:
            excess = line.amount_claimed - line.amount_limit if line.is_limited else 0
            line.amount_excess = max(0, line.currency_id.round(excess))

    @api.depends("kind", "quantity")
    def _compute_distance_km(self):
        for line in self:
            line.distance_km = line.quantity if line.kind == "travel" else 0

    @api.model_create_multi
    def create(self, vals_list):
        """Measure new lines against the rates; a new causal part takes the mark."""
        marked = {vals.get("claim_id") for vals in vals_list if vals.get("is_causal")}
        if marked:
            claims = self.env["aftersales.claim"].browse(filter(None, marked))
            self._clear_causal(claims)
        lines = super().create(vals_list)
        lines._set_rates()
        return lines

    def write(self, vals):
        """Keep one causal part; measure a changed line anew."""
        if vals.get("is_causal"):
            self._clear_causal(self.claim_id, self)
        res = super().write(vals)
        if not RATE_TRIGGERS.isdisjoint(vals):
            self._set_rates()
        return res

    @api.model
    def _clear_causal(self, claims, kept=None):
        """Let the mark move: the index allows one causal part at any moment.

        :param kept: lines that are to bear it
        """
        marked = self.search(
            Domain("claim_id", "in", claims.ids) & Domain("is_causal", "=", True)
        )
        marked -= kept or self.browse()
        if marked:
            marked.write({"is_causal": False})
            marked.flush_recordset(["is_causal"])

    def _set_check_values(self):
        """Measure parts whose list value was just taken over."""
        res = super()._set_check_values()
        self._set_rates()
        return res

    def _set_rates(self):
        """Store what agreement and rate table allow for undecided lines.

        Few queries for the whole batch; without any table in force the lines stay
        as they are and the checks ask the agreement alone.
        """
        # A point is measured against contracts that it may not read.
        lines_sudo = self.sudo().filtered(lambda line: not line.is_decided)
        rates = lines_sudo.claim_id._find_rates()
        for line_sudo in lines_sudo.with_context(aftersales_claim_flow=FLOW):
            vals = line_sudo._prepare_rate_vals(rates.get(line_sudo.claim_id))
            if any(line_sudo._differs(name, value) for name, value in vals.items()):
                line_sudo.write(vals)

    def _is_over_hours(self):
        """Whether more labour is claimed than the operation takes."""
        self.ensure_one()
        flat = self.hours_flat
        return bool(
            self.kind == "labour"
            and flat
            and float_compare(self.quantity, flat, precision_digits=2) > 0
        )

    def _differs(self, name, value):
        """Whether a field holds another value than the one measured."""
        held = self[name]
        return (held.id if isinstance(held, models.BaseModel) else held) != value

    def _prepare_rate_vals(self, applied):
        """Values of one line from the rates of its claim.

        :param applied: see ``aftersales.claim._find_rates``; ``None``: no table
        """
        self.ensure_one()
        vals = {
            "hours_flat": self.labour_operation_id.hours_flat,
            "rate_id": False,
            "rate_source": False,
            "unit_price": 0.0,
            "markup_percent": 0.0,
            "is_limited": False,
            "amount_limit": 0.0,
        }
        if not applied:
            return vals
        rate, agreement, rates = applied
        digits = self.currency_id.decimal_places
        found = kernel.limit(self._to_rate_item(), rates)
        agreed = agreement and agreement[AGREED.get(self.kind, "id")]
        own = bool(self.kind in AGREED and agreed)
        vals.update(
            rate_id=rate.id,
            rate_source="agreement" if own else "table",
            unit_price=float(from_minor(found.unit, digits)),
            markup_percent=float(found.markup),
            is_limited=found.amount is not None,
            amount_limit=float(from_minor(found.amount or 0, digits)),
        )
        if found.zone_id:
            vals["zone_id"] = found.zone_id
        return vals

    def _to_rate_item(self):
        """The line as the rates want it."""
        self.ensure_one()
        operation, product = self.labour_operation_id, self.product_id
        reference = 0
        if self.kind == "part":
            reference = self.amount_reference or self.quantity * product.lst_price
        return kernel.Item(
            kind=self.kind,
            quantity=Decimal(str(self.quantity)),
            reference=to_minor(reference, self.currency_id.decimal_places),
            categ_ids=get_path_ids(product.categ_id),
            hours_flat=Decimal(str(operation.hours_flat)) if operation else None,
            is_diagnostic=operation.is_diagnostic,
            zone_id=self.zone_id.id or None,
            share=Decimal(str(self.cover_share)),
        )
