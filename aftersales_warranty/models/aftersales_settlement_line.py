from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults


class AftersalesSettlementLine(models.Model):
    """One approved claim line or adjustment inside a settlement."""

    _name = "aftersales.settlement.line"
    _description = "Settlement Line"
    _order = "settlement_id, id"
    _check_company_auto = True

    settlement_id = fields.Many2one(
        "aftersales.settlement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="settlement_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="settlement_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    claim_line_id = fields.Many2one(
        "aftersales.claim.line", index="btree_not_null", ondelete="restrict"
    )
    claim_id = fields.Many2one(
        related="claim_line_id.claim_id",
        store=True,
        index="btree_not_null",
        precompute=True,
    )
    adjustment_id = fields.Many2one(
        "aftersales.point.adjustment", index="btree_not_null", ondelete="restrict"
    )
    name = fields.Char(compute="_compute_name")
    entry_kind = fields.Selection(related="adjustment_id.kind", string="Kind of Entry")
    amount_claimed = fields.Monetary(related="claim_line_id.amount_claimed")
    amount_allowed = fields.Monetary(related="claim_line_id.amount_allowed")
    amount_approved = fields.Monetary("Approved")
    amount = fields.Monetary("Settled")
    is_live = fields.Boolean(default=True)

    _claim_line_once = models.UniqueIndex(
        "(claim_line_id) WHERE is_live AND claim_line_id IS NOT NULL",
        "A claim line is in another settlement already.",
    )
    _adjustment_once = models.UniqueIndex(
        "(adjustment_id) WHERE is_live AND adjustment_id IS NOT NULL",
        "An award or penalty is in another settlement already.",
    )
    _one_source = models.Constraint(
        "CHECK (num_nonnulls(claim_line_id, adjustment_id) = 1)",
        "A settlement line has one source.",
    )

    @api.depends("claim_line_id.name", "adjustment_id.reason")
    def _compute_name(self):
        for line in self:
            line.name = line.claim_line_id.name or line.adjustment_id.reason

    @api.model_create_multi
    def create(self, vals_list):
        self._check_flow()
        cleaned = self
        if not self.env.su:
            cleaned = without_guarded_defaults(self, self._fields)
        return super(AftersalesSettlementLine, cleaned).create(vals_list)

    def write(self, vals):
        self._check_flow()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_flow(self):
        self._check_flow()

    def _check_flow(self):
        """Refuse changes by hand: what is paid comes from decided claims only.

        :raise UserError: naming the way out
        """
        flow = self.env.context.get("aftersales_settlement_flow")
        if not self.env.su and flow is not FLOW:
            raise UserError(
                self.env._(
                    "The lines of a settlement come from approved claims and open "
                    "awards. Collect them with its button."
                )
            )

    def _is_present(self):
        """Whether the line is live and still equals what it was made from."""
        self.ensure_one()
        source = self.claim_line_id or self.adjustment_id
        amount = (
            source.amount_approved if self.claim_line_id else self.adjustment_id.amount
        )
        return bool(
            self.is_live
            and source.service_point_id == self.service_point_id
            and source.currency_id == self.currency_id
            and not self.currency_id.compare_amounts(self.amount_approved, amount)
        )
