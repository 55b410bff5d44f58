from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AftersalesReturnAdd(models.TransientModel):
    """Picks what comes back from what a customer received and still holds."""

    _name = "aftersales.return.add"
    _description = "Add Delivered Goods"

    return_id = fields.Many2one("aftersales.return", readonly=True)
    order_id = fields.Many2one("aftersales.service.order", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one("res.partner", "Customer", required=True)
    scan = fields.Char("Serial Number", help="Scan or type a serial to tick its line.")
    sale_ids = fields.Many2many(
        "sale.order", string="Sales Orders", groups="sales_team.group_sale_salesman"
    )
    picking_ids = fields.Many2many(
        "stock.picking", string="Deliveries", groups="stock.group_stock_user"
    )
    line_ids = fields.One2many("aftersales.return.add.line", "wizard_id")

    @api.model
    def _open_new(self, partner, units=None, sales=None, pickings=None, order=None):
        """Window action of the dialog for a new return.

        :param units: units that are ticked from the start
        :param sales: only goods of these sales
        :param pickings: only goods of these transfers
        """
        vals = {"partner_id": partner.id, "order_id": order.id if order else False}
        if sales:
            vals["sale_ids"] = [Command.set(sales.ids)]
        if pickings:
            vals["picking_ids"] = [Command.set(pickings.ids)]
        wizard = self.create(vals)
        wizard._load_lines(units)
        return wizard._get_action()

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add Delivered Goods"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _load_lines(self, units=None):
        """Fill the list with what the customer holds."""
        self.ensure_one()
        moves = self._get_moves()
        goods = self.env["aftersales.return"]._get_open_goods(
            self.partner_id, moves=moves, company=self.company_id
        )
        lots = units.lot_id if units else self.env["stock.lot"]
        taken = self.return_id.line_ids
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "product_id": item["product"].id,
                        "lot_id": item["lot"].id,
                        "registration_id": item["unit"].id,
                        "move_id": item["move"].id,
                        "date": item["date"],
                        "quantity_open": float(item["open"]),
                        "quantity": float(item["open"]),
                        "is_selected": item["lot"] in lots,
                    }
                )
                for item in goods
                if not (item["lot"] and item["lot"] in taken.lot_id)
            ),
        ]

    def _get_moves(self):
        """Deliveries that the list is limited to; None: all."""
        # Who takes a return in need not read the sales.
        sales_sudo, pickings_sudo = self.sudo().sale_ids, self.sudo().picking_ids
        if not sales_sudo and not pickings_sudo:
            return None
        moves_sudo = sales_sudo.order_line.move_ids | pickings_sudo.move_ids
        return moves_sudo.with_env(self.env)

    @api.onchange("scan")
    def _onchange_scan(self):
        """Tick the line of a scanned serial.

        :return: a warning where the customer does not hold it
        """
        if not (self.scan or "").strip():
            return None
        text, self.scan = self.scan, False
        units = self.env["aftersales.registration"]._find_by_serial(
            text, company=self.company_id
        )
        lots = units.lot_id | units._find_lots_by_serial(text, company=self.company_id)
        found = self.line_ids.filtered(lambda line: line.lot_id._origin in lots)
        found.is_selected = True
        if found:
            return None
        message = self.env._(
            "%(partner)s holds no goods with the serial %(serial)s that we delivered.",
            partner=self.partner_id.display_name,
            serial=text,
        )
        return {"warning": {"title": self.env._("Serial unknown"), "message": message}}

    def action_refresh(self):
        """List the goods of the chosen sales and deliveries."""
        self._load_lines()
        return self._get_action()

    def action_add(self):
        """Add the ticked goods to the return; make it where there is none.

        :raise UserError: nothing is ticked, or more than is open
        """
        self.ensure_one()
        chosen = self.line_ids.filtered("is_selected")
        if not chosen:
            raise UserError(self.env._("Tick what comes back."))
        chosen._check_quantity()
        document = self.return_id
        if not document:
            document = document.create(self._prepare_return_vals())
        document.write(
            {"line_ids": [Command.create(line._prepare_line_vals()) for line in chosen]}
        )
        return document._get_records_action()

    def _prepare_return_vals(self):
        """Values of a new return; extension point."""
        vals = {"partner_id": self.partner_id.id, "company_id": self.company_id.id}
        if self.order_id:
            vals["order_id"] = self.order_id.id
            vals["service_point_id"] = self.order_id.service_point_id.id
        return vals


class AftersalesReturnAddLine(models.TransientModel):
    """Goods that a customer holds."""

    _name = "aftersales.return.add.line"
    _description = "Delivered Goods"
    _order = "date desc, id"

    wizard_id = fields.Many2one(
        "aftersales.return.add", required=True, ondelete="cascade", index=True
    )
    is_selected = fields.Boolean("Comes Back")
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    lot_id = fields.Many2one("stock.lot", "Serial or Lot", readonly=True)
    lot_name = fields.Char("Serial", related="lot_id.name")
    registration_id = fields.Many2one("aftersales.registration", readonly=True)
    move_id = fields.Many2one("stock.move", readonly=True)
    reference = fields.Char(compute="_compute_reference", compute_sudo=True)
    date = fields.Datetime("Delivered on", readonly=True)
    quantity_open = fields.Float(
        "With the Customer", digits="Product Unit", readonly=True
    )
    quantity = fields.Float(digits="Product Unit")
    product_uom_id = fields.Many2one(related="product_id.uom_id")

    @api.depends("move_id")
    def _compute_reference(self):
        for line in self:
            sale = line.move_id.sale_line_id.order_id.name
            names = [name for name in (sale, line.move_id.reference) if name]
            line.reference = " – ".join(names)

    def _check_quantity(self):
        """Refuse more than is open.

        :raise UserError: naming the goods
        """
        for line in self:
            uom = line.product_id.uom_id
            if (
                uom.compare(line.quantity, line.quantity_open) > 0
                or uom.compare(line.quantity, 0) <= 0
            ):
                raise UserError(
                    self.env._(
                        "%(product)s: between 0 and %(open)s %(uom)s can come back.",
                        product=line.product_id.display_name,
                        open=line.quantity_open,
                        uom=uom.name,
                    )
                )

    def _prepare_line_vals(self):
        """Values of the return line; extension point."""
        return {
            "product_id": self.product_id.id,
            "lot_id": self.lot_id.id,
            "registration_id": self.registration_id.id,
            "origin_move_id": self.move_id.id,
            "quantity": self.quantity,
            "product_uom_id": self.product_id.uom_id.id,
        }
