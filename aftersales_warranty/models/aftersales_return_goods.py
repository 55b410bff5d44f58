from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import returnable

#: What the query of the last deliveries reads.
DELIVERY_FIELDS = {
    "stock.move.line": None,
    "stock.move": ["sale_line_id"],
    "stock.picking": ["partner_id"],
    "sale.order.line": ["order_id"],
    "sale.order": ["partner_id"],
    "res.partner": ["commercial_partner_id"],
    "aftersales.registration": ["lot_id", "state", "company_id"],
}


class AftersalesReturn(models.Model):
    """What a customer received from us and still holds."""

    _inherit = "aftersales.return"

    @api.model
    def _get_delivered_domain(self, partner, company):
        """Done stock move lines that brought goods to a customer."""
        mine = Domain("picking_id.partner_id", "child_of", partner.ids)
        mine |= Domain(
            "move_id.sale_line_id.order_id.partner_id", "child_of", partner.ids
        )
        return (
            mine
            & Domain("state", "=", "done")
            & Domain("company_id", "=", company.id)
            & Domain("location_dest_id.usage", "=", "customer")
        )

    @api.model
    def _get_open_goods(
        self, partner, lots=None, products=None, moves=None, company=None
    ):
        """Goods with a customer that no return waits for; constant queries.

        :param lots: only these serials; None: all
        :param products: only these products; None: all
        :param moves: only goods of these deliveries; None: all
        :return: list of dicts ``product, lot, unit, move, date, delivered, open``,
            quantities as ``Decimal`` in the product's unit of measure
        """
        partner = partner.commercial_partner_id
        if not partner or (lots is not None and not lots):
            return []
        company = company or self.company_id[:1] or self.env.company
        domain = self._get_delivered_domain(partner, company)
        chosen = {"lot_id": lots, "product_id": products, "move_id": moves}
        for name, records in chosen.items():
            if records is not None:
                domain &= Domain(name, "in", records.ids)
        # Whoever takes a return in need not read the transfers of the warehouse.
        groups = (
            self.env["stock.move.line"]
            .sudo()
            ._read_group(
                domain,
                ["product_id", "lot_id", "move_id"],
                ["quantity_product_uom:sum", "date:max"],
                order="date:max desc, move_id",
            )
        )
        return self._prepare_open_goods(groups)

    @api.model
    def _prepare_open_goods(self, groups):
        """Open goods of deliveries; a serial counts once, others by delivery."""
        positions = self._get_positions(groups)
        units = self._get_units_of_lots(
            self.env["stock.lot"].union(*(group[1] for group in groups))
        )
        found = {}
        for product, lot, move, quantity, date in groups:
            position = positions[product, lot, move]
            key = (product, lot, None if product.tracking == "serial" else move)
            if position.open and key not in found:
                found[key] = {
                    "product": product.with_env(self.env),
                    "lot": lot.with_env(self.env),
                    "unit": units.get(lot, self.env["aftersales.registration"]),
                    "move": move.with_env(self.env),
                    "date": date,
                    "delivered": Decimal(str(quantity)),
                    "open": position.open,
                }
        return list(found.values())

    @api.model
    def _get_units_of_lots(self, lots):
        """Live registrations of serials: ``{lot: unit}``."""
        units = self.env["aftersales.registration"].search(
            [("lot_id", "in", lots.ids), ("state", "=", "active")]
        )
        return {unit.lot_id.sudo(): unit for unit in units}

    @api.model
    def _get_positions(self, groups):
        """Position of each delivery: ``{(product, lot, move): Position}``.

        A serial is with the customer to whom its last move brought it; other
        goods count by their delivery.
        """
        held = self._get_held_serials(groups)
        moves = self.env["stock.move"].sudo().union(*(group[2] for group in groups))
        returned = self._count_returned(moves)
        expected = self._count_expected(moves, set(held))
        result = {}
        for product, lot, move, quantity, _date in groups:
            key = (product, lot, move)
            if product.tracking == "serial":
                back = Decimal(0 if held.get(lot) == move else 1)
                waiting = Decimal(expected.get(lot.id, 0))
                result[key] = returnable.Position(Decimal(1), back, waiting)
            else:
                result[key] = returnable.Position(
                    Decimal(str(quantity)),
                    returned.get((move.id, lot.id), Decimal(0)),
                    expected.get((move.id, lot.id), Decimal(0)),
                )
        return result

    @api.model
    def _get_held_serials(self, groups):
        """Delivery that each serial last left with: ``{lot: move}``.

        Serials that came back since are missing.
        """
        lots = self.env["stock.lot"].union(
            *(lot for product, lot, *_x in groups if product.tracking == "serial")
        )
        lines_sudo = (
            self.env["stock.move.line"]
            .sudo()
            .search_fetch(
                [
                    ("lot_id", "in", lots.ids),
                    ("state", "=", "done"),
                    "|",
                    ("location_id.usage", "=", "customer"),
                    ("location_dest_id.usage", "=", "customer"),
                ],
                ["lot_id", "move_id", "location_dest_id"],
                order="date, id",
            )
        )
        last = {line_sudo.lot_id: line_sudo for line_sudo in lines_sudo}
        return {
            lot: line_sudo.move_id
            for lot, line_sudo in last.items()
            if line_sudo.location_dest_usage == "customer"
        }

    @api.model
    def _get_last_deliveries(self, lots):
        """Where serials left our stock last, in one query.

        :return: ``{(lot_id, company_id): {"move_id", "registration_id",
            "partners"}}`` of serials that are with a customer
        """
        if not lots:
            return {}
        for model, names in DELIVERY_FIELDS.items():
            self.env[model].flush_model(names)
        query = self._get_last_deliveries_query(lots)
        rows = self.env.execute_query_dict(query)
        return {
            (row["lot_id"], row["company_id"]): {
                "move_id": row["move_id"],
                "registration_id": row["registration_id"],
                "partners": {row["contact"], row["buyer"]} - {None},
            }
            for row in rows
            if row["is_out"]
        }

    def _get_last_deliveries_query(self, lots):
        """Query for the last way of each serial across our border."""
        return SQL(
            """
            WITH last AS MATERIALIZED (
                SELECT DISTINCT ON (line.lot_id, line.company_id)
                       line.lot_id, line.company_id, line.move_id,
                       line.picking_id, target.usage = 'customer' AS is_out
                  FROM stock_move_line line
                  JOIN stock_location source ON source.id = line.location_id
                  JOIN stock_location target ON target.id = line.location_dest_id
                 WHERE line.state = 'done' AND line.lot_id IN %s
                   AND (source.usage = 'customer') != (target.usage = 'customer')
              ORDER BY line.lot_id, line.company_id, line.date DESC, line.id DESC
            )
            SELECT last.lot_id, last.company_id, last.move_id, last.is_out,
                   (SELECT unit.id
                      FROM aftersales_registration unit
                     WHERE unit.lot_id = last.lot_id AND unit.state = 'active'
                       AND unit.company_id = last.company_id
                     LIMIT 1
                   ) AS registration_id,
                   (SELECT contact.commercial_partner_id
                      FROM stock_picking picking
                      JOIN res_partner contact ON contact.id = picking.partner_id
                     WHERE picking.id = last.picking_id
                   ) AS contact,
                   (SELECT buyer.commercial_partner_id
                      FROM stock_move move
                      JOIN sale_order_line sold ON sold.id = move.sale_line_id
                      JOIN sale_order sale ON sale.id = sold.order_id
                      JOIN res_partner buyer ON buyer.id = sale.partner_id
                     WHERE move.id = last.move_id
                   ) AS buyer
              FROM last
            """,
            tuple(lots.ids),
        )

    @api.model
    def _count_returned(self, moves):
        """Quantity that came back per delivery: ``{(move_id, lot_id): quantity}``."""
        rows = (
            self.env["stock.move.line"]
            .sudo()
            ._read_group(
                [
                    ("move_id.origin_returned_move_id", "in", moves.ids),
                    ("state", "=", "done"),
                    ("location_id.usage", "=", "customer"),
                ],
                ["move_id", "lot_id"],
                ["quantity_product_uom:sum"],
            )
        )
        result = {}
        for back, lot, quantity in rows:
            key = (back.origin_returned_move_id.id, lot.id)
            result[key] = result.get(key, Decimal(0)) + Decimal(str(quantity))
        return result

    @api.model
    def _count_expected(self, moves, lots):
        """Quantity that confirmed returns wait for.

        :return: ``{(move_id, lot_id): quantity, lot_id: quantity}``
        """
        lot_ids = [lot.id for lot in lots]
        lines_sudo = (
            self.env["aftersales.return.line"]
            .sudo()
            .search_fetch(
                Domain("is_open", "=", True)
                & Domain("state", "=", "expected")
                & (
                    Domain("origin_move_id", "in", moves.ids)
                    | Domain("lot_id", "in", lot_ids)
                ),
                [
                    "origin_move_id",
                    "lot_id",
                    "quantity",
                    "product_uom_id",
                    "product_id",
                ],
            )
        )
        result = {}
        for line_sudo in lines_sudo - self.sudo().line_ids:
            quantity = line_sudo.product_uom_id._compute_quantity(
                line_sudo.quantity, line_sudo.product_id.uom_id, round=False
            )
            lot = line_sudo.lot_id.id
            for key in ((line_sudo.origin_move_id.id, lot), lot):
                result[key] = result.get(key, Decimal(0)) + Decimal(str(quantity))
        return result
