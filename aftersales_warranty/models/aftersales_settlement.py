from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults

from ..tools import settlement as kernel
from .aftersales_claim import APPROVED_STATES
from .aftersales_claim_flow import CLERK_GROUP


class AftersalesSettlement(models.Model):
    """What a point gets for a period: approved lines, awards, penalties.

    A claim line is in one live settlement at most (unique index), so that a
    second run of a period can never pay twice.
    """

    _name = "aftersales.settlement"
    _description = "Settlement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
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
            "amount_adjustments",
            "amount_total",
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
            claims = settlement.line_ids.filtered("claim_line_id")
            settlement.amount_claims = sum(claims.mapped("amount"))
            settlement.amount_adjustments = sum(
                (settlement.line_ids - claims).mapped("amount")
            )
            settlement.amount_total = (
                settlement.amount_claims + settlement.amount_adjustments
            )

    @api.model_create_multi
    def create(self, vals_list):
        guarded, cleaned = self._FLOW_FIELDS, self
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
            if changed & self._FLOW_FIELDS:
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

    def _check_clerk(self):
        """Refuse a step by anybody but a settlement clerk.

        :raise AccessError: naming the role
        """
        if not self.env.user.has_group(CLERK_GROUP):
            raise AccessError(
                self.env._("Only a settlement clerk decides and settles claims.")
            )

    # -- collecting ------------------------------------------------------------

    @api.model
    def _settle_points(self, points, date_from, date_to):
        """Make the draft settlements of many points for a period.

        Takes every approved line decided until ``date_to`` that no live
        settlement holds, so that what was late for one period comes with the
        next. A point without anything to settle gets no settlement.

        :return: the new settlements, one per point and currency
        """
        self._check_clerk()
        lines = self._find_claim_lines(points, date_to)
        adjustments = self._find_adjustments(points, date_to)
        keys = dict.fromkeys(
            [(x.service_point_id, x.currency_id) for x in lines]
            + [(x.service_point_id, x.currency_id) for x in adjustments]
        )
        settlements = self.with_context(aftersales_settlement_flow=FLOW).create(
            [
                {
                    "service_point_id": point.id,
                    "currency_id": currency.id,
                    "date_from": date_from,
                    "date_to": date_to,
                }
                for point, currency in keys
            ]
        )
        settlements = settlements.with_env(self.env)
        settlements._fill(lines, adjustments)
        return settlements

    @api.model
    def _find_claim_lines(self, points, date_to):
        """Approved claim lines that wait for a settlement."""
        return self.env["aftersales.claim.line"].search_fetch(
            Domain("service_point_id", "in", points.ids)
            & Domain("claim_state", "in", APPROVED_STATES)
            & Domain("claim_id.date_decision", "<=", date_to)
            & Domain("amount_approved", ">", 0)
            & ~Domain("settlement_line_ids", "any", [("is_live", "=", True)]),
            ["claim_id", "service_point_id", "kind", "amount_approved"],
            order="id",
        )

    @api.model
    def _find_adjustments(self, points, date_to):
        """Open awards and penalties of the points."""
        return self.env["aftersales.point.adjustment"].search(
            Domain("service_point_id", "in", points.ids)
            & Domain("state", "=", "open")
            & Domain("date", "<=", date_to)
            & ~Domain(
                "id",
                "in",
                self.env["aftersales.settlement.line"]
                ._search([("is_live", "=", True), ("adjustment_id", "!=", False)])
                .subselect("adjustment_id"),
            )
        )

    def _fill(self, lines, adjustments):
        """Replace the lines of draft settlements by what waits for them."""
        self._check_draft()
        self._get_flow_lines().unlink()
        rows = []
        by_key = lines.grouped(lambda x: (x.service_point_id, x.currency_id))
        extra = adjustments.grouped(lambda x: (x.service_point_id, x.currency_id))
        for settlement in self:
            key = (settlement.service_point_id, settlement.currency_id)
            coefficient = settlement._get_coefficient()
            settlement._write_flow(coefficient=float(coefficient))
            rows += settlement._prepare_claim_rows(by_key.get(key, ()), coefficient)
            rows += [
                {
                    "settlement_id": settlement.id,
                    "adjustment_id": item.id,
                    "amount_approved": item.amount,
                    "amount": item.amount,
                }
                for item in extra.get(key, ())
            ]
        self._get_flow_lines().create(rows)

    def _get_flow_lines(self):
        """The lines as a step may change them."""
        return self.line_ids.with_context(aftersales_settlement_flow=FLOW)

    def _get_coefficient(self):
        """Factor of the point's level as an exact number."""
        self.ensure_one()
        level = self.service_point_id.level_id
        return Decimal(str(round(level.coefficient, 4))) if level else Decimal(1)

    def _prepare_claim_rows(self, lines, coefficient):
        """Settlement lines of claim lines, exact to the cent in their sum."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        settled = kernel.settle(
            [kernel.to_minor(line.amount_approved, digits) for line in lines],
            coefficient,
        )
        return [
            {
                "settlement_id": self.id,
                "claim_line_id": line.id,
                "amount_approved": line.amount_approved,
                "amount": float(kernel.from_minor(minor, digits)),
            }
            for line, minor in zip(lines, settled, strict=True)
        ]

    def action_compute(self):
        """Collect anew what waits for draft settlements."""
        self._check_clerk()
        self._check_draft()
        self._get_flow_lines().unlink()
        for date_to, group in self.grouped("date_to").items():
            points = group.service_point_id
            group._fill(
                self._find_claim_lines(points, date_to),
                self._find_adjustments(points, date_to),
            )

    def action_confirm(self):
        """Fix settlements; awards and penalties count as settled.

        :raise UserError: nothing to pay, or a line that is no longer approved
        """
        self._check_clerk()
        self.lock_for_update()
        self.line_ids.claim_id.lock_for_update()
        self._check_draft()
        for settlement in self:
            settlement._check_content()
        self.line_ids.adjustment_id._write_flow({"state": "settled"})
        self._write_flow(state="confirmed")

    def _check_content(self):
        """Refuse an empty or negative settlement and changed claims."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._("%(name)s has nothing to settle.", name=self.name)
            )
        if self.currency_id.compare_amounts(self.amount_total, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(name)s: the penalties leave nothing to pay (%(total)s). Settle "
                    "a longer period.",
                    name=self.name,
                    total=self.currency_id.format(self.amount_total),
                )
            )
        self._check_lines_present()
        changed = self.line_ids.claim_id.filtered(
            lambda c: c.state not in APPROVED_STATES
        )[:1]
        if changed:
            raise UserError(
                self.env._(
                    "%(name)s: claim %(claim)s is no longer approved. Collect again.",
                    name=self.name,
                    claim=changed.name,
                )
            )

    def _check_lines_present(self):
        """Refuse lines that no longer equal the claim line or adjustment.

        :raise UserError: naming the settlement and the line
        """
        self.ensure_one()
        stale = self.line_ids.filtered(lambda line: not line._is_present())[:1]
        if stale:
            raise UserError(
                self.env._(
                    "%(name)s: “%(line)s” is not what was collected any more. "
                    "Collect again.",
                    name=self.name,
                    line=stale.name,
                )
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

    def action_draft(self):
        """Open confirmed settlements again, before they are billed."""
        self._check_clerk()
        self.lock_for_update()
        self._check_not_billed()
        self._check_state_in(("confirmed",))
        self.line_ids.adjustment_id._write_flow({"state": "open"})
        self._write_flow(state="draft")

    def action_cancel(self):
        """Give all lines free for another settlement."""
        self._check_clerk()
        self.lock_for_update()
        self._check_not_billed()
        self._check_state_in(("draft", "confirmed"))
        self.line_ids.adjustment_id._write_flow({"state": "open"})
        self._get_flow_lines().write({"is_live": False})
        # The unique index must see it before the lines are settled again.
        self.line_ids.flush_recordset(["is_live"])
        self._write_flow(state="cancelled")

    def _check_not_billed(self):
        """Refuse to undo a settlement whose bill exists.

        :raise UserError: naming the bill
        """
        billed = self.filtered("move_id")[:1]
        if billed:
            raise UserError(
                self.env._(
                    "%(name)s has the bill %(bill)s. Cancel or delete the bill first.",
                    name=billed.name,
                    bill=billed.move_id.display_name,
                )
            )
