from odoo import api, fields, models
from odoo.exceptions import UserError

from .flow import without_guarded_defaults


class AftersalesServiceOrderLine(models.Model):
    """Part, labour, travel or inspection of a job, with its list amount."""

    _name = "aftersales.service.order.line"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Service Order Line"
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        "aftersales.service.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    service_point_id = fields.Many2one(
        related="order_id.service_point_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="order_id.currency_id")
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
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True
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
    uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        compute="_compute_uom_id",
        help="Unit of the part, hours of labour or kilometres of travel.",
    )
    price_unit = fields.Monetary(
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        help="Price list or agreement, as long as nobody types another price.",
    )
    price_list = fields.Monetary(
        "List Price",
        compute="_compute_price_unit",
        store=True,
        readonly=False,
        precompute=True,
        help="What the price list or the agreement says; a price that differs was "
        "typed by hand and stays.",
    )
    amount = fields.Monetary(compute="_compute_amount", store=True, precompute=True)
    serial_removed = fields.Char("Old Part Serial")
    serial_installed = fields.Char("New Part Serial")

    _quantity_positive = models.Constraint(
        "CHECK (quantity >= 0)", "The quantity of an order line cannot be negative."
    )
    _price_positive = models.Constraint(
        "CHECK (price_unit >= 0)", "The price of an order line cannot be negative."
    )

    @api.depends("product_id", "kind")
    def _compute_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.name = line.product_id.display_name or line.name or labels[line.kind]

    @api.depends("product_id", "kind", "order_id.service_point_id")
    def _compute_price_unit(self):
        today = self.env.company._get_aftersales_today()
        agreements = self.order_id.service_point_id._get_agreements_on(today)
        for line in self:
            agreement = agreements.get(line.order_id.service_point_id.id)
            listed = line._get_list_price(agreement)
            if not line._is_price_typed():
                line.price_unit = listed
            line.price_list = listed

    def _is_price_typed(self):
        """Whether somebody typed a price that differs from the last list price."""
        self.ensure_one()
        currency = self.order_id.currency_id or self.env.company.currency_id
        return bool(currency.compare_amounts(self.price_unit, self.price_list))

    @api.depends("product_id.uom_id", "kind")
    def _compute_uom_id(self):
        units = {
            kind: self.env.ref(f"uom.{name}", raise_if_not_found=False)
            for kind, name in (
                ("labour", "product_uom_hour"),
                ("travel", "product_uom_km"),
            )
        }
        for line in self:
            line.uom_id = line.product_id.uom_id or units.get(line.kind)

    def _get_list_price(self, agreement):
        """List price of the line: the part's price or the agreement's rate."""
        self.ensure_one()
        if self.kind == "part":
            source, price = self.product_id.currency_id, self.product_id.lst_price
        else:
            source = agreement.currency_id if agreement else self.env["res.currency"]
            price = self._get_agreed_rate(agreement)
        return self._convert_price(price, source)

    def _get_agreed_rate(self, agreement):
        """Rate of the agreement for the kind of line, in its currency."""
        if not agreement:
            return 0.0
        return {
            "labour": agreement.labour_rate,
            "travel": agreement.travel_rate,
            "inspection": agreement.inspection_fee,
        }.get(self.kind, 0.0)

    def _convert_price(self, price, source):
        """Price in the currency of the order, at the rate of its request."""
        order = self.order_id
        target = order.currency_id
        if not source or not target or source == target:
            return price
        day = order.company_id._get_aftersales_today(order.date_request)
        return source._convert(price, target, order.company_id, day)

    @api.depends("quantity", "price_unit", "order_id.currency_id")
    def _compute_amount(self):
        for line in self:
            currency = line.order_id.currency_id or self.env.company.currency_id
            line.amount = currency.round(line.quantity * line.price_unit)

    _SCOPE_FIELDS = frozenset(("order_id",))
    #: May still be noted after the order was closed.
    _LATE_FIELDS = frozenset(("serial_removed", "serial_installed", "sequence"))

    def _get_computed_amounts(self):
        """Amounts that nobody types; extension point."""
        return {"amount", "price_list"}

    def write(self, vals):
        late = set(vals) <= self._LATE_FIELDS
        if not late:
            self.order_id._check_lines_editable()
        res = super().write(self._without_amounts(vals))
        if "order_id" in vals:
            self.order_id._check_lines_editable()
        return res

    def _without_amounts(self, vals):
        """Drop computed amounts that an RPC caller may have put in."""
        if self.env.su:
            return vals
        amounts = self._get_computed_amounts()
        return {name: value for name, value in vals.items() if name not in amounts}

    @api.model_create_multi
    def create(self, vals_list):
        cleaned = without_guarded_defaults(self, self._get_computed_amounts())
        cleaned_vals = [self._without_amounts(vals) for vals in vals_list]
        if self.env.su and self.env.context.get("aftersales_history"):
            # The price of an old case is what was paid then, whatever is listed now.
            cleaned_vals = [{"price_list": 0.0, **vals} for vals in cleaned_vals]
        lines = super(AftersalesServiceOrderLine, cleaned).create(cleaned_vals)
        lines.order_id._check_lines_editable()
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.order_id._check_lines_editable()


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    def _check_result_editable(self):
        """Refuse changes of what a closed or cancelled order states.

        :raise UserError: naming the order
        """
        if not self._is_flow():
            self._check_lines_editable()

    def _check_lines_editable(self):
        """Refuse changes of the lines of a closed or cancelled order.

        :raise UserError: naming the order
        """
        frozen = self.filtered(lambda o: o.state in ("closed", "cancelled"))[:1]
        # The history import alone writes lines of closed orders: with all rights.
        if frozen and not (self.env.su and self.env.context.get("aftersales_history")):
            raise UserError(
                self.env._(
                    "%(order)s is closed; its lines cannot change any more. Reopen "
                    "the order first.",
                    order=frozen.name,
                )
            )
