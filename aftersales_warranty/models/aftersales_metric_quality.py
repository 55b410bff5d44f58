from odoo import api, models
from odoo.fields import Domain


class AftersalesMetric(models.AbstractModel):
    """Figures about quality reports and customer trainings."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add answers in time and trainings held."""
        rows = {
            "QRTIM": self.env._("Quality Reports Answered in Time"),
            "CTRAIN": self.env._("Customer Trainings Held"),
        }
        return super()._get_metric_catalog() | {
            code: {"name": name, "unit": "%", "direction": "up"}
            for code, name in rows.items()
        }

    @api.model
    def _metric_qrtim(self, points, date_from, date_to):
        """Reports answered by their day ÷ reports whose answer was due."""
        model, domain = self._metric_domain_qrtim(points, date_from, date_to)
        return self._count_two(model, domain, Domain("is_in_time", "=", True))

    @api.model
    def _metric_domain_qrtim(self, points, date_from, date_to):
        """Reports of the points that were sent, with their answer due in the period."""
        return "aftersales.quality.report", (
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "in", ("sent", "answered", "closed"))
            & Domain("date_due", ">=", date_from)
            & Domain("date_due", "<=", date_to)
        )

    @api.model
    def _metric_ctrain(self, points, date_from, date_to):
        """Trainings held ÷ trainings planned for the period, without cancelled ones."""
        model, domain = self._metric_domain_ctrain(points, date_from, date_to)
        return self._count_two(model, domain, Domain("state", "=", "held"))

    @api.model
    def _metric_domain_ctrain(self, points, date_from, date_to):
        """Trainings by the points whose day lies in the period."""
        start, stop = self._get_utc_bounds(date_from, date_to)
        return "aftersales.customer.training", (
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "!=", "cancelled")
            & Domain("date_start", ">=", start)
            & Domain("date_start", "<", stop)
        )
