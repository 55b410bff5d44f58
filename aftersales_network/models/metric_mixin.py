from odoo import api, fields, models


class AftersalesMetricMixin(models.AbstractModel):
    """Bound to a figure by its code, whether or not a module measures it now.

    The code stays when the module that measures it goes; the record then says so and
    names what can be measured instead.
    """

    _name = "aftersales.metric.mixin"
    _description = "Bound to a Metric"

    metric_code = fields.Char("Metric", help="Code of the figure, for example CLOSE.")
    metric_name = fields.Char("Measured by", compute="_compute_metric_name")
    metric_gap = fields.Char(
        compute="_compute_metric_name",
        help="Why nothing is measured, and what can be measured instead.",
    )

    @api.depends("metric_code")
    @api.depends_context("lang")
    def _compute_metric_name(self):
        Metric = self.env["aftersales.metric"]
        catalog = Metric._get_metric_catalog()
        for record in self:
            code = record.metric_code
            if not code or code in catalog:
                record.metric_name = catalog[code]["name"] if code else False
                record.metric_gap = False
            else:
                record.metric_name = self.env._(
                    "No installed module measures %(code)s", code=code
                )
                record.metric_gap = Metric._get_metric_gap(code)

    def _get_metric(self):
        """Name, unit and direction of the figure; empty where nobody measures it."""
        self.ensure_one()
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        return catalog.get(self.metric_code, {})
