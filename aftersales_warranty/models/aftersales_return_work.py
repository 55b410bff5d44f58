from odoo import fields, models
from odoo.tools import SQL

from .aftersales_return_grade import DISPOSITIONS


class AftersalesReturnWork(models.Model):
    """What the returns warehouse did: one row per line and step."""

    _name = "aftersales.return.work"
    _description = "Work on Returned Goods"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"

    line_id = fields.Many2one("aftersales.return.line", "Return Line", readonly=True)
    return_id = fields.Many2one("aftersales.return", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    service_point_id = fields.Many2one("aftersales.service.point", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one(
        "product.category", "Product Category", related="product_id.categ_id"
    )
    step = fields.Selection(
        [
            ("received", "Received"),
            ("inspected", "Inspected"),
            ("disposed", "Disposed"),
        ],
        readonly=True,
    )
    date = fields.Datetime(readonly=True)
    user_id = fields.Many2one("res.users", "Person", readonly=True)
    grade_id = fields.Many2one("aftersales.return.grade", readonly=True)
    receipt_result = fields.Selection(
        [
            ("right", "As Expected"),
            ("wrong", "Wrong"),
            ("unexpected", "Unexpected"),
            ("damaged", "Damaged"),
        ],
        "Receipt",
        readonly=True,
    )
    disposition = fields.Selection(DISPOSITIONS, readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    days = fields.Float(
        "Days since Receipt",
        readonly=True,
        aggregator="avg",
        help="From the receipt to this step.",
    )

    _depends = {
        "aftersales.return": ["warehouse_id"],
        "aftersales.return.line": [
            "company_id",
            "date_disposed",
            "date_inspected",
            "date_received",
            "disposed_by_id",
            "disposition",
            "grade_id",
            "inspected_by_id",
            "product_id",
            "quantity_received",
            "receipt_result",
            "received_by_id",
            "return_id",
            "service_point_id",
        ],
    }

    @property
    def _table_query(self):
        """Three rows per line at most; the quantity in the product's unit."""
        return SQL(
            """
            SELECT line.id * 3 + step.number AS id,
                   line.id AS line_id, line.return_id, line.company_id,
                   line.service_point_id, document.warehouse_id, line.product_id,
                   step.name AS step, step.date, step.user_id,
                   CASE WHEN step.number > 0 THEN line.grade_id END AS grade_id,
                   line.receipt_result,
                   CASE WHEN step.number > 1 THEN line.disposition END AS disposition,
                   line.quantity_received * unit.factor / base.factor AS quantity,
                   EXTRACT(EPOCH FROM step.date - line.date_received) / 86400 AS days
              FROM aftersales_return_line line
              JOIN aftersales_return document ON document.id = line.return_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = line.product_uom_id
              JOIN uom_uom base ON base.id = template.uom_id
        CROSS JOIN LATERAL (
                   VALUES (0, 'received', line.date_received, line.received_by_id),
                          (1, 'inspected', line.date_inspected, line.inspected_by_id),
                          (2, 'disposed', line.date_disposed, line.disposed_by_id)
                   ) step (number, name, date, user_id)
             WHERE step.date IS NOT NULL
            """
        )
