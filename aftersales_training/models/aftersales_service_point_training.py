from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from .aftersales_training_need import OPEN_STATES

#: How far back needs are looked for in what went badly.
TRIGGER_DAYS = 90


class AftersalesServicePoint(models.Model):
    """Training needs of a unit, and the gate before it goes into service."""

    _inherit = "aftersales.service.point"

    training_need_count = fields.Integer(compute="_compute_training_need_count")
    training_gap_count = fields.Integer(
        "Required Trainings Not Passed", compute="_compute_training_gap_count"
    )

    def _compute_training_need_count(self):
        Need = self.env["aftersales.training.need"]
        counts = self._count_by_point(
            Need,
            Domain("service_point_id", "in", self.ids)
            & Domain("state", "in", OPEN_STATES),
        )
        for point in self:
            point.training_need_count = counts.get(point._origin, 0)

    def _compute_training_gap_count(self):
        today = self.env.company._get_aftersales_today()
        gaps = self.env["aftersales.training.requirement"]._get_gaps(
            self._origin, today
        )
        for point in self:
            point.training_gap_count = len(gaps.get(point._origin.id, ()))

    def action_view_training_gaps(self):
        """Open the people of the unit with the courses they have not passed."""
        return self._get_training_gap_action(
            self.env._("Missing Trainings of %(unit)s", unit=self.name)
        )

    def action_find_training_needs(self):
        """Enter what went badly at these units as needs now, not only at night.

        :return: the needs of the units
        """
        Need = self.env["aftersales.training.need"]
        Need.check_access("create")
        for company, points in self.grouped("company_id").items():
            job = Need.with_company(company)
            job._create_found(job._filter_new(points._prepare_trigger_needs()))
        return self[:1].action_view_training_needs()

    def _prepare_trigger_needs(self):
        """Values of needs from failed assessments, findings and low metrics."""
        if not self:
            return []
        Need = self.env["aftersales.training.need"]
        today = self.company_id._get_aftersales_today()
        triggers = self._get_training_triggers(
            today - timedelta(days=TRIGGER_DAYS), today
        )
        return [
            Need._prepare_trigger_vals(trigger, today)
            for trigger in Need._drop_repeated(triggers)
        ]

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


class AftersalesVisitTask(models.Model):
    _inherit = "aftersales.visit.task"

    def action_new_training_need(self):
        """Enter a training need that follows from the finding."""
        self.ensure_one()
        return self.env["aftersales.training.need"]._get_new_action(
            self, "finding", self.name
        )


class AftersalesProbationAssessment(models.Model):
    _inherit = "aftersales.probation.assessment"

    def action_new_training_need(self):
        """Enter a training need that follows from the assessment."""
        self.ensure_one()
        return self.env["aftersales.training.need"]._get_new_action(
            self, "assessment", self.findings
        )
