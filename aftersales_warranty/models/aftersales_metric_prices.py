from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesMetric(models.AbstractModel):
    """Figures about prices told and prices charged."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add the figures of price lists and quotations."""
        return super()._get_metric_catalog() | {
            "OVERCH": {
                "name": self.env._("Overcharge Rate"),
                "unit": "%",
                "direction": "down",
            },
            "QACC": {
                "name": self.env._("Quotation Acceptance Rate"),
                "unit": "%",
                "direction": "up",
            },
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
