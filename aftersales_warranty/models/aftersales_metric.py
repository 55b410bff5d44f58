from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

DECIDED = ("approved", "partially", "rejected", "settled")


class AftersalesMetric(models.AbstractModel):
    """Figures about claims, settlements and registrations."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add the figures of warranty."""
        return super()._get_metric_catalog() | {
            "CREJ": {
                "name": self.env._("Claim Rejection Rate"),
                "unit": "%",
                "direction": "down",
            },
            "CCYC": {
                "name": self.env._("Claim Cycle Time"),
                "unit": "days",
                "direction": "down",
            },
            "CLATE": {
                "name": self.env._("Claim Submission Lag"),
                "unit": "days",
                "direction": "down",
            },
            "WCPU": {
                "name": self.env._("Warranty Cost per Unit"),
                "unit": "money",
                "direction": "down",
            },
            "SETTLED": {
                "name": self.env._("Amount Settled"),
                "unit": "money",
                "direction": "up",
            },
            "REG": {
                "name": self.env._("Registration Rate"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _get_claim_domain(self, points, date_from, date_to):
        """Claims decided in the period."""
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "in", DECIDED)
            & Domain("date_decision", ">=", date_from)
            & Domain("date_decision", "<=", date_to)
        )

    @api.model
    def _aggregate_claims(self, domain, numerator):
        """One grouped query over claims: ``{point_id: (num, count)}``."""
        Claim = self.env["aftersales.claim"]
        # The caller may read the points; a figure counts all their claims.
        query = Claim.sudo()._search(domain, bypass_access=True)
        rows = self.env.execute_query(
            SQL(
                "SELECT c.service_point_id, %(num)s, COUNT(*) FROM aftersales_claim c "
                "WHERE c.id IN %(ids)s GROUP BY c.service_point_id",
                num=numerator,
                ids=query.subselect(),
            )
        )
        return {point_id: (num or 0, count) for point_id, num, count in rows}

    @api.model
    def _metric_crej(self, points, date_from, date_to):
        """Claims refused ÷ claims decided."""
        return self._aggregate_claims(
            self._get_claim_domain(points, date_from, date_to),
            SQL("COUNT(*) FILTER (WHERE c.state = 'rejected')"),
        )

    @api.model
    def _metric_domain_crej(self, points, date_from, date_to):
        """Claims decided in the period."""
        domain = self._get_claim_domain(points, date_from, date_to)
        return "aftersales.claim", domain

    @api.model
    def _metric_ccyc(self, points, date_from, date_to):
        """Days from submission to decision ÷ claims decided."""
        domain = self._get_claim_domain(points, date_from, date_to)
        return self._aggregate_claims(
            domain & Domain("date_submission", "!=", False),
            SQL("SUM(c.date_decision - c.date_submission)"),
        )

    @api.model
    def _metric_domain_ccyc(self, points, date_from, date_to):
        """Claims decided in the period."""
        return self._metric_domain_crej(points, date_from, date_to)

    @api.model
    def _metric_clate(self, points, date_from, date_to):
        """Days from the end of the repair to the submission ÷ claims submitted."""
        _model, domain = self._metric_domain_clate(points, date_from, date_to)
        return self._aggregate_claims(
            domain, SQL("SUM(GREATEST(c.date_submission - c.date_end, 0))")
        )

    @api.model
    def _metric_domain_clate(self, points, date_from, date_to):
        """Claims submitted in the period for finished repairs."""
        return "aftersales.claim", (
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "!=", "cancelled")
            & Domain("date_submission", ">=", date_from)
            & Domain("date_submission", "<=", date_to)
            & Domain("date_end", "!=", False)
        )

    @api.model
    def _get_settlement_domain(self, points, date_from, date_to):
        """Billed settlements whose period ends in the period."""
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "=", "billed")
            & Domain("date_to", ">=", date_from)
            & Domain("date_to", "<=", date_to)
        )

    @api.model
    def _metric_settled(self, points, date_from, date_to):
        """Amount of the billed settlements."""
        # The caller may read the points; a figure counts all their settlements.
        Settlement_sudo = self.env["aftersales.settlement"].sudo()
        spent = self._sum_money(
            Settlement_sudo,
            self._get_settlement_domain(points, date_from, date_to),
            "amount_total",
            date_to,
        )
        return {point_id: (amount, 1) for point_id, amount in spent.items()}

    @api.model
    def _sum_money(self, records, domain, name, on_date):
        """Sums by point in the currency of its company: ``{point_id: amount}``.

        :param on_date: day whose rates count
        """
        result = {}
        for point, currency, amount in records._read_group(
            domain, ["service_point_id", "currency_id"], [f"{name}:sum"]
        ):
            company = point.company_id
            if currency and currency != company.currency_id:
                amount = currency._convert(
                    amount, company.currency_id, company, on_date
                )
            result[point.id] = result.get(point.id, 0) + amount
        return result

    @api.model
    def _metric_domain_settled(self, points, date_from, date_to):
        """Settlements behind the amount."""
        domain = self._get_settlement_domain(points, date_from, date_to)
        return "aftersales.settlement", domain

    @api.model
    def _metric_wcpu(self, points, date_from, date_to):
        """Approved amount ÷ units in cover that the point has worked on."""
        # The caller may read the points; a figure counts all their claims.
        spent = self._sum_money(
            self.env["aftersales.claim"].sudo(),
            self._get_claim_domain(points, date_from, date_to),
            "amount_approved",
            date_to,
        )
        Order_sudo = self.env["aftersales.service.order"].sudo()
        units = dict(
            Order_sudo._read_group(
                Domain("service_point_id", "in", points.ids)
                & Order_sudo._get_done_domain()
                & Domain("registration_id.date_cover_end", ">=", date_from),
                ["service_point_id"],
                ["registration_id:count_distinct"],
            )
        )
        return {
            point.id: (spent.get(point.id, 0), units.get(point, 0)) for point in points
        }

    @api.model
    def _metric_domain_wcpu(self, points, date_from, date_to):
        """Claims whose approved amounts are counted."""
        return self._metric_domain_crej(points, date_from, date_to)

    @api.model
    def _get_delivery_domain(self, points, date_from, date_to):
        """Serials delivered to customers in the period.

        A head office answers for its whole company, any other point for what
        was delivered to its own company.
        """
        start, stop = self._get_utc_bounds(date_from, date_to)
        companies = points.filtered(lambda p: p.tier == "hq").company_id
        owners = points.partner_id.commercial_partner_id
        return (
            Domain("state", "=", "done")
            & Domain("date", ">=", start)
            & Domain("date", "<", stop)
            & Domain("lot_id", "!=", False)
            & Domain("product_id.tracking", "=", "serial")
            & Domain("location_dest_id.usage", "=", "customer")
            & (
                Domain("company_id", "in", companies.ids)
                | Domain(
                    "picking_id.partner_id.commercial_partner_id", "in", owners.ids
                )
            )
        )

    @api.model
    def _metric_reg(self, points, date_from, date_to):
        """Units registered to a customer ÷ units that customers received.

        Serials delivered to customers, and those whose sale a dealer reported in
        the period. What a dealer still has for sale counts nowhere.
        """
        # The caller may read the points; stock moves are only counted.
        lines_sudo = (
            self.env["stock.move.line"]
            .sudo()
            .search_fetch(
                self._get_delivery_domain(points, date_from, date_to),
                ["lot_id", "company_id", "picking_id"],
            )
        )
        units_sudo = self._get_metric_units(lines_sudo, points, date_from, date_to)
        for_sale = set(units_sudo.filtered("is_dealer_stock").lot_id.ids)
        owned = units_sudo.filtered(lambda u: u.partner_id and not u.is_dealer_stock)
        registered = set(owned.lot_id.ids)
        by_company = lines_sudo.grouped("company_id")
        by_owner = lines_sudo.grouped(
            lambda line: line.picking_id.partner_id.commercial_partner_id
        )
        result = {}
        for point in points:
            owner = point.partner_id.commercial_partner_id
            is_hq = point.tier == "hq"
            lines = by_company.get(point.company_id) if is_hq else by_owner.get(owner)
            lots = set(lines.lot_id.ids) if lines and (is_hq or owner) else set()
            lots -= for_sale
            sold = owned.filtered(
                lambda u, point=point, owner=owner, is_hq=is_hq, lots=lots: (
                    u.dealer_id
                    and u.date_sale
                    and date_from <= u.date_sale <= date_to
                    and u.lot_id.id not in lots
                    and (
                        u.company_id == point.company_id
                        if is_hq
                        else u.dealer_id.commercial_partner_id == owner
                    )
                )
            )
            result[point.id] = (
                len(lots & registered) + len(sold),
                len(lots) + len(sold),
            )
        return result

    @api.model
    def _get_metric_units(self, lines_sudo, points, date_from, date_to):
        """Registrations of delivered serials and of reported sales, as superuser."""
        sold = (
            Domain("dealer_id", "!=", False)
            & Domain("date_sale", ">=", date_from)
            & Domain("date_sale", "<=", date_to)
            & Domain("company_id", "in", points.company_id.ids)
        )
        return (
            self.env["aftersales.registration"]
            .sudo()
            .search_fetch(
                sold | Domain("lot_id", "in", lines_sudo.lot_id.ids),
                ["lot_id", "partner_id", "dealer_id", "date_sale", "is_dealer_stock"],
            )
        )

    @api.model
    def _metric_domain_reg(self, points, date_from, date_to):
        """Deliveries behind the rate."""
        domain = self._get_delivery_domain(points, date_from, date_to)
        return "stock.move.line", domain
