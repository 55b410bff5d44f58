from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

RESULTS = [("passed", "Passed"), ("failed", "Failed")]


class AftersalesServiceCheck(models.Model):
    """Point of the inspection before hand-over, per service type."""

    _name = "aftersales.service.check"
    _description = "Service Inspection Item"
    _order = "sequence, id"

    service_type_id = fields.Many2one(
        "aftersales.service.type", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)


class AftersalesServiceOrderInspection(models.Model):
    """Check of finished work by another person than the one who did it.

    Evidence: the order's own step writes it, nobody changes it.
    """

    _name = "aftersales.service.order.inspection"
    _description = "Service Order Inspection"
    _order = "date desc, id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "aftersales.service.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(related="order_id.service_point_id")
    inspector_id = fields.Many2one("res.users", required=True, index=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    result = fields.Selection(RESULTS, required=True)
    check_ids = fields.Many2many(
        "aftersales.service.check",
        "aftersales_inspection_check_rel",
        string="Items in Order",
    )
    findings = fields.Text()


class AftersalesServiceOrder(models.Model):
    """Inspection and hand-over of finished work."""

    _inherit = "aftersales.service.order"

    needs_inspection = fields.Boolean(
        compute="_compute_needs_inspection", search="_search_needs_inspection"
    )
    inspection_ids = fields.One2many(
        "aftersales.service.order.inspection",
        "order_id",
        "Inspections",
        readonly=True,
        copy=False,
    )
    inspection_result = fields.Selection(
        RESULTS, "Inspection", readonly=True, copy=False, tracking=True
    )
    date_handover = fields.Datetime("Handed Over on", readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(("inspection_result", "date_handover"))

    @api.depends("service_type_id.needs_inspection")
    def _compute_needs_inspection(self):
        for order in self:
            # Who works on the order may not read its service type.
            order.needs_inspection = order.service_type_id.sudo().needs_inspection

    def _search_needs_inspection(self, operator, value):
        """Orders whose service type asks for an inspection; extension point."""
        if operator != "in":
            return NotImplemented
        return Domain("service_type_id.needs_inspection", "=", True)

    def action_inspect(self):
        """Ask for the result of the inspection."""
        self._check_transition("inspect")
        self._check_inspector()
        return self.env["aftersales.inspection.wizard"]._open_for(self)

    def _inspect(self, result, findings=None, checks=None):
        """Record an inspection; work that failed goes back to the technician.

        :param result: passed or failed
        :param findings: what was found, required for a failure
        :param checks: ``aftersales.service.check`` that are in order
        :raise UserError: wrong person, open items, or no findings
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self._check_transition("inspect")
        self._check_inspector()
        mine = self._get_inspection_items()
        checks = mine & (checks if checks is not None else mine.browse())
        self._check_inspection(result, findings, mine - checks)
        self.check_access("write")
        self.env["aftersales.service.order.inspection"].sudo().create(
            {
                "order_id": self.id,
                "inspector_id": self.env.uid,
                "result": result,
                "findings": (findings or "").strip() or False,
                "check_ids": [fields.Command.set(checks.ids)],
            }
        )
        self._on_inspected(result, findings)

    def _get_inspection_items(self):
        """Items of the service type that are to be checked."""
        self.ensure_one()
        return self.service_type_id.sudo().check_ids

    def _check_inspection(self, result, findings, open_items):
        """Refuse a pass with open items and a failure without findings."""
        self.ensure_one()
        if result == "passed" and open_items:
            raise UserError(
                self.env._(
                    "%(order)s cannot pass; these items are not in order: %(items)s.",
                    order=self.name,
                    items=", ".join(open_items.mapped("name")),
                )
            )
        if result == "failed" and not (findings or "").strip():
            raise UserError(
                self.env._(
                    "%(order)s: write down what the inspection found.", order=self.name
                )
            )
        if result not in dict(RESULTS):
            raise UserError(self.env._("Choose the result of the inspection."))

    def _check_inspector(self):
        """Refuse an inspection by the person who did the work.

        :raise UserError: naming the order
        """
        for order in self:
            if self.env.user in order._get_workers():
                raise UserError(
                    self.env._(
                        "%(order)s: %(person)s did the work. Another person must "
                        "inspect it.",
                        order=order.name,
                        person=self.env.user.name,
                    )
                )

    def _get_workers(self):
        """Users who did the work: the technician, and who started or finished it."""
        self.ensure_one()
        # Nobody escapes the four eyes because he may not read a line.
        order_sudo = self.sudo()
        steps = order_sudo.event_ids.filtered(lambda e: e.kind in ("started", "done"))
        return (order_sudo.technician_id.user_id | steps.user_id).sudo(False)

    def _on_inspected(self, result, findings):
        """Note the result; a failure takes the order back into work."""
        self.ensure_one()
        if result == "passed":
            self._write_flow({"inspection_result": "passed"})
            self._log_events("inspected", findings)
        else:
            self._as_event("failed", findings)._write_flow(
                {
                    "inspection_result": "failed",
                    "state": "in_progress",
                    "date_end": False,
                    "outcome": False,
                }
            )

    def _check_inspected(self):
        """Refuse to hand over work whose inspection is missing.

        :raise UserError: naming the order
        """
        for order in self:
            if order.needs_inspection and order.inspection_result != "passed":
                raise UserError(
                    self.env._(
                        "%(order)s has not passed its inspection. Another person than "
                        "the technician has to inspect the work first.",
                        order=order.name,
                    )
                )

    def action_hand_over(self):
        """The unit is back with the customer; the repair guarantee begins."""
        self._check_transition("hand_over")
        self._check_inspected()
        fresh = self.filtered(lambda o: not o.date_handover)
        fresh._write_flow({"date_handover": fields.Datetime.now()})
        fresh._log_events("handed_over")

    def _check_can_close(self):
        """A closed job has passed the inspection its type asks for."""
        res = super()._check_can_close()
        self._check_inspected()
        return res

    def action_close(self):
        """Closing hands over what nobody handed over before."""
        res = super().action_close()
        now = fields.Datetime.now()
        for order in self.filtered(lambda o: not o.date_handover):
            # On site the unit is back in use when the work is finished.
            moment = order.date_end if order.is_onsite else now
            order._write_flow({"date_handover": moment or now})
        return res

    def action_done(self):
        """What is finished anew is inspected anew."""
        res = super().action_done()
        self.filtered("inspection_result")._write_flow({"inspection_result": False})
        return res

    def action_reopen(self):
        """Neither inspection nor hand-over holds any more."""
        res = super().action_reopen()
        self._write_flow({"inspection_result": False, "date_handover": False})
        return res
