from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..tools.training_steps import (
    STEPS,
    LineFacts,
    completion,
    missing_items,
    percent,
)
from .aftersales_training_plan import ACTIVE_STATES

#: States of a session that is still to be held.
TODO_STATES = ("draft", "open", "running")


class AftersalesTrainingPlanLine(models.Model):
    """The eight steps of a line, its sessions and its end."""

    _inherit = "aftersales.training.plan.line"

    step_count = fields.Integer(
        "Steps Finished", compute="_compute_steps", help="Of the eight steps."
    )
    missing_text = fields.Text("Still Missing", compute="_compute_steps")
    checklist = fields.Html("Eight Steps", compute="_compute_steps", sanitize=False)

    def _get_completion(self):
        """Share of trained people, in percent."""
        self.ensure_one()
        return percent(completion([(self.trained_people, self.planned_people)]))

    @api.depends(
        "need_ids",
        "analysis",
        "metric_code",
        "before_measured_on",
        "enquiry",
        "survey_id",
        "trainee_ids",
        "goal",
        "goal_value",
        "date_from",
        "date_to",
        "planned_people",
        "trainer_ids",
        "material_ids",
        "session_ids.state",
        "attendee_ids.state",
        "review",
        "after_measured_on",
    )
    @api.depends_context("lang")
    def _compute_steps(self):
        for line in self:
            missing = missing_items(line._get_facts())
            lacking = {step for step, _item in missing}
            line.step_count = len(STEPS) - len(lacking)
            line.missing_text = "\n".join(line._describe_items(missing))
            line.checklist = line._render_checklist(missing)

    def _get_facts(self):
        """What is recorded, for the kernel."""
        self.ensure_one()
        # The figures of a line count everybody, whoever looks at it.
        line = self.sudo()
        sessions = line.session_ids.grouped("state")
        attended = line.attendee_ids.filtered(lambda a: a.state == "attended")
        return LineFacts(
            needs=len(line.need_ids),
            has_analysis_text=self._has_text("analysis"),
            has_metric=bool(line.metric_code),
            has_before=bool(line.before_measured_on),
            has_enquiry=self._has_text("enquiry") or bool(line.survey_id),
            trainees=len(line.trainee_ids),
            has_goal_text=self._has_text("goal"),
            has_goal_value=line._has_goal_value(),
            has_dates=bool(line.date_from and line.date_to),
            planned_people=line.planned_people,
            trainers=len(line.trainer_ids),
            materials=len(line.material_ids),
            sessions_open=sum(len(sessions.get(state, ())) for state in TODO_STATES),
            sessions_done=len(sessions.get("done", ())),
            attended=len(attended),
            has_review_text=self._has_text("review"),
            has_after=bool(line.after_measured_on),
        )

    def _has_text(self, name):
        return bool((self[name] or "").strip())

    @api.model
    def _get_step_labels(self):
        """Name of each step."""
        return {
            "analysis": self.env._("Performance Analysis"),
            "enquiry": self.env._("Enquiry"),
            "trainees": self.env._("Trainees"),
            "goal": self.env._("Goal"),
            "plan": self.env._("Plan"),
            "resources": self.env._("Resources"),
            "run": self.env._("Run"),
            "review": self.env._("Review"),
        }

    @api.model
    def _get_item_labels(self):
        """What each step needs."""
        return {
            "need": self.env._("a recorded training need"),
            "figure_before": self.env._("the metric measured before"),
            "analysis_text": self.env._("the analysis in words, or a metric"),
            "enquiry": self.env._("the enquiry in words, or its form"),
            "trainee": self.env._("at least one trainee"),
            "goal": self.env._("a goal in words, or a target of the metric"),
            "dates": self.env._("first and last day"),
            "planned_people": self.env._("the number of planned people"),
            "trainer": self.env._("a trainer"),
            "material": self.env._("a material"),
            "session_done": self.env._("a session that was held"),
            "session_open": self.env._("the end of its open sessions"),
            "attendance": self.env._("recorded attendance"),
            "review_text": self.env._("the review of the result"),
            "figure_after": self.env._("the metric measured after"),
        }

    def _describe_items(self, missing):
        """Texts of missing items, each with its step."""
        steps, items = self._get_step_labels(), self._get_item_labels()
        return [f"{steps[step]}: {items[item]}" for step, item in missing]

    def _get_missing_texts(self, steps):
        """What some of the steps still lack."""
        self.ensure_one()
        missing = missing_items(self._get_facts())
        return self._describe_items([pair for pair in missing if pair[0] in steps])

    def _render_checklist(self, missing):
        """The steps in their order, finished ones ticked."""
        items = self._get_item_labels()
        rows = []
        for number, (step, label) in enumerate(self._get_step_labels().items(), 1):
            lacks = [items[item] for found, item in missing if found == step]
            icon = "fa-circle-o text-muted" if lacks else "fa-check-circle text-success"
            note = Markup("<div class='text-muted small'>%s</div>") % ", ".join(lacks)
            rows.append(
                Markup(
                    "<li class='list-group-item d-flex gap-2 py-1' data-step='%s'>"
                    "<i class='fa %s mt-1' role='img' aria-label='%s'></i>"
                    "<div><span class='fw-bold'>%s. %s</span>%s</div></li>"
                )
                % (
                    step,
                    icon,
                    self.env._("Missing") if lacks else self.env._("Finished"),
                    number,
                    escape(label),
                    note if lacks else "",
                )
            )
        return Markup("<ol class='list-group list-unstyled mb-0'>%s</ol>") % Markup(
            ""
        ).join(rows)

    # Closing

    def action_close(self):
        """Close lines whose eight steps are all finished.

        Without a recorded need, a goal and the result of the review no line can
        be closed.

        :raise UserError: listing everything that is missing
        """
        self._check_line_open()
        for line in self:
            if line.plan_state not in ("approved", "running"):
                raise UserError(
                    self.env._(
                        "%(line)s: its plan is not approved, so nothing can be closed "
                        "yet.",
                        line=line.display_name,
                    )
                )
            missing = line._get_missing_texts(STEPS)
            if missing:
                raise UserError(
                    self.env._(
                        "%(line)s cannot be closed yet. Missing:\n%(missing)s",
                        line=line.display_name,
                        missing="\n".join(missing),
                    )
                )
        self._write_flow(
            {
                "state": "done",
                "closed_by_id": self.env.uid,
                "closed_on": fields.Datetime.now(),
            }
        )

    def action_ask_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_line_open()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel open lines with a reason; their needs are open again.

        :raise UserError: a session is not over yet, or no reason
        """
        self._check_line_open()
        if not (reason or "").strip():
            raise UserError(self.env._("Give a reason for cancelling the line."))
        running = self.session_ids.filtered(lambda s: s.state in TODO_STATES)[:1]
        if running:
            raise UserError(
                self.env._(
                    "%(line)s has the session “%(session)s”, which is not over. Cancel "
                    "or finish it first.",
                    line=running.plan_line_id.display_name,
                    session=running.display_name,
                )
            )
        open_needs = self.need_ids.filtered(lambda n: n.state == "planned")
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        open_needs.write({"plan_line_id": False})
        for line in self:
            line.message_post(body=reason)

    # Trainees

    def action_propose_trainees(self):
        """Add the people of the needs, and everybody in the roles and units."""
        self._check_line_open()
        for line in self:
            staff = line.need_ids._get_trainees() | line._get_target_staff()
            fresh = (line.trainee_ids | staff)._filter_one_line_each()
            line.write({"trainee_ids": [Command.set(fresh.ids)]})
            if line.plan_state == "draft" and len(fresh) > line.planned_people:
                line.planned_people = len(fresh)

    def _get_target_staff(self):
        """Present people in the roles of the line; none without a role."""
        self.ensure_one()
        Staff = self.env["aftersales.staff"]
        if not self.role_ids:
            return Staff
        today = self.company_id._get_aftersales_today()
        return Staff.search(
            Staff._get_present_domain(today)
            & Domain("role_id", "in", self.role_ids.ids)
            & Domain("service_point_id", "in", self._get_target_points().ids)
        )

    def _get_target_points(self):
        """Units of the line with those below; else all of the company."""
        self.ensure_one()
        tops = self.point_ids or self.service_point_id
        domain = Domain("company_id", "=", self.company_id.id)
        if tops:
            domain &= Domain("id", "child_of", tops.ids)
        return self.env["aftersales.service.point"].search(domain)

    # Sessions

    def action_create_session(self):
        """Make a session of the line and put the trainees on its list.

        :raise UserError: no course, or the plan is not approved
        """
        self.ensure_one()
        self._check_line_open()
        if self.plan_state not in ACTIVE_STATES or not self.course_id:
            raise UserError(
                self.env._(
                    "%(line)s: a session needs an approved plan and a course. Choose "
                    "the course, or have the plan approved first.",
                    line=self.display_name,
                )
            )
        session = self.env["aftersales.training.session"].create(
            self._prepare_session_vals()
        )
        self._register_trainees(session)
        return {
            "type": "ir.actions.act_window",
            "res_model": session._name,
            "res_id": session.id,
            "view_mode": "form",
        }

    def _prepare_session_vals(self):
        """Values of a session on the first planned day, or tomorrow."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        day = max(self.date_from, today + timedelta(days=1))
        zone = pytz.timezone(self.company_id._get_aftersales_tz())
        local = zone.localize(datetime.combine(day, time(9)))
        start = local.astimezone(pytz.utc).replace(tzinfo=None)
        hours = self.planned_hours or self.course_id.hours or 8
        return {
            "course_id": self.course_id.id,
            "company_id": self.company_id.id,
            "service_point_id": self.service_point_id.id,
            "plan_line_id": self.id,
            "date_start": start,
            "date_stop": start + timedelta(hours=hours),
            "trainer_ids": [Command.set(self.trainer_ids.ids)],
            "material_ids": [Command.set(self.material_ids.ids)],
        }

    def _register_trainees(self, session):
        """Put trainees on the list who are not on another one of the line."""
        self.ensure_one()
        taken = self.attendee_ids.filtered(
            lambda a: a.state not in ("cancelled", "absent")
        )
        keys = {attendee._get_person_key() for attendee in taken}
        needs = {
            need._get_person_key(): need
            for need in self.need_ids
            if need.employee_id or need.partner_id
        }
        self.env["aftersales.training.attendee"].create(
            [
                {
                    "session_id": session.id,
                    "employee_id": staff.employee_id.id,
                    "partner_id": staff.partner_id.id,
                    "service_point_id": staff.service_point_id.id,
                    "need_id": needs[key].id if key in needs else False,
                }
                for staff in self.trainee_ids
                for key in [staff._get_person_key()]
                if key not in keys
            ]
        )

    def action_view_steps(self):
        """Open the line with its eight steps."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_view_sessions(self):
        """Open the sessions of the line."""
        self.ensure_one()
        return self.plan_id._get_part_action(
            "aftersales.training.session",
            self.env._("Sessions of %(plan)s", plan=self.display_name),
            [("plan_line_id", "=", self.id)],
        )

    def action_view_needs(self):
        """Open the needs that the line answers."""
        self.ensure_one()
        return self.plan_id._get_part_action(
            "aftersales.training.need",
            self.env._("Training Needs of %(plan)s", plan=self.display_name),
            [("plan_line_id", "=", self.id)],
        )


class AftersalesTrainingSession(models.Model):
    """The plan line that a session carries out."""

    _inherit = "aftersales.training.session"

    plan_line_id = fields.Many2one(
        "aftersales.training.plan.line",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        domain="[('course_id', '=', course_id), ('state', '=', 'open')]",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Hold sessions for lines that are still open."""
        sessions = super().create(vals_list)
        if not self.env.su:
            sessions.plan_line_id._check_line_open()
        return sessions

    def write(self, vals):
        """What a closed line reached stays: its sessions neither come nor go.

        :raise UserError: naming the closed line
        """
        guarded = "plan_line_id" in vals and not self.env.su
        if guarded:
            self.plan_line_id._check_line_open()
        result = super().write(vals)
        if guarded:
            self.plan_line_id._check_line_open()
        return result


class AftersalesTrainingAttendee(models.Model):
    """The plan line and the need behind an attendance."""

    _inherit = "aftersales.training.attendee"

    plan_line_id = fields.Many2one(
        "aftersales.training.plan.line",
        related="session_id.plan_line_id",
        store=True,
        index="btree_not_null",
    )
    need_id = fields.Many2one(
        "aftersales.training.need",
        "Training Need",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        check_company=True,
    )
