from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .aftersales_withdrawal import FINAL_STATES


class AftersalesServicePoint(models.Model):
    """Withdrawal, clearance and end of the cooperation."""

    _inherit = "aftersales.service.point"

    withdrawal_ids = fields.One2many("aftersales.withdrawal", "service_point_id")
    clearance = fields.Json("Still Open", compute="_compute_clearance")

    @api.depends("state")
    def _compute_clearance(self):
        for point in self:
            point.clearance = (
                point._get_clearance() if point.state == "withdrawal" else []
            )

    def _get_running_withdrawal(self):
        """Withdrawal under way, may be empty."""
        self.ensure_one()
        return self.withdrawal_ids.filtered(lambda w: w.state not in FINAL_STATES)[:1]

    def action_withdraw(self):
        """Open the withdrawal under way, or a new one to be filed.

        :raise UserError: the point is not in service
        """
        self.ensure_one()
        self._check_flow_state("probation", "active", "suspended", "withdrawal")
        running = self._get_running_withdrawal()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Withdrawal"),
            "res_model": "aftersales.withdrawal",
            "view_mode": "form",
            "context": {"default_service_point_id": self.id},
        }
        return {**action, "res_id": running.id} if running else action

    def _start_termination(self, reason, cause):
        """File a withdrawal for the company, e.g. after a failed probation.

        :param reason: text for the point
        :param cause: one of the causes of ``aftersales.withdrawal``
        :return: the withdrawal, submitted; the one under way if there is one
        """
        self.ensure_one()
        running = self._get_running_withdrawal()
        withdrawal = running or self.env["aftersales.withdrawal"].create(
            {"service_point_id": self.id, "reason": reason, "cause": cause}
        )
        if withdrawal.state == "draft":
            withdrawal._submit({"filed_by": "company", "filed_by_id": self.env.uid})
        return withdrawal

    def action_close(self):
        """Close points by their withdrawals.

        :raise UserError: no withdrawal in clearing, or anything still open
        """
        self._check_flow_state("withdrawal")
        self._check_group("aftersales_network.group_head")
        for point in self:
            if point._get_running_withdrawal().state != "clearing":
                raise UserError(
                    self.env._(
                        "%(point)s has no approved withdrawal. File one and let it "
                        "pass its gates.",
                        point=point.display_name,
                    )
                )
        running = self.withdrawal_ids.filtered(lambda w: w.state == "clearing")
        return running.action_close()

    def _end_cooperation(self):
        """End everything that gives work, money or access, from now on."""
        for company, points in self.grouped("company_id").items():
            today = company._get_aftersales_today()
            self._end_lines(points.assignment_ids, today)
            self._end_lines(points.staff_ids, today)
        self.agreement_ids._end_today()
        self._write_flow({"state": "closed"})
        self._on_closed()

    # Clearance

    def _get_clearance(self):
        """What is still open, for the client: list of label and count."""
        self.ensure_one()
        return [
            {"label": label, "count": count}
            for label, count, _action in self._get_clearance_blockers()
        ]

    def action_open_blocker(self, label):
        """Open the records of one line of the clearance list.

        :param label: text of the line
        """
        self.ensure_one()
        self.check_access("read")
        actions = {name: act for name, _count, act in self._get_clearance_blockers()}
        action = actions.get(label)
        if not action:
            return False
        modes = action.get("view_mode", "list,form").split(",")
        return {
            **action,
            "domain": list(action.get("domain") or []),
            "views": [(False, mode) for mode in modes],
        }

    def _get_clearance_blockers(self):
        """Visits, tasks and stock beside orders, awards, loans and units below."""
        blockers = super()._get_clearance_blockers()
        for label, model, domain in self._get_network_blockers():
            # The clearance lists everything, whoever looks at it.
            count = self.env[model].sudo().search_count(domain)
            if count:
                action = {
                    **self._get_related_action(model, label),
                    "domain": list(domain),
                }
                blockers.append((label, count, action))
        return blockers

    def _get_network_blockers(self):
        """Rows of the clearance that are simple counts.

        Extension point.

        :return: list of ``(label, model, domain)``
        """
        self.ensure_one()
        mine = Domain("service_point_id", "=", self.id)
        rows = [
            (
                self.env._("visits not reported"),
                "aftersales.visit",
                mine & Domain("state", "in", ("planned", "done")),
            ),
            (
                self.env._("open visit tasks"),
                "aftersales.visit.task",
                mine & Domain("state", "=", "open"),
            ),
        ]
        if self.location_id:
            stock = Domain("location_id", "child_of", self.location_id.id) & Domain(
                "quantity", ">", 0
            )
            rows.append((self.env._("advance stock"), "stock.quant", stock))
        return rows
