from odoo import api, fields, models

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

#: The warehouse works on returns and sees no money.
MONEY_GROUPS = ",".join(
    f"aftersales_network.group_{role}"
    for role in ("service", "settlement_clerk", "auditor", "technical_reviewer")
)


class AftersalesReturnLine(models.Model):
    """One unit or quantity that comes back, and what becomes of it."""

    _name = "aftersales.return.line"
    _description = "Return Line"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin"]
    _order = "return_id, sequence, id"
    _rec_names_search = ["return_id", "product_id", "serial"]
    _check_company_auto = True

    return_id = fields.Many2one(
        "aftersales.return", required=True, index=True, ondelete="cascade"
    )
    document_state = fields.Selection(related="return_id.state", string="Document")
    company_id = fields.Many2one(
        related="return_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        help="The currency in which the customer paid.",
    )
    partner_id = fields.Many2one(
        related="return_id.partner_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="return_id.service_point_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    date_request = fields.Date(
        related="return_id.date_request", store=True, precompute=True
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        check_company=True,
        domain="[('type', '=', 'consu')]",
    )
    tracking = fields.Selection(related="product_id.tracking")
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=?', product_id)]",
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Expected Serial",
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
    )
    serial = fields.Char(
        "Serial Number",
        compute="_compute_serial",
        store=True,
        readonly=False,
        precompute=True,
        index="trigram",
        help="For goods that never were in our stock.",
    )
    origin_move_id = fields.Many2one(
        "stock.move",
        "Delivered with",
        index="btree_not_null",
        check_company=True,
        help="The delivery that brought the goods to the customer.",
    )
    is_foreign = fields.Boolean(
        "Bought Elsewhere",
        help="The goods were not delivered to this customer by us, for example sold "
        "by a dealer. Accepted only where the policy of the product allows it.",
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    product_uom_id = fields.Many2one(
        "uom.uom",
        "Unit of Measure",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    reason_id = fields.Many2one("aftersales.return.reason", index="btree_not_null")
    fault_class = fields.Selection(
        [
            ("appearance", "Appearance"),
            ("performance", "Performance"),
            ("main_part", "Main Part"),
            ("safety", "Safety"),
        ],
        "Fault",
        help="Empty: no fault is stated.",
    )
    fault_note = fields.Text("Description of the Fault")
    usage = fields.Float(help="Kilometres, hours or cycles, where a rule asks.")
    customer_photo_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_return_line_customer_photo_rel",
        string="Photos of the Customer",
        copy=False,
    )
    resolution = fields.Selection(
        [
            ("refund", "Refund"),
            ("exchange", "Exchange"),
            ("repair", "Repair"),
        ],
        required=True,
        default="refund",
    )
    state = fields.Selection(
        [
            ("expected", "Expected"),
            ("received", "Received"),
            ("inspected", "Inspected"),
            ("disposed", "Disposed"),
            ("missing", "Not Sent"),
            ("cancelled", "Cancelled"),
        ],
        default="expected",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    is_open = fields.Boolean(
        "Underway",
        compute="_compute_is_open",
        store=True,
        help="Confirmed, and the goods have not found their place yet.",
    )
    is_open_serial = fields.Boolean(compute="_compute_is_open", store=True)

    _FLOW_FIELDS = frozenset(("state",))
    _SCOPE_FIELDS = frozenset(("return_id",))
    #: What the entitlement follows from; a change asks for a new choice.
    _BASIS_FIELDS = frozenset(
        (
            "product_id",
            "registration_id",
            "lot_id",
            "serial",
            "origin_move_id",
            "is_foreign",
            "quantity",
            "product_uom_id",
            "fault_class",
            "usage",
            "resolution",
        )
    )
    _CONTENT_FIELDS = _BASIS_FIELDS | {"return_id", "reason_id"}

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity of a return line must be above zero."
    )
    _usage_positive = models.Constraint(
        "CHECK (usage >= 0)", "The usage of a returned unit cannot be negative."
    )
    _open_serial_uniq = models.UniqueIndex(
        "(lot_id) WHERE is_open_serial AND lot_id IS NOT NULL",
        "Another return of this serial is underway. Open that one instead.",
    )
    _open_unit_uniq = models.UniqueIndex(
        "(registration_id) WHERE is_open AND registration_id IS NOT NULL",
        "Another return of this unit is underway. Open that one instead.",
    )

    @api.depends(
        "registration_id", "origin_move_id.sale_line_id.currency_id", "return_id"
    )
    def _compute_currency_id(self):
        for line in self:
            # The clerk of a point need not read the sale.
            sold = line.sudo().origin_move_id.sale_line_id.currency_id
            line.currency_id = (
                sold or line.registration_id.currency_id or line.return_id.currency_id
            )

    @api.depends("lot_id", "registration_id")
    def _compute_serial(self):
        for line in self:
            # Whoever takes goods in need not be a stock user.
            known = line.sudo().lot_id.name or line.registration_id.serial
            line.serial = known or line.serial

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_uom_id or line.product_id.uom_id

    @api.depends("state", "return_id.state", "product_id.tracking")
    def _compute_is_open(self):
        ended = ("draft", "refused", "cancelled")
        for line in self:
            line.is_open = (
                line.state in ("expected", "received", "inspected")
                and line.return_id.state not in ended
            )
            line.is_open_serial = line.is_open and line.product_id.tracking == "serial"

    @api.depends("return_id.name", "serial", "product_id.display_name")
    def _compute_display_name(self):
        for line in self:
            what = line.serial or line.product_id.display_name or ""
            line.display_name = f"{line.return_id.name} – {what}"

    @api.onchange("registration_id")
    def _onchange_registration_id(self):
        for line in self.filtered("registration_id"):
            unit = line.registration_id
            line.product_id = unit.product_id
            line.lot_id = unit.lot_id

    @api.onchange("lot_id")
    def _onchange_lot_id(self):
        for line in self.filtered("lot_id"):
            line.product_id = line.lot_id.product_id
            line.update(line._find_origin())

    @api.onchange("serial")
    def _onchange_serial(self):
        """A scanned or typed serial fills the line.

        :return: a warning where nobody knows the serial
        """
        if not (self.serial or "").strip() or self.serial == self.sudo().lot_id.name:
            return None
        if self.registration_id.serial == self.serial:
            return None
        vals = self._find_by_serial()
        if vals:
            self.update(vals)
            return None
        message = self.env._(
            "No unit and no delivery with the serial %(serial)s is known. Check it on "
            "the type plate.",
            serial=self.serial,
        )
        return {"warning": {"title": self.env._("Serial unknown"), "message": message}}

    @api.model_create_multi
    def create(self, vals_list):
        names = self._CONTENT_FIELDS - {"resolution", "is_foreign", "return_id"}
        cleaned = without_guarded_defaults(self, names & {"quantity", "usage"})
        lines = super(AftersalesReturnLine, cleaned).create(vals_list)
        lines = lines.with_env(self.env)
        if not lines._is_flow():
            lines.return_id._check_draft()
        return lines

    def write(self, vals):
        if not self._is_flow() and self._CONTENT_FIELDS & set(vals):
            self.return_id._check_draft()
        basis = self._BASIS_FIELDS & set(vals)
        changed = self._filter_changed({name: vals[name] for name in basis})
        result = super().write(vals)
        if not self._is_flow():
            if "return_id" in vals:
                # Nothing slips into what was confirmed without it.
                self.return_id._check_draft()
            changed._forget_choice()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if not self._is_flow():
            self.return_id._check_draft()

    def _filter_changed(self, vals):
        """Lines of which at least one of ``vals`` differs."""
        if not vals:
            return self.browse()
        convert = {name: self._fields[name].convert_to_cache for name in vals}
        return self.filtered(
            lambda line: any(
                convert[name](value, line) != convert[name](line[name], line)
                for name, value in vals.items()
            )
        )

    def _find_by_serial(self):
        """Unit, lot and delivery that the typed serial stands for.

        :return: values of the line; empty where the serial is unknown
        """
        self.ensure_one()
        product = self.product_id or None
        company = self.company_id or self.return_id.company_id
        unit = self.env["aftersales.registration"]._find_by_serial(
            self.serial, product, company
        )[:1]
        # Whoever takes goods in need not be a stock user.
        lot_sudo = (
            unit.sudo().lot_id
            or unit.sudo()._find_lots_by_serial(self.serial, product, company)[:1]
        )
        if not unit and not lot_sudo:
            return {}
        vals = {
            "product_id": (unit.product_id or lot_sudo.product_id).id,
            "registration_id": unit.id,
            "lot_id": lot_sudo.id,
            "serial": lot_sudo.name or unit.serial,
        }
        return {**vals, **self._find_origin(lot_sudo)}

    def _find_origin(self, lot=None):
        """Delivery of the serial to the customer, for a line being entered.

        :return: values of the line; empty where he did not get it from us
        """
        self.ensure_one()
        lot = lot or self.lot_id
        found = self.return_id._get_open_goods(
            self.return_id.partner_id,
            lots=lot,
            company=self.company_id or self.return_id.company_id,
        )
        return self._prepare_goods_vals(found[0]) if found else {}

    def _resolve_serials(self):
        """Bind lines that only carry a serial to what it stands for."""
        for line in self:
            if line.serial and not line.lot_id and not line.registration_id:
                vals = line._find_by_serial()
                if vals:
                    # The same goods as before, only known by more than a text.
                    line._write_flow(vals)

    @api.model
    def _prepare_goods_vals(self, goods):
        """Values of a line for goods that a customer holds.

        :param goods: an item of ``aftersales.return._get_open_goods``
        """
        return {
            "product_id": goods["product"].id,
            "lot_id": goods["lot"].id,
            "registration_id": goods["unit"].id,
            "origin_move_id": goods["move"].id,
            "quantity": float(goods["open"]),
            "product_uom_id": goods["product"].uom_id.id,
        }

    def _copy_rest(self, quantity):
        """A line for what did not come with the others, on the same terms.

        :param quantity: quantity of the rest, in the unit of the line
        """
        self.ensure_one()
        # The terms were agreed for all of it; the warehouse only counts.
        line_sudo = self.sudo()
        share = quantity / (line_sudo.quantity + quantity)
        rest_fee = line_sudo.currency_id.round(line_sudo.fee * share)
        terms = line_sudo.read(line_sudo._get_term_fields(), load="")[0]
        terms.pop("id")
        rest_sudo = line_sudo.copy(
            {"return_id": self.return_id.id, "quantity": quantity}
        )
        rest_sudo._write_flow({**terms, "fee": rest_fee})
        line_sudo._write_flow({"fee": line_sudo.fee - rest_fee})
        (line_sudo | rest_sudo)._freeze_paid()
        return rest_sudo.with_env(self.env)

    @api.model
    def _get_term_fields(self):
        """Fields that a part of the line shares with the whole; extension point."""
        return [
            "entitlement_type",
            "entitlement_rule_id",
            "entitlement_text",
            "deadline",
            "date_due",
            "is_override",
            "override_reason",
            "override_user_id",
        ]

    # -- hooks of the warehouse ------------------------------------------------

    def _on_received(self):
        """What follows when goods have arrived; called for the batch.

        Extension point.
        """

    def _on_inspected(self):
        """What follows when goods have been inspected; called for the batch.

        Extension point.
        """

    def _on_disposed(self):
        """What follows when goods got their place; called for the batch.

        Extension point.
        """

    def _is_settled(self):
        """Whether the customer got what the line promises; extension point."""
        self.ensure_one()
        return True
