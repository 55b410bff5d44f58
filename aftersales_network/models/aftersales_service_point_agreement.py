from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: States after the approval of the head, before the end of the cooperation.
ADMITTED_STATES = ("probation", "active", "suspended")


class AftersalesServicePoint(models.Model):
    """Agreements of a point and the people who may sign for it."""

    _inherit = "aftersales.service.point"

    may_get_agreement = fields.Boolean(compute="_compute_may_get_agreement")

    def _compute_may_get_agreement(self):
        Agreement = self.env["aftersales.agreement"]
        live = Agreement._get_in_force_domain() | Domain(
            "state", "in", ("draft", "issued")
        )
        counts = self._count_by_point(
            Agreement, Domain("service_point_id", "in", self.ids) & live
        )
        for point in self:
            point.may_get_agreement = (
                point.state in ADMITTED_STATES
                and point._needs_agreement()
                and not counts.get(point._origin)
            )

    def _check_admitted(self):
        """Refuse what needs the approval of the head first.

        :raise UserError: naming the point and its state
        """
        wrong = self.filtered(lambda p: p.state not in ADMITTED_STATES)[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(point)s is in state “%(state)s”. An agreement is issued after "
                    "the approval of the head of service and until the withdrawal.",
                    point=wrong.display_name,
                    state=wrong._get_state_label(),
                )
            )

    def _is_on_probation(self):
        """Whether the point is on probation, be it suspended meanwhile."""
        self.ensure_one()
        return self.state == "probation" or (
            self.state == "suspended" and self.state_before_suspension == "probation"
        )

    def action_issue_agreement(self):
        """Choose a template for an agreement of this point."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Make an Agreement"),
            "res_model": "aftersales.agreement.issue.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_service_point_id": self.id},
        }

    def _on_admitted(self):
        """The next step after the head's approval is the agreement."""
        res = super()._on_admitted()
        if self._needs_agreement():
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Issue the agreement of %(point)s", point=self.name),
                user_id=self.env.uid,
            )
        return res

    def _on_agreement_signed(self, signed_date):
        """The signature starts the probation; called for one point.

        :param signed_date: day of the signature
        """
        self.ensure_one()
        if self.state == "probation" and not self.date_probation_start:
            self._start_probation(signed_date)

    def _on_activated(self):
        """Agreements signed on probation take effect."""
        res = super()._on_activated()
        self.agreement_ids.filtered(lambda a: a.state == "provisional")._write_flow(
            {"state": "active"}
        )
        return res

    # People

    def _is_authorised(self, user):
        """Whether ``user`` may bind the point: its manager, or its applicant.

        The applicant may until the point is in service; then he is one of its
        people, or nobody.
        """
        self.ensure_one()
        is_applicant = self.applicant_id == user and not self.date_activated
        return self.state != "closed" and (
            is_applicant or user in self._get_manager_lines().user_id
        )

    def _get_manager_lines(self):
        """Staff lines of the managers present today."""
        self.ensure_one()
        Staff = self.env["aftersales.staff"]
        today = self.company_id._get_aftersales_today()
        return Staff.search(
            Staff._get_present_domain(today)
            & Domain("service_point_id", "=", self.id)
            & Domain("is_manager", "=", True)
        )

    def _get_authorised_partners(self):
        """Contacts to write to: applicant and managers, else the company."""
        self.ensure_one()
        lines = self._get_manager_lines()
        partners = lines.partner_id | lines.user_id.partner_id
        if not self.date_activated:
            partners |= self.applicant_id.partner_id
        return partners or self.partner_id

    def _get_responsible_users(self):
        """Manager of the nearest unit above, else a head: ``{point_id: user}``."""
        users = {}
        for company, points in self.grouped("company_id").items():
            heads = points[:1]._get_group_users("aftersales_network.group_head")
            for point in points:
                users[point.id] = (
                    point._get_supervisor()
                    or (heads.filtered(lambda u, c=company: c in u.company_ids)[:1])
                )
        return users

    def _get_supervisor(self):
        """Manager of the nearest unit above that has one."""
        self.ensure_one()
        unit_sudo = self.sudo().parent_id
        while unit_sudo and not unit_sudo.manager_id:
            unit_sudo = unit_sudo.parent_id
        return unit_sudo.manager_id
