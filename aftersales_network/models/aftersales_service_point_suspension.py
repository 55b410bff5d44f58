from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

#: Asks the head of service to suspend a point or to leave it at work.
SUSPENSION_ACTIVITY = "aftersales_network.mail_activity_suspension"


class AftersalesServicePoint(models.Model):
    """Suspension: a step before the withdrawal, always with an end.

    A suspended point gets no new work and finishes what it has.  Points that
    fail may be replaced (regulating service points, replacing unfit points).
    """

    _inherit = "aftersales.service.point"

    date_suspended = fields.Date("Suspended since", readonly=True, copy=False)
    date_suspended_until = fields.Date(
        "Suspended until",
        readonly=True,
        copy=False,
        tracking=True,
        help="Last day of the suspension; it lifts itself the day after.",
    )
    state_before_suspension = fields.Selection(
        [("probation", "Probation"), ("active", "Active")], readonly=True, copy=False
    )
    suspension_ids = fields.One2many(
        "aftersales.approval",
        "res_id",
        domain=[
            ("res_model", "=", "aftersales.service.point"),
            ("gate", "in", ("suspend", "lift")),
        ],
        string="Suspensions",
    )
    replaces_id = fields.Many2one(
        "aftersales.service.point",
        copy=False,
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Unfit point whose place this one takes.",
    )
    replaced_by_ids = fields.One2many(
        "aftersales.service.point", "replaces_id", "Replaced by"
    )

    _replaces_other = models.Constraint(
        "CHECK (replaces_id IS NULL OR replaces_id != id)",
        "A point cannot replace itself.",
    )

    def action_ask_suspend(self):
        """Ask for the reason and the end, then suspend."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Suspend"),
            "res_model": "aftersales.suspension.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_service_point_ids": self.ids},
        }

    def _propose_suspension(self, reason, source=None):
        """Ask the head of service to suspend points; nothing is decided yet.

        Assessments and findings call this.  The reason stays in the history of
        the point; a point whose proposal still waits gets no second activity,
        one that does not work is left out.

        :param reason: why, for the head and the history
        :param source: record that led to the proposal, linked in the history
        :return: the points that were proposed
        """
        self.check_access("read")
        # Whoever finds the failure need not be allowed to write on the point.
        points_sudo = self.sudo().filtered(lambda p: p.state in ("active", "probation"))
        body = self.env._("Suspension proposed: %(reason)s", reason=reason)
        if source:
            body = Markup("%s<br/>%s") % (body, source._get_html_link())
        points_sudo._message_log_batch(bodies=dict.fromkeys(points_sudo.ids, body))
        points_sudo._ask_for_suspension(reason)
        return self.browse(points_sudo.ids)

    def _ask_for_suspension(self, reason):
        """Give a head of service the decision on points that wait for none yet."""
        decision = self.env.ref(SUSPENSION_ACTIVITY)
        for point in self:
            if decision in point.activity_ids.activity_type_id:
                continue
            head = point._get_group_users("aftersales_network.group_head")[:1]
            if head:
                point.activity_schedule(
                    SUSPENSION_ACTIVITY,
                    summary=self.env._("Decide on the suspension"),
                    note=reason,
                    user_id=head.id,
                )

    def action_suspend(self, reason, date_until=None):
        """Suspend active points: no new work, open orders may be finished.

        :param reason: kept with the record and in the history
        :param date_until: last day of the suspension
        :raise AccessError: anybody but the head of service
        :raise UserError: no reason, no end, or an end in the past
        """
        self._check_flow_state("active", "probation")
        self._check_group("aftersales_network.group_head")
        date_until = fields.Date.to_date(date_until)
        for point in self:
            point._check_suspension_end(date_until)
            line = point._log_reason("approved", reason, "suspend")
            line.sudo().date_until = date_until
            point._write_flow(
                {
                    "state_before_suspension": point.state,
                    "state": "suspended",
                    "suspension_reason": reason,
                    "date_suspended": point.company_id._get_aftersales_today(),
                    "date_suspended_until": date_until,
                }
            )
        self.activity_feedback([SUSPENSION_ACTIVITY], feedback=reason)

    def _check_suspension_end(self, date_until):
        """Refuse a suspension without an end, or one that is over.

        :raise UserError: naming the point
        """
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        if not date_until or date_until < today:
            raise UserError(
                self.env._(
                    "%(point)s: give the last day of the suspension, today "
                    "(%(today)s) or later.",
                    point=self.display_name,
                    today=format_date(self.env, today),
                )
            )

    def action_lift_suspension(self):
        """Take suspended points back into the state they had before.

        :raise AccessError: anybody but the head of service
        """
        self._check_flow_state("suspended")
        self._check_group("aftersales_network.group_head")
        text = self.env._("Lifted by hand.")
        self._lift(dict.fromkeys(self.ids, text))

    def _lift(self, comments):
        """Restore the state before the suspension and keep a record of it.

        :param comments: ``{point_id: text}`` for history and chatter
        """
        self.env["aftersales.approval"]._log_many(self, "lift", comments)
        before = self.grouped(lambda p: p.state_before_suspension or "active")
        for state, points in before.items():
            points._write_flow({"state": state, **self._prepare_unsuspended_vals()})
        self._message_log_batch(bodies={point.id: comments[point.id] for point in self})

    @api.model
    def _prepare_unsuspended_vals(self):
        """Values of a point that is not suspended."""
        return {
            "state_before_suspension": False,
            "suspension_reason": False,
            "date_suspended": False,
            "date_suspended_until": False,
        }

    @api.model
    def _cron_lift_suspensions(self, limit=500):
        """Lift the suspensions whose last day has passed in their company."""
        by_today = self.env["res.company"]._get_aftersales_by_today()
        points = self.search(
            Domain("state", "=", "suspended")
            & Domain.OR(
                Domain("company_id", "in", companies.ids)
                & Domain("date_suspended_until", "<", day)
                for day, companies in by_today.items()
            ),
            limit=limit,
        )
        points._lift_ended()
        self.env["ir.cron"]._commit_progress(
            len(points), remaining=int(len(points) == limit)
        )

    def _lift_ended(self):
        """Lift in one batch and tell the responsible people."""
        users = self._get_responsible_users()
        self._lift(
            {
                point.id: self.env._(
                    "The suspension ended on %(day)s and was lifted by itself.",
                    day=format_date(self.env, point.date_suspended_until),
                )
                for point in self
            }
        )
        todo = self.env.ref("mail.mail_activity_data_todo")
        model_id = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": todo.id,
                    "automated": True,
                    "res_model_id": model_id,
                    "res_id": point.id,
                    "date_deadline": point.company_id._get_aftersales_today(),
                    "user_id": users[point.id].id,
                    "summary": self.env._(
                        "Back from suspension: check %(point)s", point=point.name
                    ),
                }
                for point in self
                if users[point.id]
            ]
        )

    def action_start_replacement(self):
        """Open a new application that takes the place of this point.

        :raise UserError: the point neither is suspended nor leaves
        """
        self.ensure_one()
        self._check_flow_state("suspended", "withdrawal", "closed")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replacement of %(point)s", point=self.name),
            "res_model": self._name,
            "view_mode": "form",
            "context": {
                "default_replaces_id": self.id,
                "default_parent_id": self.parent_id.id,
                "default_tier": self.tier,
                "default_kind": self.kind,
                "default_company_id": self.company_id.id,
            },
        }
