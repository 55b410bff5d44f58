from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesMetric(models.AbstractModel):
    """Figures about prices told and charged, and about faults nobody found."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add the figures of price lists, quotations and inspections."""
        rows = {
            "OVERCH": (self.env._("Overcharge Rate"), "down"),
            "QACC": (self.env._("Quotation Acceptance Rate"), "up"),
            "NTF": (self.env._("No-Trouble-Found Rate"), "down"),
            "NTFP": (self.env._("No-Trouble-Found Rate of Old Parts"), "down"),
        }
        return super()._get_metric_catalog() | {
            code: {"name": name, "unit": "%", "direction": direction}
            for code, (name, direction) in rows.items()
        }

    @api.model
    def _get_charged_domain(self, points, date_from, date_to):
        """Finished orders of the period whose customers pay something."""
        domain = self._get_order_domain(points, date_from, date_to)
        return domain & Domain("amount_customer", ">", 0)

    @api.model
    def _get_aggregated_fields(self):
        return [
            *super()._get_aggregated_fields(),
            "amount_customer",
            "overcharge_state",
            "was_overcharged",
        ]

    @api.model
    def _metric_overch(self, points, date_from, date_to):
        """Orders with a charge above the list ÷ orders the customer pays for.

        An order counts while its charge is above the list, and for good once an
        approval was asked for.
        """
        return self._aggregate_orders(
            self._get_charged_domain(points, date_from, date_to),
            SQL(
                "COUNT(*) FILTER (WHERE o.was_overcharged "
                "OR o.overcharge_state <> 'none')"
            ),
        )

    @api.model
    def _metric_domain_overch(self, points, date_from, date_to):
        """Orders behind the rate."""
        domain = self._get_charged_domain(points, date_from, date_to)
        return "aftersales.service.order", domain

    @api.model
    def _get_quotation_domain(self, points, date_from, date_to):
        """Quotations sent in the period that were answered or have run out."""
        start, stop = self._get_utc_bounds(date_from, date_to)
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("date_sent", ">=", start)
            & Domain("date_sent", "<", stop)
            # One that a newer one replaced unanswered says nothing.
            & (
                Domain("state", "in", ("accepted", "declined", "expired"))
                | (
                    Domain("state", "=", "superseded")
                    & Domain("accepted_at", "!=", False)
                )
            )
        )

    @api.model
    def _metric_qacc(self, points, date_from, date_to):
        """Quotations accepted ÷ quotations answered or expired."""
        domain = self._get_quotation_domain(points, date_from, date_to)
        # The caller may read the points; a figure counts all their quotations.
        groups = (
            self.env["aftersales.quotation"]
            .sudo()
            ._read_group(domain, ["service_point_id"], ["__count", "accepted_at:count"])
        )
        return {point.id: (accepted, count) for point, count, accepted in groups}

    @api.model
    def _metric_domain_qacc(self, points, date_from, date_to):
        """Quotations behind the rate."""
        domain = self._get_quotation_domain(points, date_from, date_to)
        return "aftersales.quotation", domain

    @api.model
    def _metric_domain_ntf(self, points, date_from, date_to):
        """Returned units inspected in the period."""
        start, stop = self._get_utc_bounds(date_from, date_to)
        domain = (
            Domain("service_point_id", "in", points.ids)
            & Domain("finding", "!=", False)
            & Domain("date_inspected", ">=", start)
            & Domain("date_inspected", "<", stop)
        )
        return "aftersales.return.line", domain

    @api.model
    def _metric_ntf(self, points, date_from, date_to):
        """Returned units without a fault ÷ returned units inspected."""
        return self._count_two(
            *self._metric_domain_ntf(points, date_from, date_to),
            Domain("finding", "=", "no_fault"),
        )

    @api.model
    def _metric_domain_ntfp(self, points, date_from, date_to):
        """Old parts inspected in the period."""
        domain = (
            Domain("service_point_id", "in", points.ids)
            & Domain("finding", "!=", False)
            & Domain("date_inspected", ">=", date_from)
            & Domain("date_inspected", "<=", date_to)
        )
        return "aftersales.part.return", domain

    @api.model
    def _metric_ntfp(self, points, date_from, date_to):
        """Old parts without a fault ÷ old parts inspected."""
        return self._count_two(
            *self._metric_domain_ntfp(points, date_from, date_to),
            Domain("finding", "=", "no_fault"),
        )
