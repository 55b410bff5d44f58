from odoo import api, fields, models
from odoo.tools import SQL

from .aftersales_service_order import DONE_STATES


class AftersalesOrderCost(models.Model):
    """What service costs: one row per finished order, and what comes beside it.

    Nothing is stored. Amounts are in the currency of the company, at the rate of
    their day. Modules add columns and sources by :meth:`_get_cost_columns` and
    :meth:`_get_cost_sources`.
    """

    _name = "aftersales.order.cost"
    _description = "Service Cost"
    _inherit = ["aftersales.point.kind.mixin"]
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "order_id"

    source = fields.Selection(selection="_get_cost_kinds", readonly=True)
    order_id = fields.Many2one("aftersales.service.order", readonly=True)
    service_point_id = fields.Many2one("aftersales.service.point", readonly=True)
    centre_id = fields.Many2one("aftersales.service.point", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True)
    service_type_id = fields.Many2one("aftersales.service.type", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    order_count = fields.Integer("Orders", readonly=True)
    amount_labour = fields.Monetary("Labour", readonly=True)
    amount_part = fields.Monetary("Parts", readonly=True)
    amount_travel = fields.Monetary("Travel", readonly=True)
    amount_other = fields.Monetary("Other Work", readonly=True)
    amount_work = fields.Monetary(
        "Value of the Work",
        readonly=True,
        help="All lines of the order, at the rates of the point's agreement.",
    )
    amount_adjustment = fields.Monetary("Awards and Penalties", readonly=True)
    amount_cost = fields.Monetary(
        "Cost", readonly=True, help="Value of the work, awards and penalties."
    )
    cost_per_order = fields.Monetary("Cost per Order", readonly=True, aggregator="avg")
    amount_budget = fields.Monetary("Budget", readonly=True)
    amount_spent = fields.Monetary("Posted Spending", readonly=True)
    amount_left = fields.Monetary(
        "Budget Left", readonly=True, help="Budget without the posted spending."
    )

    _depends = {
        "aftersales.service.order": [
            *("company_id", "service_point_id", "currency_id", "date_end"),
            *("service_type_id", "product_id", "state"),
        ],
        "aftersales.service.order.line": ["order_id", "kind", "amount"],
        "aftersales.service.point": ["centre_id", "kind"],
        "aftersales.point.adjustment": [
            *("service_point_id", "company_id", "currency_id", "date", "amount"),
            "state",
        ],
        "aftersales.budget.line": [
            *("service_point_id", "company_id", "date_from", "state"),
            "amount_planned",
        ],
        "aftersales.budget.post": [
            *("service_point_id", "company_id", "date", "state", "amount"),
        ],
        "product.template": ["categ_id"],
        "product.product": ["product_tmpl_id"],
        "res.company": ["currency_id", "parent_path"],
        "res.currency.rate": ["currency_id", "company_id", "name", "rate"],
    }

    @api.model
    def _get_cost_kinds(self):
        """Where a row comes from; extension point."""
        return [
            ("order", self.env._("Service Order")),
            ("adjustment", self.env._("Award or Penalty")),
            ("budget", self.env._("Budget")),
            ("spending", self.env._("Posted Spending")),
        ]

    @api.model
    def _get_cost_columns(self):
        """Columns and their types; what a source does not name is empty."""
        return {
            **dict.fromkeys(("id", "order_id", "service_point_id"), "int"),
            **dict.fromkeys(("centre_id", "company_id", "currency_id"), "int"),
            **dict.fromkeys(("service_type_id", "product_id", "categ_id"), "int"),
            **dict.fromkeys(("amount_labour", "amount_part"), "numeric"),
            **dict.fromkeys(("amount_travel", "amount_other"), "numeric"),
            **dict.fromkeys(("amount_work", "amount_adjustment"), "numeric"),
            **dict.fromkeys(("amount_cost", "cost_per_order"), "numeric"),
            **dict.fromkeys(("amount_budget", "amount_spent"), "numeric"),
            "amount_left": "numeric",
            "date": "date",
            "source": "varchar",
            "order_count": "int",
        }

    @property
    def _table_query(self):
        """Rows of all sources."""
        columns = self._get_cost_columns()
        sources = self._get_cost_sources()
        return SQL(" UNION ALL ").join(
            self._select_source(columns, kind, *source, number, len(sources))
            for number, (kind, source) in enumerate(sources.items())
        )

    @api.model
    def _select_source(self, columns, kind, values, tables, number, step):
        """One SELECT; the ids of several sources do not meet."""
        values = {
            **values,
            "source": SQL("%s", kind),
            "id": SQL("%s * %s + %s", values["id"], step, number),
        }
        # The types are constants of the modules, nothing that anybody types.
        rows = [
            SQL(
                "%s::%s AS %s",
                values.get(name, SQL("NULL")),
                SQL(kind_of),  # pylint: disable=sql-injection
                SQL.identifier(name),
            )
            for name, kind_of in columns.items()
        ]
        return SQL("SELECT %s %s", SQL(", ").join(rows), tables)

    @api.model
    def _get_cost_sources(self):
        """Sources of rows: ``{kind: ({column: SQL}, SQL of FROM and WHERE)}``.

        Extension point.
        """
        return {
            "order": self._get_order_source(),
            "adjustment": self._get_adjustment_source(),
            "budget": self._get_budget_source(),
            "spending": self._get_spending_source(),
        }

    @api.model
    def _get_order_source(self):
        """Finished orders with the sums of their lines."""
        day = SQL(
            "(o.date_end AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
            self.env.company._get_aftersales_zone(),
        )
        work = SQL("ROUND(COALESCE(l.total, 0) * f.rate, 2)")
        values = {
            "id": SQL("o.id"),
            "order_id": SQL("o.id"),
            "service_point_id": SQL("o.service_point_id"),
            "centre_id": SQL("p.centre_id"),
            "company_id": SQL("o.company_id"),
            "currency_id": SQL("c.currency_id"),
            "date": day,
            "service_type_id": SQL("o.service_type_id"),
            "product_id": SQL("o.product_id"),
            "categ_id": SQL("m.categ_id"),
            "order_count": SQL("1"),
            "amount_labour": SQL("ROUND(COALESCE(l.labour, 0) * f.rate, 2)"),
            "amount_part": SQL("ROUND(COALESCE(l.part, 0) * f.rate, 2)"),
            "amount_travel": SQL("ROUND(COALESCE(l.travel, 0) * f.rate, 2)"),
            "amount_other": SQL("ROUND(COALESCE(l.other, 0) * f.rate, 2)"),
            "amount_work": work,
            "amount_cost": work,
            "cost_per_order": work,
        }
        return values, SQL(
            "%s %s", self._get_order_tables(day), self._get_order_where()
        )

    @api.model
    def _get_order_tables(self, day):
        """Tables of the orders; extension point.

        :param day: day of the order, whose exchange rate counts
        """
        return SQL(
            """
              FROM aftersales_service_order o
              JOIN res_company c ON c.id = o.company_id
         LEFT JOIN aftersales_service_point p ON p.id = o.service_point_id
         LEFT JOIN product_product v ON v.id = o.product_id
         LEFT JOIN product_template m ON m.id = v.product_tmpl_id
         LEFT JOIN LATERAL (
                   SELECT SUM(amount) AS total,
                          SUM(amount) FILTER (WHERE kind = 'labour') AS labour,
                          SUM(amount) FILTER (WHERE kind = 'part') AS part,
                          SUM(amount) FILTER (WHERE kind = 'travel') AS travel,
                          SUM(amount) FILTER (
                              WHERE kind NOT IN ('labour', 'part', 'travel')
                          ) AS other
                     FROM aftersales_service_order_line WHERE order_id = o.id
                   ) l ON TRUE
        CROSS JOIN LATERAL (SELECT %(rate)s AS rate) f
            """,
            rate=self._get_rate(SQL("o.currency_id"), day),
        )

    @api.model
    def _get_order_where(self):
        """Which orders cost something."""
        return SQL("WHERE o.state IN %s AND o.date_end IS NOT NULL", DONE_STATES)

    @api.model
    def _get_rate(self, currency, day):
        """Factor from a currency to that of the company ``c`` on a day."""
        return SQL(
            "CASE WHEN %(currency)s = c.currency_id THEN 1"
            " ELSE %(own)s / %(other)s END",
            currency=currency,
            own=self._get_currency_rate(SQL("c.currency_id"), day),
            other=self._get_currency_rate(currency, day),
        )

    @api.model
    def _get_currency_rate(self, currency, day):
        """Rate of a currency as ``res.currency`` finds it."""
        found = SQL(
            "SELECT r.rate FROM res_currency_rate r WHERE r.currency_id = %s AND "
            "(r.company_id IS NULL OR r.company_id = "
            "split_part(c.parent_path, '/', 1)::int)",
            currency,
        )
        return SQL(
            "COALESCE((%(found)s AND r.name <= %(day)s ORDER BY r.company_id, r.name"
            " DESC LIMIT 1), (%(found)s ORDER BY r.company_id, r.name LIMIT 1), 1)",
            found=found,
            day=day,
        )

    @api.model
    def _get_adjustment_source(self):
        """Awards and penalties of points, settled or still to be."""
        amount = SQL(
            "ROUND(a.amount * %s, 2)",
            self._get_rate(SQL("a.currency_id"), SQL("a.date")),
        )
        values = {
            "id": SQL("a.id"),
            "service_point_id": SQL("a.service_point_id"),
            "centre_id": SQL("p.centre_id"),
            "company_id": SQL("a.company_id"),
            "currency_id": SQL("c.currency_id"),
            "date": SQL("a.date"),
            "amount_adjustment": amount,
            "amount_cost": amount,
        }
        return values, SQL(
            """
              FROM aftersales_point_adjustment a
              JOIN res_company c ON c.id = a.company_id
              JOIN aftersales_service_point p ON p.id = a.service_point_id
             WHERE a.state IN ('open', 'settled')
            """
        )

    @api.model
    def _get_budget_source(self):
        """Planned amounts of budgets that are approved or closed."""
        values = {
            **self._get_budget_columns(SQL("b.date_from")),
            "id": SQL("b.id"),
            "amount_budget": SQL("b.amount_planned"),
            "amount_left": SQL("b.amount_planned"),
        }
        return values, SQL(
            """
              FROM aftersales_budget_line b
              JOIN res_company c ON c.id = b.company_id
              JOIN aftersales_service_point p ON p.id = b.service_point_id
             WHERE b.state IN ('approved', 'closed')
            """
        )

    @api.model
    def _get_spending_source(self):
        """Spending posted against the budgets."""
        values = {
            **self._get_budget_columns(SQL("b.date")),
            "id": SQL("b.id"),
            "amount_spent": SQL("b.amount"),
            "amount_left": SQL("-b.amount"),
        }
        return values, SQL(
            """
              FROM aftersales_budget_post b
              JOIN res_company c ON c.id = b.company_id
              JOIN aftersales_service_point p ON p.id = b.service_point_id
             WHERE b.state = 'posted'
            """
        )

    @api.model
    def _get_budget_columns(self, day):
        """Columns that budgets and spending share."""
        return {
            "service_point_id": SQL("b.service_point_id"),
            "centre_id": SQL("p.centre_id"),
            "company_id": SQL("b.company_id"),
            "currency_id": SQL("c.currency_id"),
            "date": day,
        }

    def action_open_source(self):
        """Open the order behind a row.

        :return: window action, or None where there is no order
        """
        self.ensure_one()
        return self.order_id._get_records_action() if self.order_id else None
