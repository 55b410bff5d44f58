from odoo import api, fields, models
from odoo.fields import Domain

#: Whoever has one of these roles knows of every audit.
INSIDERS = (
    "aftersales_network.group_auditor",
    "aftersales_network.group_technical_reviewer",
    "aftersales_network.group_head",
)


class AftersalesWithheldMixin(models.AbstractModel):
    """Hides what an unannounced audit is judging from those who are judged.

    A record rule of all users asks ``is_withheld``; for whoever knows of every
    audit, and for records outside of audits, it costs nothing.
    """

    _name = "aftersales.withheld.mixin"
    _description = "Hidden Until Audited"

    #: Path from the model to the scorecard; empty on the scorecard itself.
    _WITHHELD_PATH = ""

    is_withheld = fields.Boolean(
        "Hidden", compute="_compute_is_withheld", search="_search_is_withheld"
    )

    @api.depends(
        lambda self: [
            f"{self._WITHHELD_PATH}audit_point_ids.{name}"
            for name in ("state", "audit_id.state", "audit_id.kind")
        ]
    )
    @api.depends_context("uid")
    def _compute_is_withheld(self):
        hidden = self.sudo().search(
            Domain("id", "in", self.ids) & Domain("is_withheld", "=", True)
        )
        for record in self:
            record.is_withheld = record._origin.id in hidden._ids

    def _search_is_withheld(self, operator, value):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        if any(user.has_group(group) for group in INSIDERS):
            return Domain.FALSE
        hidden = (
            Domain("audit_id.kind", "=", "unannounced")
            & Domain("audit_id.state", "not in", ("done", "cancelled"))
            & Domain("state", "!=", "done")
            & Domain("user_id", "!=", user.id)
            & Domain("audit_id.member_ids", "not in", user.ids)
        )
        return Domain(f"{self._WITHHELD_PATH}audit_point_ids", "any!", hidden)


class AftersalesScorecard(models.Model):
    _name = "aftersales.scorecard"
    _inherit = ["aftersales.scorecard", "aftersales.withheld.mixin"]


class AftersalesScorecardLine(models.Model):
    _name = "aftersales.scorecard.line"
    _inherit = ["aftersales.scorecard.line", "aftersales.withheld.mixin"]
    _WITHHELD_PATH = "scorecard_id."


class AftersalesScorecardDeduction(models.Model):
    _name = "aftersales.scorecard.deduction"
    _inherit = ["aftersales.scorecard.deduction", "aftersales.withheld.mixin"]
    _WITHHELD_PATH = "scorecard_id."
