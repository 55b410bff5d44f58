from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..tools import claim_desk as kernel
from ..tools.settlement import allocate, from_minor, to_minor
from .aftersales_claim_flow import CLERK_GROUP

HEAD_GROUP = "aftersales_network.group_head"


class AftersalesClaimChargeBack(models.Model):
    """What an audit takes back of a settled claim line: evidence, never changed.

    The amount is deducted from the next settlement of the point.
    """

    _name = "aftersales.claim.charge.back"
    _description = "Claim Charge-Back"
    _inherit = ["aftersales.flow.mixin", "aftersales.hidden.amount.mixin"]
    _order = "date desc, id desc"
    _rec_name = "claim_line_id"
    _check_company_auto = True

    claim_line_id = fields.Many2one(
        "aftersales.claim.line",
        "Line",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    # Not before the record exists: the claim would list the unsaved one as well.
    claim_id = fields.Many2one(related="claim_line_id.claim_id", store=True, index=True)
    company_id = fields.Many2one(
        related="claim_line_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="claim_line_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="claim_line_id.currency_id")
    amount = fields.Monetary(required=True, readonly=True)
    reason_id = fields.Many2one(
        "aftersales.claim.reason", required=True, readonly=True, ondelete="restrict"
    )
    note = fields.Text("Finding", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Charged Back by", required=True, readonly=True
    )
    adjustment_id = fields.Many2one(
        "aftersales.point.adjustment",
        "Deduction",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A charge-back takes an amount above zero."
    )

    _HIDDEN_AMOUNTS = frozenset(("amount",))
    _FLOW_FIELDS = frozenset(
        (
            "claim_line_id",
            "amount",
            "reason_id",
            "note",
            "date",
            "user_id",
            "adjustment_id",
        )
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_superuser(self):
        if not self.env.su:
            raise UserError(
                self.env._("A charge-back is evidence and cannot be deleted.")
            )

    @api.model
    def _charge_back(self, lines, amount, reason, note):
        """Take an amount back from settled claim lines of one claim.

        :param lines: ``aftersales.claim.line``; the amount is shared in proportion
            to what may still be taken back from each
        :param amount: in the currency of the claim
        :param reason: ``aftersales.claim.reason``
        :param note: what the audit found, for the point
        :return: the charge-backs, one a line
        :raise AccessError: neither clerk nor head of service
        :raise UserError: not settled, too late, too much, or the own claim
        """
        lines._check_can_charge_back()
        note = (note or "").strip()
        if not note or not reason:
            raise UserError(self.env._("Give reason and finding of the charge-back."))
        rows = [
            {
                "claim_line_id": line.id,
                "amount": float(part),
                "reason_id": reason.id,
                "note": note,
                "date": line.company_id._get_aftersales_today(),
                "user_id": self.env.uid,
            }
            for line, part in lines._share_charge_back(amount)
        ]
        # Evidence is nobody's to write; who may do this was checked above.
        found_sudo = self.sudo().create(rows)
        found_sudo._deduct()
        for claim in lines.claim_id:
            claim.sudo().message_post(
                body=self.env._("Charged back: %(note)s", note=note)
            )
        return found_sudo.sudo(self.env.su)

    def _deduct(self):
        """Have the next settlement of the point deduct the amounts."""
        for item in self:
            item._write_flow(
                {
                    "adjustment_id": self.env["aftersales.point.adjustment"]
                    ._add_once([item._prepare_deduction()])
                    .id
                }
            )

    def _prepare_deduction(self):
        """Values of the deduction.  Extension point."""
        self.ensure_one()
        return {
            "service_point_id": self.service_point_id.id,
            "currency_id": self.currency_id.id,
            "date": self.date,
            "kind": "charge_back",
            "amount": -self.amount,
            "reason": self.env._(
                "Charge-back %(line)s of %(claim)s: %(reason)s",
                line=self.claim_line_id.name,
                claim=self.claim_id.name,
                reason=self.reason_id.name,
            ),
            "claim_line_id": self.claim_line_id.id,
            "res_model": self._name,
            "res_id": self.id,
        }


class AftersalesClaimLine(models.Model):
    """What was paid for a line may be taken back within a time."""

    _inherit = "aftersales.claim.line"

    charge_back_ids = fields.One2many(
        "aftersales.claim.charge.back", "claim_line_id", "Charge-Backs", readonly=True
    )
    # Amounts of the own line, whoever may read settlements.
    amount_charged_back = fields.Monetary(
        "Charged Back", compute="_compute_amount_charged_back", compute_sudo=True
    )
    amount_chargeable = fields.Monetary(
        "May Be Charged Back",
        compute="_compute_amount_charged_back",
        compute_sudo=True,
        help="Settled with the coefficient of the point, less what was taken back.",
    )

    _HIDDEN_AMOUNTS = frozenset(("amount_charged_back", "amount_chargeable"))

    @api.depends(
        "charge_back_ids.amount",
        "settlement_line_ids.is_live",
        "entry_ids.amount",
        "entry_ids.state",
    )
    def _compute_amount_charged_back(self):
        for line in self:
            digits = line.currency_id.decimal_places
            line.amount_charged_back = sum(line.charge_back_ids.mapped("amount"))
            paid = sum(line._get_billed_lines().mapped("amount"))
            # Old parts and disputes took back of the same money.
            minor = kernel.chargeable(
                to_minor(paid, digits), to_minor(-line._get_changed_amount(), digits)
            )
            line.amount_chargeable = float(from_minor(minor, digits))

    def _get_billed_lines(self):
        """Settlement lines that a bill pays."""
        return self.settlement_line_ids.filtered(
            lambda line: line.is_live and line.settlement_id.state == "billed"
        )

    def _get_unbilled(self):
        """Approved lines that no bill pays yet."""
        return self.filtered("amount_approved") - self._get_billed_lines().claim_line_id

    def _check_can_charge_back(self):
        """Refuse a charge-back by the wrong person or at the wrong time.

        :raise AccessError: neither clerk nor head of service
        :raise UserError: naming the claim and the rule
        """
        if not any(map(self.env.user.has_group, (CLERK_GROUP, HEAD_GROUP))):
            raise AccessError(
                self.env._("A settlement clerk or the head charges claims back.")
            )
        self.check_access("read")
        # Two audits at once cannot take the same amount twice.
        self._lock_money()
        self.invalidate_recordset(["amount_charged_back", "amount_chargeable"])
        for line in self:
            line.sudo()._check_charge_back_open(self.env.user)

    def _check_charge_back_open(self, user):
        """Refuse a line that is not settled, settled long ago, or the user's own."""
        self.ensure_one()
        claim = self.claim_id
        if user in claim._get_authors():
            raise UserError(
                self.env._(
                    "You wrote %(claim)s. Somebody else must charge it back.",
                    claim=claim.name,
                )
            )
        billed = self._get_billed_lines().settlement_id[:1]
        if not billed:
            raise UserError(
                self.env._(
                    "“%(line)s” of %(claim)s is not billed; there is nothing to take "
                    "back. Reopen the claim instead.",
                    line=self.name,
                    claim=claim.name,
                )
            )
        days = self.company_id.aftersales_charge_back_days
        paid = billed.move_id.invoice_date or billed.date_to
        last = paid + timedelta(days=days)
        if days and last < self.company_id._get_aftersales_today():
            raise UserError(
                self.env._(
                    "“%(line)s” of %(claim)s was billed on %(billed)s and could be "
                    "charged back until %(last)s.",
                    line=self.name,
                    claim=claim.name,
                    billed=format_date(self.env, paid),
                    last=format_date(self.env, last),
                )
            )

    def _share_charge_back(self, amount):
        """Share an amount among lines: ``[(line, amount), …]``, none of zero.

        :raise UserError: nothing, or more than was paid
        """
        currency = self.currency_id[:1]
        digits = currency.decimal_places
        limits = [to_minor(line.amount_chargeable, digits) for line in self]
        minor = to_minor(amount, digits)
        if not 0 < minor <= sum(limits) or len(self.claim_id) != 1:
            raise UserError(
                self.env._(
                    "%(claim)s: take back more than nothing and at most %(limit)s.",
                    claim=self[:1].claim_id.name,
                    limit=currency.format(float(from_minor(sum(limits), digits))),
                )
            )
        parts = allocate(minor, limits)
        return [
            (line, from_minor(part, digits))
            for line, part in zip(self, parts, strict=True)
            if part
        ]


class AftersalesClaim(models.Model):
    _inherit = "aftersales.claim"

    charge_back_ids = fields.One2many(
        "aftersales.claim.charge.back", "claim_id", "Charge-Backs", readonly=True
    )
    is_charged_back = fields.Boolean(
        compute="_compute_is_charged_back", search="_search_is_charged_back"
    )

    @api.depends("charge_back_ids")
    def _compute_is_charged_back(self):
        for claim in self:
            claim.is_charged_back = bool(claim.sudo().charge_back_ids)

    def _search_is_charged_back(self, operator, value):
        if operator != "in":
            return NotImplemented
        return fields.Domain("charge_back_ids", "!=", False)

    def action_charge_back(self):
        """Ask what an audit takes back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charge Back"),
            "res_model": "aftersales.claim.charge.back.run",
            "view_mode": "form",
            "target": "new",
            "context": {"default_claim_id": self.id},
        }
