from odoo import api, fields, models


class RepairOrder(models.Model):
    """Parts that come out of a unit are old parts that somebody owes."""

    _inherit = "repair.order"

    aftersales_old_part_count = fields.Integer(
        "Old Parts", compute="_compute_aftersales_old_part_count"
    )

    def _compute_aftersales_old_part_count(self):
        Part = self.env["aftersales.part.return"]
        counts = {}
        if Part.has_access("read"):
            mine = [("repair_id", "in", self.ids)]
            counts = dict(Part._read_group(mine, ["repair_id"], ["__count"]))
        for repair in self:
            repair.aftersales_old_part_count = counts.get(repair._origin, 0)

    def action_aftersales_view_old_parts(self):
        """Open the old parts of the repair."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Old Parts of %(record)s", record=self.name),
            "res_model": "aftersales.part.return",
            "view_mode": "list,form",
            "domain": [("repair_id", "=", self.id)],
        }

    @api.model_create_multi
    def create(self, vals_list):
        repairs = super().create(vals_list)
        repairs._set_recycle_place()
        return repairs

    def _on_aftersales_start(self):
        res = super()._on_aftersales_start()
        self._set_recycle_place()
        return res

    def _set_recycle_place(self):
        """Parts out of a bound unit are no stock: they wait in the returns area.

        Odoo would put recycled parts among the goods for sale.
        """
        for repair in self.filtered("aftersales_is_bound"):
            kind = repair.picking_type_id
            waste = kind.warehouse_id.aftersales_waste_loc_id
            usual = kind.default_recycle_location_dest_id
            if waste and repair.recycle_location_id == usual:
                repair.recycle_location_id = waste

    def _on_aftersales_done(self):
        """Old parts of a service point are owed from the end of the repair."""
        res = super()._on_aftersales_done()
        self._create_old_part_duties()
        return res

    def _create_old_part_duties(self):
        """Duties for the parts removed at service points; constant queries.

        :return: the duties
        """
        removed = self.move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.repair_line_type in ("remove", "recycle")
                and move.repair_id.aftersales_service_point_id
                and move._aftersales_get_duty()
            )
        )
        if not removed:
            return None
        # The point owes the part, whoever ends its repair.
        Duty_sudo = self.env["aftersales.part.return"].sudo()
        covered = removed._aftersales_filter_covered()
        return Duty_sudo._create_duties(
            [
                vals
                for move in covered
                for vals in move.repair_id._prepare_old_part_vals(move)
            ]
        )

    def _prepare_old_part_vals(self, move):
        """Values of the duties for one removed part, one for each serial.

        Extension point.

        :param move: line of the repair that removes or recycles a part
        """
        self.ensure_one()
        common = {
            "service_point_id": self.aftersales_service_point_id.id,
            "order_id": self.aftersales_order_id.id,
            "repair_id": self.id,
            "product_id": move.product_id.id,
            "duty": move._aftersales_get_duty(),
        }
        return [
            {
                **common,
                "lot_id": line.lot_id.id,
                "serial": line.lot_id.name or line.lot_name or False,
                "quantity": line.quantity_product_uom,
            }
            for line in move.move_line_ids
            if line.quantity
        ]


class StockMove(models.Model):
    _inherit = "stock.move"

    def _aftersales_get_duty(self):
        """What becomes of the old part by its product; nothing: False."""
        self.ensure_one()
        duty = self.product_id.aftersales_old_part
        return duty != "none" and duty

    def _aftersales_filter_covered(self):
        """Removed parts that the warranty bears; constant queries.

        Only those belong to the company: what the customer pays for is his.
        """
        bound = self.filtered("repair_id.aftersales_registration_id")
        covers = (
            self.env["aftersales.registration"]
            .sudo()
            ._evaluate_cover(
                [
                    (
                        move.repair_id.sudo().aftersales_registration_id,
                        move.repair_id._get_cover_day(),
                        "part",
                        move.product_id.sudo(),
                        None,
                    )
                    for move in bound
                ]
            )
        )
        shares = {move: cover.share for move, cover in zip(bound, covers, strict=True)}
        return bound.filtered(lambda move: shares[move])
