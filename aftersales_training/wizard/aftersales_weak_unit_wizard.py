from odoo import api, fields, models
from odoo.fields import Command, Domain

from ..tools.competition import exact
from ..tools.grades import metric_value


class AftersalesWeakUnitWizard(models.TransientModel):
    """Lists units whose metric misses a target, with a mentor unit for each."""

    _name = "aftersales.weak.unit.wizard"
    _description = "Weak Units"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    metric_code = fields.Selection("_selection_metric_code", "Metric", required=True)
    target = fields.Float(required=True, digits=(16, 2))
    months = fields.Integer("Months Measured", required=True, default=3)
    line_ids = fields.One2many("aftersales.weak.unit.line", "wizard_id")
    is_done = fields.Boolean(readonly=True)

    _months_positive = models.Constraint(
        "CHECK (months > 0)", "A metric is measured over at least one month."
    )

    @api.model
    def _selection_metric_code(self):
        return self.env["aftersales.mentoring"]._selection_metric_code()

    @api.depends("metric_code")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Weak Units")

    def action_find(self):
        """Measure the units that the user may see and list the weak ones."""
        self.ensure_one()
        rows = self._get_weak_rows()
        self.write(
            {
                "is_done": True,
                "line_ids": [Command.clear(), *(Command.create(row) for row in rows)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Weak Units"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def _get_weak_rows(self):
        """Values of the lines, the weakest unit first."""
        self.ensure_one()
        Metric = self.env["aftersales.metric"].with_company(self.company_id)
        points = self.env["aftersales.service.point"].search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("tier", "!=", "hq")
            & Domain("state", "in", ("probation", "active"))
        )
        today = self.company_id._get_aftersales_today()
        start = fields.Date.subtract(today, months=self.months)
        found = Metric._compute_metrics(
            [self.metric_code], points, fields.Date.add(start, days=1), today
        )[self.metric_code]
        entry = Metric._get_metric_catalog().get(self.metric_code, {})
        values = {
            point: metric_value(*(found or {}).get(point.id, (0, 0)), entry.get("unit"))
            for point in points
        }
        values = {point: value for point, value in values.items() if value is not None}
        sign = 1 if entry.get("direction", "up") == "up" else -1
        limit = sign * exact(self.target)
        ordered = sorted(values, key=lambda point: (sign * values[point], point.id))
        strong = [p for p in reversed(ordered) if sign * values[p] >= limit]
        return [
            {
                "service_point_id": point.id,
                "value": float(values[point]),
                "mentor_point_id": self._choose_mentor(point, strong).id,
            }
            for point in ordered
            if sign * values[point] < limit
        ]

    def _choose_mentor(self, point, strong):
        """Best unit of the same centre that meets the target, else best of all."""
        near = [other for other in strong if other.parent_id == point.parent_id]
        return (near or strong or [point.browse()])[0]


class AftersalesWeakUnitLine(models.TransientModel):
    """One weak unit."""

    _name = "aftersales.weak.unit.line"
    _description = "Weak Unit"

    wizard_id = fields.Many2one(
        "aftersales.weak.unit.wizard", required=True, index=True, ondelete="cascade"
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point", "Unit", required=True
    )
    value = fields.Float(digits=(16, 2))
    mentor_point_id = fields.Many2one("aftersales.service.point", "Proposed Mentor")

    def action_pair(self):
        """Open a draft pair for the unit."""
        self.ensure_one()
        wizard = self.wizard_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mentoring"),
            "res_model": "aftersales.mentoring",
            "view_mode": "form",
            "context": {
                "default_kind": "unit",
                "default_company_id": wizard.company_id.id,
                "default_trainee_point_id": self.service_point_id.id,
                "default_mentor_point_id": self.mentor_point_id.id,
                "default_metric_code": wizard.metric_code,
                "default_metric_target": wizard.target,
                "default_metric_months": wizard.months,
            },
        }
