from odoo import fields, models
from odoo.exceptions import UserError

from .aftersales_service_order import OPEN_STATES


class AftersalesServiceOrder(models.Model):
    """Life of an order after it was dispatched."""

    _inherit = "aftersales.service.order"

    #: action → states from which it is possible
    _TRANSITIONS = {
        "dispatch": ("draft",),
        "accept": ("dispatched",),
        "redispatch": ("dispatched", "accepted"),
        "arrive": ("dispatched", "accepted"),
        "start": ("dispatched", "accepted", "waiting_part"),
        "wait": ("accepted", "in_progress"),
        "pause": ("dispatched", "accepted", "in_progress"),
        "resume": ("dispatched", "accepted", "in_progress", "waiting_part"),
        "done": ("in_progress",),
        "agree": OPEN_STATES,
        "photo": ("accepted", "in_progress", "waiting_part", "done"),
        "rework": (*OPEN_STATES, "done"),
        "confirm": ("done",),
        "inspect": ("done",),
        "hand_over": ("done",),
        "close": ("done",),
        "reopen": ("done", "closed"),
        "cancel": ("draft", "dispatched", "accepted", "waiting_part"),
    }

    def _check_transition(self, step):
        """Refuse a step outside its states.

        :raise UserError: naming the order and its state
        """
        wrong = self.filtered(lambda o: o.state not in self._TRANSITIONS[step])[:1]
        if wrong:
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(order)s is in state “%(state)s”; this step is possible only in: "
                    "%(allowed)s.",
                    order=wrong.name,
                    state=states[wrong.state],
                    allowed=", ".join(states[s] for s in self._TRANSITIONS[step]),
                )
            )

    def action_accept(self):
        """The point takes the job."""
        self._check_transition("accept")
        self._write_flow({"state": "accepted", "date_accepted": fields.Datetime.now()})

    def action_start(self):
        """Work begins; the first start is kept after a wait for parts."""
        self._check_transition("start")
        fresh = self.filtered(lambda o: not o.date_start)
        fresh._write_flow({"state": "in_progress", "date_start": fields.Datetime.now()})
        (self - fresh)._write_flow({"state": "in_progress"})

    def action_done(self):
        """Finish the work: mandatory steps ticked, cause and correction known.

        :raise UserError: naming the order and what is missing
        """
        self._check_transition("done")
        for order in self:
            order._check_can_finish()
        open_end = self.filtered(lambda o: not o.date_end)
        open_end.write({"date_end": fields.Datetime.now()})
        unset = self.filtered(lambda o: not o.outcome)
        unset.write({"outcome": "solved"})
        self._write_flow({"state": "done"})
        self._on_done()

    def _check_can_finish(self):
        """Check everything a finished job needs."""
        self.ensure_one()
        self._check_steps_ticked()
        if self.service_type_id.kind == "repair" and not self.correction:
            raise UserError(
                self.env._(
                    "%(order)s: write down the correction before finishing a repair.",
                    order=self.name,
                )
            )

    def _check_steps_ticked(self):
        """Every mandatory step is ticked.

        :raise UserError: naming the order and the open steps
        """
        self.ensure_one()
        missing = self.step_ids.filtered(lambda s: s.is_mandatory and not s.is_done)
        if missing:
            raise UserError(
                self.env._(
                    "%(order)s cannot be finished; these steps are not ticked: "
                    "%(steps)s.",
                    order=self.name,
                    steps=", ".join(missing.mapped("name")),
                )
            )

    def _on_done(self):
        """Extension point: called once for the batch after the work is done."""

    def action_close(self):
        """Close finished orders; their lines are frozen from now on."""
        self._check_transition("close")
        for order in self:
            order._check_can_close()
        self._write_flow({"state": "closed"})

    def _check_can_close(self):
        """Check everything a closed job needs; extension point.

        :raise UserError: naming the order and what is missing
        """
        self.ensure_one()
        self._check_steps_ticked()

    def action_reopen(self):
        """Take a finished order back into work; counted against the point."""
        self._check_transition("reopen")
        for order in self:
            order._write_flow(
                {
                    "state": "in_progress",
                    "date_end": False,
                    "outcome": False,
                    "reopen_count": order.reopen_count + 1,
                }
            )

    def action_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_transition("cancel")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel orders with a reason."""
        self._check_transition("cancel")
        self._write_flow({"state": "cancelled", "cancel_reason": reason})
        for order in self:
            order.message_post(body=reason)
