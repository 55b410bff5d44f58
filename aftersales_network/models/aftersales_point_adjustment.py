from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesPointAdjustment(models.Model):
    """Award or penalty of a service point that waits for its settlement.

    Any module may write here; the settlement takes the open ones up.  A
    settled adjustment cannot be changed.
    """

    _name = "aftersales.point.adjustment"
    _description = "Service Point Adjustment"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.point.kind.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
    ]
    _order = "date desc, id desc"
    _rec_name = "reason"
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    amount = fields.Monetary(
        required=True,
        tracking=True,
        help="Positive: award to the point; negative: penalty.",
    )
    reason = fields.Char(required=True, tracking=True)
    res_model = fields.Char("Source Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Source Document", model_field="res_model", readonly=True
    )
    state = fields.Selection(
        [("open", "Open"), ("settled", "Settled")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )

    _amount_not_zero = models.Constraint(
        "CHECK (amount != 0)", "An adjustment of zero has no meaning."
    )

    @api.depends("service_point_id")
    def _compute_currency_id(self):
        for adjustment in self:
            adjustment.currency_id = (
                adjustment.currency_id
                or adjustment.service_point_id.company_id.currency_id
                or self.env.company.currency_id
            )

    def write(self, vals):
        if set(vals) - {"state"}:
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_settled(self):
        self._check_open()

    def _check_open(self):
        """Refuse a change of a settled adjustment.

        :raise UserError: naming the adjustment
        """
        settled = self.filtered(lambda a: a.state == "settled")[:1]
        if settled:
            raise UserError(
                self.env._(
                    "Adjustment “%(reason)s” of %(point)s is settled and cannot be "
                    "changed. Enter a new adjustment instead.",
                    reason=settled.reason,
                    point=settled.service_point_id.display_name,
                )
            )
