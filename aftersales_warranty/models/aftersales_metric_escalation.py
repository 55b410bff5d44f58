from odoo import api, models
from odoo.fields import Domain


class AftersalesMetric(models.AbstractModel):
    """Figure of the technical support."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        return {
            **super()._get_metric_catalog(),
            "ESC": {
                "name": self.env._("Escalations Answered in Time"),
                "unit": "%",
                "direction": "up",
            },
        }

    @api.model
    def _metric_esc(self, points, date_from, date_to):
        """Questions answered by their due date ÷ questions due in the period."""
        return self._count_two(
            "aftersales.escalation",
            self._metric_domain_esc(points, date_from, date_to)[1],
            Domain("is_in_time", "=", True),
        )

    @api.model
    def _metric_domain_esc(self, points, date_from, date_to):
        """Questions due in the period that were not withdrawn."""
        return "aftersales.escalation", (
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "!=", "withdrawn")
            & Domain("date_due", ">=", date_from)
            & Domain("date_due", "<=", date_to)
        )
