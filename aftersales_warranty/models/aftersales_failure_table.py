from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import failure_table as kernel

#: Rates are told per so many units and month.
PER_UNITS = 1000


class AftersalesFailureTable(models.Model):
    """Failures by model, batch and month in service: the life table of the units.

    The rows of a company are replaced as a whole by :meth:`_count_company`; finding
    the unit of every repair takes too long for opening a page.  See
    ``tools/failure_table`` for what counts.
    """

    _name = "aftersales.failure.table"
    _inherit = "aftersales.counted.table.mixin"
    _description = "Failures by Month in Service"
    _order = "company_id, product_tmpl_id, batch, month, id"
    _COUNTERS = (
        "aftersales_network.group_technical_reviewer",
        "aftersales_network.group_centre_manager",
        "aftersales_network.group_head",
        "aftersales_network.group_admin",
    )

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_tmpl_id = fields.Many2one(
        "product.template",
        "Model",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    categ_id = fields.Many2one(
        "product.category", "Product Category", readonly=True, index="btree_not_null"
    )
    batch = fields.Char("Production Batch", readonly=True, index="btree_not_null")
    month = fields.Integer(
        "Month in Service",
        required=True,
        readonly=True,
        aggregator=None,
        help="1: the first month after the unit entered service.",
    )
    units = fields.Float(
        "Units That Reached the Month",
        readonly=True,
        digits=(16, 2),
        help="Units that were seen in this month of their service.",
    )
    exposure = fields.Float(
        "Unit-Months",
        readonly=True,
        digits=(16, 2),
        help="Units at risk; a month that was seen only in part counts half.",
    )
    failures = fields.Integer(readonly=True)
    rate = fields.Float(
        "Failures per 1,000 Units",
        readonly=True,
        digits=(12, 3),
        aggregator="avg",
        help="Failures ÷ unit-months × 1,000. Totals divide the sums.",
    )
    cost = fields.Monetary(
        readonly=True,
        groups="aftersales_network.group_head,aftersales_network.group_auditor,"
        "aftersales_network.group_settlement_clerk",
        help="What the failures cost: approved or claimed, else the value of the "
        "work, in the currency of the company.",
    )
    date_from = fields.Date("Observed from", readonly=True)
    date_to = fields.Date("Observed until", readonly=True)
    date_computed = fields.Datetime("Computed on", readonly=True)

    _key_uniq = models.UniqueIndex(
        "(company_id, product_tmpl_id, COALESCE(batch, ''), month)",
        "There is a row for this model, batch and month in service already.",
    )

    @api.depends("product_tmpl_id", "batch", "month")
    def _compute_display_name(self):
        for row in self:
            model = row.product_tmpl_id.display_name
            row.display_name = self.env._(
                "%(model)s, month %(month)s",
                model=f"{model} {row.batch}" if row.batch else model,
                month=row.month,
            )

    def _read_group_select(self, aggregate_spec, query):
        """A rate of several rows divides their sums."""
        if aggregate_spec != "rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%(failures)s) * %(per)s / NULLIF(SUM(%(exposure)s), 0)",
            failures=self._field_to_sql(self._table, "failures", query),
            exposure=self._field_to_sql(self._table, "exposure", query),
            per=PER_UNITS,
        )

    @api.model
    def _count_company(self, company):
        """Replace the rows of a company by those of today's data.

        :return: the new rows
        """
        # The figures sum over all points; nobody can write them otherwise.
        self_sudo = self.sudo().with_company(company)
        date_from, date_to = self_sudo._get_observation(company)
        tables = kernel.tally(
            self_sudo._fetch_groups(company),
            self_sudo._fetch_table_failures(company, date_from, date_to),
            date_from,
            date_to,
        )
        self_sudo.search([("company_id", "=", company.id)]).unlink()
        stamp = {
            "company_id": company.id,
            "date_from": date_from,
            "date_to": date_to,
            "date_computed": fields.Datetime.now(),
        }
        return self_sudo.create(
            [
                {**vals, **stamp}
                for (template_id, batch), rows in tables.items()
                for vals in self_sudo._prepare_rows(template_id, batch, rows)
            ]
        )

    @api.model
    def _get_observation(self, company):
        """First and last day on which failures would have been seen."""
        setting = self.env["aftersales.planning.setting"]._get_for(company)
        Rate = self.env["aftersales.failure.rate"]
        date_to = company._get_aftersales_today()
        start = setting.record_start or Rate._get_record_start(company)
        return start or date_to, date_to

    @api.model
    def _prepare_rows(self, template_id, batch, rows):
        """Values of the rows of one model and batch."""
        template = self.env["product.template"].browse(template_id)
        return [
            {
                "product_tmpl_id": template_id,
                "categ_id": template.categ_id.id,
                "batch": batch,
                "month": month,
                "units": row.units,
                "exposure": row.exposure,
                "failures": row.failures,
                "rate": (row.rate or 0.0) * PER_UNITS,
                "cost": float(row.cost),
            }
            for month, row in rows.items()
        ]

    def action_view_orders(self):
        """Open the repairs that were counted in this row."""
        self.ensure_one()
        # The matching reads transfers, which the user may not; the list of orders
        # that opens is under his own rights.
        found = self.sudo()._fetch_table_rows(
            self.company_id, self.date_from, self.date_to, self.product_tmpl_id
        )
        ids = [
            order
            for order, key, start, _end, day, _cost in found
            if key == (self.product_tmpl_id.id, self.batch or None)
            and kernel.month_in_service(start, day) == self.month
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Repairs: %(row)s", row=self.display_name),
            "res_model": "aftersales.service.order",
            "view_mode": "list,form",
            "domain": [("id", "in", ids)],
        }
