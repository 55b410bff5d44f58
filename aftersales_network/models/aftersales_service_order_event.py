from datetime import timedelta

from odoo import api, fields, models

from .flow import FLOW

HOUR = timedelta(hours=1)

EVENTS = [
    ("dispatched", "Dispatched"),
    ("refused", "Refused by the Point"),
    ("accepted", "Accepted"),
    ("fee", "Fee Agreed"),
    ("arrived", "On Site"),
    ("started", "Started"),
    ("paused", "Paused"),
    ("resumed", "Resumed"),
    ("done", "Finished"),
    ("inspected", "Inspection Passed"),
    ("failed", "Inspection Failed"),
    ("handed_over", "Handed Over"),
    ("confirmed", "Confirmed by Customer"),
    ("closed", "Closed"),
    ("reopened", "Reopened"),
    ("cancelled", "Cancelled"),
    ("rework", "Marked as Rework"),
    ("no_rework", "Not a Rework"),
]
#: What a change of state is called, where only the new state decides.
BY_STATE = {
    "dispatched": "dispatched",
    "accepted": "accepted",
    "in_progress": "started",
    "waiting_part": "paused",
    "done": "done",
    "closed": "closed",
    "cancelled": "cancelled",
    "draft": "refused",
}


class AftersalesServiceOrderEvent(models.Model):
    """One step in the life of an order: what, when, by whom.

    Evidence: the order's own steps write it, nobody changes it.
    """

    _name = "aftersales.service.order.event"
    _description = "Service Order Event"
    _order = "date, id"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "aftersales.service.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    # Not stored: a dispatch need not rewrite what happened before.
    service_point_id = fields.Many2one(related="order_id.service_point_id")
    point_id = fields.Many2one(
        "aftersales.service.point",
        "At Service Point",
        index="btree_not_null",
        help="The point that had the order at that moment.",
    )
    kind = fields.Selection(EVENTS, "Step", required=True)
    state_from = fields.Selection(
        lambda self: self._get_states(), "Status before", readonly=True
    )
    state_to = fields.Selection(
        lambda self: self._get_states(), "Status after", readonly=True
    )
    date = fields.Datetime("Time", required=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", "Person", required=True, index=True)
    person = fields.Char("Name given", help="Name that the customer gave.")
    hours = fields.Float(
        "Hours in the Status before",
        aggregator="avg",
        help="Clock hours the order had been in the status it left.",
    )
    note = fields.Char()

    @api.model
    def _get_states(self):
        """Status of an order, in the reader's language."""
        states = self.env["aftersales.service.order"]._fields["state"]
        return states._description_selection(self.env)


class AftersalesServiceOrder(models.Model):
    """Each step of an order leaves who did it and when."""

    _inherit = "aftersales.service.order"

    event_ids = fields.One2many(
        "aftersales.service.order.event", "order_id", "Timeline", readonly=True
    )

    def write(self, vals):
        if "state" not in vals or not self._is_flow():
            return super().write(vals)
        moved = self.filtered(lambda o: o.state != vals["state"])
        if vals["state"] in ("dispatched", "accepted"):
            moved._check_promised()
        if vals["state"] in ("draft", "cancelled", "done", "closed"):
            moved._end_pause()
        before = moved._get_event_start()
        if moved:
            vals = {**vals, "date_state": fields.Datetime.now()}
        res = super().write(vals)
        if self.env.context.get("aftersales_event_later") is not FLOW:
            self._log_moves(before)
        return res

    def _get_event_start(self):
        """What a change of state is logged with, taken before it.

        :return: list of (order, status, moment it came into it, point id)
        """
        return [(o, o.state, o.date_state, o.service_point_id.id) for o in self]

    def _log_moves(self, before):
        """Log changes of state.

        :param before: see :meth:`_get_event_start`
        """
        now = fields.Datetime.now()
        vals_list = []
        for order, state, since, point_id in before:
            # Whoever hands an order back may not see it any more.
            order_sudo = order.sudo()
            kind, note = order_sudo._get_event_kind(state)
            vals = order_sudo._prepare_event_vals(kind, note)
            start = since or order_sudo.date_request
            hours = max(now - start, timedelta()) / HOUR if start else 0.0
            vals.update(state_from=state, hours=hours)
            vals["point_id"] = vals["point_id"] or point_id
            vals_list.append(vals)
        self.env["aftersales.service.order.event"].sudo().create(vals_list)

    def _get_event_kind(self, old_state):
        """What the change of state is called: ``(kind, note)``.

        A step that knows better says so by ``_as_event``.
        """
        self.ensure_one()
        given = self.env.context.get("aftersales_event")
        if given and given[0] is FLOW:
            return given[1:]
        kind = BY_STATE[self.state]
        note = False
        if self.state == "in_progress" and old_state in ("done", "closed"):
            kind = "reopened"
        elif old_state == "waiting_part" and self.state in ("accepted", "in_progress"):
            kind = "resumed"
        elif self.state in ("dispatched", "draft"):
            note = self.dispatch_note
        elif self.state == "cancelled":
            note = self.cancel_reason
        return kind, note

    def _as_event(self, kind, note=False):
        """The same orders, whose next change of state is logged as ``kind``."""
        return self.with_context(aftersales_event=(FLOW, kind, note))

    def _prepare_event_vals(self, kind, note=False):
        """Values of one event of the current user, now."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "kind": kind,
            "date": fields.Datetime.now(),
            "user_id": self.env.uid,
            "point_id": self.service_point_id.id,
            "state_from": self.state,
            "state_to": self.state,
            "note": note,
        }

    def _log_events(self, kind, note=False, **extra):
        """Log one step of every order that did not change the state."""
        self.env["aftersales.service.order.event"].sudo().create(
            [{**order._prepare_event_vals(kind, note), **extra} for order in self]
        )

    def _dispatch_by_rule(self):
        """Dispatch, and log the hand-overs of the whole batch at once."""
        later = self.with_context(aftersales_event_later=FLOW)
        before = self._get_event_start()
        res = super(AftersalesServiceOrder, later)._dispatch_by_rule()
        self._log_moves([row for row in before if row[0].state != row[1]])
        return res
