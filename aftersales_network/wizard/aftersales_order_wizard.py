from odoo import api, fields, models

from ..models.aftersales_service_order_inspection import RESULTS


class AftersalesPauseWizard(models.TransientModel):
    """Asks for the reason of a pause."""

    _name = "aftersales.pause.wizard"
    _description = "Pause Service Orders"

    order_ids = fields.Many2many(
        "aftersales.service.order", "aftersales_pause_wizard_order_rel", required=True
    )
    reason_id = fields.Many2one("aftersales.pause.reason", required=True)
    stops_clock = fields.Boolean(related="reason_id.stops_clock")
    note = fields.Char()

    @api.model
    def _open_for(self, orders):
        """Window action that asks for the reason."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_ids": orders.ids},
        }

    def action_confirm(self):
        """Pause the orders."""
        self.ensure_one()
        self.order_ids.check_access("write")
        self.order_ids.action_pause(self.reason_id, self.note)
        return {"type": "ir.actions.act_window_close"}


class AftersalesInspectionWizard(models.TransientModel):
    """Asks for the result of the inspection before hand-over."""

    _name = "aftersales.inspection.wizard"
    _description = "Inspection before Hand-Over"

    order_id = fields.Many2one("aftersales.service.order", required=True)
    service_type_id = fields.Many2one(related="order_id.service_type_id")
    check_ids = fields.Many2many(
        "aftersales.service.check",
        "aftersales_inspection_wizard_check_rel",
        string="Items in Order",
        domain="[('service_type_id', '=', service_type_id)]",
    )
    has_checks = fields.Boolean(compute="_compute_has_checks")
    result = fields.Selection(RESULTS, required=True, default="passed")
    findings = fields.Text()

    @api.depends("order_id")
    def _compute_has_checks(self):
        for wizard in self:
            wizard.has_checks = bool(wizard.order_id._get_inspection_items())

    @api.model
    def _open_for(self, order):
        """Window action that asks for the result."""
        order.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Inspection of %(order)s", order=order.name),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": order.id},
        }

    def action_confirm(self):
        """Record the inspection."""
        self.ensure_one()
        self.order_id.check_access("write")
        self.order_id._inspect(self.result, self.findings, self.check_ids)
        return {"type": "ir.actions.act_window_close"}
