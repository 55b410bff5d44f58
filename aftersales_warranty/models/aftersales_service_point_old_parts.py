from odoo import fields, models
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    """Old parts that a point owes; they keep it from leaving."""

    _inherit = "aftersales.service.point"

    part_return_ids = fields.One2many("aftersales.part.return", "service_point_id")
    owed_part_count = fields.Integer(compute="_compute_owed_part_count")

    def _compute_owed_part_count(self):
        Part = self.env["aftersales.part.return"]
        counts = {}
        if Part.has_access("read"):
            mine = Domain("service_point_id", "in", self.ids)
            counts = self._count_by_point(Part, mine & Part._get_owed_domain())
        for point in self:
            point.owed_part_count = counts.get(point._origin, 0)

    def action_view_owed_parts(self):
        """Open the old parts that the point owes."""
        Part = self.env["aftersales.part.return"]
        return self._get_related_action(
            Part._name,
            self.env._("Old Parts Owed"),
            domain=list(Part._get_owed_domain()),
        )

    def _get_network_blockers(self):
        """Old parts, boxes on their way and parts not received yet."""
        mine = Domain("service_point_id", "=", self.id)
        Part = self.env["aftersales.part.return"]
        return [
            *super()._get_network_blockers(),
            (self.env._("old parts owed"), Part._name, mine & Part._get_owed_domain()),
            (
                self.env._("shipments of old parts"),
                "aftersales.part.shipment",
                mine & Domain("state", "=", "shipped"),
            ),
            (
                self.env._("transfers of parts"),
                "stock.picking",
                Domain("aftersales_point_id", "=", self.id)
                & Domain("state", "not in", ("done", "cancel")),
            ),
        ]

    def _remind_old_parts(self, count, first, late):
        """One activity a point for its overdue old parts.

        :param count: overdue parts
        :param first: earliest due date
        :param late: overdue for so long that the head has to know
        """
        self.ensure_one()
        summary = self.env._(
            "%(count)s old parts overdue since %(day)s",
            count=count,
            day=fields.Date.to_string(first),
        )
        if late:
            summary = self.env._("Escalation: %(text)s", text=summary)
        if any(a.summary == summary for a in self.activity_ids):
            return
        kind = "aftersales_warranty.mail_activity_old_part"
        self.activity_unlink([kind])
        user = self.centre_id.manager_id or self.manager_id
        if late or not user:
            heads = self.env.ref("aftersales_network.group_head").sudo().user_ids
            company = self.company_id
            user = heads.filtered(lambda u: company in u.company_ids)[:1] or user
        if user:
            self.activity_schedule(kind, summary=summary, user_id=user.id)
