from odoo import api, models
from odoo.fields import Domain


class AftersalesMetric(models.AbstractModel):
    """Figures about recalls and the recovery from suppliers."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add completion of recalls and recovery."""
        rows = {
            "RECALL": self.env._("Recall Completion"),
            "RECOV": self.env._("Supplier Recovery"),
        }
        return super()._get_metric_catalog() | {
            code: {"name": name, "unit": "%", "direction": "up"}
            for code, name in rows.items()
        }

    @api.model
    def _metric_domain_recall(self, points, date_from, date_to):
        """Affected units of campaigns that ran in the period, by their point."""
        campaigns = Domain("date_start", "<=", date_to) & (
            Domain("date_closed", "=", False) | Domain("date_closed", ">=", date_from)
        )
        campaigns &= Domain("state", "in", ("running", "closing", "closed"))
        return "aftersales.campaign.unit", Domain(
            "service_point_id", "in", points.ids
        ) & Domain("campaign_id", "any", campaigns)

    @api.model
    def _metric_recall(self, points, date_from, date_to):
        """Units remedied until the end of the period ÷ units affected."""
        return self._count_two(
            *self._metric_domain_recall(points, date_from, date_to),
            Domain("date_done", "<=", date_to),
        )

    @api.model
    def _metric_domain_recov(self, points, date_from, date_to):
        """Recoverable lines that were approved in the period."""
        return "aftersales.supplier.claim.line", (
            Domain("service_point_id", "in", points.ids)
            & Domain("is_live", "=", True)
            & Domain("reason", "=", "asked")
            & Domain("date", ">=", date_from)
            & Domain("date", "<=", date_to)
        )

    @api.model
    def _metric_recov(self, points, date_from, date_to):
        """Amount that suppliers credited ÷ amount that their terms let us ask for."""
        model, domain = self._metric_domain_recov(points, date_from, date_to)
        # The caller may read the points; a figure sums all their lines.
        rows = (
            self.env[model]
            .sudo()
            ._read_group(
                domain,
                ["service_point_id"],
                ["amount_recovered:sum", "amount_recoverable:sum"],
            )
        )
        return {point.id: (recovered, asked) for point, recovered, asked in rows}
