from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_part_return_flow import WAREHOUSE


class AftersalesPartReturn(models.Model):
    """The transfers of an old part: into its own place, and out of it."""

    _inherit = "aftersales.part.return"

    def _get_warehouse(self):
        """Warehouse that takes the old part in.

        :raise UserError: the company has none
        """
        self.ensure_one()
        # The warehouse of a point is a setting, not a right.
        warehouse = self.service_point_id.sudo().warehouse_id
        if not warehouse:
            raise UserError(
                self.env._(
                    "%(point)s has no warehouse that takes old parts. Choose one on "
                    "the point.",
                    point=self.service_point_id.display_name,
                )
            )
        return warehouse

    def _move_in(self):
        """Take received parts into the place of the old parts."""
        rows = []
        for part in self:
            warehouse = part._get_warehouse()
            rows.append(
                part._prepare_old_part_move(
                    warehouse.aftersales_used_location_id,
                    warehouse.aftersales_old_part_location_id,
                )
            )
        self._validate_moves(rows)

    def _validate_moves(self, rows):
        """Make and carry out moves of old parts."""
        # Receiving and disposing are the warehouse's; the guard wants the step.
        moves_sudo = (
            self.env["stock.move"]
            .sudo()
            .with_context(aftersales_flow=FLOW)
            .create([row for row in rows if row])
        )
        moves_sudo._action_done()

    def _get_part_received(self):
        """Product that is really there."""
        self.ensure_one()
        return self.product_received_id or self.product_id

    def _prepare_old_part_move(self, source, target):
        """Values of one move; ``None`` where the product is not kept in stock."""
        self.ensure_one()
        product_sudo = self._get_part_received().sudo()
        if not product_sudo.is_storable:
            return None
        common = {
            "product_id": product_sudo.id,
            "company_id": self.company_id.id,
            "location_id": source.id,
            "location_dest_id": target.id,
        }
        quantity, unit = self.quantity_received, product_sudo.uom_id.id
        line = {**common, "quantity": quantity, "product_uom_id": unit}
        return {
            **common,
            "aftersales_part_return_id": self.id,
            "origin": self.name,
            "product_uom": unit,
            "product_uom_qty": quantity,
            "picked": True,
            "move_line_ids": [Command.create({**line, "lot_id": self._get_lot().id})],
        }

    def _get_lot(self):
        """Serial of a tracked old part in stock, made where it is not known.

        A part without a readable serial goes by its label.
        """
        self.ensure_one()
        Lot_sudo = self.env["stock.lot"].sudo()
        product_sudo = self._get_part_received().sudo()
        if product_sudo.tracking == "none":
            return Lot_sudo
        name = self.serial_received or self.serial or self.name
        lot = Lot_sudo.search(
            Domain("product_id", "=", product_sudo.id)
            & Domain("name", "=", name)
            & Domain("company_id", "in", (self.company_id.id, False)),
            limit=1,
        ) or Lot_sudo.create(
            {
                "name": name,
                "product_id": product_sudo.id,
                "company_id": self.company_id.id,
            }
        )
        self._write_flow({"lot_id": lot.id})
        return lot

    def action_dispose(self, disposition):
        """Say what becomes of inspected parts, with the matching transfer.

        :param disposition: supplier, scrap or recycle
        :raise AccessError: not the warehouse
        :raise UserError: not inspected, or an unknown disposition
        """
        self._check_role(WAREHOUSE)
        self._lock()
        self._check_flow_state("inspected")
        if disposition not in dict(self._fields["disposition"].selection):
            raise UserError(self.env._("Choose what becomes of the old part."))
        if disposition == "scrap":
            self._scrap()
        else:
            self._move_out(disposition)
        self._write_flow(
            {
                "state": "done",
                "disposition": disposition,
                "disposed_by_id": self.env.uid,
                "date_done": self.env.company._get_aftersales_today(),
            }
        )

    def _move_out(self, disposition):
        """Move inspected parts to the supplier's hold or the recycling."""
        name = {
            "supplier": "aftersales_recovery_location_id",
            "recycle": "aftersales_recycle_location_id",
        }[disposition]
        rows = []
        for part in self:
            warehouse = part._get_warehouse()
            source = warehouse.aftersales_old_part_location_id
            rows.append(part._prepare_old_part_move(source, warehouse[name]))
        self._validate_moves(rows)

    def _scrap(self):
        """Scrap inspected parts with the scrap documents of the stock."""
        stored = self.filtered(lambda p: p._get_part_received().sudo().is_storable)
        scraps_sudo = (
            self.env["stock.scrap"]
            .sudo()
            .with_context(aftersales_flow=FLOW)
            .create([part._prepare_scrap_vals() for part in stored])
        )
        scraps_sudo.do_scrap()

    def _prepare_scrap_vals(self):
        """Values of the scrap document; extension point."""
        self.ensure_one()
        place = self._get_warehouse().aftersales_old_part_location_id
        return {
            "aftersales_part_return_id": self.id,
            "product_id": self._get_part_received().id,
            "product_uom_id": self._get_part_received().sudo().uom_id.id,
            "scrap_qty": self.quantity_received,
            "lot_id": self.lot_id.id,
            "location_id": place.id,
            "company_id": self.company_id.id,
            "origin": self.name,
        }


class StockScrap(models.Model):
    """A scrap document knows the old part it ends."""

    _inherit = "stock.scrap"

    aftersales_part_return_id = fields.Many2one(
        "aftersales.part.return",
        "Old Part",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    def _prepare_move_values(self):
        part = self.aftersales_part_return_id
        vals = super()._prepare_move_values()
        return {**vals, "aftersales_part_return_id": part.id} if part else vals
