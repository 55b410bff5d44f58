from odoo import api, fields, models


class AftersalesCapacityCompare(models.TransientModel):
    """Figures of a stored plan next to those of today's data."""

    _name = "aftersales.capacity.compare"
    _description = "Capacity Plan Compared with Now"

    plan_id = fields.Many2one(
        "aftersales.capacity.plan", required=True, readonly=True, ondelete="cascade"
    )
    date_computed = fields.Datetime(related="plan_id.date_computed")
    line_ids = fields.One2many(
        "aftersales.capacity.compare.line", "wizard_id", readonly=True
    )

    @api.model
    def _create_for(self, plan):
        """Compute the plan anew, without storing it, and set both side by side.

        :param plan: one ``aftersales.capacity.plan``
        """
        plan.check_access("read")
        figures = plan._get_figures()
        stored = {line.area_id.id: line for line in plan.area_line_ids}
        now = {vals["area_id"]: vals for vals in figures["areas"]}
        rows = [
            {
                "area_id": area_id,
                **self._prepare_pair(stored.get(area_id), now.get(area_id, {})),
            }
            for area_id in sorted({*stored, *now}, key=lambda key: key or 0)
        ]
        # Lines have no rights of their own: nobody may type figures into them.
        wizard_sudo = self.sudo().create(
            {"plan_id": plan.id, "line_ids": [(0, 0, row) for row in rows]}
        )
        return wizard_sudo.with_env(self.env)

    @api.model
    def _prepare_pair(self, line, vals):
        pair = {}
        for name in ("installed", "repairs", "technicians", "points"):
            pair[f"{name}_then"] = line[name] if line else 0
            pair[f"{name}_now"] = vals.get(name, 0)
        return pair


class AftersalesCapacityCompareLine(models.TransientModel):
    """One area of a plan, then and now."""

    _name = "aftersales.capacity.compare.line"
    _description = "Area Compared with Now"

    wizard_id = fields.Many2one(
        "aftersales.capacity.compare", required=True, ondelete="cascade"
    )
    area_id = fields.Many2one("aftersales.area", readonly=True)
    installed_then = fields.Float("Units Then", readonly=True)
    installed_now = fields.Float("Units Now", readonly=True)
    repairs_then = fields.Float(readonly=True)
    repairs_now = fields.Float(readonly=True)
    technicians_then = fields.Integer(readonly=True)
    technicians_now = fields.Integer(readonly=True)
    technicians_change = fields.Integer("More Technicians", compute="_compute_changes")
    points_then = fields.Integer(readonly=True)
    points_now = fields.Integer(readonly=True)

    @api.depends("technicians_then", "technicians_now")
    def _compute_changes(self):
        for line in self:
            line.technicians_change = line.technicians_now - line.technicians_then
