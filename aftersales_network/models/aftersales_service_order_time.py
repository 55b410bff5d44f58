from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import clock
from .aftersales_service_order import OPEN_STATES

HOUR = timedelta(hours=1)


class AftersalesServiceOrder(models.Model):
    """The clock of an order: promises, pauses, hits and misses.

    Hours are clock hours, nights and holidays included; only coded pauses whose
    reason stops the clock are taken out.
    """

    _inherit = "aftersales.service.order"

    date_arrived = fields.Datetime(
        "Arrived",
        copy=False,
        tracking=True,
        help="Arrival at the customer; without one the start of work counts as the "
        "first visit.",
    )
    date_state = fields.Datetime("In State since", readonly=True, copy=False)
    pause_ids = fields.One2many(
        "aftersales.service.order.pause", "order_id", readonly=True, copy=False
    )
    pause_id = fields.Many2one(
        "aftersales.service.order.pause",
        "Running Pause",
        index="btree_not_null",
        readonly=True,
        copy=False,
    )
    paused_hours = fields.Float(
        compute="_compute_clock",
        store=True,
        help="Hours of the pauses that stop the clock.",
    )
    date_due = fields.Datetime(
        "Due with Pauses",
        compute="_compute_clock",
        store=True,
        help="Promised moment moved by the pauses so far; empty while the clock "
        "stands.",
    )
    is_on_time = fields.Boolean(compute="_compute_on_time", store=True)
    is_response_on_time = fields.Boolean(
        "First Visit on Time", compute="_compute_on_time", store=True
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    hours_late = fields.Float(compute="_compute_is_late", digits=(10, 1))
    net_hours = fields.Float(
        "Repair Hours without Pauses",
        compute="_compute_net_hours",
        store=True,
        aggregator="avg",
        help="Hours from start to finish without any pause, the wait for parts "
        "included.",
    )

    _FLOW_FIELDS = frozenset(("date_state", "pause_id"))

    _due_idx = models.Index(
        "(company_id, date_due)"
        " WHERE state NOT IN ('done', 'closed', 'cancelled') AND date_due IS NOT NULL"
    )

    def _get_stopped_periods(self):
        """Pauses of the order that stop the clock as (from, to)."""
        return [
            (pause.date_from, pause.date_to or None)
            for pause in self.pause_ids
            if pause.stops_clock
        ]

    @api.depends(
        "date_request",
        "date_promised",
        "pause_ids.date_from",
        "pause_ids.date_to",
        "pause_ids.stops_clock",
    )
    def _compute_clock(self):
        for order in self:
            periods = order._get_stopped_periods()
            closed = [stop - start for start, stop in periods if stop]
            order.paused_hours = sum(closed, timedelta()) / HOUR
            order.date_due = clock.running_due(
                order.date_promised, order.date_request, periods
            )

    @api.depends(
        "date_request",
        "date_end",
        "date_promised",
        "date_start",
        "date_arrived",
        "date_response_due",
        "pause_ids.date_from",
        "pause_ids.date_to",
        "pause_ids.stops_clock",
    )
    def _compute_on_time(self):
        for order in self:
            begin, periods = order.date_request, order._get_stopped_periods()
            order.is_on_time = clock.is_met(
                order.date_promised, begin, order.date_end, periods
            )
            order.is_response_on_time = clock.is_met(
                order.date_response_due, begin, order._get_first_visit(), periods
            )

    def _get_first_visit(self):
        """Moment of the first visit: arrival, else start of work."""
        self.ensure_one()
        return self.date_arrived or self.date_start

    @api.depends("date_start", "date_end", "pause_ids.date_from", "pause_ids.date_to")
    def _compute_net_hours(self):
        for order in self:
            periods = [(p.date_from, p.date_to or None) for p in order.pause_ids]
            order.net_hours = clock.net_hours(order.date_start, order.date_end, periods)

    @api.depends("state", "date_due", "date_end")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for order in self:
            is_open = order.state in OPEN_STATES
            reached = now if is_open else order.date_end
            late = bool(reached and order.date_due and order.date_due < reached)
            order.is_late = is_open and late
            order.hours_late = (reached - order.date_due) / HOUR if late else 0.0

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_open_domain() & Domain("date_due", "<", fields.Datetime.now())

    def _get_dispatch_obstacle(self):
        """An order without a promise stays in the queue."""
        return super()._get_dispatch_obstacle() or (
            not self.date_promised and self._get_promise_text()
        )

    def _get_promise_text(self):
        """What to do about a missing promise."""
        self.ensure_one()
        return self.env._(
            "%(order)s has no promised date. Agree one with the customer and enter "
            "it, or set target hours on the service type “%(type)s”.",
            order=self.name,
            type=self.service_type_id.name,
        )

    def _check_promised(self):
        """Nobody gets or takes an order that promises nothing.

        :raise UserError: naming the order
        """
        missing = self.filtered(lambda o: not o.date_promised)[:1]
        if missing:
            raise UserError(missing._get_promise_text())

    def action_arrive(self):
        """The technician is at the customer's place."""
        self._check_transition("arrive")
        fresh = self.filtered(lambda o: not o.date_arrived)
        fresh._end_pause()
        fresh.write({"date_arrived": fields.Datetime.now()})
        fresh._log_events("arrived")
