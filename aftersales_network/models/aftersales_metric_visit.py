from odoo import api, models
from odoo.fields import Domain

from .aftersales_visit import CHECK_KINDS, MADE_STATES


class AftersalesMetric(models.AbstractModel):
    """Figure of the visits that check the points."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        return {
            **super()._get_metric_catalog(),
            "VIS": {
                "name": self.env._("Points Checked as Planned"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _metric_vis(self, points, date_from, date_to):
        """Points checked ÷ points for which a check was planned in the period."""
        # The caller may read the points; a figure counts all their visits, also
        # the unannounced ones he may not look at.
        rows = (
            self.env["aftersales.visit"]
            .sudo()
            ._read_group(
                self._metric_domain_vis(points, date_from, date_to)[1],
                ["service_point_id", "state"],
            )
        )
        result = {}
        for point, state in rows:
            checked = state in MADE_STATES or result.get(point.id, (0, 1))[0]
            result[point.id] = (int(checked), 1)
        return result

    @api.model
    def _metric_domain_vis(self, points, date_from, date_to):
        """Checks planned in the period and not cancelled."""
        domain = Domain("service_point_id", "in", points.ids)
        domain &= Domain("kind", "in", CHECK_KINDS) & Domain("state", "!=", "cancelled")
        domain &= Domain("date_planned", ">=", date_from)
        return "aftersales.visit", domain & Domain("date_planned", "<=", date_to)
