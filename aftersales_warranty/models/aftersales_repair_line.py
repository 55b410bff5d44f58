from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults

from ..tools import cover as kernel
from ..tools.settlement import from_minor, to_minor
from .aftersales_service_order import COMPONENTS
from .repair_order import MONEY_GROUPS

#: Service product of a kind of work, unless another one is chosen.
PRODUCTS = {
    "labour": "product_repair_labour",
    "travel": "product_repair_travel",
    "inspection": "product_repair_diagnosis",
}


class AftersalesRepairLine(models.Model):
    """What one part or one piece of work of a repair costs, and who bears it.

    Lines of parts follow the parts of the repair; work is entered here.  The
    customer's part is rounded half up, as the quotation rounds it; the warranty
    bears the rest, so that both always sum up.
    """

    _name = "aftersales.repair.line"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Repair Charge"
    _order = "repair_id, sequence, id"
    _check_company_auto = True

    repair_id = fields.Many2one(
        "repair.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="repair_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="repair_id.aftersales_service_point_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    currency_id = fields.Many2one(related="repair_id.aftersales_currency_id")
    move_id = fields.Many2one(
        "stock.move",
        "Added Part",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
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
        default="labour",
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_product_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        check_company=True,
    )
    name = fields.Char(
        "Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    quantity = fields.Float(
        default=1.0,
        digits="Product Unit",
        help="Pieces of a part, hours of labour or kilometres of travel.",
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        "Unit of Measure",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    price_list = fields.Monetary(
        "List Price",
        compute="_compute_price_unit",
        store=True,
        groups=MONEY_GROUPS,
        help="What the price list or the agreement says; a price that differs was "
        "typed by hand and stays.",
    )
    price_unit = fields.Monetary(
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        groups=MONEY_GROUPS,
        help="Price list or agreement, as long as nobody types another price.",
    )
    amount = fields.Monetary(compute="_compute_amount", store=True, groups=MONEY_GROUPS)
    cover_share = fields.Float(
        "Cover %", compute="_compute_cover", store=True, digits=(5, 2), aggregator=None
    )
    cover_code = fields.Char(compute="_compute_cover", store=True)
    cover_end = fields.Date("Covered until", compute="_compute_cover", store=True)
    cover_note = fields.Char("Cover", compute="_compute_cover_note")
    amount_warranty = fields.Monetary(
        "Warranty", compute="_compute_cover", store=True, groups=MONEY_GROUPS
    )
    amount_customer = fields.Monetary(
        "Customer", compute="_compute_cover", store=True, groups=MONEY_GROUPS
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        "Quotation Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _SCOPE_FIELDS = frozenset(("repair_id",))
    _FIXED_FIELDS = frozenset(("move_id", "sale_line_id", "repair_id"))

    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "The quantity of a repair charge cannot be negative."
    )
    _price_positive = models.Constraint(
        "CHECK (price_unit >= 0)", "The price of a repair charge cannot be negative."
    )
    _move_uniq = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL", "A part is charged once."
    )

    @api.depends("kind")
    def _compute_product_id(self):
        products = {
            kind: self.env.ref(f"aftersales_warranty.{name}", raise_if_not_found=False)
            for kind, name in PRODUCTS.items()
        }
        for line in self:
            usual = products.get(line.kind)
            other = line.product_id in filter(None, products.values())
            line.product_id = (not other and line.product_id) or usual

    @api.depends("product_id", "kind")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.name = line.product_id.display_name or labels.get(line.kind)

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.move_id.product_uom or line.product_id.uom_id

    @api.depends(
        "product_id",
        "product_uom_id",
        "kind",
        "repair_id.aftersales_service_point_id",
        "repair_id.aftersales_currency_id",
    )
    def _compute_price_unit(self):
        points = self.repair_id.aftersales_service_point_id
        agreements = points._get_agreements_on(self.env.company._get_aftersales_today())
        for line in self:
            point = line.repair_id.aftersales_service_point_id
            listed = line._get_list_price(agreements.get(point.id))
            currency = line.currency_id or self.env.company.currency_id
            if not currency.compare_amounts(line.price_unit, line.price_list):
                line.price_unit = listed
            line.price_list = listed

    def _get_list_price(self, agreement):
        """Agreed rate of the point, else the list price, per unit of the line."""
        self.ensure_one()
        rate = agreement and {
            "labour": agreement.labour_rate,
            "travel": agreement.travel_rate,
            "inspection": agreement.inspection_fee,
        }.get(self.kind)
        if rate:
            return self._convert_price(rate, agreement.currency_id)
        product, uom = self.product_id, self.product_uom_id
        price = product.lst_price
        if uom and uom != product.uom_id:
            price = product.uom_id._compute_price(price, uom)
        return self._convert_price(price, product.currency_id)

    def _convert_price(self, price, source, target=None):
        """Price in another currency at the rate of the request.

        :param target: default the currency of the repair
        """
        self.ensure_one()
        repair = self.repair_id
        target = target or repair.aftersales_currency_id
        if not source or not target or source == target:
            return price
        day = repair.aftersales_date_request or repair._get_aftersales_today()
        return source._convert(price, target, repair.company_id, day, round=False)

    @api.depends("quantity", "price_unit", "repair_id.aftersales_currency_id")
    def _compute_amount(self):
        for line in self:
            currency = line.currency_id or self.env.company.currency_id
            line.amount = currency.round(line.quantity * line.price_unit)

    @api.depends(
        "kind",
        "product_id",
        "amount",
        "repair_id.aftersales_registration_id.policy_version_id",
        "repair_id.aftersales_registration_id.date_sale",
        "repair_id.aftersales_registration_id.date_delivery",
        "repair_id.aftersales_registration_id.date_installation",
        "repair_id.aftersales_registration_id.date_factory",
        "repair_id.aftersales_registration_id.date_restart",
        "repair_id.aftersales_date_request",
        "repair_id.aftersales_is_rework",
        "repair_id.aftersales_is_stock_unit",
    )
    def _compute_cover(self):
        frozen = self._get_frozen_lines()
        for line in frozen:
            for name in (
                "cover_share",
                "cover_code",
                "cover_end",
                "amount_warranty",
                "amount_customer",
            ):
                line[name] = line[name]
        (self - frozen)._set_cover()

    def _get_frozen_lines(self):
        """Lines of finished repairs: what was decided stays decided."""
        return self.filtered(
            lambda line: (
                line._origin.id and line.cover_code and line.repair_id.state == "done"
            )
        )

    def _set_cover(self):
        """Split lines by the terms of their units; constant queries."""
        covered = self.filtered("repair_id.aftersales_registration_id")
        covers = self.env["aftersales.registration"]._evaluate_cover(
            [line._get_cover_request() for line in covered]
        )
        found = dict(zip(covered, covers, strict=True))
        unknown = kernel.Cover(Decimal(0), None, None, "unknown_unit")
        for line in self:
            line._set_split(found.get(line, unknown))

    def _set_split(self, cover):
        """Write share and amounts of one line."""
        repair = self.repair_id
        digits = (self.currency_id or self.env.company.currency_id).decimal_places
        customer, warranty = kernel.split(
            to_minor(self.amount, digits), 100 - cover.share
        )
        share, code = cover.share, cover.reason
        if repair.aftersales_is_rework or repair.aftersales_is_stock_unit:
            # Neither the manufacturer nor the customer pays a repair twice, and
            # nobody else pays for what belongs to the company.
            share = warranty = customer = 0
            code = "rework" if repair.aftersales_is_rework else "own_unit"
        self.cover_share = float(share)
        self.cover_code, self.cover_end = code, cover.date_end
        self.amount_warranty = float(from_minor(warranty, digits))
        self.amount_customer = float(from_minor(customer, digits))

    def _get_cover_request(self):
        """Question to the cover calculation."""
        self.ensure_one()
        repair = self.repair_id
        return (
            repair.aftersales_registration_id._origin,
            repair.aftersales_date_request or repair._get_aftersales_today(),
            COMPONENTS[self.kind],
            self.product_id,
            None,
        )

    @api.depends("cover_code", "cover_share", "cover_end")
    def _compute_cover_note(self):
        reasons = {
            **self.env["aftersales.registration"]._get_cover_reasons(),
            "rework": self.env._("Free: the repair guarantee of an earlier repair."),
            "own_unit": self.env._("The unit belongs to the company."),
            "unknown_unit": self.env._("Unknown unit: nothing is covered."),
        }
        for line in self:
            unit = line.repair_id.aftersales_registration_id
            text = reasons.get(line.cover_code)
            line.cover_note = text and text % {
                "share": f"{line.cover_share:g}",
                "end": format_date(self.env, line.cover_end) or "",
                "start": format_date(self.env, unit.date_sale) or "",
                "closed": format_date(self.env, unit.date_closed) or "",
            }

    @api.model_create_multi
    def create(self, vals_list):
        guarded = self._FIXED_FIELDS - {"repair_id"}
        lines = self
        if not self._may_write_figures():
            lines = without_guarded_defaults(self, guarded)
            vals_list = [
                {name: value for name, value in vals.items() if name not in guarded}
                for vals in vals_list
            ]
        lines = super(AftersalesRepairLine, lines).create(vals_list)
        lines._check_editable()
        lines._on_changed()
        return lines.with_env(self.env)

    def write(self, vals):
        typed = {"kind", "product_id", "quantity", "product_uom_id", "price_unit"}
        if typed & set(vals):
            self._check_editable(vals)
        res = super().write(vals)
        if typed & set(vals):
            self._on_changed()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_finished(self):
        self._check_editable()
        # As Odoo does for parts that are taken off a repair.
        self.sudo().sale_line_id.write({"product_uom_qty": 0.0})

    def _check_editable(self, vals=None):
        """Refuse changes of finished repairs, and of parts by another way.

        :raise UserError: naming the repair and the way out
        """
        if self.env.su or self.env.context.get("aftersales_flow") is FLOW:
            return
        closed = self.repair_id.filtered(lambda r: r.state in ("done", "cancel"))[:1]
        if closed:
            raise UserError(
                self.env._(
                    "%(repair)s is finished or cancelled; its charges cannot change "
                    "any more.",
                    repair=closed.name,
                )
            )
        part = self.filtered("move_id")[:1]
        if part and set(vals or {"kind": 1}) & {"kind", "product_id", "quantity"}:
            raise UserError(
                self.env._(
                    "%(part)s is charged because %(repair)s uses it. Change the part "
                    "itself.",
                    part=part.name,
                    repair=part.repair_id.name,
                )
            )

    def _differs(self, name, value):
        """Whether a field holds another value than the part gives."""
        self.ensure_one()
        return self._fields[name].convert_to_write(self[name], self) != value

    def _on_changed(self):
        """Bring quotations up to date; changed work is inspected anew."""
        # Quotations are kept up to date whoever works on the repair.
        self.sudo()._create_sale_lines()
        self.sudo()._update_sale_lines()
        if self.env.context.get("aftersales_flow") is not FLOW:
            self.repair_id._reset_aftersales_inspection()

    # -- quotation -------------------------------------------------------------

    def _create_sale_lines(self):
        """Put charges without quotation line on the quotation of their repair."""
        fresh = self.filtered(
            lambda line: (
                not line.sale_line_id
                and line.quantity
                and line.repair_id.sale_order_id.state not in (False, "cancel")
            )
        )
        found = self.env["sale.order.line"].create(
            [line._prepare_sale_line_vals() for line in fresh]
        )
        for line, sale_line in zip(fresh, found, strict=True):
            line.sudo().sale_line_id = sale_line

    def _prepare_sale_line_vals(self):
        """Values of the quotation line: list price less the covered share.

        Extension point.
        """
        self.ensure_one()
        vals = {
            "order_id": self.repair_id.sale_order_id.id,
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "product_uom_qty": self.quantity,
            "aftersales_charge_id": self.id,
        }
        if self.move_id:
            done = self.move_id.state == "done"
            vals["move_ids"] = [Command.link(self.move_id.id)]
            vals["qty_delivered"] = self.quantity if done else 0.0
        else:
            vals["name"] = self.name
        return vals

    def _update_sale_lines(self):
        """Bring quantity, price and discount of quotation lines up to date."""
        for line in self.filtered("sale_line_id"):
            sale_line = line.sale_line_id
            if sale_line.order_id.state == "cancel" or sale_line.qty_invoiced:
                continue
            typed = sale_line.technical_price_unit != sale_line.price_unit
            vals = {"product_uom_qty": line.quantity, "discount": line._get_discount()}
            sale_line.write({k: v for k, v in vals.items() if sale_line[k] != v})
            if not typed:
                sale_line._reset_price_unit()

    def _get_discount(self):
        """Percent of the list price that the customer does not pay."""
        self.ensure_one()
        repair = self.repair_id
        free = repair.aftersales_is_rework or repair.aftersales_is_stock_unit
        return 100.0 if free else self.cover_share
