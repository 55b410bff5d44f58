from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

REMIND_DAYS = 7


class AftersalesMentoring(models.Model):
    """Steps of a pair: draft → running → done, or ended early with a reason."""

    _inherit = "aftersales.mentoring"

    def action_start(self):
        """Start the pair and measure the unit.

        :raise UserError: the mentor has as many trainees as the company allows
        """
        self.check_access("write")
        self._check_flow_state("draft")
        for pair in self:
            today = pair.company_id._get_aftersales_today()
            value = pair._measure(today)
            pair._write_flow(
                {
                    "state": "running",
                    "slot": pair._find_slot(),
                    "metric_start": float(value or 0),
                    "has_metric_start": value is not None,
                }
            )

    def action_done(self):
        """Close the pair with result and evaluation of somebody else.

        :raise UserError: the result is missing, or the user is the mentor
        """
        self.check_access("write")
        self._check_flow_state("running")
        self._check_evaluator()
        self._finish("done")

    def action_end_early(self):
        """Ask why the pair ends before its time."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_end_early")

    def action_cancel(self):
        """Ask why the pair does not start."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _end_early(self, reason):
        self.check_access("write")
        self._check_flow_state("running")
        self._finish("ended", reason)

    def _cancel(self, reason):
        self.check_access("write")
        self._check_flow_state("draft")
        self._write_flow({"state": "cancelled", "end_reason": reason})
        self.flush_recordset()

    def _finish(self, state, reason=False):
        """Measure the end and free the mentor's place."""
        for pair in self:
            today = pair.company_id._get_aftersales_today()
            value = pair._measure(today)
            pair._write_flow(
                {
                    "state": state,
                    "slot": 0,
                    "date_ended": max(today, pair.date_from),
                    "metric_end": float(value or 0),
                    "has_metric_end": value is not None,
                    "end_reason": reason,
                    "evaluated_by_id": self.env.uid if pair.result else False,
                }
            )
        # The two may be paired anew at once: the database must know of the end.
        self.flush_recordset()
        self.activity_unlink(["aftersales_training.mail_activity_type_mentoring"])

    def _find_slot(self):
        """Lowest free place among the mentor's running pairs.

        :raise UserError: naming the mentor and the limit
        """
        self.ensure_one()
        limit = self.company_id.sudo().aftersales_mentor_limit
        # The limit counts all trainees, also those the user may not see.
        others = self.sudo().search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("mentor_key", "=", self.mentor_key)
            & Domain("slot", ">", 0)
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )
        taken = set(others.mapped("slot"))
        free = [slot for slot in range(1, limit + 1) if slot not in taken]
        if not free:
            raise UserError(
                self.env._(
                    "%(mentor)s already has %(count)s trainees in that period; the "
                    "limit is %(limit)s. End one, or choose another mentor.",
                    mentor=self.mentor_name,
                    count=len(others),
                    limit=limit,
                )
            )
        return free[0]

    def _check_evaluator(self):
        """The mentor does not evaluate the own work.

        :raise UserError: naming the pair
        """
        for pair in self:
            if not self.env.su and pair._is_mentored_by(self.env.user):
                raise UserError(
                    self.env._(
                        "%(pair)s: somebody other than the mentor evaluates the "
                        "result.",
                        pair=pair.name,
                    )
                )

    @api.model
    def _cron_remind_end(self):
        """Remind the responsible people a week before the end, once."""
        activity_type = self.env.ref("aftersales_training.mail_activity_type_mentoring")
        today = fields.Date.context_today(self)
        due = self.search(
            Domain("state", "=", "running")
            & Domain("date_to", "<=", fields.Date.add(today, days=REMIND_DAYS))
            & Domain("responsible_id", "!=", False)
        )
        told = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", due.ids),
                ("activity_type_id", "=", activity_type.id),
            ]
        )
        new = due - self.browse(told.mapped("res_id"))
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "automated": True,
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": pair.id,
                    "user_id": pair.responsible_id.id,
                    "date_deadline": pair.date_to,
                    "summary": pair.with_context(lang=pair.responsible_id.lang).env._(
                        "Evaluate the mentoring %(name)s", name=pair.name
                    ),
                }
                for pair in new
            ]
        )


class AftersalesMentoringMeeting(models.Model):
    """One meeting of a pair."""

    _name = "aftersales.mentoring.meeting"
    _description = "Mentoring Meeting"
    _inherit = ["aftersales.scope.mixin"]
    _order = "date desc, id desc"
    _rec_name = "topic"
    _check_company_auto = True

    mentoring_id = fields.Many2one(
        "aftersales.mentoring",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="mentoring_id.company_id", store=True, index=True, precompute=True
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    topic = fields.Char(required=True)
    hours = fields.Float(default=1.0)
    note = fields.Text()

    _SCOPE_FIELDS = frozenset(("mentoring_id",))

    _hours_range = models.Constraint(
        "CHECK (hours > 0 AND hours <= 24)",
        "A meeting takes more than 0 and at most 24 hours.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Log meetings while the pair runs."""
        meetings = super().create(vals_list)
        meetings.mentoring_id._check_flow_state("running")
        return meetings

    def write(self, vals):
        """Correct the log while the pair runs."""
        self.mentoring_id._check_flow_state("running")
        result = super().write(vals)
        self.mentoring_id._check_flow_state("running")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_finished(self):
        self.mentoring_id._check_flow_state("draft", "running", "cancelled")
