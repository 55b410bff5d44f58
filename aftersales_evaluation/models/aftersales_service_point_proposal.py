from odoo import fields, models

#: Points that an assessment may raise, lower or suspend.
PROPOSABLE_STATES = ("probation", "active", "suspended")


class AftersalesServicePoint(models.Model):
    """Proposals of the assessments in the file of a point."""

    _inherit = "aftersales.service.point"

    open_proposal_count = fields.Integer(
        "Open Proposals", compute="_compute_open_proposal_count"
    )

    def _compute_open_proposal_count(self):
        Proposal = self.env["aftersales.level.proposal"]
        counts = {}
        if Proposal.has_access("read"):
            counts = self._count_by_point(
                Proposal,
                [("service_point_id", "in", self.ids), ("state", "=", "proposed")],
            )
        for point in self:
            point.open_proposal_count = counts.get(point._origin, 0)

    def action_view_level_proposals(self):
        """Open the proposals for the point."""
        return self._get_related_action(
            "aftersales.level.proposal", self.env._("Level Proposals"), "list,form"
        )
