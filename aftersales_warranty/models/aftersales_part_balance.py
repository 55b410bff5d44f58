from odoo import api, fields, models
from odoo.tools import SQL


class AftersalesPartBalance(models.Model):
    """What each point got, used and gave back of each part, and what it has.

    Received − used − returned ± counted is what is there, always: the first four
    are the finished transfers, the last the stock.  Quantities are in the unit of
    measure of the product.
    """

    _name = "aftersales.part.balance"
    _description = "Parts Balance"
    _auto = False
    _order = "service_point_id, product_id, id"
    _depends = {
        "stock.move.line": [
            *("state", "product_id", "quantity_product_uom"),
            *("location_id", "location_dest_id"),
        ],
        "stock.quant": ["location_id", "product_id", "quantity"],
        "stock.location": ["aftersales_point_id", "usage", "is_aftersales_used"],
        "aftersales.service.point": ["company_id"],
    }

    service_point_id = fields.Many2one("aftersales.service.point", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", "Part", readonly=True)
    categ_id = fields.Many2one(related="product_id.categ_id")
    uom_id = fields.Many2one(related="product_id.uom_id")
    quantity_received = fields.Float(
        "Received", digits="Product Unit", readonly=True, help="From the company."
    )
    quantity_used = fields.Float(
        "Used",
        digits="Product Unit",
        readonly=True,
        help="On service orders, and by bench repairs.",
    )
    quantity_returned = fields.Float(
        "Sent Back", digits="Product Unit", readonly=True, help="To the company."
    )
    quantity_adjusted = fields.Float(
        "Counted ±", digits="Product Unit", readonly=True, help="By stock counts."
    )
    quantity_on_hand = fields.Float("On Hand", digits="Product Unit", readonly=True)
    quantity_reserved = fields.Float("Reserved", digits="Product Unit", readonly=True)
    difference = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="On hand less what the transfers say; zero unless somebody changed the "
        "database by hand.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT (b.point_id::bigint << 24 | b.product_id)::bigint AS id,
                   b.point_id AS service_point_id, p.company_id, b.product_id,
                   b.quantity_received, b.quantity_used, b.quantity_returned,
                   b.quantity_adjusted, b.quantity_on_hand, b.quantity_reserved,
                   ROUND((b.quantity_on_hand - b.quantity_received + b.quantity_used
                    + b.quantity_returned - b.quantity_adjusted)::numeric, 6)
                   AS difference
              FROM (SELECT point_id, product_id,
                           SUM(received) AS quantity_received,
                           SUM(used) AS quantity_used,
                           SUM(returned) AS quantity_returned,
                           SUM(adjusted) AS quantity_adjusted,
                           SUM(on_hand) AS quantity_on_hand,
                           SUM(reserved) AS quantity_reserved
                      FROM (%(moved)s UNION ALL %(stored)s) AS rows
                     GROUP BY point_id, product_id) AS b
              JOIN aftersales_service_point p ON p.id = b.point_id
            """,
            moved=self._get_moved_query(),
            stored=self._get_stored_query(),
        )

    @api.model
    def _get_moved_query(self):
        """Finished transfers, one row a side of each point."""
        return SQL(
            """
            SELECT side.point_id, l.product_id,
                   CASE WHEN side.sign > 0 AND NOT o.used AND NOT o.counted
                        THEN l.quantity_product_uom ELSE 0 END AS received,
                   CASE WHEN o.used THEN -side.sign * l.quantity_product_uom
                        ELSE 0 END AS used,
                   CASE WHEN side.sign < 0 AND NOT o.used AND NOT o.counted
                        THEN l.quantity_product_uom ELSE 0 END AS returned,
                   CASE WHEN o.counted THEN side.sign * l.quantity_product_uom
                        ELSE 0 END AS adjusted,
                   0 AS on_hand, 0 AS reserved
              FROM stock_move_line l
              JOIN stock_location s ON s.id = l.location_id
              JOIN stock_location t ON t.id = l.location_dest_id
             CROSS JOIN LATERAL (VALUES (s.aftersales_point_id, -1, t.id),
                                        (t.aftersales_point_id, 1, s.id))
                   AS side (point_id, sign, other_id)
             CROSS JOIN LATERAL (
                   SELECT COALESCE(x.is_aftersales_used, FALSE)
                          OR x.usage = 'production' AS used,
                          x.usage = 'inventory' AS counted
                     FROM stock_location x WHERE x.id = side.other_id) AS o
             WHERE l.state = 'done' AND side.point_id IS NOT NULL
               AND s.aftersales_point_id IS DISTINCT FROM t.aftersales_point_id
            """
        )

    @api.model
    def _get_stored_query(self):
        """What the stock says is at the points."""
        return SQL(
            """
            SELECT x.aftersales_point_id, q.product_id, 0, 0, 0, 0,
                   q.quantity, q.reserved_quantity
              FROM stock_quant q
              JOIN stock_location x ON x.id = q.location_id
             WHERE x.aftersales_point_id IS NOT NULL
            """
        )


class AftersalesServicePoint(models.Model):
    _inherit = "aftersales.service.point"

    part_balance_count = fields.Integer(
        "Parts on Hand", compute="_compute_part_balance_count"
    )

    def _compute_part_balance_count(self):
        # Who may read the point sees how many kinds of part it has.
        counts = dict(
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [
                    ("location_id.aftersales_point_id", "in", self.ids),
                    ("quantity", "!=", 0),
                ],
                ["location_id"],
                ["product_id:count_distinct"],
            )
        )
        found = {}
        for place, count in counts.items():
            point = place.aftersales_point_id
            found[point.id] = found.get(point.id, 0) + count
        for point in self:
            point.part_balance_count = found.get(point._origin.id, 0)

    def action_view_parts(self):
        """Open what the point has of each part."""
        return self._get_related_action(
            "aftersales.part.balance", self.env._("Parts Balance"), "list,pivot"
        )
