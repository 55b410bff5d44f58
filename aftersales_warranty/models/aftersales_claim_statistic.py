from odoo import api, fields, models
from odoo.tools import SQL

from .aftersales_claim_appeal import DECIDED_STATES

#: Shares as pivot and graph sum them up: parts over wholes, not a mean of shares.
SHARES = {
    "cut_share:avg": ("amount_cut", "amount_claimed"),
    "refused_share:avg": ("refused_count", "line_count"),
    "appealed_share:avg": ("appealed_count", "line_count"),
}


class AftersalesClaimStatistic(models.Model):
    """Decided claim lines: what was cut and refused, by whom, why and how fast.

    Amounts are in the currency of the company, at the rate of the decision.
    """

    _name = "aftersales.claim.statistic"
    _description = "Claim Statistics"
    _inherit = ["aftersales.point.kind.mixin"]
    _auto = False
    _order = "date_decision desc, id desc"
    _rec_name = "claim_id"
    _depends = {
        "aftersales.claim": [
            *("company_id", "currency_id", "state", "date_submission"),
            *("date_decision", "decided_by_id", "send_back_count", "product_id"),
        ],
        "aftersales.claim.line": [
            *("claim_id", "service_point_id", "kind", "reason_id", "is_decided"),
            *("amount_claimed", "amount_approved"),
        ],
        "aftersales.claim.appeal": ["claim_line_id", "state"],
        "aftersales.service.point": ["centre_id", "kind"],
    }

    claim_id = fields.Many2one("aftersales.claim", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    service_point_id = fields.Many2one("aftersales.service.point", readonly=True)
    centre_id = fields.Many2one("aftersales.service.point", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Category", readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    reason_id = fields.Many2one("aftersales.claim.reason", readonly=True)
    kind = fields.Selection(
        selection=lambda self: (
            self.env["aftersales.claim.line"]
            ._fields["kind"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    outcome = fields.Selection(
        [("full", "Approved"), ("cut", "Cut"), ("refused", "Refused")], readonly=True
    )
    date_submission = fields.Date("Submitted on", readonly=True)
    date_decision = fields.Date("Decided on", readonly=True)
    decide_days = fields.Integer("Days to Decide", readonly=True, aggregator="avg")
    send_back_count = fields.Integer("Times Sent Back", readonly=True, aggregator="avg")
    line_count = fields.Integer("Lines", readonly=True)
    refused_count = fields.Integer("Lines Refused", readonly=True)
    appealed_count = fields.Integer("Lines Appealed", readonly=True)
    amount_claimed = fields.Monetary("Claimed", readonly=True)
    amount_approved = fields.Monetary("Approved", readonly=True)
    amount_cut = fields.Monetary("Cut Amount", readonly=True)
    cut_share = fields.Float("Cut %", digits=(5, 2), readonly=True, aggregator="avg")
    refused_share = fields.Float(
        "Refused %", digits=(5, 2), readonly=True, aggregator="avg"
    )
    appealed_share = fields.Float(
        "Appealed %", digits=(5, 2), readonly=True, aggregator="avg"
    )

    @property
    def _table_query(self):
        return SQL(
            "SELECT %s %s",
            SQL(", ").join(
                SQL("%s AS %s", value, SQL.identifier(name))
                for name, value in self._get_statistic_columns().items()
            ),
            self._get_statistic_tables(),
        )

    @api.model
    def _get_statistic_columns(self):
        """Columns of the table.  Extension point."""
        rate = self.env["aftersales.order.cost"]._get_rate(
            SQL("q.currency_id"), SQL("q.date_decision")
        )
        refused = SQL("(l.amount_approved = 0 AND l.amount_claimed > 0)")
        claimed = SQL("ROUND(l.amount_claimed * %s, 2)", rate)
        approved = SQL("ROUND(l.amount_approved * %s, 2)", rate)
        return {
            "id": SQL("l.id"),
            "claim_id": SQL("l.claim_id"),
            "company_id": SQL("q.company_id"),
            "currency_id": SQL("c.currency_id"),
            "service_point_id": SQL("q.service_point_id"),
            "centre_id": SQL("p.centre_id"),
            "product_id": SQL("q.product_id"),
            "categ_id": SQL("m.categ_id"),
            "decided_by_id": SQL("q.decided_by_id"),
            "reason_id": SQL("l.reason_id"),
            "kind": SQL("l.kind"),
            "outcome": SQL(
                "CASE WHEN %s THEN 'refused' WHEN l.amount_approved < l.amount_claimed "
                "THEN 'cut' ELSE 'full' END",
                refused,
            ),
            "date_submission": SQL("q.date_submission"),
            "date_decision": SQL("q.date_decision"),
            "decide_days": SQL("q.date_decision - q.date_submission"),
            "send_back_count": SQL("COALESCE(q.send_back_count, 0)"),
            "line_count": SQL("1"),
            "refused_count": SQL("%s::int", refused),
            "appealed_count": SQL("(a.id IS NOT NULL)::int"),
            "amount_claimed": claimed,
            "amount_approved": approved,
            "amount_cut": SQL("%s - %s", claimed, approved),
            "cut_share": SQL(
                "ROUND(100 - l.amount_approved * 100 / NULLIF(l.amount_claimed, 0), 2)"
            ),
            "refused_share": SQL("%s::int * 100", refused),
            "appealed_share": SQL("(a.id IS NOT NULL)::int * 100"),
        }

    @api.model
    def _get_statistic_tables(self):
        """Decided lines of claims, with what they are sorted by."""
        return SQL(
            """
              FROM aftersales_claim_line l
              JOIN aftersales_claim q ON q.id = l.claim_id
              JOIN res_company c ON c.id = q.company_id
              JOIN aftersales_service_point p ON p.id = q.service_point_id
         LEFT JOIN product_product v ON v.id = q.product_id
         LEFT JOIN product_template m ON m.id = v.product_tmpl_id
         LEFT JOIN aftersales_claim_appeal a
                ON a.claim_line_id = l.id AND a.state NOT IN ('draft', 'withdrawn')
             WHERE l.is_decided AND q.state IN %s AND q.date_decision IS NOT NULL
            """,
            DECIDED_STATES,
        )

    def _read_group_select(self, aggregate_spec, query):
        """Shares of a group are its parts over its wholes."""
        if aggregate_spec not in SHARES:
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (
            self._field_to_sql(self._table, name, query)
            for name in SHARES[aggregate_spec]
        )
        return SQL("SUM(%s) * 100.0 / NULLIF(SUM(%s), 0)", part, whole)

    def action_view_claim(self):
        """Open the claim of the line."""
        self.ensure_one()
        return self.claim_id._get_records_action()
