from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class AftersalesServicePoint(models.Model):
    """Admission, supervision and exit of a service point.

    Gates after the network-planning seed text: application → regional centre
    → technical department → head of service → probation → active, and the
    mirrored way out.
    """

    _inherit = "aftersales.service.point"

    date_submitted = fields.Datetime(readonly=True, copy=False)
    submitted_by_id = fields.Many2one(
        "res.users", "Submitted by", readonly=True, copy=False
    )
    date_activated = fields.Date(readonly=True, copy=False)
    suspension_reason = fields.Text(readonly=True, copy=False)
    can_decide = fields.Boolean(compute="_compute_can_decide")

    #: state → (next state, gate, group that decides)
    _GATES = {
        "applied": (
            "technical_review",
            "centre",
            "aftersales_network.group_centre_manager",
        ),
        "centre_review": (
            "technical_review",
            "centre",
            "aftersales_network.group_centre_manager",
        ),
        "technical_review": (
            "head_approval",
            "technical",
            "aftersales_network.group_technical_reviewer",
        ),
        "head_approval": ("probation", "head", "aftersales_network.group_head"),
    }

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for point in self:
            gate = self._GATES.get(point.state)
            point.can_decide = bool(gate) and self.env.user.has_group(gate[2])

    def _get_application_start(self):
        """Moment from which approvals belong to the running application."""
        self.ensure_one()
        return self.date_submitted or self.create_date

    def _check_group(self, group):
        """Refuse an action to users outside ``group``.

        :raise AccessError: naming the role
        """
        if not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "This step belongs to the role “%(role)s”.",
                    role=self.env.ref(group).sudo().name,
                )
            )

    def _get_submission_blockers(self):
        """What keeps an application from being submitted: list of texts."""
        self.ensure_one()
        blockers = []
        if self.tier == "point" and not self.centre_id:
            blockers.append(self.env._("no responsible centre"))
        if not self._has_company():
            blockers.append(self.env._("no company or address"))
        return blockers

    def _has_company(self):
        """Whether the point has a legal body, or will have one on submission."""
        self.ensure_one()
        return bool(self.partner_id)

    def action_submit(self):
        """Submit the application; a point needs its centre and company."""
        self._check_flow_state("prospect", "rejected")
        for point in self:
            blockers = point._get_submission_blockers()
            if blockers:
                raise UserError(
                    self.env._(
                        "%(point)s cannot be submitted: %(reasons)s.",
                        point=point.display_name,
                        reasons=", ".join(blockers),
                    )
                )
        self._write_flow(
            {
                "state": "applied",
                "date_submitted": fields.Datetime.now(),
                "submitted_by_id": self.env.uid,
            }
        )

    def action_start_review(self):
        """The centre takes the application up."""
        self._check_flow_state("applied")
        self._check_group("aftersales_network.group_centre_manager")
        self._write_flow({"state": "centre_review"})

    def action_approve(self, comment=False):
        """Approve the gate at which each application stands.

        :raise AccessError: the gate belongs to another role
        :raise UserError: own application, or the same person at two gates
        """
        self._check_flow_state(*self._GATES)
        Approval = self.env["aftersales.approval"]
        for point in self:
            next_state, gate, group = self._GATES[point.state]
            self._check_group(group)
            point._check_not_own_application()
            Approval._check_four_eyes(point, ("centre", "technical", "head"))
            text = point._prepare_gate(gate, comment)
            Approval._log(point, gate, "approved", text)
            point._write_flow({"state": next_state})
            if next_state == "probation":
                point._on_admitted()

    def _prepare_gate(self, gate, comment):
        """Check what a gate needs; extension point.

        :return: comment to be recorded with the decision
        :raise UserError: naming what is missing
        """
        self.ensure_one()
        return comment

    def _on_admitted(self):
        """Extension point: called for one point once the head has approved it."""

    def _on_activated(self):
        """Extension point: called for the batch after points went into service."""

    def _on_closed(self):
        """Extension point: called for the batch after the cooperation ended."""

    def _is_own_application(self):
        """Whether the current user may not decide because he applied."""
        self.ensure_one()
        return self.submitted_by_id == self.env.user

    def _check_not_own_application(self):
        self.ensure_one()
        if self._is_own_application():
            raise UserError(
                self.env._(
                    "You submitted the application of %(point)s. Somebody else must "
                    "decide it.",
                    point=self.display_name,
                )
            )

    def action_ask_reject(self):
        """Ask for the reason, then reject."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "action_reject")

    def action_reject(self, reason):
        """Reject the application at the gate where it stands.

        :param reason: text for the applicant, required
        """
        self._check_flow_state(*self._GATES)
        for point in self:
            _next_state, gate, group = self._GATES[point.state]
            self._check_group(group)
            point._check_not_own_application()
            point._log_reason("rejected", reason, gate)
            point._write_flow({"state": "rejected"})

    def _log_reason(self, decision, reason, gate):
        """Record a decision with its reason, on the gate list and the chatter.

        :return: the new line of the gate list
        """
        self.ensure_one()
        reason = self._check_reason_given(reason)
        line = self.env["aftersales.approval"]._log(self, gate, decision, reason)
        self.message_post(body=reason)
        return line

    def action_activate(self):
        """Take points into service after their probation.

        :raise UserError: naming every blocker of every installed module
        """
        self._check_flow_state("probation")
        self._check_group("aftersales_network.group_head")
        for point in self:
            point._check_blockers(point._get_activation_blockers())
            self.env["aftersales.approval"]._log(point, "activate", "approved")
        self._write_flow(
            {
                "state": "active",
                "date_activated": self.env.company._get_aftersales_today(),
            }
        )
        self._on_activated()

    @api.model
    def _end_lines(self, lines, today):
        """End dated lines that still run; those in the future never start."""
        lines.filtered(lambda x: x.date_from > today).unlink()
        lines.exists().filtered(lambda x: not x.date_to or x.date_to > today).write(
            {"date_to": today}
        )

    def _check_blockers(self, blockers):
        """Refuse the step while anything is open.

        :param blockers: list of ``(label, count, action)``
        :raise UserError: listing the blockers with their counts
        """
        self.ensure_one()
        if blockers:
            raise UserError(
                self.env._(
                    "%(point)s still has open: %(blockers)s.",
                    point=self.display_name,
                    blockers=", ".join(
                        f"{label} ({count})" for label, count, _action in blockers
                    ),
                )
            )

    def _get_activation_blockers(self):
        """What keeps the point from being activated.

        Extension point.

        :return: list of ``(label, count, window action)``
        """
        self.ensure_one()
        blockers = []
        if self._needs_agreement():
            today = self.env.company._get_aftersales_today()
            if not self._get_agreements_on(today)[self.id]:
                action = self._get_related_action(
                    "aftersales.agreement", self.env._("Agreements")
                )
                blockers.append((self.env._("missing agreement in force"), 1, action))
        return blockers

    def _get_clearance_blockers(self):
        """What keeps the point from being closed.

        Extension point.

        :return: list of ``(label, count, window action)``
        """
        self.ensure_one()
        blockers = []
        Order = self.env["aftersales.service.order"]
        open_domain = Order._get_open_domain()
        checks = (
            ("aftersales.service.order", open_domain, self.env._("open orders")),
            (
                "aftersales.point.adjustment",
                [("state", "=", "open")],
                self.env._("open awards or penalties"),
            ),
            (
                "aftersales.service.point",
                [("state", "not in", ("closed", "rejected", "prospect"))],
                self.env._("units below"),
            ),
        )
        for model, domain, label in checks:
            link = "parent_id" if model == self._name else "service_point_id"
            full = [(link, "=", self.id), *domain]
            # The clearance lists everything, whoever looks at it.
            count = self.env[model].sudo().search_count(full)
            if count:
                action = self._get_related_action(model, label)
                blockers.append((label, count, {**action, "domain": full}))
        return blockers
