from odoo import fields, models


class AftersalesMonthReportLine(models.Model):
    """Figures of one service type and product category in a monthly report.

    Nobody types here: the lines are written when the report is built.
    """

    _name = "aftersales.month.report.line"
    _description = "Monthly Report Line"
    _order = "report_id, kind, service_type_id, product_categ_id, id"
    _rec_name = "service_type_id"

    report_id = fields.Many2one(
        "aftersales.month.report", required=True, index=True, ondelete="cascade"
    )
    service_point_id = fields.Many2one(
        related="report_id.service_point_id", store=True, index=True, precompute=True
    )
    centre_id = fields.Many2one(
        related="report_id.centre_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="report_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(related="report_id.month", store=True, precompute=True)
    state = fields.Selection(related="report_id.state", store=True, index=True)
    service_type_id = fields.Many2one(
        "aftersales.service.type", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        lambda self: (
            self.env["aftersales.service.type"]
            ._fields["kind"]
            ._description_selection(self.env)
        ),
        required=True,
        help="Kind of the service when the report was built.",
    )
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        index="btree_not_null",
        ondelete="restrict",
    )
    count_done = fields.Integer("Jobs Done")
    count_on_time = fields.Integer("On Time")
    hours_total = fields.Float("Hours")
    hours_count = fields.Integer("Jobs with Hours")
    hours_average = fields.Float(
        "Average Hours", compute="_compute_hours_average", aggregator=None
    )
    part_count = fields.Integer("Part Lines")
    amount = fields.Monetary()
    order_refs = fields.Json(
        "Counted Orders", help="Ids of the orders that the line counts."
    )

    def _compute_hours_average(self):
        for line in self:
            count = line.hours_count
            line.hours_average = line.hours_total / count if count else 0.0

    def action_view_orders(self):
        """Open the orders that the line counts."""
        self.ensure_one()
        return self.report_id._get_orders_action(self, self.service_type_id.name)
