from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesPartRequest(models.Model):
    """A part that a job lacks, and the supply that brings it.

    Quantities are in the unit of measure of the product.
    """

    _name = "aftersales.part.request"
    _description = "Missing Part"
    _inherit = ["aftersales.flow.mixin", "mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        readonly=True,
    )
    order_line_id = fields.Many2one(
        "aftersales.service.order.line", index="btree_not_null", readonly=True
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        check_company=True,
        readonly=True,
    )
    product_id = fields.Many2one(
        "product.product",
        "Part",
        required=True,
        index=True,
        check_company=True,
        readonly=True,
    )
    quantity = fields.Float(digits="Product Unit", required=True, readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    date_arrived = fields.Datetime("Arrived on", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("arrived", "Arrived"),
            ("cancelled", "Cancelled"),
        ],
        default="requested",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    move_ids = fields.One2many(
        "stock.move", "aftersales_request_id", "Transfers", readonly=True
    )
    age_days = fields.Integer("Days Waiting", compute="_compute_age_days")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity of a missing part must be above zero."
    )
    _open_idx = models.Index("(service_point_id) WHERE state = 'requested'")

    _FLOW_FIELDS = frozenset(
        (
            *("name", "order_id", "order_line_id", "service_point_id", "product_id"),
            *("quantity", "date_arrived", "state"),
        )
    )

    def _compute_age_days(self):
        now = fields.Datetime.now()
        for request in self:
            stop = request.date_arrived or now
            start = request.create_date or now
            request.age_days = (stop - start).days

    @api.depends("name", "product_id")
    def _compute_display_name(self):
        for request in self:
            # A technician reads what his job lacks, not the whole catalogue.
            part = request.product_id.sudo().display_name
            request.display_name = f"{request.name} {part}"

    @api.model
    def _create_requests(self, vals_list):
        """Report parts as missing and order their supply.

        :param vals_list: values with ``order_id``, ``service_point_id``,
            ``product_id``, ``quantity`` and perhaps ``order_line_id``
        """
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        # A report is nobody's to write; the order made it.
        requests = self.sudo().create(vals_list)
        requests._procure()
        return requests.sudo(self.env.su)

    def _procure(self):
        """Order the supply of parts for points whose stock the company keeps."""
        Rule = self.env["stock.rule"].sudo()
        rows = []
        for request in self.sudo():
            point = request.service_point_id._get_stocked()
            if point and request.product_id.is_storable:
                rows.append(
                    point._prepare_procurement(
                        request.product_id,
                        request.quantity,
                        request.order_id.name,
                        aftersales_request_id=request.id,
                    )
                )
        if rows:
            Rule.run(rows)

    def _on_moves_done(self):
        """Parts that came in full have arrived; their jobs go on."""
        done = dict(
            self.env["stock.move"]._read_group(
                Domain("aftersales_request_id", "in", self.ids)
                & Domain("state", "=", "done")
                & Domain("location_dest_id.aftersales_point_id", "!=", False),
                ["aftersales_request_id"],
                ["quantity:sum"],
            )
        )
        complete = self.filtered(
            lambda r: (
                r.state == "requested"
                and r.uom_id.compare(done.get(r, 0.0), r.quantity) >= 0
            )
        )
        complete._arrive()

    def action_arrived(self):
        """The point says that a part it buys itself is there.

        :raise UserError: the part comes by a transfer
        """
        self.check_access("write")
        self._check_flow_state("requested")
        supplied = self.filtered(lambda r: r.sudo().move_ids)[:1]
        if supplied:
            raise UserError(
                self.env._(
                    "%(request)s comes by a transfer. Confirm its receipt there.",
                    request=supplied.display_name,
                )
            )
        self._arrive()

    def _arrive(self):
        """Note the arrival and let jobs go on that wait for nothing else."""
        self._write_flow({"state": "arrived", "date_arrived": fields.Datetime.now()})
        waiting = self.search(
            Domain("order_id", "in", self.order_id.ids)
            & Domain("state", "=", "requested")
        ).order_id
        (self.order_id - waiting)._on_parts_arrived(self)

    def _cancel(self):
        """The part is not needed; what was not sent yet stays in the warehouse."""
        self._write_flow({"state": "cancelled"})
        # The warehouse's transfers end with the need they were made for.
        moves_sudo = self.sudo().move_ids.filtered(
            lambda m: m.state not in ("done", "cancel")
        )
        sent = moves_sudo.filtered(lambda m: "done" in m.move_orig_ids.mapped("state"))
        (moves_sudo - sent)._action_cancel()


class StockMove(models.Model):
    """Supply of a missing part knows the part it was ordered for."""

    _inherit = "stock.move"

    aftersales_request_id = fields.Many2one(
        "aftersales.part.request",
        "Missing Part",
        index="btree_not_null",
        copy=False,
        readonly=True,
        ondelete="set null",
    )

    def _action_done(self, cancel_backorder=False):
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        if requests := moves.aftersales_request_id:
            # Whoever receives the part lets the job go on.
            requests.sudo()._on_moves_done()
        return moves

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        names = super()._prepare_merge_moves_distinct_fields()
        return [*names, "aftersales_request_id"]

    def _prepare_move_split_vals(self, qty):
        vals = super()._prepare_move_split_vals(qty)
        request = self.aftersales_request_id
        return {**vals, "aftersales_request_id": request.id} if request else vals

    def _prepare_procurement_values(self):
        values = super()._prepare_procurement_values()
        if request := self.aftersales_request_id:
            values["aftersales_request_id"] = request.id
        return values


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        return [*super()._get_custom_move_fields(), "aftersales_request_id"]

    def _get_stock_move_values(
        self,
        product_id,
        product_qty,
        product_uom,
        location_dest_id,
        name,
        origin,
        company_id,
        values,
    ):
        """Every point has transfers of its own."""
        result = super()._get_stock_move_values(
            product_id,
            product_qty,
            product_uom,
            location_dest_id,
            name,
            origin,
            company_id,
            values,
        )
        if self.picking_type_id.aftersales_kind and not result.get("partner_id"):
            after = values.get("move_dest_ids") or self.env["stock.move"]
            point = (location_dest_id | after.location_dest_id).aftersales_point_id
            result["partner_id"] = point[:1].sudo().partner_id.id
        return result


class StockWarehouseOrderpoint(models.Model):
    _inherit = "stock.warehouse.orderpoint"

    aftersales_point_id = fields.Many2one(related="location_id.aftersales_point_id")

    @api.model_create_multi
    def create(self, vals_list):
        """Reorder rules of a point are supplied by its warehouse."""
        ids = [vals["location_id"] for vals in vals_list if vals.get("location_id")]
        places = {place.id: place for place in self.env["stock.location"].browse(ids)}
        for vals in vals_list:
            place = places.get(vals.get("location_id"))
            if place and place.aftersales_point_id:
                warehouse = place.aftersales_point_id.sudo().warehouse_id
                vals.setdefault("warehouse_id", warehouse.id)
                vals.setdefault("route_id", warehouse.aftersales_supply_route_id.id)
        return super().create(vals_list)
