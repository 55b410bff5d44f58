from odoo import fields, models
from odoo.fields import Domain

from .aftersales_training_need import OPEN_STATES


class AftersalesServicePoint(models.Model):
    """Training needs of a unit, and the gate before it goes into service."""

    _inherit = "aftersales.service.point"

    training_need_count = fields.Integer(compute="_compute_training_need_count")

    def _compute_training_need_count(self):
        Need = self.env["aftersales.training.need"]
        counts = self._count_by_point(
            Need,
            Domain("service_point_id", "in", self.ids)
            & Domain("state", "in", OPEN_STATES),
        )
        for point in self:
            point.training_need_count = counts.get(point._origin, 0)

    def action_view_training_needs(self):
        """Open the training needs of the unit and its people."""
        action = self._get_related_action(
            "aftersales.training.need",
            self.env._("Training Needs of %(unit)s", unit=self.name),
            "list,kanban,form",
        )
        return {
            **action,
            "context": {**action["context"], "search_default_open": 1},
        }

    def _get_training_gap_action(self, name):
        """Window action on the people of the unit with what they lack."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        present = self.env["aftersales.staff"]._get_present_domain(today)
        view = self.env.ref("aftersales_training.aftersales_staff_view_list_training")
        return {
            **self._get_related_action("aftersales.staff", name),
            "domain": list(Domain("service_point_id", "=", self.id) & present),
            "views": [(view.id, "list"), (False, "form")],
        }

    def _get_activation_blockers(self):
        """A course that must be passed before keeps the point closed."""
        blockers = super()._get_activation_blockers()
        gaps = self.env["aftersales.training.requirement"]._get_gaps(
            self,
            self.company_id._get_aftersales_today(),
            Domain("before_activation", "=", True),
        )[self.id]
        if gaps:
            label = self.env._("required trainings not passed")
            blockers.append((label, len(gaps), self._get_training_gap_action(label)))
        return blockers
