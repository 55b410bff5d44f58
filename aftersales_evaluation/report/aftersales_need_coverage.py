from odoo import api, fields, models
from odoo.tools import SQL

from ..models.aftersales_customer_need import COVERAGES


class AftersalesNeedCoverage(models.Model):
    """How far the needs of each group are answered today."""

    _name = "aftersales.need.coverage"
    _description = "Coverage of Needs"
    _auto = False
    _order = "group, id"
    _rec_name = "need_id"
    _depends = {
        "aftersales.customer.need": [
            "active",
            "company_id",
            "group",
            "is_gap",
            "promise_id",
        ],
        "aftersales.promise": ["date_from", "date_to", "state"],
    }

    need_id = fields.Many2one("aftersales.customer.need", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    promise_id = fields.Many2one("aftersales.promise", "Answered by", readonly=True)
    group = fields.Selection(
        [
            ("customers", "Customers"),
            ("dealers", "Dealers"),
            ("providers", "Service Providers"),
            ("departments", "Departments"),
        ],
        "Whose Need",
        readonly=True,
    )
    coverage = fields.Selection(COVERAGES, readonly=True)
    covered_count = fields.Integer("Covered Needs", readonly=True)
    gap_count = fields.Integer("Gaps", readonly=True)
    coverage_percent = fields.Float(
        "Covered (%)", readonly=True, aggregator="avg", digits=(5, 2)
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT c.id, c.id AS need_id, c.company_id, c.promise_id, c."group",
                   c.coverage, (c.coverage = 'covered')::int AS covered_count,
                   (c.coverage = 'gap')::int AS gap_count,
                   CASE WHEN c.coverage = 'covered' THEN 100.0 ELSE 0.0 END
                       AS coverage_percent
              FROM (%s) c
            """,
            self._select_coverage(),
        )

    @api.model
    def _select_coverage(self):
        """Needs with what answers them on the company's day."""
        return SQL(
            """
            SELECT n.id, n.company_id, n.promise_id, n."group",
                   CASE WHEN n.is_gap THEN 'gap'
                        WHEN p.state = 'draft'
                          OR p.state = 'published' AND p.date_from > %(today)s
                        THEN 'planned'
                        WHEN p.state = 'published'
                         AND (p.date_to IS NULL OR p.date_to >= %(today)s)
                        THEN 'covered'
                        ELSE 'open' END AS coverage
              FROM aftersales_customer_need n
              LEFT JOIN aftersales_promise p ON p.id = n.promise_id
             WHERE n.active
            """,
            today=self.env.company._get_aftersales_today(),
        )
