from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class AftersalesArea(models.Model):
    """Who works in an area today, by its own lines or by those above it."""

    _inherit = "aftersales.area"

    point_ids = fields.Many2many(
        "aftersales.service.point",
        string="Responsible Points",
        compute="_compute_point_ids",
        help="Points with an assignment to this area, or to one above it, today.",
    )
    has_point = fields.Boolean(
        "Has a Point", compute="_compute_has_point", search="_search_has_point"
    )
    child_count = fields.Integer("Areas Below", compute="_compute_child_count")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_point_ids(self):
        points = self._load_points(self.env["aftersales.area.assignment"])
        for area in self:
            area.point_ids = area._collect_points(points)

    @api.depends_context("allowed_company_ids")
    def _compute_has_point(self):
        # Points of other subtrees are invisible to the user, yet they cover.
        points = self._load_points(self.env["aftersales.area.assignment"].sudo())
        for area in self:
            area.has_point = bool(area._collect_points(points))

    def _load_points(self, assignments):
        """Points with running lines on these areas and all above, in one query.

        :param assignments: model of the lines, with the rights to read with
        :return: ``{area_id: points}``
        """
        ids = {i for area in self if area.parent_path for i in area._get_ancestor_ids()}
        today = self.env.company._get_aftersales_today()
        domain = assignments._get_running_domain(today)
        domain &= Domain("area_id", "in", list(ids))
        domain &= Domain("company_id", "in", self.env.companies.ids)
        return {
            area.id: points
            for area, points in assignments._read_group(
                domain, ["area_id"], ["service_point_id:recordset"]
            )
        }

    def _collect_points(self, points):
        """Points of one area: its own ones and those of the areas above."""
        found = self.env["aftersales.service.point"]
        if self.parent_path:
            found = found.union(
                *(points[i] for i in self._get_ancestor_ids() if i in points)
            )
        return found.with_env(self.env)

    def _search_has_point(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["aftersales.area.assignment"].flush_model()
        self.flush_model(["parent_path"])
        covered = SQL(
            """(SELECT area.id FROM aftersales_area area
                 WHERE EXISTS (
                       SELECT 1 FROM aftersales_area_assignment line
                        WHERE line.area_id = ANY(string_to_array(
                              rtrim(area.parent_path, '/'), '/')::int[])
                          AND line.company_id IN %(companies)s
                          AND line.date_from <= %(today)s
                          AND (line.date_to IS NULL OR line.date_to >= %(today)s)))""",
            companies=tuple(self.env.companies.ids),
            today=self.env.company._get_aftersales_today(),
        )
        return Domain("id", "in", covered)

    def _compute_child_count(self):
        counts = dict(
            self._read_group(
                [("parent_id", "in", self.ids)], ["parent_id"], ["__count"]
            )
        )
        for area in self:
            area.child_count = counts.get(area._origin, 0)

    def action_view_children(self):
        """Open the areas directly below."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Areas below %(name)s", name=self.name),
            "res_model": self._name,
            "view_mode": "list,kanban,form",
            "domain": [("parent_id", "=", self.id)],
            "context": {"default_parent_id": self.id},
        }
