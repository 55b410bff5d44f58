from odoo import api, fields, models


class AftersalesDispatchRefusal(models.Model):
    """A point that handed an order back, or lost it to another one, and why.

    Written by the steps of the order and never changed; the ranking does not
    offer the order to the point again.
    """

    _name = "aftersales.dispatch.refusal"
    _description = "Dispatch Refusal"
    _order = "date desc, id desc"

    order_id = fields.Many2one(
        "aftersales.service.order",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    kind = fields.Selection(
        [("refused", "Refused by the Point"), ("taken_back", "Taken Back")],
        required=True,
        readonly=True,
        default="refused",
    )
    user_id = fields.Many2one(
        "res.users",
        "Decided by",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    reason = fields.Text(required=True, readonly=True)

    @api.depends("order_id.name", "service_point_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.order_id.name}: {line.service_point_id.name}"

    def _get_text(self):
        """Sentence about the refusal, with its day and reason."""
        self.ensure_one()
        day = self.company_id._get_aftersales_today(self.date)
        if self.kind == "taken_back":
            return self.env._(
                "taken back on %(date)s: %(reason)s", date=day, reason=self.reason
            )
        return self.env._(
            "refused on %(date)s: %(reason)s", date=day, reason=self.reason
        )
