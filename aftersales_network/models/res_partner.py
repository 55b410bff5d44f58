from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    aftersales_order_count = fields.Integer(compute="_compute_aftersales_order_count")

    def _compute_aftersales_order_count(self):
        Order = self.env["aftersales.service.order"]
        counts = {}
        if Order.has_access("read"):
            counts = dict(
                Order._read_group(
                    [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
                )
            )
        for partner in self:
            partner.aftersales_order_count = counts.get(partner._origin, 0)

    def action_view_aftersales_orders(self):
        """Open the service orders of the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Service Orders"),
            "res_model": "aftersales.service.order",
            "view_mode": "list,kanban,form",
            "domain": [("partner_id", "=", self.id)],
            "context": {"default_partner_id": self.id},
        }
