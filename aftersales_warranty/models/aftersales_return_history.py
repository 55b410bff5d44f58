"""What the transfers know about goods that are to come back.

A plain object, filled by a fixed number of queries for a whole batch; the guard
reads it request by request.
"""

from collections import defaultdict

from odoo.tools import SQL

#: Done move lines that crossed the border to or from a customer.
CROSSINGS = """
    FROM stock_move_line line
    JOIN stock_move move ON move.id = line.move_id
    JOIN stock_location source ON source.id = line.location_id
    JOIN stock_location target ON target.id = line.location_dest_id
    LEFT JOIN stock_picking picking ON picking.id = line.picking_id
    LEFT JOIN res_partner contact
           ON contact.id = COALESCE(picking.partner_id, move.partner_id)
    LEFT JOIN sale_order_line sale ON sale.id = move.sale_line_id
    LEFT JOIN sale_order orders ON orders.id = sale.order_id
    LEFT JOIN res_partner buyer ON buyer.id = orders.partner_id
   WHERE line.state = 'done'
     AND (source.usage = 'customer') <> (target.usage = 'customer')
"""

#: Fields that the queries read.
READ = {
    "stock.picking": ["partner_id", "name"],
    "stock.move": ["partner_id", "sale_line_id", "reference"],
    "stock.move.line": [
        "company_id",
        "date",
        "location_dest_id",
        "location_id",
        "lot_id",
        "move_id",
        "picking_id",
        "product_id",
        "quantity_product_uom",
        "state",
    ],
    "aftersales.return": ["company_id", "name", "partner_id", "state"],
    "aftersales.return.line": [
        "is_foreign",
        "lot_id",
        "product_id",
        "product_uom_id",
        "quantity",
        "return_id",
        "serial",
        "state",
    ],
    "aftersales.registration": [
        "company_id",
        "conflict_picking_id",
        "partner_id",
        "product_id",
        "serial",
        "state",
    ],
    "sale.order": ["partner_id"],
    "stock.lot": ["name"],
}


