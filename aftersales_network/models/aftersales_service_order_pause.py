from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

HOUR = timedelta(hours=1)


class AftersalesServiceOrderPause(models.Model):
    """Time in which a job stood still, with a coded reason.

    Evidence: made and ended by the order's own steps.  The database itself
    refuses two pauses of one order at one time.
    """

    _name = "aftersales.service.order.pause"
    _description = "Service Order Pause"
    _order = "date_from, id"

    order_id = fields.Many2one(
        "aftersales.service.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(related="order_id.service_point_id")
    reason_id = fields.Many2one(
        "aftersales.pause.reason", required=True, index=True, ondelete="restrict"
    )
    stops_clock = fields.Boolean(
        readonly=True, help="As the reason said when the pause began."
    )
    note = fields.Char()
    date_from = fields.Datetime("From", required=True, default=fields.Datetime.now)
    date_to = fields.Datetime("To")
    user_id = fields.Many2one("res.users", "Paused by", required=True, index=True)
    resumed_by_id = fields.Many2one("res.users", "Resumed by")
    hours = fields.Float(compute="_compute_hours", store=True)

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A pause cannot end before it starts.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (order_id WITH =, tsrange(date_from, date_to) WITH &&)",
        "The order is paused already at that time.",
    )

    @api.depends("date_from", "date_to")
    def _compute_hours(self):
        for pause in self:
            stop = pause.date_to or pause.date_from
            pause.hours = (stop - pause.date_from) / HOUR

    @api.depends("reason_id.name")
    def _compute_display_name(self):
        for pause in self:
            pause.display_name = pause.reason_id.name


class AftersalesServiceOrder(models.Model):
    """Pausing and resuming a job."""

    _inherit = "aftersales.service.order"

    def action_pause(self, reason=None, note=None):
        """Pause jobs; without a reason a dialog asks for it.

        :param reason: pause reason as record, id or code
        :raise UserError: a job that is paused already or not in work
        """
        self._check_transition("pause")
        self._check_not_paused()
        if reason is None:
            return self.env["aftersales.pause.wizard"]._open_for(self)
        self._pause(self._find_pause_reason(reason), note)
        return True

    @api.model
    def _find_pause_reason(self, reason):
        """Pause reason by record, id or code.

        :raise UserError: there is no such reason
        """
        Reason = self.env["aftersales.pause.reason"]
        if isinstance(reason, models.BaseModel):
            return reason
        name = "code" if isinstance(reason, str) else "id"
        found = Reason.search(Domain(name, "=", reason), limit=1)
        if not found:
            raise UserError(self.env._("Choose one of the pause reasons."))
        return found

    def _check_not_paused(self):
        """Refuse a step on a paused job.

        :raise UserError: naming the order, the reason and since when
        """
        paused = self.filtered("pause_id")[:1]
        if paused:
            pause_sudo = paused.pause_id.sudo()
            raise UserError(
                self.env._(
                    "%(order)s is paused since %(since)s: %(reason)s. Resume it first.",
                    order=paused.name,
                    since=fields.Datetime.context_timestamp(
                        self, pause_sudo.date_from
                    ).strftime("%Y-%m-%d %H:%M"),
                    reason=pause_sudo.reason_id.name,
                )
            )

    def _pause(self, reason, note=None):
        """Stop work for a coded reason.

        :param reason: ``aftersales.pause.reason``
        """
        self._check_transition("wait" if reason.is_part else "pause")
        self._check_not_paused()
        self.check_access("write")
        text = f"{reason.name}: {note}" if note else reason.name
        pauses_sudo = self.env["aftersales.service.order.pause"].sudo()
        for pause_sudo in pauses_sudo.create(
            [order._prepare_pause_vals(reason, note) for order in self]
        ):
            order = pause_sudo.order_id.sudo(self.env.su)
            order._write_flow({"pause_id": pause_sudo.id})
        if reason.is_part:
            self._as_event("paused", text)._write_flow({"state": "waiting_part"})
        else:
            self._log_events("paused", text)

    def _prepare_pause_vals(self, reason, note):
        """Values of a pause that begins now."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "reason_id": reason.id,
            "stops_clock": reason.stops_clock,
            "note": note,
            "user_id": self.env.uid,
            "date_from": fields.Datetime.now(),
        }

    def action_resume(self):
        """Work goes on after a pause."""
        self._check_transition("resume")
        idle = self.filtered(lambda o: not o.pause_id and o.state != "waiting_part")
        if idle:
            raise UserError(self.env._("%(order)s is not paused.", order=idle[0].name))
        waiting = self.filtered(lambda o: o.state == "waiting_part")
        self._end_pause()
        begun = waiting.filtered("date_start")
        begun._write_flow({"state": "in_progress"})
        (waiting - begun)._write_flow({"state": "accepted"})
        (self - waiting)._log_events("resumed")

    def _end_pause(self):
        """End the running pauses, if any."""
        paused = self.filtered("pause_id")
        if not paused:
            return
        paused.check_access("write")
        now = fields.Datetime.now()
        for pause_sudo in paused.pause_id.sudo():
            # The clocks of two servers may differ by a little.
            end = max(now, pause_sudo.date_from)
            pause_sudo.write({"date_to": end, "resumed_by_id": self.env.uid})
        # Another pause may follow at once, and the database compares the two.
        paused.pause_id.flush_recordset(["date_to"])
        paused._write_flow({"pause_id": False})

    def action_wait_part(self):
        """The job waits for a part: a pause that the clock does not stop for."""
        self._check_transition("wait")
        reason = self.env["aftersales.pause.reason"].search(
            [("is_part", "=", True)], limit=1
        )
        if not reason:
            raise UserError(
                self.env._("No pause reason waits for a part. Set one up first.")
            )
        self._pause(reason)

    def action_start(self):
        """Starting ends a pause."""
        self._check_transition("start")
        self._end_pause()
        return super().action_start()

    def _check_can_finish(self):
        """A paused job is resumed before it is finished."""
        self._check_not_paused()
        return super()._check_can_finish()
