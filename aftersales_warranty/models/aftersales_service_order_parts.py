from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL

from odoo.addons.aftersales_network.models.flow import FLOW

#: What of a line decides which part was used.
USE_FIELDS = {"quantity", "product_id", "kind", "serial_installed"}


class AftersalesServiceOrder(models.Model):
    """Finishing a job takes its parts out of the point's stock."""

    _inherit = "aftersales.service.order"

    old_part_ids = fields.One2many(
        "aftersales.part.return", "order_id", "Old Parts", readonly=True
    )
    can_use_parts = fields.Boolean(compute="_compute_can_use_parts")

    @api.depends(
        "state",
        "service_point_id",
        "line_ids.quantity",
        "line_ids.kind",
        "line_ids.stock_move_ids.state",
    )
    def _compute_can_use_parts(self):
        running = self.filtered(lambda o: o.state in ("in_progress", "waiting_part"))
        waiting = running.line_ids._filter_stocked()._get_missing_use()
        orders = self.browse(line.order_id.id for line in waiting)
        for order in self:
            order.can_use_parts = order._origin in orders

    def action_use_parts(self):
        """Take the parts of the lines out of the point's stock now.

        :raise UserError: the order is not in work, or a part is not there
        """
        self._check_transition("photo")
        self.check_access("write")
        self._use_parts()

    def _on_done(self):
        """What the lines state was used."""
        res = super()._on_done()
        self._use_parts()
        return res

    def _use_parts(self):
        """Bring stock and duties in line with the lines."""
        self.line_ids._move_parts()
        self.line_ids._sync_old_parts()

    def write(self, vals):
        leaving = self.browse()
        if vals.get("state") == "cancelled":
            leaving = self
        elif "service_point_id" in vals:
            point_id = vals["service_point_id"]
            leaving = self.filtered(
                lambda o: o.service_point_id and o.service_point_id.id != point_id
            )
        leaving.line_ids._return_parts()
        return super().write(vals)


