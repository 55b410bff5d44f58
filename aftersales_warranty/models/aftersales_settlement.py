from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import (
    FLOW,
    lock_rows,
    without_guarded_defaults,
)

from .aftersales_claim_flow import CLERK_GROUP

#: The bill is to be made yet.
OPEN_STATES = ("draft", "sent", "disputed", "confirmed")
#: Payment states of a bill that is settled with the point.
PAID_STATES = ("paid", "in_payment", "reversed")


class AftersalesSettlement(models.Model):
    """What a point gets for a period: approved lines, awards, penalties.

    A claim line is in one live settlement at most (unique index), so that a
    second run of a period can never pay twice.
    """

    _name = "aftersales.settlement"
    _description = "Settlement"
    _inherit = ["aftersales.point.kind.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", readonly=True, copy=False, default="/", index="trigram"
    )
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
    partner_id = fields.Many2one(
        "res.partner", "Payee", related="service_point_id.partner_id"
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("Until", required=True, index=True)
    coefficient = fields.Float(
        digits=(6, 4), default=1.0, readonly=True, help="Of the point's level."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("disputed", "Disputed"),
            ("confirmed", "Confirmed"),
            ("billed", "Billed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many(
        "aftersales.settlement.line", "settlement_id", readonly=True, copy=False
    )
    claim_line_ids = fields.Many2many(
        "aftersales.claim.line", compute="_compute_claim_line_ids", string="Claim Lines"
    )
    claim_count = fields.Integer(compute="_compute_claim_line_ids")
    amount_claims = fields.Monetary(
        "Claims", compute="_compute_amounts", store=True, help="Times the coefficient."
    )
    amount_additions = fields.Monetary(
        "Additions",
        compute="_compute_amounts",
        store=True,
        help="Awards, appeals, corrections and what is carried forward.",
    )
    amount_deductions = fields.Monetary(
        "Deductions",
        compute="_compute_amounts",
        store=True,
        help="Penalties, old parts late or missing, charge-backs.",
    )
    amount_adjustments = fields.Monetary(
        "Awards and Penalties", compute="_compute_amounts", store=True
    )
    amount_total = fields.Monetary(
        "Total", compute="_compute_amounts", store=True, tracking=True
    )
    move_id = fields.Many2one(
        "account.move",
        "Vendor Bill",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    payment_state = fields.Selection(related="move_id.payment_state")
    is_paid = fields.Boolean(
        "Paid",
        compute="_compute_is_paid",
        store=True,
        compute_sudo=True,
        help="The bill is paid; the settlement cannot change any more.",
    )

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A period cannot end before it starts."
    )
    _move_uniq = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL", "A bill belongs to one settlement."
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "move_id",
            "coefficient",
            "company_id",
            "amount_claims",
            "amount_additions",
            "amount_deductions",
            "amount_adjustments",
            "amount_total",
            "is_paid",
        )
    )
    #: Fixed while lines are collected for them.
    _KEY_FIELDS = frozenset(("service_point_id", "currency_id"))

    @api.depends("line_ids.claim_line_id")
    def _compute_claim_line_ids(self):
        for settlement in self:
            settlement.claim_line_ids = settlement.line_ids.claim_line_id
            settlement.claim_count = len(settlement.line_ids.claim_id)

    @api.depends("line_ids.amount", "line_ids.adjustment_id")
    def _compute_amounts(self):
        for settlement in self:
            claims, added, deducted = [], [], []
            for line in settlement.line_ids:
                if not line.adjustment_id:
                    claims.append(line.amount)
                else:
                    (deducted if line.amount < 0 else added).append(line.amount)
            total = settlement.currency_id.round
            settlement.amount_claims = total(sum(claims))
            settlement.amount_additions = total(sum(added))
            settlement.amount_deductions = total(sum(deducted))
            settlement.amount_adjustments = total(sum(added) + sum(deducted))
            settlement.amount_total = total(sum(claims) + sum(added) + sum(deducted))

    @api.depends("move_id.payment_state", "move_id.state")
    def _compute_is_paid(self):
        for settlement in self:
            move = settlement.move_id
            settlement.is_paid = (
                move.state == "posted" and move.payment_state in PAID_STATES
            )

    @api.model_create_multi
    def create(self, vals_list):
        guarded, cleaned = self._get_guarded_names(), self
        if not self.env.su:
            cleaned = without_guarded_defaults(self, guarded)
            vals_list = [
                {name: value for name, value in vals.items() if name not in guarded}
                for vals in vals_list
            ]
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super(AftersalesSettlement, cleaned).create(vals_list)

    def write(self, vals):
        if not self._is_flow():
            changed = {n for n in vals if not n.startswith(("message_", "activity_"))}
            if changed & self._get_guarded_names():
                raise UserError(self.env._("A settlement changes by its buttons."))
            if changed:
                self._check_draft()
            if changed & self._KEY_FIELDS and self.line_ids:
                raise UserError(
                    self.env._(
                        "Point and currency of a settlement with lines are fixed."
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        if any(settlement.state not in ("draft", "cancelled") for settlement in self):
            raise UserError(
                self.env._("A confirmed settlement cannot be deleted. Cancel it first.")
            )

    @classmethod
    def _get_guarded_names(cls):
        """Fields that only the steps write, of the model and its extensions."""
        named = (vars(base).get("_FLOW_FIELDS", ()) for base in cls.mro())
        return frozenset().union(*named)

    def _is_flow(self):
        return self.env.context.get("aftersales_settlement_flow") is FLOW

    def _write_flow(self, **vals):
        """Write what only the steps may write."""
        self.with_context(aftersales_settlement_flow=FLOW).write(vals)

    def _check_draft(self):
        """Refuse a change of a confirmed settlement.

        :raise UserError: naming the settlement
        """
        fixed = self.filtered(lambda s: s.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._("%(name)s is no longer a draft.", name=fixed.name)
            )

    def _lock(self):
        """Take the rows; two people cannot do a step of the same settlement.

        :raise UserError: somebody else works on it at this moment
        """
        lock_rows(self, self[:1].name)
        self.invalidate_recordset(["state", "move_id"])

    def _lock_claims(self):
        """Take the claims that the settlements pay; nobody opens them meanwhile.

        :raise UserError: somebody else works on one of them
        """
        claims = self.line_ids.claim_id
        lock_rows(claims, self[:1].name)
        claims.invalidate_recordset(["state"])

    def _check_clerk(self):
        """Refuse a step by anybody but a settlement clerk.

        :raise AccessError: naming the role
        """
        # The nightly runs have no user.
        system = self.env.uid == SUPERUSER_ID
        if not system and not self.env.user.has_group(CLERK_GROUP):
            raise AccessError(
                self.env._("Only a settlement clerk decides and settles claims.")
            )

    def _check_state_in(self, states):
        """Refuse a step that the state does not allow.

        :raise UserError: naming the settlement and its state
        """
        wrong = self.filtered(lambda s: s.state not in states)[:1]
        if wrong:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s is “%(state)s”; this step is not possible.",
                    name=wrong.name,
                    state=labels[wrong.state],
                )
            )
