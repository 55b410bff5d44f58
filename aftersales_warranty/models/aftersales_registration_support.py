from odoo import fields, models


class AftersalesRegistration(models.Model):
    """What was reported about a unit, and what experts were asked about it."""

    _inherit = "aftersales.registration"

    quality_report_count = fields.Integer(compute="_compute_support_counts")
    escalation_count = fields.Integer(compute="_compute_support_counts")

    def _compute_support_counts(self):
        reports = self._count_support("aftersales.quality.report", "registration_id")
        asked = self._count_support("aftersales.escalation", "order_id.registration_id")
        for unit in self:
            unit.quality_report_count = reports.get(unit._origin.id, 0)
            unit.escalation_count = asked.get(unit._origin.id, 0)

    def _count_support(self, model, path):
        """Records of a model that the user may read, by unit: ``{id: count}``.

        :param path: way from the record to the unit
        """
        Model = self.env[model]
        if not Model.has_access("read"):
            return {}
        counts = {}
        for record in Model.search([(path, "in", self.ids)]):
            # Who may read the record has the unit on the screen anyway.
            unit = record.sudo().mapped(path)
            counts[unit.id] = counts.get(unit.id, 0) + 1
        return counts

    def action_view_quality_reports(self):
        """Open the quality reports on the unit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quality Reports"),
            "res_model": "aftersales.quality.report",
            "view_mode": "list,form",
            "domain": [("registration_id", "=", self.id)],
        }

    def action_view_escalations(self):
        """Open what experts were asked about the unit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Escalations"),
            "res_model": "aftersales.escalation",
            "view_mode": "list,form",
            "domain": [("order_id.registration_id", "=", self.id)],
            "context": {"create": False},
        }