class AftersalesReturnHistory:
    """Deliveries, returns, registrations and expectations of a batch."""

    def __init__(self, env, requests):
        self.env = env
        self.requests = requests
        self.companies = tuple({request["company"].id for request in requests})
        self.excluded = tuple(
            {x for request in requests for x in request["exclude"]} or {0}
        )
        self.own_lines = tuple({request["line"].id or 0 for request in requests})
        self.taken = defaultdict(float)
        self._flush()
        serial = [x for x in requests if self._is_serial(x)]
        others = [x for x in requests if not self._is_serial(x)]
        self.lots = self._find_lots(serial)
        self.crossings = self._find_crossings(serial) if serial else {}
        # What a confirmed document waits for was checked when it was confirmed; only
        # where the goods are may have changed since.
        open_ones = [x for x in serial if not self._is_settled(x)]
        self.units = self._find_units(open_ones) if open_ones else {}
        awaited = [x for x in open_ones if not x["is_receipt"]]
        self.expecting = self._find_expecting(awaited) if awaited else {}
        self.sums = self._find_sums(others) if others else {}
        self.expected = self._find_expected(others) if others else {}
        self.ever = self._find_ever(others)

    @staticmethod
    def _is_serial(request):
        is_serial = request["product"].tracking == "serial"
        return is_serial and bool(request["lot"] or request["serial"])

    def _is_settled(self, request):
        """Whether a receipt needs no look at registrations: the buyer gives back."""
        crossing = self.get_crossing(self.get_lot(request))
        is_buyer = crossing and request["partner"].id in crossing["partners"]
        return bool(request["is_receipt"] and is_buyer)

    def _flush(self):
        """Write what the queries read; other fields may wait."""
        for model, names in READ.items():
            self.env[model].flush_model(names)

    # -- answers ---------------------------------------------------------------

    def get_lot(self, request):
        """Lot of the request, also when only its number was given."""
        key = (request["product"].id, request["serial"])
        return request["lot"] or self.lots.get(key, request["lot"])

    def get_crossing(self, lot):
        """Last time the lot went to or came from a customer, or nothing."""
        return self.crossings.get(lot.id)

    def get_unit(self, product, lot, serial, company):
        """Live registration of the serial, or nothing.

        :return: ``{"partner": id of the commercial partner, "is_disputed": bool}``
        """
        return self.units.get((company.id, product.id, serial))

    def get_expecting(self, request, serial):
        """Name of another document that expects the serial, or nothing."""
        found = self.expecting.get((request["product"].id, serial), [])
        other = [name for line, name in found if line != request["line"].id]
        return other[0] if other else None

    def take(self, request):
        """Figures for the goods of the request; counts it for the next one."""
        key = self._get_key(request)
        taken = self.taken[key]
        self.taken[key] += request["quantity"]
        delivered, returned = self.sums.get(key, (0.0, 0.0))
        is_receipt = request["is_receipt"]
        return {
            "delivered": delivered,
            "returned": returned,
            "expected": 0.0 if is_receipt else self.expected.get(key, 0.0),
            "taken": taken,
        }

    def is_ever_delivered(self, request):
        """Whether anybody got the product from the company since Odoo."""
        return (request["company"].id, request["product"].id) in self.ever

    @staticmethod
    def _get_key(request):
        lot = request["lot"] if request["product"].tracking == "lot" else None
        return (
            request["company"].id,
            request["partner"].id or 0,
            request["product"].id,
            (lot and lot.id) or 0,
        )

    # -- queries ---------------------------------------------------------------

    def _find_lots(self, requests):
        texts = {x["serial"] for x in requests if not x["lot"]}
        if not texts:
            return {}
        products = {x["product"].id for x in requests}
        # Lots of other companies say nothing here and are left out by the history.
        lots = (
            self.env["stock.lot"]
            .sudo()
            .search_fetch(
                [("name", "in", list(texts)), ("product_id", "in", list(products))],
                ["name", "product_id"],
            )
        )
        return {(lot.product_id.id, lot.name): lot for lot in lots}

    def _find_crossings(self, requests):
        """The last way of each serial over the border, and with whom.

        In two parts: nine tables in one would take the database longer to plan
        than to read.
        """
        lots = {self.get_lot(x).id for x in requests} - {False}
        if not lots:
            return {}
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH last AS MATERIALIZED (
                    SELECT DISTINCT ON (line.lot_id)
                           line.lot_id, line.date, line.move_id, line.picking_id,
                           target.usage = 'customer' AS is_out
                      FROM stock_move_line line
                      JOIN stock_location source ON source.id = line.location_id
                      JOIN stock_location target ON target.id = line.location_dest_id
                     WHERE line.state = 'done' AND line.lot_id IN %s
                       AND line.company_id IN %s AND line.id NOT IN %s
                       AND (source.usage = 'customer') <> (target.usage = 'customer')
                  ORDER BY line.lot_id, line.date DESC, line.id DESC
                )
                SELECT last.lot_id, last.is_out, last.date::date AS date, last.move_id,
                       COALESCE(picking.name, move.reference, '') AS transfer,
                       (SELECT contact.commercial_partner_id
                          FROM res_partner contact
                         WHERE contact.id =
                               COALESCE(picking.partner_id, move.partner_id)
                       ) AS contact,
                       (SELECT buyer.commercial_partner_id
                          FROM sale_order_line sale
                          JOIN sale_order orders ON orders.id = sale.order_id
                          JOIN res_partner buyer ON buyer.id = orders.partner_id
                         WHERE sale.id = move.sale_line_id
                       ) AS buyer
                  FROM last
                  JOIN stock_move move ON move.id = last.move_id
             LEFT JOIN stock_picking picking ON picking.id = last.picking_id
                """,
                tuple(lots),
                self.companies,
                self.excluded,
            )
        )
        for row in rows:
            row["partners"] = {row["contact"], row["buyer"]} - {None}
        return {row["lot_id"]: row for row in rows}

    def _get_serial_pairs(self, requests):
        return tuple(
            {
                (x["product"].id, self.get_lot(x).name or x["serial"] or "")
                for x in requests
            }
        )

    def _find_units(self, requests):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT unit.company_id, unit.product_id, unit.serial,
                       owner.commercial_partner_id, unit.conflict_picking_id
                  FROM aftersales_registration unit
             LEFT JOIN res_partner owner ON owner.id = unit.partner_id
                 WHERE unit.state = 'active' AND unit.company_id IN %s
                   AND (unit.product_id, unit.serial) IN %s
                """,
                self.companies,
                self._get_serial_pairs(requests),
            )
        )
        return {
            row[:3]: {"partner": row[3], "is_disputed": bool(row[4])} for row in rows
        }

    def _find_expecting(self, requests):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.product_id, COALESCE(lot.name, line.serial), line.id,
                       document.name
                  FROM aftersales_return_line line
                  JOIN aftersales_return document ON document.id = line.return_id
             LEFT JOIN stock_lot lot ON lot.id = line.lot_id
                 WHERE line.state = 'expected' AND document.state = 'confirmed'
                   AND line.product_id IN %s
                   AND COALESCE(lot.name, line.serial) IN %s
                """,
                tuple({x["product"].id for x in requests}),
                tuple(serial for _product, serial in self._get_serial_pairs(requests)),
            )
        )
        found = defaultdict(list)
        for product, serial, line, name in rows:
            found[product, serial].append((line, name))
        return found

    def _find_sums(self, requests):
        """``{key: (delivered, returned)}`` in the product's unit."""
        partners = {x["partner"].id or 0 for x in requests}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.company_id, line.product_id, line.lot_id,
                       contact.commercial_partner_id, buyer.commercial_partner_id,
                       target.usage = 'customer', SUM(line.quantity_product_uom)
                %s AND line.product_id IN %s AND line.company_id IN %s
                   AND line.id NOT IN %s
                   AND (COALESCE(contact.commercial_partner_id, 0) IN %s
                        OR buyer.commercial_partner_id IN %s)
              GROUP BY 1, 2, 3, 4, 5, 6
                """,
                SQL(CROSSINGS),
                tuple({x["product"].id for x in requests}),
                self.companies,
                self.excluded,
                tuple(partners),
                tuple(partners),
            )
        )
        sums = defaultdict(lambda: (0.0, 0.0))
        for company, product, lot, contact, buyer, is_out, quantity in rows:
            for partner in {contact or buyer or 0, buyer or contact or 0}:
                for part in {lot or 0, 0}:
                    key = (company, partner, product, part)
                    out, back = sums[key]
                    sums[key] = (
                        (out + quantity, back) if is_out else (out, back + quantity)
                    )
        return sums

    def _find_expected(self, requests):
        """``{key: quantity}`` that other confirmed documents wait for."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT document.company_id, partner.commercial_partner_id,
                       line.product_id, line.lot_id, line.product_uom_id,
                       SUM(line.quantity)
                  FROM aftersales_return_line line
                  JOIN aftersales_return document ON document.id = line.return_id
                  JOIN res_partner partner ON partner.id = document.partner_id
                 WHERE line.state = 'expected' AND document.state = 'confirmed'
                   AND line.product_id IN %s AND document.company_id IN %s
                   AND line.id NOT IN %s
                   AND line.is_foreign IS NOT TRUE
              GROUP BY 1, 2, 3, 4, 5
                """,
                tuple({x["product"].id for x in requests}),
                self.companies,
                self.own_lines,
            )
        )
        units = {x["product"].id: x["product"].uom_id for x in requests}
        found = defaultdict(float)
        for company, partner, product, lot, uom, quantity in rows:
            uom = self.env["uom.uom"].browse(uom)
            amount = uom._compute_quantity(quantity, units[product], round=False)
            for part in {lot or 0, 0}:
                found[company, partner, product, part] += amount
        return found

    def _find_ever(self, requests):
        asked = [x for x in requests if x["is_direct"]]
        if not asked:
            return set()
        return set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT line.company_id, line.product_id
                      FROM stock_move_line line
                      JOIN stock_location target ON target.id = line.location_dest_id
                     WHERE line.state = 'done' AND target.usage = 'customer'
                       AND line.product_id IN %s AND line.company_id IN %s
                       AND line.id NOT IN %s
                    """,
                    tuple({x["product"].id for x in asked}),
                    self.companies,
                    self.excluded,
                )
            )
        )
