from odoo import api, fields, models

from odoo.addons.aftersales_network.models.aftersales_service_order_inspection import (
    RESULTS,
)


class AftersalesRepairInspectionWizard(models.TransientModel):
    """Asks for the result of the inspection of a repair."""

    _name = "aftersales.repair.inspection.wizard"
    _description = "Inspection of a Repair"

    repair_id = fields.Many2one("repair.order", required=True)
    service_type_id = fields.Many2one(related="repair_id.aftersales_service_type_id")
    check_ids = fields.Many2many(
        "aftersales.service.check",
        "aftersales_repair_inspection_wizard_check_rel",
        string="Items in Order",
        domain="[('service_type_id', '=', service_type_id)]",
    )
    has_checks = fields.Boolean(compute="_compute_has_checks")
    result = fields.Selection(RESULTS, required=True, default="passed")
    findings = fields.Text()

    @api.depends("repair_id")
    def _compute_has_checks(self):
        for wizard in self:
            wizard.has_checks = bool(wizard.repair_id._get_aftersales_items())

    @api.model
    def _open_for(self, repair):
        """Window action that asks for the result."""
        repair.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Inspection of %(order)s", order=repair.name),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"default_repair_id": repair.id},
        }

    def action_confirm(self):
        """Record the inspection."""
        self.ensure_one()
        self.repair_id._aftersales_inspect(self.result, self.findings, self.check_ids)
        return {"type": "ir.actions.act_window_close"}
