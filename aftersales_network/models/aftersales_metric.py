from datetime import datetime, time, timedelta

import pytz

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesMetric(models.AbstractModel):
    """Figures about service points, each with the records behind it.

    A module adds a figure by inheriting this model with ``_metric_<code>``
    (and ``_metric_domain_<code>`` for the records) and naming it in
    ``_get_metric_catalog``.  Definitions follow the usual service KPIs; the
    period anchor is the finish of the job for outcomes and the request for
    complaints.
    """

    _name = "aftersales.metric"
    _description = "After-Sales Metric"

    @api.model
    def _get_metric_catalog(self):
        """Metrics that the installed modules offer.

        Extension point.

        :return: ``{CODE: {"name", "unit", "direction"}}``; unit is ``%``,
            ``h``, ``days``, ``number`` or ``money``, direction ``up`` (more is
            better) or ``down``
        """
        return {
            "VOLUME": {
                "name": self.env._("Jobs Done"),
                "unit": "number",
                "direction": "up",
            },
            "CLOSE": {
                "name": self.env._("Completion on Time"),
                "unit": "%",
                "direction": "up",
            },
            "ONSITE": {
                "name": self.env._("First Visit on Time"),
                "unit": "%",
                "direction": "up",
            },
            "MTTR": {
                "name": self.env._("Mean Time to Repair"),
                "unit": "h",
                "direction": "down",
            },
            "COMPR": {
                "name": self.env._("Complaint Rate"),
                "unit": "%",
                "direction": "down",
            },
            "REOPEN": {
                "name": self.env._("Reopen Rate"),
                "unit": "%",
                "direction": "down",
            },
        }

    @api.model
    def _get_metric_selection(self):
        """Metrics to choose from, as pairs of code and name."""
        return [
            (code, spec["name"]) for code, spec in self._get_metric_catalog().items()
        ]

    @api.model
    def _get_metric_gap(self, code):
        """Sentence on a code that no installed module offers, with the way out."""
        return self.env._(
            "No installed module measures %(code)s. Install the module that does, or "
            "choose one of these: %(codes)s.",
            code=code or "?",
            codes=", ".join(sorted(self._get_metric_catalog())),
        )

    @api.model
    def _compute_metrics(self, codes, points, date_from, date_to):
        """Compute several metrics for many points; the only entry.

        :param codes: iterable of codes; unknown ones are "not available"
        :param points: ``aftersales.service.point`` records the user may read
        :param date_from: first day, inclusive, in the company's time zone
        :param date_to: last day, inclusive
        :return: ``{code: {point_id: (numerator, denominator)}}``; ``None`` in
            place of the inner dict where no installed module offers the code
        :raise AccessError: a point outside the user's rights
        """
        points.check_access("read")
        catalog = self._get_metric_catalog()
        self = self._with_scan(codes)
        result = {}
        for code in codes:
            if code not in catalog:
                result[code] = None
                continue
            method = getattr(self, f"_metric_{code.lower()}")
            values = method(points, date_from, date_to)
            result[code] = {point.id: values.get(point.id, (0, 0)) for point in points}
        return result

    @api.model
    def _get_metric_domain(self, code, points, date_from, date_to):
        """Records behind a figure: ``(model name, domain)``.

        :raise UserError: the code is not available, or has no records
        """
        method = getattr(self, f"_metric_domain_{code.lower()}", None)
        if code not in self._get_metric_catalog() or method is None:
            raise UserError(
                self.env._("The metric %(code)s is not available.", code=code)
            )
        return method(points, date_from, date_to)

    @api.model
    def _get_metric_action(self, code, points, date_from, date_to):
        """Window action on the records behind a figure."""
        model, domain = self._get_metric_domain(code, points, date_from, date_to)
        return {
            "type": "ir.actions.act_window",
            "name": self._get_metric_catalog()[code]["name"],
            "res_model": model,
            "view_mode": "list,form",
            "domain": list(domain),
        }

    @api.model
    def _get_utc_bounds(self, date_from, date_to):
        """UTC moments ``[start, stop)`` of a range of calendar days.

        Days are counted in the time zone of the company: a figure must not
        depend on who looks at it.
        """
        zone = pytz.timezone(self.env.company._get_aftersales_tz())

        def to_utc(day):
            local = zone.localize(datetime.combine(day, time.min))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        return to_utc(date_from), to_utc(date_to + timedelta(days=1))

    @api.model
    def _get_order_domain(self, points, date_from, date_to, anchor="date_end"):
        """Orders of the points whose anchor lies in the period."""
        start, stop = self._get_utc_bounds(date_from, date_to)
        domain = Domain("service_point_id", "in", points.ids)
        domain &= Domain(anchor, ">=", start) & Domain(anchor, "<", stop)
        if anchor == "date_end":
            return domain & self.env["aftersales.service.order"]._get_done_domain()
        return domain & Domain("state", "!=", "cancelled")

    @api.model
    def _aggregate_orders(self, domain, numerator, denominator=None):
        """One grouped query over orders: ``{point_id: (num, den)}``.

        :param domain: which orders
        :param numerator: SQL aggregate over alias ``o``
        :param denominator: SQL aggregate, default the number of orders
        """
        Order = self.env["aftersales.service.order"]
        Order.flush_model(self._get_aggregated_fields())
        # The caller may read the points; a figure counts all their orders.
        query = Order.sudo()._search(domain, bypass_access=True)
        rows = self.env.execute_query(
            SQL(
                "SELECT o.service_point_id, %(num)s, %(den)s "
                "FROM (%(orders)s) o GROUP BY o.service_point_id",
                num=numerator,
                den=denominator or SQL("COUNT(*)"),
                # The rows themselves: looked up by id, each would be read twice.
                orders=query.select(SQL("%s.*", SQL.identifier(query.table))),
            )
        )
        return {point_id: (num or 0, den or 0) for point_id, num, den in rows}

    @api.model
    def _get_aggregated_fields(self):
        """Order fields that the SQL aggregates read; extension point."""
        return [
            "service_point_id",
            "is_on_time",
            "is_response_on_time",
            "is_complaint",
            "duration_hours",
            "reopen_count",
        ]
