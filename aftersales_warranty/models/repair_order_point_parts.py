from odoo import api, fields, models
from odoo.exceptions import UserError

#: A change of these decides anew where the parts come from.
PLACE_FIELDS = frozenset(("aftersales_order_id", "aftersales_service_point_id"))


class RepairOrder(models.Model):
    """A bench repair of a point's job takes the parts that lie at the point."""

    _inherit = "repair.order"

    aftersales_uses_point_parts = fields.Boolean(
        "Parts of the Point",
        compute="_compute_aftersales_uses_point_parts",
        inverse="_inverse_aftersales_uses_point_parts",
        help="The parts come out of the stock of the service point. Otherwise they "
        "come from the place of the operation type, as for every repair.",
    )

    @api.depends("location_id")
    def _compute_aftersales_uses_point_parts(self):
        for repair in self:
            # Whoever repairs need not read the points.
            point_sudo = repair.sudo().location_id.aftersales_point_id
            repair.aftersales_uses_point_parts = bool(point_sudo)

    def _inverse_aftersales_uses_point_parts(self):
        for repair in self:
            wanted = repair.aftersales_uses_point_parts
            if wanted == bool(repair.sudo().location_id.aftersales_point_id):
                continue
            repair._check_parts_place_open()
            place = repair._get_point_parts_place()
            if wanted and not place:
                raise UserError(
                    self.env._(
                        "%(repair)s: no service point with parts of the company does "
                        "this repair for a service order. Choose order and point "
                        "first.",
                        repair=repair.name,
                    )
                )
            usual = repair.picking_type_id.default_location_src_id
            repair.location_id = place if wanted else usual

    def _check_parts_place_open(self):
        """Refuse another place once parts are reserved.

        :raise UserError: naming the repair
        """
        self.ensure_one()
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "%(repair)s is confirmed and its parts are reserved. Set it back "
                    "to new before it takes parts from another place.",
                    repair=self.name,
                )
            )

    def _get_point_parts_place(self):
        """Place of the parts of the point that does the repair for its order."""
        self.ensure_one()
        # As above; the place only decides from where the parts come.
        repair_sudo = self.sudo()
        if not repair_sudo.aftersales_order_id:
            return self.env["stock.location"]
        point_sudo = repair_sudo.aftersales_service_point_id._get_stocked()
        place_sudo = point_sudo.location_id
        return place_sudo.filtered("active").sudo(self.env.su)

    @api.model_create_multi
    def create(self, vals_list):
        repairs = super().create(vals_list)
        for repair, vals in zip(repairs, vals_list, strict=True):
            if not vals.get("location_id"):
                repair._set_parts_place()
        return repairs

    def write(self, vals):
        at_points = self.browse()
        if "picking_type_id" in vals:
            at_points = self.filtered("aftersales_uses_point_parts")
        res = super().write(vals)
        if "location_id" not in vals:
            moved = self if PLACE_FIELDS & set(vals) else at_points
            moved._set_parts_place()
        return res

    def _set_parts_place(self):
        """Take the parts of new repairs from their point, where it has any."""
        for repair in self.filtered(lambda r: r.state == "draft"):
            place = repair._get_point_parts_place()
            if not place and repair.aftersales_uses_point_parts:
                place = repair.picking_type_id.default_location_src_id
            if place and repair.location_id != place:
                repair.location_id = place


class StockMove(models.Model):
    _inherit = "stock.move"

    def _aftersales_is_bench_use(self, giver, target):
        """Whether a running repair of the point's own job uses the part up.

        :param giver: point whose part it is
        :param target: location to which the part goes
        """
        self.ensure_one()
        # Whoever repairs need not read the order.
        repair_sudo = self.sudo().repair_id
        return bool(
            self.repair_line_type == "add"
            and target.usage == "production"
            and repair_sudo.state == "under_repair"
            and repair_sudo.aftersales_order_id
            and repair_sudo.aftersales_service_point_id == giver.sudo()
        )
