from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

ASSESS_ACTIVITY = "aftersales_network.mail_activity_type_probation"


class AftersalesServicePoint(models.Model):
    """Probation of a point: from the signature to the passed assessment."""

    _inherit = "aftersales.service.point"

    date_probation_start = fields.Date("Probation from", readonly=True, copy=False)
    date_probation_end = fields.Date(
        "Probation to", readonly=True, copy=False, tracking=True, index="btree_not_null"
    )
    assessment_ids = fields.One2many(
        "aftersales.probation.assessment", "service_point_id", "Assessments"
    )
    assessment_count = fields.Integer(compute="_compute_assessment_count")

    @api.depends("assessment_ids")
    def _compute_assessment_count(self):
        for point in self:
            point.assessment_count = len(point.assessment_ids)

    def _on_admitted(self):
        """Where no agreement is signed, the probation begins with the approval."""
        res = super()._on_admitted()
        if not self._needs_agreement():
            self._start_probation(self.company_id._get_aftersales_today())
        return res

    def _start_probation(self, start_date):
        """Begin the probation of points; its length is a setting of the company.

        :param start_date: first day, usually the day of the signature
        """
        for point in self:
            months = point.company_id.aftersales_probation_months
            point._write_flow(
                {
                    "date_probation_start": start_date,
                    "date_probation_end": start_date + relativedelta(months=months),
                }
            )

    def _get_last_assessment(self):
        """Latest confirmed assessment of the running probation; may be empty."""
        self.ensure_one()
        start = self.date_probation_start
        return self.assessment_ids.filtered(
            lambda a: a.state == "done" and start and a.date >= start
        ).sorted(lambda a: (a.date, a.id))[-1:]

    def _get_activation_blockers(self):
        """No service before a passed probation assessment."""
        blockers = super()._get_activation_blockers()
        if self._get_last_assessment().outcome != "passed":
            label = (
                self.env._("missing passed probation assessment")
                if self.date_probation_start
                else self.env._("probation not begun")
            )
            blockers.append((label, 1, self._get_assessment_action()))
        return blockers

    def _get_assessment_action(self):
        """Window action on the assessments of the point."""
        return self._get_related_action(
            "aftersales.probation.assessment", self.env._("Probation Assessments")
        )

    def action_view_assessments(self):
        """Open the assessments of the point."""
        return self._get_assessment_action()

    def action_assess_probation(self):
        """Enter a new assessment of the probation."""
        self._check_flow_state("probation")
        action = self._get_assessment_action()
        return {**action, "view_mode": "form", "views": [(False, "form")]}

    def _on_assessed(self, assessment):
        """Finish the reminder; a failed probation goes to the head of service.

        Extension point.

        :param assessment: the one just confirmed
        """
        self.ensure_one()
        self.sudo().activity_feedback([ASSESS_ACTIVITY], feedback=assessment.findings)
        if assessment.outcome != "failed":
            return
        for user in self._get_group_users("aftersales_network.group_head"):
            self.sudo().activity_schedule(
                ASSESS_ACTIVITY,
                summary=self.env._("Probation failed: extend or terminate"),
                note=assessment.findings,
                user_id=user.id,
            )

    def _end_probation(self, reason):
        """End a failed probation through the withdrawal of the point.

        :param reason: findings of the failed assessment
        :return: the withdrawal, submitted
        """
        self.ensure_one()
        self.sudo().activity_feedback([ASSESS_ACTIVITY], feedback=reason)
        return self._start_termination(reason, "failed_probation")

    def _remind_assessment(self):
        """One open reminder for the responsible person of each point."""
        open_activities = self.activity_search([ASSESS_ACTIVITY], only_automated=False)
        reminded = set(open_activities.mapped("res_id"))
        for point in self.filtered(lambda p: p.id not in reminded):
            point.activity_schedule(
                ASSESS_ACTIVITY,
                date_deadline=point.date_probation_end,
                user_id=point._get_responsible_user().id or self.env.uid,
            )
