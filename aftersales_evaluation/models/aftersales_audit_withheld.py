from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .aftersales_audit import DONE_STATES, OPEN_TO_ALL

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

    #: Path from the model to the scorecard; empty on the scorecard itself, none
    #: where no field leads there.
    _WITHHELD_PATH = ""

    is_withheld = fields.Boolean(
        "Hidden", compute="_compute_is_withheld", search="_search_is_withheld"
    )

    @api.depends(
        lambda self: [
            f"{self._WITHHELD_PATH}audit_point_ids.{name}"
            for name in ("state", "audit_id.state", "audit_id.kind")
            if self._WITHHELD_PATH is not None
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
            self._get_running_domain()
            & Domain("user_id", "!=", user.id)
            & Domain("audit_id.member_ids", "not in", user.ids)
        )
        return Domain(f"{self._WITHHELD_PATH}audit_point_ids", "any!", hidden)

    @api.model
    def _get_running_domain(self):
        """Audited points that do not know yet of an unannounced audit."""
        return (
            Domain("audit_id.kind", "=", "unannounced")
            & Domain("audit_id.state", "not in", OPEN_TO_ALL)
            & Domain("state", "not in", DONE_STATES)
        )


class AftersalesScorecard(models.Model):
    _name = "aftersales.scorecard"
    _inherit = ["aftersales.scorecard", "aftersales.withheld.mixin"]

    def _check_transition(self, state):
        """Approve nothing that the point may not know of.

        Level, ranking and portal follow from an approval, and would tell it.

        :raise UserError: naming the scorecard and its audit
        """
        res = super()._check_transition(state)
        if state == "approved":
            # Whoever approves need not be on the team of the audit.
            lines_sudo = self.sudo().audit_point_ids
            line_sudo = lines_sudo.filtered_domain(self._get_running_domain())[:1]
            if line_sudo:
                raise UserError(
                    self.env._(
                        "%(audit)s is unannounced and still runs at %(point)s. Close "
                        "the point in the audit, then approve scorecard %(card)s.",
                        audit=line_sudo.audit_id.display_name,
                        point=line_sudo.service_point_id.display_name,
                        card=line_sudo.scorecard_id.name,
                    )
                )
        return res


class AftersalesScorecardLine(models.Model):
    _name = "aftersales.scorecard.line"
    _inherit = ["aftersales.scorecard.line", "aftersales.withheld.mixin"]
    _WITHHELD_PATH = "scorecard_id."


class AftersalesScorecardDeduction(models.Model):
    _name = "aftersales.scorecard.deduction"
    _inherit = ["aftersales.scorecard.deduction", "aftersales.withheld.mixin"]
    _WITHHELD_PATH = "scorecard_id."


class AftersalesApproval(models.Model):
    """Decisions on a scorecard are as hidden as the scorecard."""

    _name = "aftersales.approval"
    _inherit = ["aftersales.approval", "aftersales.withheld.mixin"]
    _WITHHELD_PATH = None

    def _search_is_withheld(self, operator, value):
        Scorecard_sudo = self.env["aftersales.scorecard"].sudo()
        domain = Scorecard_sudo._search_is_withheld(operator, value)
        if domain is NotImplemented or domain.is_false():
            return domain
        return Domain("res_model", "=", Scorecard_sudo._name) & Domain(
            "res_id", "in", Scorecard_sudo._search(domain)
        )
