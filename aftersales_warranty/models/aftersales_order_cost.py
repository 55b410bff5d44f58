from odoo import api, fields, models
from odoo.tools import SQL

#: Claims on which somebody decided: what was approved is what they cost.
DECIDED = ("approved", "partially", "rejected", "settled")


class AftersalesOrderCost(models.Model):
    """Cost by policy version: what a point claims takes the place of its work."""

    _inherit = "aftersales.order.cost"
    _depends = {
        "aftersales.registration": ["policy_version_id"],
        "aftersales.policy.version": ["policy_id"],
        "aftersales.claim": [
            *("order_id", "registration_id", "service_point_id", "company_id"),
            *("currency_id", "state", "date_end", "date_submission"),
            *("amount_claimed", "amount_approved"),
        ],
    }

    policy_version_id = fields.Many2one("aftersales.policy.version", readonly=True)
    policy_id = fields.Many2one("aftersales.policy", readonly=True)
    amount_claimed = fields.Monetary("Claimed", readonly=True)
    amount_approved = fields.Monetary("Approved", readonly=True)
    amount_cost = fields.Monetary(
        help="Value of the work, awards and penalties. Where a point claims an order: "
        "what was approved, or what is claimed as long as nobody decided."
    )

    @api.model
    def _get_cost_kinds(self):
        return [
            *super()._get_cost_kinds(),
            ("claim", self.env._("Claim without Order")),
        ]

    @api.model
    def _get_cost_columns(self):
        return {
            **super()._get_cost_columns(),
            **dict.fromkeys(("policy_version_id", "policy_id"), "int"),
            **dict.fromkeys(("amount_claimed", "amount_approved"), "numeric"),
        }

    @api.model
    def _get_cost_sources(self):
        return {**super()._get_cost_sources(), "claim": self._get_claim_source()}

    @api.model
    def _get_order_source(self):
        """Put what was claimed in the place of the work, where there is a claim."""
        values, tables = super()._get_order_source()
        cost = SQL(
            "CASE WHEN k.number > 0 THEN ROUND(k.cost, 2) ELSE %s END",
            values["amount_work"],
        )
        return {
            **values,
            "policy_version_id": SQL("u.policy_version_id"),
            "policy_id": SQL("w.policy_id"),
            "amount_claimed": SQL("ROUND(COALESCE(k.claimed, 0), 2)"),
            "amount_approved": SQL("ROUND(COALESCE(k.approved, 0), 2)"),
            "amount_cost": cost,
            "cost_per_order": cost,
        }, tables

    @api.model
    def _get_order_tables(self, day):
        """Add the unit, its policy and the claims of the order."""
        return SQL(
            """
            %(tables)s
         LEFT JOIN aftersales_registration u ON u.id = o.registration_id
         LEFT JOIN aftersales_policy_version w ON w.id = u.policy_version_id
         LEFT JOIN LATERAL (
                   SELECT COUNT(*) AS number,
                          SUM(q.amount_claimed * %(rate)s) AS claimed,
                          SUM(q.amount_approved * %(rate)s) AS approved,
                          SUM(%(cost)s * %(rate)s) AS cost
                     FROM aftersales_claim q
                    WHERE q.order_id = o.id AND q.state != 'cancelled'
                   ) k ON TRUE
            """,
            tables=super()._get_order_tables(day),
            cost=self._get_claim_cost(),
            rate=self._get_rate(SQL("q.currency_id"), day),
        )

    @api.model
    def _get_claim_cost(self):
        """What a claim costs: approved, or claimed while nobody decided."""
        return SQL(
            "CASE WHEN q.state IN %s THEN q.amount_approved ELSE q.amount_claimed END",
            DECIDED,
        )

    @api.model
    def _get_claim_source(self):
        """Claims that no order stands behind, such as imported ones."""
        day = SQL("COALESCE(q.date_end, q.date_submission, q.create_date::date)")
        rate = self._get_rate(SQL("q.currency_id"), day)
        values = {
            "id": SQL("q.id"),
            "service_point_id": SQL("q.service_point_id"),
            "centre_id": SQL("p.centre_id"),
            "company_id": SQL("q.company_id"),
            "currency_id": SQL("c.currency_id"),
            "date": day,
            "product_id": SQL("q.product_id"),
            "categ_id": SQL("m.categ_id"),
            "policy_version_id": SQL("u.policy_version_id"),
            "policy_id": SQL("w.policy_id"),
            "amount_claimed": SQL("ROUND(q.amount_claimed * %s, 2)", rate),
            "amount_approved": SQL("ROUND(q.amount_approved * %s, 2)", rate),
            "amount_cost": SQL("ROUND(%s * %s, 2)", self._get_claim_cost(), rate),
        }
        return values, SQL(
            """
              FROM aftersales_claim q
              JOIN res_company c ON c.id = q.company_id
              JOIN aftersales_service_point p ON p.id = q.service_point_id
         LEFT JOIN product_product v ON v.id = q.product_id
         LEFT JOIN product_template m ON m.id = v.product_tmpl_id
         LEFT JOIN aftersales_registration u ON u.id = q.registration_id
         LEFT JOIN aftersales_policy_version w ON w.id = u.policy_version_id
             WHERE q.order_id IS NULL AND q.state != 'cancelled'
            """
        )
