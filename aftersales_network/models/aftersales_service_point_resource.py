from odoo import api, fields, models
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    """Resource register of a unit."""

    _inherit = "aftersales.service.point"

    resource_ids = fields.One2many("aftersales.resource", "service_point_id")
    resource_count = fields.Integer(compute="_compute_resource_counts")
    resource_alert_count = fields.Integer(
        "Shortages and Overdue Checks", compute="_compute_resource_counts"
    )

    @api.depends("resource_ids.is_short", "resource_ids.date_next_check")
    def _compute_resource_counts(self):
        Resource = self.env["aftersales.resource"]
        mine = Domain("service_point_id", "in", self.ids)
        alert = Domain("is_short", "=", True) | Domain("is_check_overdue", "=", True)
        counts, alerts = {}, {}
        if Resource.has_access("read"):
            counts = self._count_by_point(Resource, mine)
            alerts = self._count_by_point(Resource, mine & alert)
        for point in self:
            point.resource_count = counts.get(point._origin, 0)
            point.resource_alert_count = alerts.get(point._origin, 0)

    def action_view_resources(self):
        """Open the resource register of the unit."""
        return self._get_related_action(
            "aftersales.resource", self.env._("Resources"), "list,kanban,graph,form"
        )

    def _get_missing_norms(self):
        """Norms that have no line in the register: ``{point_id: norms}``."""
        Norm = self.env["aftersales.resource.norm"]
        wanted = Norm._get_norms_by_point(self)
        have = {
            point: {(r.category, Norm._normalise(r.name)) for r in resources}
            for point, resources in self.resource_ids.grouped(
                lambda r: r.service_point_id.id
            ).items()
        }
        return {
            point.id: Norm.union(
                *(
                    norm
                    for key, norm in wanted[point.id].items()
                    if key not in have.get(point.id, ())
                )
            )
            for point in self
        }

    def _sync_resources(self):
        """Add a line with nothing on hand for each norm the register lacks.

        :return: the new resources
        """
        return self.env["aftersales.resource"].create(
            [
                {
                    "service_point_id": point_id,
                    "name": norm.name,
                    "category": norm.category,
                }
                for point_id, norms in self._get_missing_norms().items()
                for norm in norms
            ]
        )

    def action_sync_resources(self):
        """Take the norms over into the register and open it."""
        self._sync_resources()
        return self.action_view_resources()

    def _on_admitted(self):
        res = super()._on_admitted()
        # The approver need not be one who keeps the register.
        self.sudo()._sync_resources()
        return res

    def _get_activation_blockers(self):
        blockers = super()._get_activation_blockers()
        short = self.resource_ids.filtered(lambda r: r.is_mandatory and r.is_short)
        missing = self._get_missing_norms()[self.id].filtered(
            lambda norm: norm.is_mandatory and norm.quantity
        )
        count = len(short) + len(missing)
        if count:
            label = self.env._("shortages of mandatory resources")
            action = self._get_related_action(
                "aftersales.resource", self.env._("Resources")
            )
            blockers.append((label, count, action))
        return blockers
