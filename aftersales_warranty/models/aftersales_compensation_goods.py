from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

from odoo.addons.aftersales_network.models.flow import FLOW

#: States of a transfer that is still to be carried out.
OPEN_STATES = ("draft", "waiting", "confirmed", "assigned")


class AftersalesCompensation(models.Model):
    """Goods that a customer gets: delivered by the warehouse, then given."""

    _inherit = "aftersales.compensation"

    gift_quantity = fields.Float(
        "Quantity Given", digits="Product Unit", default=1.0, tracking=True
    )
    gift_picking_ids = fields.One2many(
        "stock.picking",
        "aftersales_compensation_id",
        "Deliveries of the Goods",
        readonly=True,
        copy=False,
        groups="stock.group_stock_user,base.group_system",
    )
    delivery_state = fields.Selection(
        [
            ("open", "To Be Delivered"),
            ("partly", "Partly Delivered"),
            ("done", "Delivered"),
        ],
        "Delivery of the Goods",
        compute="_compute_delivery_state",
        compute_sudo=True,
        help="Goods count as given when the warehouse delivered them.",
    )

    _gift_quantity_positive = models.Constraint(
        "CHECK (gift_quantity > 0)", "The quantity given must be above zero."
    )

    _FLOW_FIELDS = frozenset(("gift_picking_ids",))

    @api.model
    def _get_decided_fields(self):
        """What is given is decided about as well."""
        return super()._get_decided_fields() | {"gift_quantity", "gift_note"}

    @api.depends("gift_picking_ids.state", "gift_quantity")
    def _compute_delivery_state(self):
        for compensation in self:
            pickings = compensation.gift_picking_ids
            compensation.delivery_state = False
            if compensation._is_delivered():
                compensation.delivery_state = "done"
            elif pickings.filtered(lambda p: p.state in OPEN_STATES):
                compensation.delivery_state = "open"
            elif pickings.filtered(lambda p: p.state == "done"):
                compensation.delivery_state = "partly"

    def _get_delivered_quantity(self):
        """Quantity of the goods that left, in their own unit."""
        self.ensure_one()
        moves = self.gift_picking_ids.move_ids.filtered(
            lambda m: m.state == "done" and m.product_id == self.gift_product_id
        )
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, self.gift_product_id.uom_id
            )
            for move in moves
        )

    def _is_delivered(self):
        """Whether all of the goods left."""
        self.ensure_one()
        if not self.gift_picking_ids:
            return False
        return (
            float_compare(
                self._get_delivered_quantity(),
                self.gift_quantity,
                precision_rounding=self.gift_product_id.uom_id.rounding,
            )
            >= 0
        )

    def _filter_delivered(self):
        """Compensations whose goods the warehouse has to deliver."""
        return self.filtered(
            lambda c: c.kind == "goods" and c.sudo().gift_product_id.type == "consu"
        )

    def _create_deliveries(self):
        """Ask the warehouse to deliver the goods; with that they are given.

        :raise UserError: a delivery is open already, or no warehouse
        """
        for compensation in self:
            # Who decides on compensations need not see transfers.
            compensation_sudo = compensation.sudo()
            waiting = compensation_sudo.gift_picking_ids.filtered(
                lambda p: p.state in OPEN_STATES
            )[:1]
            if waiting:
                raise UserError(
                    self.env._(
                        "The goods of %(compensation)s are to be delivered with "
                        "%(transfer)s already.",
                        compensation=compensation.name,
                        transfer=waiting.name,
                    )
                )
            picking_sudo = (
                self.env["stock.picking"]
                .sudo()
                .with_context(aftersales_flow=FLOW)
                .create(compensation_sudo._prepare_delivery_vals())
            )
            picking_sudo.action_confirm()
            picking_sudo.action_assign()
            compensation.message_post(
                body=self.env._(
                    "The warehouse delivers the goods with %(transfer)s.",
                    transfer=picking_sudo.name,
                )
            )

    def _get_delivery_warehouse(self):
        """Warehouse of the point, else the first of the company.

        :raise UserError: the company has none
        """
        self.ensure_one()
        warehouse = self.service_point_id.warehouse_id
        warehouse = warehouse or self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        if not warehouse:
            raise UserError(
                self.env._(
                    "%(company)s has no warehouse that could deliver the goods of "
                    "%(compensation)s.",
                    company=self.company_id.name,
                    compensation=self.name,
                )
            )
        return warehouse

    def _prepare_delivery_vals(self):
        """Values of the transfer; extension point."""
        self.ensure_one()
        kind = self._get_delivery_warehouse().out_type_id
        places = {
            "location_id": kind.default_location_src_id.id,
            "location_dest_id": self.partner_id.property_stock_customer.id,
            "company_id": self.company_id.id,
        }
        left = self.gift_quantity - self._get_delivered_quantity()
        move = {
            **places,
            "product_id": self.gift_product_id.id,
            "product_uom": self.gift_product_id.uom_id.id,
            "product_uom_qty": left,
        }
        return {
            **places,
            "partner_id": self.partner_id.id,
            "picking_type_id": kind.id,
            "origin": self.name,
            "aftersales_compensation_id": self.id,
            "move_ids": [Command.create(move)],
        }

    def _check_can_cancel(self):
        """Goods that the customer has stay his.

        :raise UserError: naming the compensation
        """
        res = super()._check_can_cancel()
        for compensation in self:
            if compensation.sudo()._get_delivered_quantity():
                raise UserError(
                    self.env._(
                        "The customer has goods of %(compensation)s already. Take them "
                        "back with a return first.",
                        compensation=compensation.name,
                    )
                )
        return res

    def _cancel(self, reason):
        """Goods that did not leave stay in the warehouse."""
        result = super()._cancel(reason)
        pickings_sudo = self.sudo().gift_picking_ids
        pickings_sudo.filtered(lambda p: p.state in OPEN_STATES).action_cancel()
        return result

    def _set_delivered(self):
        """All goods left: the customer has them."""
        given = self.filtered(lambda c: c.state == "approved" and c._is_delivered())
        given._set_given()

    def action_view_deliveries(self):
        """Open the transfers of the goods."""
        self.ensure_one()
        return self.gift_picking_ids._get_records_action(
            name=self.env._("Deliveries of %(number)s", number=self.name)
        )


class StockPicking(models.Model):
    """A delivery that gives a compensation."""

    _inherit = "stock.picking"

    aftersales_compensation_id = fields.Many2one(
        "aftersales.compensation",
        "Compensation Delivered",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="aftersales_network.group_settlement_clerk,"
        "aftersales_network.group_head,aftersales_network.group_auditor",
    )

    @api.model
    def _aftersales_check_guarded(self, vals):
        """Refuse a delivery that nobody approved as a compensation."""
        if vals.get("aftersales_compensation_id"):
            raise UserError(
                self.env._("Goods of a compensation are given with its own button.")
            )
        return super()._aftersales_check_guarded(vals)

    def _action_done(self):
        """Goods that left are given; what is left over belongs to it as well."""
        result = super()._action_done()
        # The warehouse need not read compensations.
        for picking_sudo in self.sudo().filtered("aftersales_compensation_id"):
            compensation_sudo = picking_sudo.aftersales_compensation_id
            rest_sudo = self.sudo().search([("backorder_id", "=", picking_sudo.id)])
            rest_sudo.aftersales_compensation_id = compensation_sudo
            compensation_sudo._set_delivered()
        return result
