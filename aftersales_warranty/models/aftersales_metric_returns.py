from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesReturnLine(models.Model):
    """The day on which the customer had his money or his goods."""

    _inherit = "aftersales.return.line"

    date_settled = fields.Date(
        "Settled on",
        compute="_compute_date_settled",
        store=True,
        compute_sudo=True,
        copy=False,
    )
    is_settled_in_time = fields.Boolean(
        compute="_compute_is_settled_in_time", store=True
    )

    @api.depends("is_settled")
    def _compute_date_settled(self):
        for line in self:
            day = line.date_settled or line.company_id._get_aftersales_today()
            line.date_settled = day if line.is_settled else False

    @api.depends("date_settled", "date_due")
    def _compute_is_settled_in_time(self):
        for line in self:
            line.is_settled_in_time = bool(
                line.date_settled
                and line.date_due
                and line.date_settled <= line.date_due
            )


class AftersalesMetric(models.AbstractModel):
    """How fast returns and exchanges are settled with the customer."""

    _inherit = "aftersales.metric"

    @api.model
    def _get_metric_catalog(self):
        """Add the figures of returns."""
        rows = {
            "RETTIM": self.env._("Returns Refunded in Time"),
            "EXCTIM": self.env._("Exchanges in Time"),
        }
        return super()._get_metric_catalog() | {
            code: {"name": name, "unit": "%", "direction": "up"}
            for code, name in rows.items()
        }

    @api.model
    def _get_settlement_due_domain(self, points, date_from, date_to):
        """Lines that the customer's money or goods were due for in the period.

        A wrong or refused piece that goes back owes the customer nothing.
        """
        return (
            Domain("service_point_id", "in", points.ids)
            & Domain("date_due", ">=", date_from)
            & Domain("date_due", "<=", date_to)
            & Domain("is_denied", "=", False)
        )

    @api.model
    def _metric_domain_rettim(self, points, date_from, date_to):
        """Refunds due in the period."""
        domain = self._get_settlement_due_domain(points, date_from, date_to)
        return "aftersales.return.line", domain & Domain("resolution", "=", "refund")

    @api.model
    def _metric_rettim(self, points, date_from, date_to):
        """Refunds settled by their due day ÷ refunds due."""
        return self._count_two(
            *self._metric_domain_rettim(points, date_from, date_to),
            Domain("is_settled_in_time", "=", True),
        )

    @api.model
    def _metric_domain_exctim(self, points, date_from, date_to):
        """Exchanges due in the period."""
        domain = self._get_settlement_due_domain(points, date_from, date_to)
        return "aftersales.return.line", domain & Domain("resolution", "=", "exchange")

    @api.model
    def _metric_exctim(self, points, date_from, date_to):
        """Exchanges delivered by their due day ÷ exchanges due."""
        return self._count_two(
            *self._metric_domain_exctim(points, date_from, date_to),
            Domain("is_settled_in_time", "=", True),
        )
