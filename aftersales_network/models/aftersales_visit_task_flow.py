from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.portal_form import IMAGE_TYPES


class AftersalesVisitTask(models.Model):
    """Steps of a task and the activities that follow it."""

    _inherit = "aftersales.visit.task"

    def _check_task_state(self, *states):
        """Refuse a step outside its states.

        :raise UserError: naming the task and its state
        """
        wrong = self.filtered(lambda t: t.state not in states)[:1]
        if wrong:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(task)s” is in state “%(state)s”; this step is not possible "
                    "there.",
                    task=wrong.name,
                    state=labels[wrong.state],
                )
            )

    def action_done(self):
        """Mark tasks as done, with their result.

        :raise UserError: a task without a result
        """
        self._check_task_state("open")
        empty = self.filtered(lambda t: not (t.result or "").strip())[:1]
        if empty:
            raise UserError(
                self.env._(
                    "“%(task)s”: write down what was done about it.", task=empty.name
                )
            )
        self._write_flow(
            {
                "state": "done",
                "done_by_id": self.env.uid,
                "date_done": fields.Datetime.now(),
            }
        )
        self._close_activities()
        self._ask_verification()

    def _ask_verification(self):
        """Ask a visitor of each task to look whether it is really done."""
        for user, tasks in self.grouped(lambda t: t._get_verifier()).items():
            if user:
                tasks.activity_schedule(
                    self._TASK_ACTIVITY,
                    summary=self.env._("Verify what was done"),
                    user_id=user.id,
                )

    def _get_verifier(self):
        """Who is asked to verify: a visitor, else the manager of the centre."""
        self.ensure_one()
        visit_sudo = self.sudo().visit_id
        people = visit_sudo.reported_by_id | visit_sudo.visitor_ids
        people |= visit_sudo.centre_id.manager_id
        return (people.filtered("active") - self.done_by_id)[:1]

    def action_verify(self):
        """Confirm that the tasks are settled; never by whoever settled them.

        :raise UserError: not done yet, or the own work
        """
        self._check_task_state("done")
        self.visit_id._check_not_visited()
        own = self.filtered(lambda t: t.done_by_id == self.env.user)[:1]
        if own:
            raise UserError(
                self.env._(
                    "You marked “%(task)s” as done. Another person must verify it.",
                    task=own.name,
                )
            )
        self._write_flow(
            {
                "state": "verified",
                "verified_by_id": self.env.uid,
                "date_verified": fields.Datetime.now(),
            }
        )
        self._close_activities()

    def action_ask_reopen(self):
        """Ask for the reason, then reopen."""
        self._check_task_state("done")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reopen")

    def _reopen(self, reason):
        """What was done does not settle the task: it is open again.

        :param reason: text for the responsible
        """
        self._check_task_state("done")
        self._write_flow({"state": "open", "done_by_id": False, "date_done": False})
        for task in self:
            task.message_post(body=reason)
        self._close_activities()
        self._plan_activities()

    def _portal_done(self, post, files=()):
        """The point marks the task as done on the portal.

        :param post: the form, with ``result``
        :param files: list of ``(name, content)``; pictures only
        """
        self.ensure_one()
        self._check_task_state("open")
        if self.user_id:
            raise UserError(
                self.env._(
                    "“%(task)s” is with %(user)s, who marks it as done.",
                    task=self.name,
                    user=self.user_id.name,
                )
            )
        self.write(self._portal_read(("result",), post))
        if files:
            self._portal_attach("photo_ids", files, IMAGE_TYPES)
        self.action_done()
