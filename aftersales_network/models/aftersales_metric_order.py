from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .aftersales_service_order import DONE_STATES

#: Sums over orders: (numerator, denominator).  ``f.done`` are jobs finished in the
#: period, ``f.requested`` those requested in it, ``t`` is the service type,
#: ``c`` the company.
REPAIRED = "f.done AND t.kind = 'repair'"
STARTED = f"{REPAIRED} AND o.date_start IS NOT NULL"
#: Moment until which a point has to answer, and its first answer.
ANSWER_DUE = "(o.date_dispatched + c.aftersales_accept_hours * INTERVAL '1 hour')"
ANSWERED = "LEAST(o.date_accepted, o.date_arrived, o.date_start)"
#: Finished work was answered: without a recorded time (older data, imports) nobody
#: knows when, so it counts nowhere instead of as late.
ASKED = (
    "f.requested AND o.date_dispatched IS NOT NULL AND c.aftersales_accept_hours > 0"
    f" AND ({ANSWERED} IS NOT NULL OR (o.state NOT IN {DONE_STATES}"
    f" AND {ANSWER_DUE} < NOW() AT TIME ZONE 'UTC'))"
)
BEGUN = "f.done AND o.date_start IS NOT NULL"
#: A stop after the start means that somebody had to come again.
FIXED_AT_ONCE = (
    f"{BEGUN} AND o.outcome IS DISTINCT FROM 'not_solved'"
    " AND COALESCE(o.reopen_count, 0) = 0 AND COALESCE(o.rework_count, 0) = 0"
    " AND o.duration_hours - o.net_hours < 0.01"
)
VISITED = "f.done AND o.is_onsite AND o.date_response_due IS NOT NULL"
ORDER_FIGURES = {
    "VOLUME": ("COUNT(*) FILTER (WHERE f.done)", "1"),
    "CLOSE": (
        "COUNT(*) FILTER (WHERE f.done AND o.date_promised IS NOT NULL"
        " AND o.is_on_time)",
        "COUNT(*) FILTER (WHERE f.done AND o.date_promised IS NOT NULL)",
    ),
    "ONSITE": (
        f"COUNT(*) FILTER (WHERE {VISITED} AND o.is_response_on_time)",
        f"COUNT(*) FILTER (WHERE {VISITED})",
    ),
    "MTTR": (
        f"SUM(o.duration_hours) FILTER (WHERE {STARTED})",
        f"COUNT(*) FILTER (WHERE {STARTED})",
    ),
    "MTTRNET": (
        f"SUM(o.net_hours) FILTER (WHERE {STARTED})",
        f"COUNT(*) FILTER (WHERE {STARTED})",
    ),
    "COMPR": (
        "COUNT(*) FILTER (WHERE f.requested AND o.is_complaint)",
        "COUNT(*) FILTER (WHERE f.requested)",
    ),
    "REOPEN": (
        "COUNT(*) FILTER (WHERE f.done AND o.reopen_count > 0)",
        "COUNT(*) FILTER (WHERE f.done)",
    ),
    "REPEAT": (
        f"COUNT(*) FILTER (WHERE {REPAIRED} AND o.rework_count > 0)",
        f"COUNT(*) FILTER (WHERE {REPAIRED})",
    ),
    "RESP": (
        f"COUNT(*) FILTER (WHERE {ASKED} AND {ANSWERED} <= {ANSWER_DUE})",
        f"COUNT(*) FILTER (WHERE {ASKED})",
    ),
    "FTFR": (
        f"COUNT(*) FILTER (WHERE {FIXED_AT_ONCE})",
        f"COUNT(*) FILTER (WHERE {BEGUN})",
    ),
}


class OrderScan(dict):
    """Figures of one read of the orders, kept while several are computed.

    A class of our own, because a caller by RPC may send any plain dictionary.
    """


