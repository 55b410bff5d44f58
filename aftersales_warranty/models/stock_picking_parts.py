from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults

GUARDED = ("aftersales_approved_by_id", "aftersales_repair_id")


class StockPicking(models.Model):
    """Transfers of parts to, from and between points."""

    _inherit = "stock.picking"

    aftersales_kind = fields.Selection(related="picking_type_id.aftersales_kind")
    aftersales_point_id = fields.Many2one(
        "aftersales.service.point",
        "Parts of Point",
        compute="_compute_aftersales_point_id",
        store=True,
        index="btree_not_null",
        help="The point that gets, uses or sends back these parts.",
    )
    aftersales_is_swap = fields.Boolean(compute="_compute_aftersales_is_swap")
    aftersales_approved_by_id = fields.Many2one(
        "res.users", "Consent by", readonly=True, copy=False, index="btree_not_null"
    )

    @api.depends("picking_type_id", "location_id", "location_dest_id", "move_ids")
    def _compute_aftersales_point_id(self):
        for picking in self:
            point = picking.location_dest_id.aftersales_point_id
            point = point or picking.location_id.aftersales_point_id
            if not point and picking.picking_type_id.aftersales_kind == "supply":
                targets = picking.move_ids.move_dest_ids.location_dest_id
                point = targets.aftersales_point_id[:1]
            picking.aftersales_point_id = point

    @api.depends("location_id", "location_dest_id")
    def _compute_aftersales_is_swap(self):
        for picking in self:
            giver = picking.location_id.aftersales_point_id
            taker = picking.location_dest_id.aftersales_point_id
            picking.aftersales_is_swap = bool(giver and taker and giver != taker)

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su or self.env.context.get("aftersales_flow") is FLOW:
            return super().create(vals_list)
        for vals in vals_list:
            self._aftersales_check_guarded(vals)
        cleaned = without_guarded_defaults(self, GUARDED)
        return super(StockPicking, cleaned).create(vals_list)

    def write(self, vals):
        if not self.env.su and self.env.context.get("aftersales_flow") is not FLOW:
            self._aftersales_check_guarded(vals)
        return super().write(vals)

    @api.model
    def _aftersales_check_guarded(self, vals):
        """Refuse a consent, or a repair, that did not come from its button."""
        if vals.get("aftersales_approved_by_id"):
            raise UserError(
                self.env._("The consent to a transfer is given with its button.")
            )
        if vals.get("aftersales_repair_id"):
            raise UserError(
                self.env._("A repair is delivered back with its own button.")
            )

    def action_aftersales_approve(self):
        """The warehouse agrees that parts go from one point to another.

        :raise AccessError: anybody else
        """
        if not self.env.user.has_group("aftersales_network.group_warehouse"):
            raise AccessError(
                self.env._("Only the warehouse agrees to transfers between points.")
            )
        self.with_context(aftersales_flow=FLOW).write(
            {"aftersales_approved_by_id": self.env.uid}
        )
