from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class AftersalesFinding(models.Model):
    """Findings that a visit raised."""

    _inherit = "aftersales.finding"

    visit_id = fields.Many2one(
        "aftersales.visit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    @api.depends("visit_id.kind", "visit_id.state")
    def _compute_is_released(self):
        """What an unannounced check finds is shown once the check is reported."""
        res = super()._compute_is_released()
        for finding in self:
            visit = finding.visit_id
            if visit.kind == "unannounced" and visit.state in ("planned", "done"):
                finding.is_released = False
        return res

    @api.constrains("visit_id", "service_point_id")
    def _check_visit(self):
        for finding in self.filtered("visit_id"):
            if finding.visit_id.service_point_id != finding.service_point_id:
                raise ValidationError(
                    self.env._(
                        "%(finding)s: visit %(visit)s was made to another point.",
                        finding=finding.name,
                        visit=finding.visit_id.name,
                    )
                )


class AftersalesVisit(models.Model):
    """From a visit to what was found there."""

    _inherit = "aftersales.visit"

    finding_count = fields.Integer("Raised Findings", compute="_compute_finding_count")

    def _compute_finding_count(self):
        counts = self.env["aftersales.finding"]._count_by(self, "visit_id")
        for visit in self:
            visit.finding_count = counts.get(visit._origin, 0)

    def write(self, vals):
        """Tell the owners what an unannounced check found, once it is reported."""
        hidden_sudo = self.env["aftersales.finding"].sudo()
        visits = self.filtered(lambda visit: visit.kind == "unannounced")
        if visits and "state" in vals:
            hidden_sudo = hidden_sudo.search(
                Domain("visit_id", "in", visits.ids) & Domain("is_released", "=", False)
            )
        res = super().write(vals)
        hidden_sudo.filtered("is_released")._announce()
        return res

    def _prepare_finding_vals(self):
        """Values of a finding of this visit."""
        self.ensure_one()
        return {
            "visit_id": self.id,
            "service_point_id": self.service_point_id.id,
            "company_id": self.company_id.id,
        }

    def action_new_finding(self):
        """Open a new finding of this visit."""
        return self.env["aftersales.finding"]._get_new_action(
            self._prepare_finding_vals()
        )

    def action_view_findings(self):
        """Open the findings of this visit."""
        vals = self._prepare_finding_vals()
        return self.env["aftersales.finding"]._get_list_action(
            [("visit_id", "=", self.id)],
            {f"default_{name}": value for name, value in vals.items()},
        )
