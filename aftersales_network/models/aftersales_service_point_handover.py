from odoo import api, fields, models

REVIEW_ACTIVITY = "aftersales_network.mail_activity_type_review"


class AftersalesServicePoint(models.Model):
    """Who hears of an application: the applicant by mail, the next gate by activity."""

    _inherit = "aftersales.service.point"

    application_contact_id = fields.Many2one(
        "res.partner",
        "Contact of the Application",
        compute="_compute_application_contact_id",
        compute_sudo=True,
        help="Gets the messages about the application.",
    )

    #: event → mail template for the applicant
    _HANDOVER_TEMPLATES = {
        "submitted": "aftersales_network.mail_template_application_submitted",
        "forwarded": "aftersales_network.mail_template_application_forwarded",
        "rejected": "aftersales_network.mail_template_application_rejected",
        "admitted": "aftersales_network.mail_template_application_admitted",
        "activated": "aftersales_network.mail_template_application_activated",
    }

    @api.depends("applicant_id.partner_id", "partner_id")
    def _compute_application_contact_id(self):
        for point in self:
            point.application_contact_id = (
                point.applicant_id.partner_id or point.partner_id
            )

    def action_submit(self):
        """Submit and tell the centre and the applicant."""
        res = super().action_submit()
        self._write_flow({"rejection_reason": False})
        self._notify_handover("submitted")
        return res

    def action_approve(self, comment=False):
        """Approve and hand the application over to the next gate."""
        res = super().action_approve(comment)
        self.filtered(lambda p: p.state in p._GATES)._notify_handover("forwarded")
        self.filtered(lambda p: p.state == "probation")._notify_handover("admitted")
        return res

    def action_reject(self, reason):
        """Reject; the reason goes back to the applicant, who may mend and resubmit."""
        res = super().action_reject(reason)
        self._write_flow({"rejection_reason": reason})
        self._notify_handover("rejected")
        return res

    def _on_activated(self):
        """Tell the point that it is in service."""
        res = super()._on_activated()
        self._notify_handover("activated")
        return res

    def _notify_handover(self, event):
        """Finish the activities of the gate, tell the applicant and the next gate.

        :param event: key of ``_HANDOVER_TEMPLATES``
        """
        if not self:
            return
        points_sudo = self.sudo()
        points_sudo.activity_feedback([REVIEW_ACTIVITY])
        points_sudo._mail_applicants(event)
        points_sudo._schedule_gate_activities()

    def _mail_applicants(self, event):
        """Mail the applicants who have an address, in their language."""
        template = self.env.ref(self._HANDOVER_TEMPLATES[event], False)
        reached = self.filtered("application_contact_id.email")
        if template and reached:
            template.send_mail_batch(reached.ids)

    def _schedule_gate_activities(self):
        """One activity for each person who may decide the gate now."""
        activity_type = self.env.ref(REVIEW_ACTIVITY)
        model = self.env["ir.model"]._get(self._name)
        self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "summary": self.env._(
                        "Application: %(state)s", state=point._get_state_label()
                    ),
                    "automated": True,
                    "date_deadline": fields.Date.add(
                        point.company_id._get_aftersales_today(),
                        days=activity_type.delay_count,
                    ),
                    "res_model_id": model.id,
                    "res_id": point.id,
                    "user_id": user.id,
                }
                for point in self.filtered(lambda p: p.state in p._GATES)
                for user in point._get_gate_users()
            ]
        )

    def _get_gate_users(self):
        """People who may decide the gate at which the application stands."""
        self.ensure_one()
        _next_state, gate, group = self._GATES[self.state]
        users = self._get_group_users(group)
        if gate == "centre":
            manager = (self.centre_id or self.parent_id).manager_id
            users = (manager & users) or users
        return users.filtered(
            lambda u: (
                self.with_user(u).has_access("read") and self.with_user(u).can_decide
            )
        )

    def _get_responsible_user(self):
        """Who looks after the point: manager of its centre, or a head of service."""
        self.ensure_one()
        manager = (self.centre_id or self.parent_id).manager_id
        return manager or self._get_group_users("aftersales_network.group_head")[:1]

    def _get_group_users(self, group):
        """Active people of a role in the company of the point."""
        self.ensure_one()
        return self.company_id._get_aftersales_people(group)