class AftersalesServiceOrderLine(models.Model):
    """A part line and the stock of the point agree, whatever changes."""

    _inherit = "aftersales.service.order.line"

    stock_move_ids = fields.One2many(
        "stock.move", "aftersales_order_line_id", readonly=True, copy=False
    )
    quantity_used = fields.Float(
        "Used",
        compute="_compute_quantity_used",
        digits="Product Unit",
        help="What was taken out of the stock of the point for this line.",
    )

    is_short = fields.Boolean(
        "Was Missing",
        readonly=True,
        copy=False,
        help="The point did not have the part when it was needed.",
    )

    @api.depends("stock_move_ids.state", "stock_move_ids.quantity")
    def _compute_quantity_used(self):
        used = self._get_quantities_used()
        for line in self:
            line.quantity_used = used.get(line._origin.id, 0.0)

    def write(self, vals):
        follows = not (USE_FIELDS.isdisjoint(vals) or self._skips_stock())
        used = self._give_back_changed(vals) if follows else self.browse()
        res = super().write(vals)
        if follows:
            used._move_parts()
            owing = self.filtered(lambda x: x.order_id.state in ("done", "closed"))
            (used | owing)._sync_old_parts()
        if "serial_removed" in vals:
            self._sync_old_serials()
        return res

    def _give_back_changed(self, vals):
        """Put parts back that give way to another part or serial.

        :return: the lines whose parts were used
        """
        # Nothing moves for a line that may not change.
        self.order_id._check_lines_editable()
        used = self.browse(self._get_quantities_used())
        if set(vals) & (USE_FIELDS - {"quantity"}):
            used._return_parts()
        return used

    def unlink(self):
        """A line that is taken off gives its parts back."""
        self._check_lines_removable()
        self._return_parts()
        self._cancel_old_parts()
        return super().unlink()

    def _check_lines_removable(self):
        """Ask the guard of the lines before anything moves."""
        self.order_id._check_lines_editable()

    def _get_computed_amounts(self):
        """Whether a part was missing is recorded by the report, not typed."""
        return {*super()._get_computed_amounts(), "is_short"}

    def _skips_stock(self):
        """The history import writes down what was used long ago."""
        return bool(self.env.su and self.env.context.get("aftersales_history"))

    def _get_quantities_used(self):
        """What was used per line: ``{line_id: quantity}``; one query."""
        if not self._origin.ids:
            return {}
        # Stock is none of the technician's rights; he sees what his lines used.
        rows = (
            self.env["stock.move"]
            .sudo()
            ._read_group(
                Domain("aftersales_order_line_id", "in", self._origin.ids)
                & Domain("state", "=", "done"),
                ["aftersales_order_line_id", "location_dest_id"],
                ["quantity:sum"],
            )
        )
        result = defaultdict(float)
        for line, target, quantity in rows:
            result[line.id] += quantity if target.is_aftersales_used else -quantity
        return {
            line.id: result[line.id]
            for line in self._origin
            if line.id in result
            and not line.product_id.sudo().uom_id.is_zero(result[line.id])
        }

    def _filter_stocked(self):
        """Part lines of points whose parts the company keeps."""
        # A technician reads the line, not the settings of stock and product.
        points = self.order_id.service_point_id.sudo()._get_stocked()
        return self.filtered(
            lambda line: (
                line.kind == "part"
                and line.product_id.sudo().is_storable
                and line.order_id.service_point_id in points
            )
        )

    def _get_missing_use(self):
        """What the stock does not show yet: ``{line: signed quantity}``."""
        used = self._get_quantities_used()
        result = {}
        for line in self:
            quantity = line.quantity - used.get(line._origin.id, 0.0)
            if not line.product_id.sudo().uom_id.is_zero(quantity):
                result[line._origin] = quantity
        return result

    def _move_parts(self):
        """Take out, or put back, what lines and stock differ by.

        :raise UserError: a part is not at the point, or its serial is missing
        """
        if self._skips_stock():
            return
        missing = self._filter_stocked()._get_missing_use()
        taken = {line: qty for line, qty in missing.items() if qty > 0}
        back = {line: -qty for line, qty in missing.items() if qty < 0}
        rows = self._prepare_taken(taken) + self._prepare_back(back)
        self._transfer_parts(rows)

    def _return_parts(self):
        """Put back everything that the lines used."""
        if not self._skips_stock():
            used = self._get_quantities_used()
            back = {line: used[line.id] for line in self if line.id in used}
            self._transfer_parts(self._prepare_back(back))

    def _prepare_taken(self, quantities):
        """Rows (line, location, lot, quantity) to be used.

        :raise UserError: not in stock, or without serial
        """
        lines = self.browse(line.id for line in quantities)
        lots = lines._find_part_lots()
        rows = [
            (
                line,
                line.order_id.service_point_id.sudo().location_id,
                lots[line],
                quantity,
            )
            for line, quantity in quantities.items()
        ]
        lines._check_point_stock(rows)
        return rows

    def _find_part_lots(self):
        """Serial of the new part in stock: ``{line: lot or empty}``.

        :raise UserError: naming the line whose serial is missing or unknown
        """
        Lot = self.env["stock.lot"].sudo()
        tracked = self.filtered(lambda x: x.product_id.sudo().tracking != "none")
        found = {}
        if tracked:
            for lot in Lot.search_fetch(
                Domain("name", "in", tracked.mapped("serial_installed"))
                & Domain("product_id", "in", tracked.product_id.ids)
                & Domain("company_id", "in", [*tracked.company_id.ids, False]),
                ["name", "product_id"],
            ):
                found[lot.product_id.id, lot.name] = lot
        result = {}
        for line in self:
            lot = found.get((line.product_id.id, line.serial_installed), Lot)
            if line in tracked:
                line._check_part_lot(lot)
            result[line] = lot
        return result

    def _check_part_lot(self, lot):
        """Refuse a tracked part without a serial known to the stock."""
        self.ensure_one()
        product_sudo = self.product_id.sudo()
        values = {
            "order": self.order_id.name,
            "part": product_sudo.display_name,
            "serial": self.serial_installed or "",
        }
        if not self.serial_installed:
            raise UserError(
                self.env._(
                    "%(order)s: enter the serial of the new %(part)s on its line.",
                    **values,
                )
            )
        if not lot:
            raise UserError(
                self.env._(
                    "%(order)s: no %(part)s with the serial %(serial)s is in stock. "
                    "Check the label of the part.",
                    **values,
                )
            )
        if product_sudo.tracking == "serial" and self.quantity > 1:
            raise UserError(
                self.env._(
                    "%(order)s: %(part)s has one serial a piece. Enter one line for "
                    "each.",
                    **values,
                )
            )

    def _check_point_stock(self, rows):
        """Refuse to use more than the points have, unless the company allows it.

        :param rows: (line, location, lot, quantity)
        :raise UserError: naming order, point and part
        """
        rows = [
            row for row in rows if row[0].company_id.aftersales_part_shortage != "allow"
        ]
        if not rows:
            return
        places = self.env["stock.location"].sudo().union(*(row[1] for row in rows))
        # Two orders must not use the same last part: one waits for the other.
        self.env.execute_query(
            SQL(
                "SELECT id FROM stock_location WHERE id IN %s ORDER BY id "
                "FOR NO KEY UPDATE",
                tuple(places.ids),
            )
        )
        free = self._get_point_stock(places, [row[0].product_id.id for row in rows])
        for line, place, lot, quantity in rows:
            key = (place.id, line.product_id.id, lot.id)
            left = free.get(key, 0.0)
            free[key] = left - quantity
            if line.product_id.sudo().uom_id.compare(quantity, left) > 0:
                raise UserError(line._get_shortage_text(left, quantity))

    @api.model
    def _get_point_stock(self, places, product_ids):
        """Free quantities: ``{(location_id, product_id, lot_id): quantity}``."""
        rows = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                Domain("location_id", "in", places.ids)
                & Domain("product_id", "in", product_ids),
                ["location_id", "product_id", "lot_id"],
                ["quantity:sum", "reserved_quantity:sum"],
            )
        )
        return {
            (place.id, product.id, lot.id): quantity - reserved
            for place, product, lot, quantity, reserved in rows
        }

    def _get_shortage_text(self, available, needed):
        """Why a part cannot be used, and what to do."""
        self.ensure_one()
        product_sudo = self.product_id.sudo()
        return self.env._(
            "%(order)s: %(point)s has %(available)g %(unit)s of %(part)s free, "
            "%(needed)g are needed. Report the part as missing, have the point "
            "supplied, or have its stock counted.",
            order=self.order_id.name,
            point=self.order_id.service_point_id.sudo().display_name,
            available=max(available, 0.0),
            needed=needed,
            unit=product_sudo.uom_id.name,
            part=product_sudo.display_name,
        )

    def _prepare_back(self, quantities):
        """Rows of what goes back to where it was taken from."""
        lines = self.browse(line.id for line in quantities)
        used = lines._get_used_parts()
        rows = []
        for line, quantity in quantities.items():
            for (place, lot), taken in used[line.id].items():
                part = min(quantity, taken)
                if line.product_id.sudo().uom_id.compare(part, 0) > 0:
                    rows.append((line, place, lot, -part))
                    quantity -= part
        return rows

    def _get_used_parts(self):
        """What is out: ``{line_id: {(location, lot): quantity}}``."""
        moved_sudo = (
            self.env["stock.move.line"]
            .sudo()
            .search_fetch(
                Domain("move_id.aftersales_order_line_id", "in", self.ids)
                & Domain("state", "=", "done"),
                ["move_id", "lot_id", "location_id", "location_dest_id", "quantity"],
                order="id desc",
            )
        )
        result = defaultdict(lambda: defaultdict(float))
        for row in moved_sudo:
            out = row.location_dest_id.is_aftersales_used
            place = row.location_id if out else row.location_dest_id
            parts = result[row.move_id.aftersales_order_line_id.id]
            parts[place, row.lot_id] += row.quantity if out else -row.quantity
        return result

    def _transfer_parts(self, rows):
        """Make and validate one transfer per order, place and direction.

        :param rows: (line, location, lot, quantity); a negative quantity goes back
        """
        groups = defaultdict(list)
        for row in rows:
            groups[row[0].order_id, row[1], row[3] > 0].append(row)
        if not groups:
            return
        # The order's own step moves the goods; its people have no stock rights.
        Picking_sudo = (
            self.env["stock.picking"]
            .sudo()
            .with_context(
                aftersales_flow=FLOW,
                cancel_backorder=True,
                tracking_disable=True,
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
            )
        )
        Picking_sudo.create(
            [
                self._prepare_use_picking_vals(*key, group)
                for key, group in groups.items()
            ]
        )._action_done()
        self.browse({row[0].id for row in rows}).invalidate_recordset(["quantity_used"])

    @api.model
    def _prepare_use_picking_vals(self, order, place, is_use, rows):
        """Values of the transfer of one order; extension point."""
        warehouse = place.aftersales_point_id.sudo().warehouse_id
        used = warehouse.aftersales_used_location_id
        source, target = (place, used) if is_use else (used, place)
        return {
            "picking_type_id": warehouse.aftersales_use_type_id.id,
            "location_id": source.id,
            "location_dest_id": target.id,
            "partner_id": order.partner_id.id,
            "origin": order.name,
            "company_id": order.company_id.id,
            "move_ids": [
                Command.create(line._prepare_use_move_vals(source, target, lot, qty))
                for line, _place, lot, qty in rows
            ],
        }

    def _prepare_use_move_vals(self, source, target, lot, quantity):
        """Values of the move of one part."""
        self.ensure_one()
        common = {
            "product_id": self.product_id.id,
            "company_id": self.company_id.id,
            "location_id": source.id,
            "location_dest_id": target.id,
        }
        quantity, unit = abs(quantity), self.product_id.sudo().uom_id.id
        line = {**common, "quantity": quantity, "product_uom_id": unit}
        return {
            **common,
            "aftersales_order_line_id": self.id,
            "origin": self.order_id.name,
            "product_uom": unit,
            "product_uom_qty": quantity,
            "picked": True,
            "move_line_ids": [Command.create({**line, "lot_id": lot.id})],
        }
