from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools import prices as kernel


class AftersalesPriceListLine(models.Model):
    """Price range of a main part, a labour operation, travel or a test."""

    _name = "aftersales.price.list.line"
    _description = "Service Price"
    _inherit = ["aftersales.scope.mixin"]
    _order = "price_list_id, sequence, id"
    _check_company_auto = True

    price_list_id = fields.Many2one(
        "aftersales.price.list", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="price_list_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="price_list_id.currency_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("part", "Part"),
            ("labour", "Labour"),
            ("travel", "Travel"),
            ("inspection", "Inspection"),
            ("other", "Other"),
        ],
        required=True,
        default="part",
    )
    categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        index="btree_not_null",
        help="Category of the unit that is repaired, with those below it; empty: "
        "all products.",
    )
    product_id = fields.Many2one(
        "product.product", "Part", index="btree_not_null", check_company=True
    )
    part_categ_id = fields.Many2one(
        "product.category", "Part Category", index="btree_not_null"
    )
    service_type_id = fields.Many2one(
        "aftersales.service.type", index="btree_not_null", ondelete="restrict"
    )
    fault_id = fields.Many2one(
        "aftersales.fault", index="btree_not_null", ondelete="restrict"
    )
    operation = fields.Char(
        translate=True,
        help="Named operation; it holds for order lines with this description.",
    )
    price_min = fields.Monetary(
        "Price from", required=True, default=0.0, aggregator=None
    )
    price_max = fields.Monetary(
        "Price up to", required=True, default=0.0, aggregator=None
    )
    unit = fields.Selection(
        [
            ("piece", "per Piece"),
            ("hour", "per Hour"),
            ("km", "per Kilometre"),
            ("job", "per Job"),
        ],
        "Charged",
        required=True,
        compute="_compute_unit",
        store=True,
        readonly=False,
        precompute=True,
    )
    uom_id = fields.Many2one(
        "uom.uom",
        "Unit of the Part",
        help="Unit that the price of a part is for; empty: the unit of the part.",
    )
    note = fields.Char(translate=True)

    _SCOPE_FIELDS = frozenset(("price_list_id",))
    #: Units in which a kind of line can be priced.
    _UNITS = {
        "part": ("piece", "job"),
        "labour": ("hour", "job"),
        "travel": ("km", "job"),
        "inspection": ("job", "piece", "hour"),
        "other": ("job", "piece", "hour", "km"),
    }

    _prices_positive = models.Constraint(
        "CHECK (price_min >= 0)", "A listed price cannot be negative."
    )
    _prices_order = models.Constraint(
        "CHECK (price_max >= price_min)",
        "The highest price of a range cannot be below the lowest.",
    )
    _scope_uniq = models.UniqueIndex(
        "(price_list_id, kind, COALESCE(categ_id, 0), COALESCE(product_id, 0), "
        "COALESCE(part_categ_id, 0), COALESCE(service_type_id, 0), "
        "COALESCE(fault_id, 0), LOWER(COALESCE(operation->>'en_US', '')))",
        "The price list has two ranges for the same thing. Keep one of them.",
    )

    @api.depends("kind")
    def _compute_unit(self):
        for line in self:
            units = self._UNITS[line.kind or "part"]
            line.unit = line.unit if line.unit in units else units[0]

    @api.depends(
        "kind",
        "product_id",
        "part_categ_id",
        "service_type_id",
        "fault_id",
        "operation",
    )
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            named = line.operation or line.product_id.display_name
            # Readers of a price need not read the catalogue behind it.
            records = (line.part_categ_id, line.service_type_id, line.fault_id)
            names = [record.sudo().display_name for record in records if record]
            parts = [named, *names] if named else [kinds.get(line.kind), *names]
            line.display_name = ", ".join(part for part in parts if part)

    @api.constrains("kind", "product_id", "part_categ_id", "operation", "unit")
    def _check_kind(self):
        """A part is named, nothing else names one, and the unit fits."""
        for line in self:
            names_part = line.product_id or line.part_categ_id
            if line.kind == "part" and not (names_part or line.operation):
                raise ValidationError(
                    self.env._(
                        "A price of a part names the part, its category or a "
                        "description."
                    )
                )
            if line.kind not in ("part", "other") and names_part:
                raise ValidationError(
                    self.env._("Only a price of a part can name a part.")
                )
            if line.unit not in self._UNITS[line.kind]:
                raise ValidationError(line._get_unit_refusal())

    def _get_unit_refusal(self):
        """Sentence for a unit that does not fit the kind of line."""
        units = dict(self._fields["unit"]._description_selection(self.env))
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._(
            "%(kind)s cannot be priced %(unit)s. Choose: %(units)s.",
            kind=kinds[self.kind],
            unit=units[self.unit],
            units=", ".join(units[unit] for unit in self._UNITS[self.kind]),
        )

    @api.constrains("product_id", "uom_id")
    def _check_uom(self):
        """The unit of a price converts into that of the part."""
        for line in self.filtered(lambda x: x.uom_id and x.product_id):
            if not line.uom_id._has_common_reference(line.product_id.uom_id):
                raise ValidationError(
                    self.env._(
                        "%(part)s is counted in %(unit)s, which cannot be converted "
                        "into %(other)s.",
                        part=line.product_id.display_name,
                        unit=line.product_id.uom_id.name,
                        other=line.uom_id.name,
                    )
                )

    @api.constrains(
        "price_list_id",
        "kind",
        "categ_id",
        "product_id",
        "part_categ_id",
        "service_type_id",
        "fault_id",
        "operation",
    )
    def _check_overlap(self):
        """Each thing has one range in a list."""
        for price_list in self.price_list_id:
            seen = set()
            for line in price_list.line_ids:
                key = line._get_scope_key()
                if key in seen:
                    raise ValidationError(
                        self.env._(
                            "Price list %(list)s has two ranges for “%(line)s”. Keep "
                            "one of them.",
                            list=price_list.display_name,
                            line=line.display_name,
                        )
                    )
                seen.add(key)

    def _get_scope_key(self):
        """What a range is for."""
        self.ensure_one()
        return (
            self.kind,
            self.categ_id.id,
            self.product_id.id,
            self.part_categ_id.id,
            self.service_type_id.id,
            self.fault_id.id,
            kernel.normalise(self.operation),
        )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.price_list_id._check_draft()
        return lines

    def write(self, vals):
        self.price_list_id._check_draft()
        result = super().write(vals)
        # The lines may have moved into another list.
        self.price_list_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.price_list_id._check_draft()

    def _get_operation_names(self):
        """Named operations in every language: ``{line id: names}``."""
        self.flush_recordset(["operation"])
        if not self.ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT id, operation FROM aftersales_price_list_line "
                "WHERE id IN %s AND operation IS NOT NULL",
                tuple(self.ids),
            )
        )
        return {
            line_id: frozenset(map(kernel.normalise, texts.values()))
            for line_id, texts in rows
        }

    def _to_kernel(self, names):
        """The line as the calculation wants it."""
        self.ensure_one()
        return kernel.Entry(
            key=self.id,
            kind=self.kind,
            low=Decimal(str(self.price_min)),
            high=Decimal(str(self.price_max)),
            unit=self.unit,
            product_id=self.product_id.id or None,
            part_categ_id=self.part_categ_id.id or None,
            names=names,
            service_type_id=self.service_type_id.id or None,
            fault_id=self.fault_id.id or None,
            categ_id=self.categ_id.id or None,
        )

    def _get_uoms(self):
        """Units that the ranges count in: ``{line: unit}``; empty for a job."""
        fixed = {
            unit: self.env.ref(f"uom.product_uom_{name}", raise_if_not_found=False)
            for unit, name in (("hour", "hour"), ("km", "km"))
            if unit in self.mapped("unit")
        }
        return {
            line: (line.uom_id or line.product_id.uom_id)
            if line.unit == "piece"
            else fixed.get(line.unit)
            for line in self
        }

    def _filter_public(self, text, categ_id):
        """Lines whose category or name holds a text, for the public page."""
        text = kernel.normalise(text)

        def fits(line):
            path = [int(x) for x in (line.categ_id.parent_path or "").split("/") if x]
            words = f"{line.display_name} {line.categ_id.complete_name or ''}"
            return (not categ_id or not path or categ_id in path) and (
                not text or text in kernel.normalise(words)
            )

        return self.filtered(fits)

    def _get_range_text(self):
        """The range as people read it: “80.00 – 120.00 per Hour”."""
        self.ensure_one()
        units = dict(self._fields["unit"]._description_selection(self.env))
        unit = units[self.unit]
        if self.unit == "piece" and self.uom_id:
            unit = self.env._("per %(unit)s", unit=self.uom_id.name)
        low, high = (
            self.currency_id.format(p) for p in (self.price_min, self.price_max)
        )
        prices = low if self.price_min == self.price_max else f"{low} – {high}"
        return f"{prices} {unit}"
