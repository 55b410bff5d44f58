from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults

from ..tools import prices as kernel
from ..tools.settlement import from_minor, to_minor

#: Who may see prices; the warehouse does without them.
PRICE_GROUPS = (
    "aftersales_network.group_service,aftersales_network.group_settlement_clerk,"
    "aftersales_network.group_technical_reviewer,aftersales_network.group_auditor,"
    "base.group_portal"
)


class AftersalesServiceOrderLine(models.Model):
    """Each charge to the customer is held against the listed range.

    The range is that of the day of the request.  Once the customer confirmed
    the work it is evidence and does not change any more.
    """

    _inherit = "aftersales.service.order.line"

    price_line_id = fields.Many2one(
        "aftersales.price.list.line",
        "Listed Price",
        compute="_compute_price_range",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        groups=PRICE_GROUPS,
    )
    range_min = fields.Monetary(
        "Listed from",
        compute="_compute_price_range",
        store=True,
        groups=PRICE_GROUPS,
        help="Lowest listed price for one unit, in the currency of the order.",
    )
    range_max = fields.Monetary(
        "Listed up to",
        compute="_compute_price_range",
        store=True,
        groups=PRICE_GROUPS,
        help="Highest listed price for one unit, in the currency of the order.",
    )
    range_unit = fields.Selection(
        [
            ("piece", "per Piece"),
            ("hour", "per Hour"),
            ("km", "per Kilometre"),
            ("job", "per Job"),
        ],
        "Listed per",
        compute="_compute_price_range",
        store=True,
    )
    range_quantity = fields.Float(
        compute="_compute_range_quantity",
        digits="Product Unit",
        help="Quantity in the unit of the listed price.",
    )
    range_text = fields.Char(
        "Listed Range", compute="_compute_range_text", groups=PRICE_GROUPS
    )
    price_check = fields.Selection(
        [
            ("free", "Not Charged"),
            ("unlisted", "Not Listed"),
            ("below", "Below the Range"),
            ("within", "Within the Range"),
            ("above", "Above the Range"),
        ],
        compute="_compute_price_check",
        store=True,
    )
    amount_excess = fields.Monetary(
        "Above the Range",
        compute="_compute_price_check",
        store=True,
        groups=PRICE_GROUPS,
        help="What the customer is charged beyond the listed range.",
    )
    excess_approved = fields.Monetary(
        "Approved Excess", readonly=True, copy=False, groups=PRICE_GROUPS
    )

    # -- range -----------------------------------------------------------------

    @api.depends(
        "kind",
        "product_id",
        "name",
        "order_id.product_id",
        "order_id.service_type_id",
        "order_id.fault_id",
        "order_id.area_id",
        "order_id.partner_id",
        "order_id.date_request",
        "order_id.currency_id",
    )
    def _compute_price_range(self):
        frozen = self._get_price_evidence()
        for line in frozen:
            for name in ("price_line_id", "range_min", "range_max", "range_unit"):
                line[name] = line[name]
        (self - frozen)._set_price_range()

    def _get_price_evidence(self):
        """Lines whose range was confirmed and stays as it was."""
        return self.filtered(
            lambda x: (
                x._origin.id
                and (x.order_id.date_confirmed or x.order_id.state == "closed")
            )
        )

    def _set_price_range(self):
        """Take over the listed ranges of the day of the request."""
        Entry = self.env["aftersales.price.list.line"]
        for order, lines in self.grouped("order_id").items():
            price_lists = order._get_price_lists()
            for line in lines:
                entry = price_lists and kernel.find_entry(
                    [facts["entries"] for facts in price_lists],
                    line._get_price_charge(),
                )
                line.price_line_id = entry.key if entry else Entry
                line.range_unit = entry.unit if entry else False
                listed = (entry.low, entry.high) if entry else (0, 0)
                line.range_min, line.range_max = (
                    line._convert_listed(price, price_lists) for price in listed
                )

    def _convert_listed(self, price, price_lists):
        """A listed unit price in the currency of the order, not yet rounded.

        The rate is that of the day of the request.
        """
        if not price:
            return 0.0
        order = self.order_id
        source = self.price_line_id.currency_id
        if source == order.currency_id:
            return float(price)
        day = order._get_local_date(order.date_request)
        return source._convert(float(price), order.currency_id, order.company_id, day)

    def _get_price_charge(self):
        """What the line charges for, as the calculation wants it."""
        self.ensure_one()
        order = self.order_id

        def get_path(product):
            path = product.categ_id.parent_path or ""
            return tuple(int(part) for part in path.split("/") if part)

        return kernel.Charge(
            kind=self.kind,
            name=self.name or "",
            product_id=self.product_id._origin.id or None,
            part_categ_ids=get_path(self.product_id),
            service_type_id=order.service_type_id._origin.id or None,
            fault_id=order.fault_id._origin.id or None,
            categ_ids=get_path(order.product_id),
        )

    @api.depends("quantity", "price_line_id", "product_id", "kind")
    def _compute_range_quantity(self):
        # A technician reads no price lists.
        units = self.sudo().price_line_id._get_uoms()
        for line in self:
            unit, own = units.get(line.sudo().price_line_id), line.uom_id
            convertible = unit and own and unit != own
            if convertible and own._has_common_reference(unit):
                line.range_quantity = own._compute_quantity(
                    line.quantity, unit, round=False
                )
            else:
                line.range_quantity = line.quantity

    @api.depends("range_min", "range_max", "range_unit", "currency_id")
    @api.depends_context("lang")
    def _compute_range_text(self):
        units = dict(self._fields["range_unit"]._description_selection(self.env))
        for line in self:
            text = False
            if line.range_unit:
                money = line.currency_id.format
                low, high = money(line.range_min), money(line.range_max)
                prices = low if low == high else f"{low} – {high}"
                unit = line.sudo().price_line_id.uom_id
                label = units[line.range_unit]
                if unit and line.range_unit == "piece":
                    label = self.env._("per %(unit)s", unit=unit.name)
                text = f"{prices} {label}"
            line.range_text = text

    # -- check -----------------------------------------------------------------

    @api.depends(
        "amount_customer",
        "amount",
        "quantity",
        "range_min",
        "range_max",
        "range_unit",
        "order_id.line_ids.amount_customer",
        "order_id.line_ids.price_line_id",
    )
    def _compute_price_check(self):
        groups = defaultdict(lambda: self.browse())
        lines = self.order_id.line_ids | self
        # At once, not once per limit below.
        lines.mapped("range_quantity")
        for line in lines:
            groups[line._get_limit_key()] |= line
        touched = set(self)
        for lines in groups.values():
            if touched & set(lines):
                lines._set_price_check()

    def _get_limit_key(self):
        """Lines with the same key share one limit: those of one listed job."""
        self.ensure_one()
        if self.range_unit == "job":
            return self.order_id, self.price_line_id
        return self

    def _set_price_check(self):
        """Judge the lines of one limit together."""
        digits = (self.currency_id[:1] or self.env.company.currency_id).decimal_places
        charged = [to_minor(line.amount_customer, digits) for line in self]
        low, high = self._get_limits(digits)
        listed = self[:1].range_unit
        excesses = kernel.spread_excess(charged, high) if listed else [0] * len(self)
        verdict = kernel.judge(sum(charged), low, high) if listed else "unlisted"
        for line, amount, excess in zip(self, charged, excesses, strict=True):
            line.price_check = verdict if amount else "free"
            line.amount_excess = float(from_minor(excess, digits))

    def _get_limits(self, digits):
        """Lowest and highest charge in minor units that the range allows.

        Where the warranty bears a share, the customer's share of the range
        counts: the whole price must stay inside the list.
        """
        if not self[:1].range_unit:
            return 0, 0
        share = max(Decimal(100) - Decimal(str(line.cover_share)) for line in self)
        quantity = Decimal(str(self[:1].range_quantity))
        return tuple(
            kernel.limit(
                Decimal(str(price)), quantity, self[:1].range_unit, share, digits
            )
            for price in (self[:1].range_min, self[:1].range_max)
        )

    def _is_excessive(self):
        """Whether the line is above the list, approved or not."""
        self.ensure_one()
        unlisted = self.price_check == "unlisted" and self.order_id._guards_unlisted()
        return bool(self.amount_excess or unlisted)

    def _get_open_excess(self):
        """What nobody has approved of a charge beyond the list, as an amount."""
        self.ensure_one()
        excess = self.amount_excess
        if self.price_check == "unlisted" and self.order_id._guards_unlisted():
            excess = self.amount_customer
        return max(0.0, self.currency_id.round(excess - self.excess_approved))

    @api.constrains(
        "price_unit", "quantity", "kind", "product_id", "name", "order_id", "amount"
    )
    def _check_price_range(self):
        """Refuse a charge above the list where the company says so."""
        # The history of old cases is imported as it was.
        if self.env.su and self.env.context.get("aftersales_history"):
            return
        # The lines of one job share a limit: another line may carry the excess.
        for line in self.sudo().order_id.line_ids:
            guard = line.company_id.aftersales_price_guard
            if guard == "block" and line._get_open_excess():
                raise ValidationError(line._get_excess_text())

    def _get_excess_text(self):
        """Sentence that names the charge, the range and the way out."""
        self.ensure_one()
        if not self.range_unit:
            return self.env._(
                "%(order)s: “%(line)s” is not in the price list, and only listed "
                "services may be charged. Have it listed, or let the warranty bear it.",
                order=self.order_id.name,
                line=self.name,
            )
        return self.env._(
            "%(order)s: “%(line)s” charges the customer %(excess)s more than the "
            "listed range of %(range)s. Lower the price.",
            order=self.order_id.name,
            line=self.name,
            excess=self.currency_id.format(self._get_open_excess()),
            range=self.range_text,
        )

    # -- guards ----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("aftersales_flow") is FLOW:
            return super().create(vals_list)
        # Nobody brings an approval along.
        cleaned = without_guarded_defaults(self, ("excess_approved",))
        for vals in vals_list:
            vals.pop("excess_approved", None)
        return super(AftersalesServiceOrderLine, cleaned).create(vals_list)

    def write(self, vals):
        if "excess_approved" in vals:
            is_step = self.env.context.get("aftersales_flow") is FLOW
            if not is_step:
                vals = {k: v for k, v in vals.items() if k != "excess_approved"}
        return super().write(vals)
