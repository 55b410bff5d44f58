from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

#: Orders that a cron handles between two commits.
BATCH_SIZE = 200


class AftersalesServiceOrder(models.Model):
    """Way back into the queue, and what runs through the queue by itself."""

    _inherit = "aftersales.service.order"

    is_acceptance_reminded = fields.Boolean(readonly=True, copy=False)

    # Refusal by the point

    def action_refuse(self):
        """Ask the point for its reason, then return the order to the queue."""
        self._check_transition("accept")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def _refuse(self, reason):
        """The point hands the order back.

        The refusal is remembered; the order goes to the next candidate, or
        waits in the queue where nobody else may take it.
        """
        self._check_transition("accept")
        self.check_access("write")
        # Back in the queue the order belongs to no point, hence to nobody who
        # works at one: the rest is done for the user.
        orders_sudo = self.sudo()
        orders_sudo._leave_point(reason, "refused")
        orders_sudo.filtered("company_id.aftersales_auto_redispatch")._dispatch_again()

    def _leave_point(self, reason, kind):
        """Take orders from their points and remember who gave them up, and why.

        :param kind: ``refused`` or ``taken_back``
        :raise UserError: no reason
        """
        if not (reason or "").strip():
            raise UserError(
                self.env._(
                    "%(order)s: give a reason for this step.", order=self[:1].name
                )
            )
        self.env["aftersales.dispatch.refusal"].sudo().create(
            [order._prepare_refusal_vals(reason.strip(), kind) for order in self]
        )
        for order in self:
            order.message_post(body=order._get_leave_text(reason.strip(), kind))
        self._write_flow(self._prepare_leave_vals(reason.strip(), kind))
        self._drop_reminders()

    def _drop_reminders(self):
        """Nobody needs to be reminded of an order that is accepted or gone."""
        reminded = self.filtered("is_acceptance_reminded").sudo()
        reminded.activity_unlink(["mail.mail_activity_data_todo"])

    def action_accept(self):
        """The point takes the job; nobody need ask for it any more."""
        res = super().action_accept()
        self._drop_reminders()
        return res

    def _prepare_refusal_vals(self, reason, kind):
        """Values of the record that keeps a refusal."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "service_point_id": self.service_point_id.id,
            "kind": kind,
            "user_id": self.env.uid,
            "reason": reason,
        }

    def _get_leave_text(self, reason, kind):
        """Line in the chatter of an order that leaves its point."""
        self.ensure_one()
        point = self.service_point_id.display_name
        if kind == "taken_back":
            return self.env._(
                "Taken back from %(point)s: %(reason)s", point=point, reason=reason
            )
        return self.env._("%(point)s refused: %(reason)s", point=point, reason=reason)

    def _prepare_leave_vals(self, reason, kind):
        """Values of an order that is back in the queue."""
        return {
            "state": "draft",
            "service_point_id": False,
            "technician_id": False,
            "date_dispatched": False,
            "date_accepted": False,
            "dispatch_note": reason,
            "dispatch_reason_code": kind,
        }

    def _dispatch_again(self):
        """Dispatch orders that have just left their point, where anybody may."""
        if self:
            self._dispatch_by_rule()

    # Taking back by the dispatcher

    def action_redispatch(self):
        """Ask for the reason, then give the order to the next candidate."""
        self._check_transition("redispatch")
        self._check_dispatcher()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_redispatch")

    def action_take_back(self):
        """Ask for the reason, then return the order to the queue."""
        self._check_transition("redispatch")
        self._check_dispatcher()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_take_back")

    def _take_back(self, reason):
        """Return orders to the queue before work has started.

        :raise UserError: work has started, or no reason
        """
        self._check_dispatcher()
        self._lock_for_dispatch()
        self._check_transition("redispatch")
        self._leave_point(reason, "taken_back")

    def _redispatch(self, reason):
        """Take orders back and give them to the next candidate."""
        self._take_back(reason)
        self._dispatch_again()

    def _check_dispatcher(self):
        """Only a dispatcher takes an order from a point.

        :raise AccessError: another role
        """
        group = "aftersales_network.group_dispatcher"
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._("Only a dispatcher takes an order from a service point.")
            )

    # What runs by itself

    @api.model
    def _get_retry_domain(self):
        """Orders that wait in the queue with a reason that may go by itself."""
        return (
            Domain("state", "=", "draft")
            & Domain("dispatch_reason_code", "!=", False)
            & Domain("dispatch_reason_code", "!=", "taken_back")
            & (
                Domain("dispatch_reason_code", "!=", "refused")
                | Domain("company_id.aftersales_auto_redispatch", "=", True)
            )
        )

    @api.model
    def _cron_retry_queue(self):
        """Try the waiting orders again: people, areas and loads have changed."""
        waiting = self.search(self._get_retry_domain(), order="priority desc, id")
        self._run_in_batches(waiting, self._retry_batch)

    @api.model
    def _retry_batch(self, orders):
        """Dispatch what still waits; what others have in hand is left to them."""
        for company, batch in orders.grouped("company_id").items():
            free = batch.with_company(company).try_lock_for_update(
                allow_referencing=True
            )
            still = free.filtered_domain(self._get_retry_domain())
            if still:
                still._dispatch_by_rule()

    @api.model
    def _run_in_batches(self, records, work):
        """Work through records in batches with a commit after each.

        A batch that collides with a dispatcher is left for the next run.
        """
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(records))
        for start in range(0, len(records), BATCH_SIZE):
            batch = records[start : start + BATCH_SIZE]
            try:
                work(batch)
                self.env.flush_all()
            except SerializationFailure:
                self.env.cr.rollback()
            if not cron._commit_progress(len(batch)):
                break

    @api.model
    def _cron_remind_acceptance(self):
        """Show dispatchers the orders that their points have not accepted."""
        orders = self.browse()
        groups = self._read_group([("state", "=", "dispatched")], ["company_id"])
        for (company,) in groups:
            hours = company.aftersales_accept_hours
            if hours:
                orders |= self.search(self._get_unaccepted_domain(company, hours))
        self._run_in_batches(orders, self._remind_acceptance)

    @api.model
    def _get_unaccepted_domain(self, company, hours):
        """Orders of a company that wait for their point longer than ``hours``."""
        limit = fields.Datetime.now() - timedelta(hours=hours)
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "dispatched")
            & Domain("date_dispatched", "<", limit)
            & Domain("is_acceptance_reminded", "=", False)
        )

    @api.model
    def _remind_acceptance(self, orders):
        """Plan one activity per order for whoever dispatched it."""
        Point = self.env["aftersales.service.point"]
        stand_ins = {c: Point._get_dispatcher(c) for c in orders.company_id}
        for order in orders:
            user = order.dispatched_by_id
            if user.share or not user.active or user._is_superuser():
                user = stand_ins[order.company_id]
            if user:
                order.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=order.env._("Not accepted yet"),
                    note=order.env._(
                        "%(point)s has not accepted %(order)s since %(date)s. Ask the "
                        "point, or give the order to another one.",
                        point=order.service_point_id.display_name,
                        order=order.name,
                        date=fields.Datetime.to_string(order.date_dispatched),
                    ),
                )
        orders._write_flow({"is_acceptance_reminded": True})
