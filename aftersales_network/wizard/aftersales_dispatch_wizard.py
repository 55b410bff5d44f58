from odoo import api, fields, models
from odoo.fields import Command

from ..tools import dispatch


class AftersalesDispatchWizard(models.TransientModel):
    """Proposal of service points for one order, and the choice by hand."""

    _name = "aftersales.dispatch.wizard"
    _description = "Dispatch"

    order_id = fields.Many2one("aftersales.service.order", required=True, readonly=True)
    company_id = fields.Many2one(related="order_id.company_id")
    area_id = fields.Many2one(related="order_id.area_id")
    date_planned = fields.Datetime(related="order_id.date_planned")
    date_promised = fields.Datetime(related="order_id.date_promised")
    obstacle = fields.Char(compute="_compute_obstacle")
    line_ids = fields.One2many(
        "aftersales.dispatch.wizard.line", "wizard_id", readonly=True
    )
    has_candidate = fields.Boolean(compute="_compute_has_candidate")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        domain="[('company_id', '=', company_id), ('state', 'in', "
        "('probation', 'active')), ('tier', '!=', 'hq')]",
    )
    technician_id = fields.Many2one(
        "aftersales.staff", domain="[('present_point_id', '=', service_point_id)]"
    )
    reason = fields.Char()
    warning = fields.Text(
        compute="_compute_verdict", help="Rules that the choice by hand goes against."
    )
    refusal = fields.Text(
        compute="_compute_verdict", help="Rules that no reason can heal."
    )

    @api.depends("order_id")
    def _compute_obstacle(self):
        for wizard in self:
            order = wizard.order_id
            wizard.obstacle = order and order._get_dispatch_obstacle()

    @api.depends("line_ids.is_eligible", "obstacle")
    def _compute_has_candidate(self):
        for wizard in self:
            wizard.has_candidate = not wizard.obstacle and any(
                wizard.line_ids.mapped("is_eligible")
            )

    @api.depends("service_point_id", "order_id")
    def _compute_verdict(self):
        """Say what speaks against the chosen point before it is chosen."""
        for wizard in self:
            broken = []
            if wizard.service_point_id and wizard.order_id:
                broken = wizard.order_id._get_hand_verdict(wizard.service_point_id)
            wizard.refusal = "\n".join(t for c, t in broken if c in dispatch.BINDING)
            wizard.warning = "\n".join(
                t for c, t in broken if c not in dispatch.BINDING
            )

    @api.onchange("service_point_id")
    def _onchange_service_point_id(self):
        for wizard in self:
            if wizard.technician_id.present_point_id != wizard.service_point_id:
                wizard.technician_id = False

    @api.model
    def default_get(self, fields_list):
        """Rank the candidates of the order when the dialog opens."""
        vals = super().default_get(fields_list)
        order = self.env["aftersales.service.order"].browse(vals.get("order_id"))
        if order:
            ranked = order._get_dispatch_candidates()[order.id]
            vals["line_ids"] = [
                Command.create(self._prepare_line_vals(c)) for c in ranked
            ]
            best = next((c for c in ranked if c["is_eligible"]), {})
            vals["service_point_id"] = best.get("service_point_id")
            vals["technician_id"] = best.get("technician_id")
        return vals

    @api.model
    def _prepare_line_vals(self, candidate):
        """Values of one line of the proposal."""
        return {
            "service_point_id": candidate["service_point_id"],
            "rank": candidate["rank"],
            "is_eligible": candidate["is_eligible"],
            "reason": candidate["reason"],
            "load": candidate["load"],
            "distance_km": candidate["distance_km"] or 0.0,
        }

    def action_dispatch_rule(self):
        """Follow the ranking."""
        self.ensure_one()
        self.order_id.action_dispatch()
        return {"type": "ir.actions.act_window_close"}

    def action_dispatch_hand(self):
        """Give the order to the chosen point; needs a reason."""
        self.ensure_one()
        self.order_id._dispatch_to(
            self.service_point_id, self.reason, self.technician_id
        )
        return {"type": "ir.actions.act_window_close"}


class AftersalesDispatchWizardLine(models.TransientModel):
    """One candidate of the proposal."""

    _name = "aftersales.dispatch.wizard.line"
    _description = "Dispatch Proposal"
    _order = "is_eligible desc, rank, id"

    wizard_id = fields.Many2one(
        "aftersales.dispatch.wizard", required=True, index=True, ondelete="cascade"
    )
    service_point_id = fields.Many2one("aftersales.service.point", required=True)
    rank = fields.Integer()
    is_eligible = fields.Boolean("Eligible")
    reason = fields.Char()
    load = fields.Integer("Open Orders")
    staff_count = fields.Integer(related="service_point_id.staff_count")
    workload = fields.Float(related="service_point_id.workload")
    on_time_label = fields.Char(related="service_point_id.on_time_label")
    distance_km = fields.Float("Distance (km)", digits=(8, 1))
