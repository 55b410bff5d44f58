from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..tools import failure_table as kernel


class AftersalesFailureTable(models.Model):
    """Reads units and failures with the batch of the unit."""

    _inherit = "aftersales.failure.table"

    @api.model
    def _fetch_groups(self, company, templates=None):
        """Units by model, batch and time in use.

        :param templates: only these models; empty: all
        :return: list of ``tools.failure_table.Group``, keys (model, batch)
        """
        Base = self.env["aftersales.installed.base"]
        Base._flush_units()
        self._flush_batches()
        rows = self._fetch_hashed(
            SQL(
                """
                SELECT base.product_tmpl_id, %(batch)s, base.date_start,
                       base.date_end, SUM(base.quantity)
                  FROM (%(base)s) base %(joins)s
                 WHERE base.company_id = %(company)s AND base.date_start IS NOT NULL
                       %(only)s
                 GROUP BY 1, 2, 3, 4
                """,
                batch=self._get_batch_sql(),
                base=Base._get_base_query(company._get_aftersales_today()),
                joins=self._get_batch_joins(SQL("base.id"), SQL("base.lot_id")),
                company=company.id,
                only=SQL("AND base.product_tmpl_id IN %s", tuple(templates.ids))
                if templates
                else SQL(""),
            )
        )
        return [
            kernel.Group((template, batch), start, end, quantity)
            for template, batch, start, end, quantity in rows
        ]

    @api.model
    def _flush_batches(self):
        """Write pending batches, which the queries read."""
        self.env["stock.lot"].flush_model(["aftersales_batch"])
        self.env["aftersales.registration"].flush_model(["batch"])

    @api.model
    def _get_batch_sql(self):
        """Batch of the unit that :meth:`_get_batch_joins` brought along."""
        return SQL("COALESCE(NULLIF(lot.aftersales_batch, ''), NULLIF(own.batch, ''))")

    @api.model
    def _get_batch_joins(self, row_id, lot_id):
        """Joins from a row of the installed base to where its batch stands.

        A row that comes from a registration has its id times 8 plus 3, see
        ``aftersales.installed.base._get_unit_queries``.
        """
        return SQL(
            """
            LEFT JOIN stock_lot lot ON lot.id = %(lot)s
            LEFT JOIN aftersales_registration own
                 ON MOD(%(row)s, 8) = 3 AND own.id = %(row)s / 8
            """,
            lot=lot_id,
            row=row_id,
        )

    @api.model
    def _fetch_table_rows(self, company, date_from, date_to, templates=None):
        """Failures with batch and cost of their order.

        :return: list of (order, (model, batch), start, end, day, cost)
        """
        self._flush_batches()
        Cost = self.env["aftersales.order.cost"]
        for model, names in Cost._depends.items():
            self.env[model].flush_model(names)
        rows = self._fetch_hashed(
            SQL(
                """
                SELECT failure.id, failure.product_tmpl_id, %(batch)s,
                       failure.date_start, failure.date_end, failure.day,
                       COALESCE(cost.amount, 0)
                  FROM (%(failures)s) failure %(joins)s
                  LEFT JOIN (
                       SELECT order_id, SUM(amount_cost) AS amount
                         FROM (%(costs)s) cost WHERE source = 'order' GROUP BY 1
                  ) cost ON cost.order_id = failure.id
                """,
                batch=self._get_batch_sql(),
                failures=self.env["aftersales.failure.rate"]._get_failure_query(
                    company, date_from, date_to, templates
                ),
                joins=self._get_batch_joins(
                    SQL("failure.unit_id"), SQL("failure.unit_lot_id")
                ),
                costs=Cost._table_query,
            )
        )
        return [
            (order, (template, batch), start, end, day, Decimal(cost))
            for order, template, batch, start, end, day, cost in rows
        ]

    @api.model
    def _fetch_table_failures(self, company, date_from, date_to):
        """Failures of a company for the calculation."""
        return [
            kernel.Failure(key, start, end, day, cost)
            for _order, key, start, end, day, cost in self._fetch_table_rows(
                company, date_from, date_to
            )
        ]
