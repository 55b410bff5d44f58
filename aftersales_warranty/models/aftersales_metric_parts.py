from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .aftersales_part_shipment import BACK_STATES


class AftersalesMetric(models.AbstractModel):
    """Figures about spare parts and old parts."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add the figures of the parts."""
        rows = {
            "PAVAIL": (self.env._("Parts Fill Rate"), "up"),
            "POOS": (self.env._("Jobs Waiting for Parts"), "down"),
            "OLDRET": (self.env._("Old-Parts Return Rate"), "up"),
            "OLDTIM": (self.env._("Old-Parts Timeliness"), "up"),
        }
        return super()._get_metric_catalog() | {
            code: {"name": name, "unit": "%", "direction": direction}
            for code, (name, direction) in rows.items()
        }

    @api.model
    def _metric_pavail(self, points, date_from, date_to):
        """Part lines filled at once ÷ part lines of jobs finished in the period."""
        _model, domain = self._metric_domain_pavail(points, date_from, date_to)
        return self._count_two(
            "aftersales.service.order.line", domain, Domain("is_short", "=", False)
        )

    @api.model
    def _metric_domain_pavail(self, points, date_from, date_to):
        """Part lines of jobs finished in the period."""
        orders = self._get_order_domain(points, date_from, date_to)
        domain = Domain("order_id", "any", orders) & Domain("kind", "=", "part")
        return "aftersales.service.order.line", domain & Domain("quantity", ">", 0)

    @api.model
    def _count_two(self, model, domain, part):
        """Counts by point: ``{point_id: (of part, of all)}``."""
        # The caller may read the points; a figure counts all their records.
        Model_sudo = self.env[model].sudo()
        keys = (["service_point_id"], ["__count"])
        every = dict(Model_sudo._read_group(domain, *keys))
        some = dict(Model_sudo._read_group(domain & part, *keys))
        return {point.id: (some.get(point, 0), n) for point, n in every.items()}

    @api.model
    def _get_open_at_domain(self, points, date_to):
        """Jobs that were open at the end of a day."""
        _start, stop = self._get_utc_bounds(date_to, date_to)
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "!=", "cancelled")
            & Domain("date_request", "<", stop)
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", stop))
        )

    @api.model
    def _metric_poos(self, points, date_from, date_to):
        """Jobs waiting for a part ÷ jobs open, both at the end of the period."""
        _start, stop = self._get_utc_bounds(date_to, date_to)
        waiting = SQL(
            """
            COUNT(*) FILTER (WHERE EXISTS (
                SELECT FROM aftersales_service_order_pause p
                  JOIN aftersales_pause_reason r ON r.id = p.reason_id
                 WHERE p.order_id = o.id AND r.is_part AND p.date_from < %(stop)s
                   AND (p.date_to IS NULL OR p.date_to >= %(stop)s)))
            """,
            stop=stop,
        )
        self.env["aftersales.service.order.pause"].flush_model()
        return self._aggregate_orders(
            self._get_open_at_domain(points, date_to), waiting
        )

    @api.model
    def _metric_domain_poos(self, points, date_from, date_to):
        """Jobs open at the end of the period."""
        domain = self._get_open_at_domain(points, date_to)
        return "aftersales.service.order", domain

    @api.model
    def _get_due_part_domain(self, points, date_from, date_to):
        """Old parts to be sent back, due in the period."""
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("duty", "=", "return")
            & Domain("state", "not in", ("waived", "cancelled"))
            & Domain("date_due", ">=", date_from)
            & Domain("date_due", "<=", date_to)
        )

    @api.model
    def _metric_oldret(self, points, date_from, date_to):
        """Old parts that came back ÷ old parts due."""
        return self._count_two(
            "aftersales.part.return",
            self._get_due_part_domain(points, date_from, date_to),
            Domain("state", "in", BACK_STATES),
        )

    @api.model
    def _metric_domain_oldret(self, points, date_from, date_to):
        """Old parts due in the period."""
        domain = self._get_due_part_domain(points, date_from, date_to)
        return "aftersales.part.return", domain

    @api.model
    def _metric_oldtim(self, points, date_from, date_to):
        """Old parts on their way by the due date ÷ old parts due."""
        return self._count_two(
            "aftersales.part.return",
            self._get_due_part_domain(points, date_from, date_to),
            Domain("is_in_time", "=", True),
        )

    @api.model
    def _metric_domain_oldtim(self, points, date_from, date_to):
        """Old parts due in the period."""
        return self._metric_domain_oldret(points, date_from, date_to)
