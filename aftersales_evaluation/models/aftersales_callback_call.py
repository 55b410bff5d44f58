from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_satisfaction import DISSATISFIED_TO

RESULTS = [
    ("reached", "Reached"),
    ("no_answer", "No Answer"),
    ("declined", "Does Not Want to Answer"),
    ("wrong_number", "Wrong Number"),
]
#: Another call would lead nowhere.
FINAL_RESULTS = ("declined", "wrong_number")


class AftersalesCallbackAttempt(models.Model):
    """One call: when, by whom, with what result.

    Evidence: the call-back's own step writes it, nobody changes it.
    """

    _name = "aftersales.callback.attempt"
    _description = "Call"
    _order = "date desc, id desc"
    _rec_name = "callback_id"

    callback_id = fields.Many2one(
        "aftersales.callback", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="callback_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="callback_id.service_point_id", store=True, index=True, precompute=True
    )
    date = fields.Datetime("Time", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "Caller", required=True, index=True)
    result = fields.Selection(RESULTS, "Result of the Call", required=True)
    note = fields.Text()


class AftersalesCallback(models.Model):
    """The call itself and what follows from it."""

    _inherit = "aftersales.callback"

    def action_reached(self):
        """Ask what the customer said."""
        return self._open_call("reached")

    def action_not_reached(self):
        """Note a call without an answer; the next attempt follows the rule."""
        for callback in self:
            callback._record_call("no_answer")

    def action_other_result(self):
        """Ask for the result of the call."""
        return self._open_call("no_answer")

    def action_call(self):
        """Dial the number on this device.

        :raise UserError: the customer has no number
        """
        self.ensure_one()
        phone = "".join(c for c in self.partner_phone or "" if c in "+0123456789")
        if not phone:
            raise UserError(
                self.env._(
                    "%(order)s: %(customer)s has no phone number. Add one to the "
                    "customer.",
                    order=self.order_id.name,
                    customer=self.partner_id.display_name,
                )
            )
        return {"type": "ir.actions.act_url", "url": f"tel:{phone}", "target": "self"}

    def action_take(self):
        """Assign waiting call-backs to the current user."""
        self._check_flow_state("todo")
        self._check_caller()
        self.write({"user_id": self.env.uid})

    def action_view_order(self):
        """Open the job."""
        self.ensure_one()
        return self.order_id._get_records_action()

    def _open_call(self, result):
        """Window action on the dialog of the call."""
        self.ensure_one()
        self._check_flow_state("todo")
        self._check_caller()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What the Customer Said"),
            "res_model": "aftersales.callback.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_callback_id": self.id, "default_result": result},
        }

    def _check_caller(self):
        """Refuse a call by somebody who did the work.

        :raise UserError: naming the order and the person
        """
        for callback in self:
            workers = callback.order_id._get_workers() | callback.worker_id
            if self.env.user in workers:
                raise UserError(
                    self.env._(
                        "%(order)s: %(person)s did the work. Another person must "
                        "call the customer.",
                        order=callback.order_id.name,
                        person=self.env.user.name,
                    )
                )

    def _record_call(self, result, **said):
        """Note one call and what follows from it.

        :param result: reached, no_answer, declined or wrong_number
        :param said: of a customer who was reached: ``solved`` (yes or no),
            ``score``, ``recommend``, ``cause_id``, ``comment``; ``date_next`` of
            the next attempt
        :raise UserError: not to be called any more, called by somebody who did the
            work, or reached without the result
        """
        self.ensure_one()
        self.check_access("write")
        # Two callers must not both note a call.
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        self._check_flow_state("todo")
        self._check_caller()
        self._check_said(result, said)
        self.env["aftersales.callback.attempt"].sudo().create(
            {
                "callback_id": self.id,
                "user_id": self.env.uid,
                "result": result,
                "note": said.get("comment"),
            }
        )
        self._write_flow(self._prepare_call_vals(result, said))
        if result == "reached":
            self._record_answer(said)
            if said["solved"] == "no":
                self._reopen_order(said.get("comment"))

    def _check_said(self, result, said):
        """Refuse a result that is incomplete.

        :raise UserError: naming what is missing
        """
        self.ensure_one()
        if result not in dict(RESULTS):
            raise UserError(self.env._("Choose the result of the call."))
        if result != "reached":
            return
        if said.get("solved") not in ("yes", "no"):
            raise UserError(
                self.env._(
                    "%(order)s: ask whether the fault is solved.",
                    order=self.order_id.name,
                )
            )
        if not 0 <= (said.get("score") or 0) <= 5:
            raise UserError(self.env._("A score lies between 1 and 5."))

    def _prepare_call_vals(self, result, said):
        """Values of the call-back after one call."""
        self.ensure_one()
        vals = {"attempt_count": self.attempt_count + 1}
        if result == "reached":
            return {
                **vals,
                "state": "done",
                "caller_id": self.env.uid,
                "date_done": fields.Datetime.now(),
                "is_solved": said["solved"],
                "date_next": False,
            }
        rule_sudo = self.sudo().rule_id
        limit = rule_sudo.max_attempts or self._get_default_rule("max_attempts")
        if result in FINAL_RESULTS or vals["attempt_count"] >= limit:
            return {**vals, "state": "unreachable", "date_next": False}
        days = rule_sudo.retry_days if rule_sudo else 1
        today = self.company_id._get_aftersales_today()
        retry = said.get("date_next") or today + timedelta(days=days)
        return {**vals, "date_next": max(retry, today)}

    @api.model
    def _get_default_rule(self, field_name):
        """What a rule says by default; for call-backs without a rule."""
        defaults = self.env["aftersales.callback.rule"].sudo().default_get([field_name])
        return defaults[field_name]

    def _record_answer(self, said):
        """The row of satisfaction of a call."""
        self.ensure_one()
        score = said.get("score") or 0
        is_dissatisfied = said["solved"] == "no" or 0 < score <= DISSATISFIED_TO
        answer = self.env["aftersales.satisfaction"]._record(
            [
                {
                    "source": "callback",
                    "order_id": self.order_id.id,
                    "score": score,
                    "recommend": said.get("recommend"),
                    "is_dissatisfied": is_dissatisfied,
                    "cause_id": said.get("cause_id"),
                    "comment": said.get("comment"),
                    "res_model": self._name,
                    "res_id": self.id,
                }
            ]
        )
        self._write_flow({"satisfaction_id": answer.id})

    def _reopen_order(self, comment):
        """The fault is not solved: the job goes back into work.

        An open complaint about the job is linked; a closed one is opened anew.
        """
        self.ensure_one()
        order = self.order_id
        order._as_event("reopened", comment).action_reopen()
        order.message_post(
            body=self.env._(
                "Reopened after a call-back: the fault is not solved. %(comment)s",
                comment=comment or "",
            )
        )
        complaint = order.customer_complaint_ids.sorted("id")[-1:]
        if complaint:
            self._write_flow({"complaint_id": complaint.id})
            complaint._on_not_solved(comment)
