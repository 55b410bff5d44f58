from odoo import fields, models
from odoo.fields import Domain

from .aftersales_settlement import OPEN_STATES

MONEY_GROUPS = (
    "aftersales_network.group_head,aftersales_network.group_auditor,"
    "aftersales_network.group_settlement_clerk"
)


class AftersalesServicePoint(models.Model):
    """How a point is settled; statements it has not answered yet."""

    _inherit = "aftersales.service.point"

    aftersales_analytic_id = fields.Many2one(
        "account.analytic.account",
        "Analytic Account of Its Settlements",
        check_company=True,
        copy=False,
        groups=MONEY_GROUPS,
        help="Instead of the one of the company.",
    )
    aftersales_self_billing_sequence_id = fields.Many2one(
        "ir.sequence",
        "Series of Its Settlement Bills",
        copy=False,
        readonly=True,
        groups="base.group_system",
    )
    open_settlement_count = fields.Integer(
        "Open Settlements", compute="_compute_open_settlement_count"
    )

    def _compute_open_settlement_count(self):
        Settlement = self.env["aftersales.settlement"]
        counts = {}
        if Settlement.has_access("read"):
            mine = Domain("service_point_id", "in", self.ids)
            counts = self._count_by_point(
                Settlement, mine & Domain("state", "in", OPEN_STATES)
            )
        for point in self:
            point.open_settlement_count = counts.get(point._origin, 0)

    def action_view_open_settlements(self):
        """Open the settlements of the point that have no bill yet."""
        return self._get_related_action(
            "aftersales.settlement",
            self.env._("Open Settlements"),
            domain=[("state", "in", OPEN_STATES)],
        )
