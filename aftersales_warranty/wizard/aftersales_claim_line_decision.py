from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.settlement import from_minor, scale, to_minor


class AftersalesClaimLineDecision(models.TransientModel):
    """Decides many claim lines in the same way."""

    _name = "aftersales.claim.line.decision"
    _description = "Decision on Claim Lines"

    line_ids = fields.Many2many("aftersales.claim.line", required=True)
    mode = fields.Selection(
        [
            ("allowed", "Approve What Is Allowed"),
            ("share", "Approve a Share"),
            ("refuse", "Refuse"),
        ],
        "Decision",
        required=True,
        default="allowed",
    )
    share = fields.Float(
        "Share %",
        digits=(5, 2),
        default=50.0,
        help="Of the amount that is allowed on each line.",
    )
    reason_id = fields.Many2one("aftersales.claim.reason")
    note = fields.Char("Remark")
    line_count = fields.Integer("Lines", compute="_compute_line_count")

    _share_range = models.Constraint(
        "CHECK (share >= 0 AND share <= 100)", "The share must be between 0 and 100 %."
    )

    @api.depends("line_ids")
    def _compute_line_count(self):
        for wizard in self:
            wizard.line_count = len(wizard.line_ids)

    def action_apply(self):
        """Decide the lines; all of them or none.

        :raise UserError: no reason for a cut, or a claim that cannot be decided
        """
        self.ensure_one()
        if self.mode != "allowed" and not self.reason_id:
            raise UserError(self.env._("Give the reason for this decision."))
        self.line_ids.claim_id._check_can_decide()
        for line in self.line_ids:
            line._decide_typed(
                {
                    "decide_amount": self._get_amount(line),
                    "decide_reason_id": self.reason_id.id,
                    "decide_note": self.note,
                }
            )
        return {"type": "ir.actions.act_window_close"}

    def _get_amount(self, line):
        """What the decision leaves of a line, exact to the cent."""
        share = {"allowed": Decimal(1), "refuse": Decimal(0)}.get(
            self.mode, Decimal(str(self.share)) / 100
        )
        digits = line.currency_id.decimal_places
        minor = scale(to_minor(line.amount_allowed, digits), share)
        return float(from_minor(minor, digits))