class AftersalesMetric(models.AbstractModel):
    """Figures about service orders, all of them from one read of the orders."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add the figures that look at pauses and reworks."""
        return super()._get_metric_catalog() | {
            "MTTRNET": {
                "name": self.env._("Mean Time to Repair without Pauses"),
                "unit": "h",
                "direction": "down",
            },
            "REPEAT": {
                "name": self.env._("Repeat Repair Rate"),
                "unit": "%",
                "direction": "down",
            },
            "RESP": {
                "name": self.env._("Response Timeliness"),
                "unit": "%",
                "direction": "up",
            },
            "FTFR": {
                "name": self.env._("First-Time Fix Rate"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _with_scan(self, codes):
        """The model with a memory for the figures of one computation."""
        scan = OrderScan(codes=[code for code in ORDER_FIGURES if code in set(codes)])
        return self.with_context(aftersales_order_scan=scan)

    @api.model
    def _get_order_figures(self, code, points, date_from, date_to):
        """One figure about orders: ``{point_id: (numerator, denominator)}``.

        Inside ``_compute_metrics`` the first one reads all that are asked for.
        """
        scan = self.env.context.get("aftersales_order_scan")
        if not isinstance(scan, OrderScan):
            return self._read_order_figures([code], points, date_from, date_to)[code]
        found = scan.setdefault((tuple(points.ids), date_from, date_to), {})
        if code not in found:
            codes = {*scan["codes"], code} - set(found)
            found |= self._read_order_figures(codes, points, date_from, date_to)
        return found[code]

    @api.model
    def _read_order_figures(self, codes, points, date_from, date_to):
        """Read figures with one grouped query.

        The caller may read the points; a figure counts all their orders.

        :return: ``{code: {point_id: (numerator, denominator)}}``
        """
        codes = sorted(codes)
        if not points:
            return {code: {} for code in codes}
        Order = self.env["aftersales.service.order"]
        Order.flush_model(self._get_aggregated_fields())
        self.env["aftersales.service.type"].flush_model(["kind"])
        self.env["res.company"].flush_model(["aftersales_accept_hours"])
        # The texts are constants of this file, nothing that anybody types.
        columns = [SQL(text) for code in codes for text in ORDER_FIGURES[code]]  # pylint: disable=sql-injection
        start, stop = self._get_utc_bounds(date_from, date_to)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT o.service_point_id, %(columns)s
                  FROM aftersales_service_order o
                  JOIN aftersales_service_type t ON t.id = o.service_type_id
                  JOIN res_company c ON c.id = o.company_id
                 CROSS JOIN LATERAL (
                       SELECT o.state IN %(done)s
                              AND o.date_end >= %(start)s AND o.date_end < %(stop)s,
                              o.state != 'cancelled' AND o.date_request >= %(start)s
                              AND o.date_request < %(stop)s
                       ) AS f(done, requested)
                 WHERE o.service_point_id IN %(points)s AND (
                       (o.date_end >= %(start)s AND o.date_end < %(stop)s)
                    OR (o.date_request >= %(start)s AND o.date_request < %(stop)s))
                 GROUP BY o.service_point_id
                """,
                columns=SQL(", ").join(columns),
                done=DONE_STATES,
                start=start,
                stop=stop,
                points=tuple(points.ids),
            )
        )
        return {
            code: {row[0]: (row[k] or 0, row[k + 1] or 0) for row in rows}
            for code, k in zip(codes, range(1, 2 * len(codes), 2), strict=True)
        }

    @api.model
    def _get_aggregated_fields(self):
        """Order fields that the figures read."""
        return [
            *super()._get_aggregated_fields(),
            "state",
            "service_type_id",
            "is_onsite",
            "date_end",
            "date_request",
            "date_start",
            "date_promised",
            "date_response_due",
            "net_hours",
            "rework_count",
            "company_id",
            "date_dispatched",
            "date_accepted",
            "date_arrived",
            "outcome",
        ]

    @api.model
    def _metric_volume(self, points, date_from, date_to):
        """Jobs done in the period; the denominator is 1."""
        found = self._get_order_figures("VOLUME", points, date_from, date_to)
        return {point.id: (found.get(point.id, (0, 0))[0], 1) for point in points}

    @api.model
    def _metric_domain_volume(self, points, date_from, date_to):
        """Jobs done in the period."""
        domain = self._get_order_domain(points, date_from, date_to)
        return "aftersales.service.order", domain

    @api.model
    def _metric_close(self, points, date_from, date_to):
        """Jobs finished within the promise ÷ jobs finished.

        Pauses that stop the clock are not counted against the promise.
        """
        return self._get_order_figures("CLOSE", points, date_from, date_to)

    @api.model
    def _metric_domain_close(self, points, date_from, date_to):
        """Jobs finished that had a promise."""
        domain = self._get_order_domain(points, date_from, date_to)
        return "aftersales.service.order", domain & Domain("date_promised", "!=", False)

    @api.model
    def _metric_onsite(self, points, date_from, date_to):
        """First visits in the promised response time ÷ jobs on site."""
        return self._get_order_figures("ONSITE", points, date_from, date_to)

    @api.model
    def _metric_domain_onsite(self, points, date_from, date_to):
        """Finished jobs on site with a response promise."""
        domain = self._get_order_domain(points, date_from, date_to)
        domain &= Domain("is_onsite", "=", True)
        domain &= Domain("date_response_due", "!=", False)
        return "aftersales.service.order", domain

    @api.model
    def _metric_mttr(self, points, date_from, date_to):
        """Hours from start to finish, over repairs; waiting included."""
        return self._get_order_figures("MTTR", points, date_from, date_to)

    @api.model
    def _metric_domain_mttr(self, points, date_from, date_to):
        """Finished repairs with a start."""
        domain = self._get_order_domain(points, date_from, date_to)
        domain &= Domain("service_type_id.kind", "=", "repair")
        domain &= Domain("date_start", "!=", False)
        return "aftersales.service.order", domain

    @api.model
    def _metric_mttrnet(self, points, date_from, date_to):
        """Hours from start to finish without pauses, over repairs."""
        return self._get_order_figures("MTTRNET", points, date_from, date_to)

    @api.model
    def _metric_domain_mttrnet(self, points, date_from, date_to):
        """Finished repairs with a start."""
        return self._metric_domain_mttr(points, date_from, date_to)

    @api.model
    def _metric_compr(self, points, date_from, date_to):
        """Complaint cases ÷ jobs requested in the period."""
        return self._get_order_figures("COMPR", points, date_from, date_to)

    @api.model
    def _metric_domain_compr(self, points, date_from, date_to):
        """Complaint cases requested in the period."""
        domain = self._get_order_domain(points, date_from, date_to, "date_request")
        return "aftersales.service.order", domain & Domain("is_complaint", "=", True)

    @api.model
    def _metric_reopen(self, points, date_from, date_to):
        """Jobs that were reopened ÷ jobs finished."""
        return self._get_order_figures("REOPEN", points, date_from, date_to)

    @api.model
    def _metric_domain_reopen(self, points, date_from, date_to):
        """Finished jobs that had been reopened."""
        domain = self._get_order_domain(points, date_from, date_to)
        return "aftersales.service.order", domain & Domain("reopen_count", ">", 0)

    @api.model
    def _metric_repeat(self, points, date_from, date_to):
        """Repairs that a rework followed ÷ repairs finished.

        Counted at the point of the first repair, whoever did the second.
        """
        return self._get_order_figures("REPEAT", points, date_from, date_to)

    @api.model
    def _metric_domain_repeat(self, points, date_from, date_to):
        """Finished repairs that had to be done again."""
        domain = self._get_order_domain(points, date_from, date_to)
        domain &= Domain("service_type_id.kind", "=", "repair")
        return "aftersales.service.order", domain & Domain("rework_count", ">", 0)

    @api.model
    def _metric_resp(self, points, date_from, date_to):
        """Requests answered within the company's hours ÷ requests to be answered.

        The clock runs from the dispatch; accepting the job answers it, and so does a
        visit. What is still within its hours counts nowhere yet, and neither does
        finished work of which no time of an answer was recorded.
        """
        return self._get_order_figures("RESP", points, date_from, date_to)

    @api.model
    def _metric_domain_resp(self, points, date_from, date_to):
        """Requests of the period that were handed to the points."""
        domain = self._get_order_domain(points, date_from, date_to, "date_request")
        domain &= Domain("company_id.aftersales_accept_hours", ">", 0)
        domain &= Domain("date_dispatched", "!=", False)
        return "aftersales.service.order", domain & Domain.OR(
            [
                Domain("state", "not in", DONE_STATES),
                *(
                    Domain(name, "!=", False)
                    for name in ("date_accepted", "date_arrived", "date_start")
                ),
            ]
        )

    @api.model
    def _metric_ftfr(self, points, date_from, date_to):
        """Jobs solved on the first visit, without rework ÷ jobs finished.

        A job that stood still after its start, was reopened, or was followed by a
        rework inside the repair guarantee needed more than one visit.
        """
        return self._get_order_figures("FTFR", points, date_from, date_to)

    @api.model
    def _metric_domain_ftfr(self, points, date_from, date_to):
        """Finished jobs with a start."""
        domain = self._get_order_domain(points, date_from, date_to)
        return "aftersales.service.order", domain & Domain("date_start", "!=", False)
