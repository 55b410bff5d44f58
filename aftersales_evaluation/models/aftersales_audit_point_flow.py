from odoo import api, models
from odoo.exceptions import UserError


class AftersalesAuditPoint(models.Model):
    """Steps of one audited point."""

    _inherit = "aftersales.audit.point"

    @api.model_create_multi
    def create(self, vals_list):
        """Add points by hand; only to audits that are still planned."""
        lines = super().create(vals_list)
        if not self.env.su:
            lines.audit_id._check_planned()
        return lines

    def write(self, vals):
        if not self._is_flow() and {"audit_id", "service_point_id"} & set(vals):
            self._check_by_hand()
        if not self._is_flow() and "user_id" in vals:
            self.audit_id._check_planned()
        hidden = self.env["aftersales.finding"]
        if "state" in vals:
            hidden = self.audit_id._get_hidden_findings()
        res = super().write(vals)
        hidden.filtered("is_released")._announce()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        self.audit_id._check_planned()
        if not self.env.su:
            self._check_not_drawn()

    def _check_by_hand(self):
        self.audit_id._check_planned()
        self._check_not_drawn()

    def _check_not_drawn(self):
        """What the rule chose stays: it can only be left out with a reason.

        :raise UserError: naming the point
        """
        drawn = self.filtered(lambda line: line.reason != "added")[:1]
        if drawn:
            raise UserError(
                self.env._(
                    "%(point)s was chosen by the rule of %(audit)s. Leave it out with "
                    "a reason instead.",
                    point=drawn.service_point_id.display_name,
                    audit=drawn.audit_id.display_name,
                )
            )

    def _fill_auditors(self):
        """The lead audits what nobody was named for."""
        unnamed = self.filtered(lambda line: not line.user_id)
        for lead, lines in unnamed.grouped(lambda li: li.audit_id.lead_id).items():
            lines._write_flow({"user_id": lead.id})

    def _check_auditors(self):
        """Only the team audits, and nobody a point he works for.

        A self-assessment is just that, and may be made by the point's own people.

        :raise UserError: naming the auditor and the point
        """
        for line in self:
            user = line.user_id
            # Nobody escapes because he may not read a line.
            point_sudo = line.sudo().service_point_id
            own = point_sudo.manager_id | point_sudo.staff_ids.user_id
            if user not in line.audit_id.member_ids:
                raise UserError(
                    self.env._(
                        "%(user)s is not on the team of %(audit)s.",
                        user=user.name,
                        audit=line.audit_id.display_name,
                    )
                )
            if user in own and line.audit_id.kind != "self":
                raise UserError(
                    self.env._(
                        "%(user)s works for %(point)s and cannot audit it. Choose "
                        "another auditor.",
                        user=user.name,
                        point=line.service_point_id.display_name,
                    )
                )

    def _prepare_scorecard_vals(self):
        """Values of the scorecard of this point."""
        self.ensure_one()
        audit = self.audit_id
        is_point = self.service_point_id.tier == "point"
        return {
            "set_id": audit.set_id.id,
            "subject_type": "point" if is_point else "centre",
            "service_point_id": self.service_point_id.id,
            "date_from": audit.date_from,
            "date_to": audit.date_to,
            "auditor_id": self.user_id.id,
            "assessment": audit._get_assessment(),
        }

    def action_open_scorecard(self):
        """Open the scorecard of this point."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.service_point_id.name,
            "res_model": "aftersales.scorecard",
            "res_id": self.scorecard_id.id,
            "view_mode": "form",
        }

    def action_open_checklist(self):
        """Open the checklist of this point, made for phones."""
        self.ensure_one()
        return self.scorecard_id.action_open_checklist()

    def action_done(self):
        """Close audited points: their scorecards were handed over.

        :raise UserError: the scorecard is still a draft
        """
        self._check_flow_state("running")
        self._check_mine()
        for line in self:
            if line.scorecard_id.state not in ("submitted", "approved"):
                raise UserError(
                    self.env._(
                        "Scorecard %(card)s has not been submitted yet.",
                        card=line.scorecard_id.name,
                    )
                )
            line._write_flow(
                {
                    "state": "done",
                    "date_done": line.company_id._get_aftersales_today(),
                }
            )
        return True

    def _check_mine(self):
        """The team closes its points, whoever else may write here."""
        self.check_access("write")

    def action_ask_skip(self):
        """Ask why the point is left out."""
        self._check_flow_state("planned", "running")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_skip")

    def _skip(self, reason):
        """Leave points out of the audit.

        :param reason: kept with the point
        """
        self._check_flow_state("planned", "running")
        self._check_mine()
        cards_sudo = self.sudo().scorecard_id
        cards_sudo.filtered(lambda card: card.state == "draft").action_cancel()
        self._write_flow({"state": "skipped", "skip_reason": reason})
        for audit, lines in self.grouped("audit_id").items():
            audit.message_post(
                body=self.env._(
                    "%(points)s left out: %(reason)s",
                    points=", ".join(lines.service_point_id.mapped("name")),
                    reason=reason,
                )
            )
