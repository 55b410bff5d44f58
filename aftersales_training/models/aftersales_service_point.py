from odoo import fields, models
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    _inherit = "aftersales.service.point"

    certificate_count = fields.Integer(compute="_compute_certificate_count")

    def _compute_certificate_count(self):
        Staff = self.env["aftersales.staff"]
        empty = self.env["aftersales.certificate"]
        today = fields.Date.context_today(self)
        staff = Staff.search(
            Domain("service_point_id", "in", self.ids)
            & Staff._get_present_domain(today)
        )
        found = staff._get_certificates()
        by_point = staff.grouped("service_point_id")
        for point in self:
            people = by_point.get(point._origin, Staff)
            point.certificate_count = len(
                empty.union(*(found[person.id] for person in people))
            )

    def action_view_certificates(self):
        """Open the certificates of the people at the point."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        staff = self.staff_ids.filtered_domain(
            self.env["aftersales.staff"]._get_present_domain(today)
        )
        certificates = self.env["aftersales.certificate"].union(
            *staff._get_certificates().values()
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Certificates at %(point)s", point=self.name),
            "res_model": "aftersales.certificate",
            "view_mode": "list,form",
            "domain": [("id", "in", certificates.ids)],
        }

    def _get_activation_blockers(self):
        """A manager without a required certificate keeps the point closed."""
        blockers = super()._get_activation_blockers()
        today = fields.Date.context_today(self)
        managers = self.staff_ids.filtered("is_manager").filtered_domain(
            self.env["aftersales.staff"]._get_present_domain(today)
        )
        gaps = managers._get_qualification_gaps(
            self.env["aftersales.service.type"], today, is_standing=True
        )
        lacking = managers.filtered(lambda staff: gaps[staff.id])
        if lacking:
            label = self.env._("managers without a required certificate")
            action = self._get_related_action(
                "aftersales.staff", label, domain=[("id", "in", lacking.ids)]
            )
            blockers.append((label, len(lacking), action))
        return blockers
