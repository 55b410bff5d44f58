from odoo import api, fields, models
from odoo.fields import Domain

from .aftersales_finding import OPEN_STATES


class AftersalesScorecardLine(models.Model):
    """Findings on one indicator of a scorecard."""

    _inherit = "aftersales.scorecard.line"

    finding_count = fields.Integer("Findings", compute="_compute_finding_count")

    def _compute_finding_count(self):
        Finding = self.env["aftersales.finding"]
        counts = Finding._count_by(self.scorecard_id, "scorecard_id", "indicator_id")
        for line in self:
            key = (line.scorecard_id._origin, line.indicator_id)
            line.finding_count = counts.get(key, 0)

    def _prepare_finding_vals(self):
        """Values of a finding on this indicator."""
        self.ensure_one()
        card = self.scorecard_id
        return {
            "service_point_id": card.service_point_id.id,
            "company_id": card.company_id.id,
            "scorecard_id": card.id,
            "audit_id": card._get_audit().id,
            "indicator_id": self.indicator_id.id,
            "text": self.finding,
        }

    def action_new_finding(self):
        """Open a new finding on this indicator."""
        return self.env["aftersales.finding"]._get_new_action(
            self._prepare_finding_vals()
        )


class AftersalesScorecard(models.Model):
    """Findings of a scorecard, and the audit it belongs to."""

    _inherit = "aftersales.scorecard"

    finding_ids = fields.One2many("aftersales.finding", "scorecard_id")
    finding_count = fields.Integer("Findings", compute="_compute_finding_count")
    audit_point_ids = fields.One2many("aftersales.audit.point", "scorecard_id")

    def _compute_finding_count(self):
        counts = self.env["aftersales.finding"]._count_by(self, "scorecard_id")
        for card in self:
            card.finding_count = counts.get(card._origin, 0)

    def _get_audit(self):
        """Audit for which this scorecard is judged; may be empty."""
        return self.audit_point_ids.audit_id[:1]

    def action_view_findings(self):
        """Open the findings of this scorecard."""
        self.ensure_one()
        return self.env["aftersales.finding"]._get_list_action(
            [("scorecard_id", "=", self.id)],
            {
                "default_scorecard_id": self.id,
                "default_service_point_id": self.service_point_id.id,
                "default_audit_id": self._get_audit().id,
            },
        )


class AftersalesServicePoint(models.Model):
    """Open and overdue findings of a point."""

    _inherit = "aftersales.service.point"

    open_finding_count = fields.Integer(
        "Open Findings", compute="_compute_finding_counts"
    )
    overdue_finding_count = fields.Integer(
        "Overdue Findings", compute="_compute_finding_counts"
    )

    def _compute_finding_counts(self):
        Finding = self.env["aftersales.finding"]
        found, overdue = {}, {}
        if Finding.has_access("read"):
            domain = Domain("service_point_id", "in", self.ids)
            domain &= Domain("state", "in", OPEN_STATES)
            found = self._count_by_point(Finding, domain)
            overdue = self._count_by_point(
                Finding, domain & Domain("is_overdue", "=", True)
            )
        for point in self:
            point.open_finding_count = found.get(point._origin, 0)
            point.overdue_finding_count = overdue.get(point._origin, 0)

    def _get_suspended_by_findings(self):
        """Points whose suspension findings ask for that are not settled yet."""
        # The decision on a point looks at all of its findings.
        Finding_sudo = self.env["aftersales.finding"].sudo()
        found = Finding_sudo.search(
            Domain("service_point_id", "in", self.ids)
            & Domain("state", "in", OPEN_STATES)
            & Domain("is_released", "=", True)
        )
        asking = found.filtered(
            lambda f: (
                0 < f.company_id.aftersales_finding_suspend_count <= f.repeat_count + 1
            )
        )
        return asking.service_point_id.with_env(self.env)

    def action_view_findings(self):
        """Open the findings of this point."""
        self.ensure_one()
        return self.env["aftersales.finding"]._get_list_action(
            [("service_point_id", "=", self.id)],
            {"default_service_point_id": self.id},
        )


class AftersalesFinding(models.Model):
    """Ways into the findings, and from a finding to where it comes from."""

    _inherit = "aftersales.finding"

    def _fill_origins(self):
        """Remember the record on which each finding was raised."""
        cards = self.scorecard_id
        # Whoever may name a scorecard need not be allowed to read its lines.
        lines = {
            (line.scorecard_id, line.indicator_id): line
            for line in cards.sudo().line_ids
        }
        for finding in self.filtered(lambda f: not f.res_model):
            line = lines.get((finding.scorecard_id, finding.indicator_id))
            record = (
                line or finding.scorecard_id or finding.audit_id or finding.visit_id
            )
            if record:
                finding._write_flow({"res_model": record._name, "res_id": record.id})

    @api.model
    def _get_new_action(self, vals):
        """Window action of a new finding with these values as defaults."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Finding"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "current",
            "context": {f"default_{name}": value for name, value in vals.items()},
        }

    @api.model
    def _count_by(self, records, link, *more):
        """Findings that were not withdrawn, per record that ``link`` points to.

        :param more: further fields to count by
        :return: ``{record: count}`` or ``{(record, …): count}``; nothing for those
            who may not read findings
        """
        if not self.has_access("read"):
            return {}
        rows = self._read_group(
            Domain(link, "in", records.ids) & Domain("state", "!=", "cancelled"),
            [link, *more],
            ["__count"],
        )
        return {(tuple(key) if more else key[0]): count for *key, count in rows}

    @api.model
    def _get_list_action(self, domain, context=None):
        """Window action of the findings within ``domain``."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Findings"),
            "res_model": self._name,
            "view_mode": "list,kanban,form,calendar,pivot,graph",
            "domain": domain,
            "context": context or {},
        }

    def action_open_origin(self):
        """Open the record on which the finding was raised."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        if self.res_model == "aftersales.scorecard.line":
            record = self.scorecard_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Origin of %(finding)s", finding=self.name),
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }

    def action_view_same_clause(self):
        """Open the findings of the same clause at the same point."""
        self.ensure_one()
        return self._get_list_action(
            [
                ("service_point_id", "=", self.service_point_id.id),
                ("clause", "=", self.clause),
            ]
        )

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for finding in self:
            finding.access_url = f"/my/findings/{finding.id}"
        return result
