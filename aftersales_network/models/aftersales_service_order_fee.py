from odoo import api, fields, models
from odoo.exceptions import UserError

FEE_EVIDENCE = ("fee_agreed_by", "fee_agreed_at")


class AftersalesServiceOrder(models.Model):
    """The fee told to the customer beforehand, and what he pays in the end."""

    _inherit = "aftersales.service.order"

    fee_quoted = fields.Monetary(
        "Estimated Fee",
        copy=False,
        tracking=True,
        help="Fee told to the customer before the work begins.",
    )
    fee_agreed_by = fields.Char(
        "Fee Agreed by",
        readonly=True,
        copy=False,
        help="Customer who agreed to the estimated fee.",
    )
    fee_agreed_at = fields.Datetime("Fee Agreed on", readonly=True, copy=False)
    amount_payable = fields.Monetary(
        "Customer Pays",
        compute="_compute_amount_payable",
        help="Nothing for a rework inside the repair guarantee.",
    )

    _FLOW_FIELDS = frozenset(FEE_EVIDENCE)

    @api.depends("is_rework", "amount_total")
    def _compute_amount_payable(self):
        for order in self:
            free = order.is_rework
            order.amount_payable = 0.0 if free else order._get_customer_amount()

    def _get_customer_amount(self):
        """Amount of the lines that falls on the customer; extension point."""
        self.ensure_one()
        return self.amount_total

    def write(self, vals):
        if "fee_quoted" not in vals:
            return super().write(vals)
        changed = self.filtered(
            lambda o: (
                o.fee_agreed_at
                and o.currency_id.compare_amounts(o.fee_quoted, vals["fee_quoted"])
            )
        )
        # Who agreed to one fee did not agree to another.
        changed._write_flow(dict.fromkeys(FEE_EVIDENCE, False))
        return super().write(vals)

    def action_agree_fee(self, customer_name=None):
        """Record that the customer agreed to the estimated fee.

        :param customer_name: who agreed; default the contact of the order
        :raise UserError: no fee was told, or the job is over
        """
        for order in self:
            if not order.fee_quoted:
                raise UserError(
                    self.env._(
                        "%(order)s has no estimated fee. Enter it and tell it to the "
                        "customer first.",
                        order=order.name,
                    )
                )
            order._check_transition("agree")
            name = (customer_name or "").strip() or order.partner_id.sudo().name
            order._write_flow(
                {"fee_agreed_by": name, "fee_agreed_at": fields.Datetime.now()}
            )
            order._log_events("fee", order._get_fee_text(), person=name)
        return True

    def _get_fee_text(self):
        """The fee as the customer reads it."""
        self.ensure_one()
        return self.currency_id.format(self.fee_quoted)
