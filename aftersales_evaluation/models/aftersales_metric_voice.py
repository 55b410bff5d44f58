from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesMetric(models.AbstractModel):
    """Figures of what customers say."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add satisfaction, recommendation, call-backs and complaints."""
        return super()._get_metric_catalog() | {
            "CSAT": {
                "name": self.env._("Customer Satisfaction"),
                "unit": "%",
                "direction": "up",
            },
            "NPS": {
                "name": self.env._("Net Promoter Score"),
                "unit": "%",
                "direction": "up",
            },
            "FOLLOW": {
                "name": self.env._("Follow-Up Calls Done"),
                "unit": "%",
                "direction": "up",
            },
            "COMPC": {
                "name": self.env._("Complaints Closed in Time"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _metric_csat(self, points, date_from, date_to):
        """Answers of 4 or 5 stars ÷ answers with stars, by the day of the answer."""
        domain = self._metric_domain_csat(points, date_from, date_to)[1]
        return self._count_voice("aftersales.satisfaction", domain, "is_satisfied")

    @api.model
    def _metric_domain_csat(self, points, date_from, date_to):
        """Answers with stars."""
        domain = self._get_answer_domain(points, date_from, date_to)
        return "aftersales.satisfaction", domain & Domain("score", ">", 0)

    @api.model
    def _metric_nps(self, points, date_from, date_to):
        """(Promoters − detractors) ÷ answers with a recommendation."""
        domain = self._metric_domain_nps(points, date_from, date_to)[1]
        weights = {"promoter": 1, "passive": 0, "detractor": -1}
        result = {}
        # The caller may read the points; a figure counts all their answers.
        for point, kind, count in (
            self.env["aftersales.satisfaction"]
            .sudo()
            ._read_group(domain, ["service_point_id", "recommend_kind"], ["__count"])
        ):
            num, den = result.get(point.id, (0, 0))
            result[point.id] = (num + weights[kind] * count, den + count)
        return result

    @api.model
    def _metric_domain_nps(self, points, date_from, date_to):
        """Answers with a recommendation."""
        domain = self._get_answer_domain(points, date_from, date_to)
        return "aftersales.satisfaction", domain & Domain("recommend_kind", "!=", False)

    @api.model
    def _metric_follow(self, points, date_from, date_to):
        """Jobs whose customer was reached by a call-back ÷ jobs done."""
        done = self._get_order_figures("VOLUME", points, date_from, date_to)
        reached = self._count_reached(points, date_from, date_to)
        return {
            point.id: (reached.get(point.id, 0), done.get(point.id, (0, 0))[0])
            for point in points
        }

    @api.model
    def _count_reached(self, points, date_from, date_to):
        """Jobs done whose customer was reached: ``{point id: count}``.

        Begins with the call-backs, of which there are fewer than jobs.
        """
        self.env["aftersales.callback"].flush_model(["order_id", "state"])
        domain = self._get_order_domain(points, date_from, date_to)
        Order_sudo = self.env["aftersales.service.order"].sudo()
        Order_sudo.flush_model(["service_point_id", "state", "date_end"])
        # The caller may read the points; a figure counts all their jobs.
        query = Order_sudo._search(
            domain
            & Domain(
                "id",
                "in",
                SQL("(SELECT order_id FROM aftersales_callback WHERE state = 'done')"),
            ),
            bypass_access=True,
        )
        orders = SQL.identifier(query.table)
        point = SQL("%s.service_point_id", orders)
        rows = self.env.execute_query(
            SQL(
                "SELECT r.point_id, COUNT(*) FROM (%s) r GROUP BY r.point_id",
                query.select(SQL("%s AS point_id", point)),
            )
        )
        return dict(rows)

    @api.model
    def _metric_domain_follow(self, points, date_from, date_to):
        """Jobs done in the period."""
        domain = self._get_order_domain(points, date_from, date_to)
        return "aftersales.service.order", domain

    @api.model
    def _metric_compc(self, points, date_from, date_to):
        """Complaints closed within their deadline ÷ complaints due in the period."""
        domain = self._metric_domain_compc(points, date_from, date_to)[1]
        return self._count_voice("aftersales.complaint", domain, "is_closed_in_time")

    @api.model
    def _metric_domain_compc(self, points, date_from, date_to):
        """Complaints whose solution was due in the period."""
        start, stop = self._get_utc_bounds(date_from, date_to)
        domain = Domain("service_point_id", "in", points.ids)
        domain &= Domain("date_solution_due", ">=", start)
        return "aftersales.complaint", domain & Domain("date_solution_due", "<", stop)

    @api.model
    def _get_answer_domain(self, points, date_from, date_to):
        """Answers about the points in the period."""
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("date", ">=", date_from)
            & Domain("date", "<=", date_to)
        )

    @api.model
    def _count_voice(self, model, domain, flag):
        """One grouped query: ``{point_id: (records with the flag, records)}``."""
        result = {}
        # The caller may read the points; a figure counts all their records.
        for point, is_counted, count in (
            self.env[model]
            .sudo()
            ._read_group(domain, ["service_point_id", flag], ["__count"])
        ):
            num, den = result.get(point.id, (0, 0))
            result[point.id] = (num + count * bool(is_counted), den + count)
        return result
