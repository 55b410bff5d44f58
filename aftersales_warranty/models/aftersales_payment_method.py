from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesPaymentMethod(models.Model):
    """A way in which customers pay for a job, and the journal it is posted to."""

    _name = "aftersales.payment.method"
    _description = "Way of Payment"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("cash", "Cash"),
            ("card", "Bank Card"),
            ("credit", "On Account"),
            ("transfer", "Bank Transfer"),
        ],
        required=True,
        default="cash",
        help="On account: no money is taken; the customer pays an invoice later.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    journal_id = fields.Many2one(
        "account.journal",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('type', 'in', kind == 'credit' and ['sale'] or "
        "kind == 'cash' and ['cash'] or ['bank', 'credit'])]",
        help="Cash or bank journal; for “on account” the sales journal of the "
        "invoice, where it is not the first one.",
    )
    service_point_ids = fields.Many2many(
        "aftersales.service.point",
        "aftersales_payment_method_point_rel",
        "method_id",
        "service_point_id",
        "Only at these Points",
        check_company=True,
        help="Empty: every point of the company.",
    )
    is_portal = fields.Boolean(
        "On the Portal",
        default=True,
        help="People of a point may record it on the portal.",
    )

    _journal_given = models.Constraint(
        "CHECK (kind = 'credit' OR journal_id IS NOT NULL)",
        "Money needs a journal. Choose the cash or bank journal of the way of payment.",
    )

    def _is_offered_at(self, point):
        """Whether a point takes money in this way."""
        self.ensure_one()
        return not self.service_point_ids or point in self.service_point_ids

    def _get_liquidity_account(self):
        """Account on which the money stands; for differences of the day as well.

        :raise UserError: naming the journal that has none
        """
        self.ensure_one()
        lines = self.journal_id.inbound_payment_method_line_ids[:1]
        account = lines.payment_account_id or self.journal_id.default_account_id
        if not account:
            raise UserError(
                self.env._(
                    "Journal %(journal)s has no account for money. Set its default "
                    "account.",
                    journal=self.journal_id.display_name,
                )
            )
        return account

    def _check_currency(self, currency):
        """Refuse a currency that the journal does not hold.

        :raise UserError: naming the way of payment and its currency
        """
        self.ensure_one()
        own = self.journal_id.currency_id
        if own and own != currency:
            raise UserError(
                self.env._(
                    "“%(method)s” takes %(own)s only, not %(currency)s. Choose another "
                    "way of payment.",
                    method=self.name,
                    own=own.name,
                    currency=currency.name,
                )
            )
