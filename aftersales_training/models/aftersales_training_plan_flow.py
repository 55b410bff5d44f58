from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ..tools.training_steps import SUBMIT_STEPS
from .aftersales_training_need import OPEN_STATES

HEAD_GROUP = "aftersales_network.group_head"
OFFICER_GROUP = "aftersales_network.group_training_officer"


class AftersalesTrainingPlan(models.Model):
    """Submission, approval with four eyes, revision and end of a plan."""

    _inherit = "aftersales.training.plan"

    def _get_application_start(self):
        """Moment from which approvals belong to the running submission."""
        self.ensure_one()
        return self.submitted_on or self.create_date

    def action_submit(self):
        """Hand drafts in.

        :raise UserError: no line, or a line without goal or dates
        """
        self._check_flow_state("draft")
        for plan in self:
            plan._check_submittable()
        self._write_flow(
            {
                "state": "submitted",
                "submitted_by_id": self.env.uid,
                "submitted_on": fields.Datetime.now(),
                "refuse_reason": False,
            }
        )
        for plan in self:
            self.env["aftersales.approval"]._log(plan, "submit", "approved")
        self._ask_head(self.env._("Approve the training plan"))

    def _check_submittable(self):
        """Each line says what it is to reach, for how many and when.

        :raise UserError: listing what is missing
        """
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "Training plan %(plan)s has no line yet. Add what is to be taught, "
                    "or take it over from the open needs.",
                    plan=self.name,
                )
            )
        texts = [
            f"{line.display_name}: {', '.join(missing)}"
            for line in self.line_ids.filtered(lambda x: x.state == "open")
            for missing in [line._get_missing_texts(SUBMIT_STEPS)]
            if missing
        ]
        if texts:
            raise UserError(
                self.env._(
                    "Training plan %(plan)s cannot be submitted yet:\n%(missing)s",
                    plan=self.name,
                    missing="\n".join(texts),
                )
            )

    def _check_approver(self):
        """The head of service decides; on regional plans also human resources.

        :raise AccessError: another role
        :raise UserError: the own submission
        """
        user = self.env.user
        for plan in self:
            groups = [HEAD_GROUP]
            if plan.kind == "regional":
                groups.append(OFFICER_GROUP)
            if not any(user.has_group(group) for group in groups):
                raise AccessError(
                    self.env._(
                        "%(plan)s: training plans are approved by the head of "
                        "service, regional ones also by human resources.",
                        plan=plan.name,
                    )
                )
            self.env["aftersales.approval"]._check_four_eyes(plan, ("submit",))

    def _check_budget(self):
        """The planned costs of the lines fit into the budget.

        :raise UserError: naming both figures
        """
        for plan_sudo in self.sudo():
            currency = plan_sudo.currency_id
            planned = sum(plan_sudo.line_ids.mapped("cost_planned"))
            if currency.compare_amounts(planned, plan_sudo.budget) > 0:
                raise UserError(
                    self.env._(
                        "Training plan %(plan)s: its lines cost %(planned)s, the "
                        "budget is %(budget)s. Refuse the plan so that one of them is "
                        "changed.",
                        plan=plan_sudo.name,
                        planned=currency.format(planned),
                        budget=currency.format(plan_sudo.budget),
                    )
                )

    def action_approve(self):
        """Approve submitted plans; their lines and budget are frozen now."""
        self._check_flow_state("submitted")
        self._check_approver()
        self._check_budget()
        for plan in self:
            self.env["aftersales.approval"]._log(plan, "training_plan", "approved")
        self._write_flow(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_on": fields.Datetime.now(),
            }
        )
        self.activity_feedback(["mail.mail_activity_data_todo"])

    def action_ask_refuse(self):
        """Ask for the reason, then refuse."""
        self._check_flow_state("submitted")
        self._check_approver()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def _refuse(self, reason):
        """Refuse submitted plans with a reason.

        :param reason: text for whoever submitted it
        """
        self._check_flow_state("submitted")
        self._check_approver()
        self._log_plan_reason("rejected", reason)
        self._write_flow({"state": "refused", "refuse_reason": reason})
        self.activity_feedback(["mail.mail_activity_data_todo"])

    def action_draft(self):
        """Take refused plans back to mend them."""
        self._check_flow_state("refused")
        self._write_flow({"state": "draft"})

    def action_start(self):
        """Approved plans begin."""
        self._check_flow_state("approved")
        self._write_flow({"state": "running"})

    def action_ask_reopen(self):
        """Ask for the reason, then reopen."""
        self._check_flow_state("submitted", "approved", "running")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reopen")

    def _reopen(self, reason):
        """Make a revision: an approved plan is a draft again and needs approval.

        :param reason: text, kept with the decisions on the plan
        """
        self._check_flow_state("submitted", "approved", "running")
        self._log_plan_reason("rejected", reason)
        for plan in self:
            is_revised = plan.state != "submitted"
            plan._write_flow(
                {
                    "state": "draft",
                    "revision": plan.revision + is_revised,
                    "approved_by_id": False,
                    "approved_on": False,
                }
            )

    def action_ask_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_flow_state("draft", "submitted", "approved", "running", "refused")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel plans; needs of their open lines are open again."""
        self._check_flow_state("draft", "submitted", "approved", "running", "refused")
        self._log_plan_reason("rejected", reason)
        self.line_ids.filtered(lambda x: x.state == "open")._cancel(reason)
        self._write_flow({"state": "cancelled", "cancel_reason": reason})

    def _log_plan_reason(self, decision, reason):
        """Record a decision with its reason, on the approvals and the chatter."""
        for plan in self:
            plan._check_reason_given(reason)
            self.env["aftersales.approval"]._log(
                plan, "training_plan", decision, reason
            )
            plan.message_post(body=reason)

    def action_done(self):
        """Close running plans whose lines are all closed.

        :raise UserError: naming the open lines
        """
        self._check_flow_state("running")
        for plan in self:
            todo = plan.line_ids.filtered(lambda x: x.state == "open")
            if todo:
                raise UserError(
                    self.env._(
                        "Training plan %(plan)s still has open lines: %(lines)s. Close "
                        "them with their review, or cancel them with a reason.",
                        plan=plan.name,
                        lines=", ".join(todo.mapped("display_name")),
                    )
                )
        self._write_flow({"state": "done"})

    # Lines from needs

    def action_generate_lines(self):
        """Add a line for each course and content with open needs.

        Needs that a line of the plan already teaches join that line.

        :return: notification with the number of needs taken over
        """
        self.check_access("write")
        self._check_flow_state("draft")
        count = 0
        for plan in self:
            needs = self.env["aftersales.training.need"].search(
                plan._get_open_need_domain()
            )
            plan._take_over(needs)
            count += len(needs)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("%(count)s open needs taken over.", count=count),
                "type": "success" if count else "warning",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_open_need_domain(self):
        """Open needs that the plan is to answer."""
        self.ensure_one()
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "=", "open")
            & Domain("plan_line_id", "=", False)
            & Domain("date_open", "<=", self.date_to)
        )
        if self.service_point_id:
            domain &= Domain("service_point_id", "child_of", self.service_point_id.id)
        if self.kind == "special":
            domain &= Domain("origin", "not in", ("manual", "certificate"))
        return domain

    def _take_over(self, needs):
        """Group needs by what is to be taught and link them to lines."""
        self.ensure_one()
        Line = self.env["aftersales.training.plan.line"]
        groups = needs.grouped(lambda n: (n.course_id, n.content_type))
        lines = {
            (line.course_id, line.content_type): line
            for line in self.line_ids.filtered(lambda x: x.state == "open")
        }
        missing = [key for key in groups if key not in lines]
        created = Line.create(
            [self._prepare_line_vals(course, kind) for course, kind in missing]
        )
        lines.update(zip(missing, created, strict=True))
        for key, group in groups.items():
            group.write({"plan_line_id": lines[key].id})
        touched = Line.union(*(lines[key] for key in groups))
        touched.action_propose_trainees()

    def _prepare_line_vals(self, course, content_type):
        """Values of a line for needs of one kind."""
        return {
            "plan_id": self.id,
            "course_id": course.id,
            "content_type": content_type,
            "planned_hours": course.hours,
            "trainer_ids": [Command.set(course.trainer_ids.ids)],
        }


class AftersalesTrainingNeed(models.Model):
    _inherit = "aftersales.training.need"

    def _get_trainees(self):
        """Present people these needs are about, as staff lines."""
        Staff = self.env["aftersales.staff"]
        open_needs = self.filtered(lambda n: n.state in OPEN_STATES)
        personal = open_needs.filtered(lambda n: n.employee_id or n.partner_id)
        keys = {need._get_person_key() for need in personal}
        found = personal._get_present_staff()
        staff = found.filtered(lambda s: s._get_person_key() in keys)
        units = open_needs - personal
        if units:
            today = self.env.company._get_aftersales_today()
            people = Staff.search(
                Staff._get_present_domain(today)
                & Domain("service_point_id", "in", units.service_point_id.ids)
            )
            staff |= people.filtered(lambda s: any(n._is_about(s) for n in units))
        return staff._filter_one_line_each()


class AftersalesStaff(models.Model):
    _inherit = "aftersales.staff"

    def _filter_one_line_each(self):
        """One staff line per person, the first one."""
        seen = {}
        for staff in self:
            seen.setdefault(staff._get_person_key(), staff)
        return self.browse([staff.id for staff in seen.values()])
