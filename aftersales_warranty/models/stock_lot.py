from odoo import fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    aftersales_registration_count = fields.Integer(
        compute="_compute_aftersales_registration_count",
        groups="aftersales_network.group_user",
    )

    def _compute_aftersales_registration_count(self):
        counts = dict(
            self.env["aftersales.registration"]._read_group(
                [("lot_id", "in", self.ids)], ["lot_id"], ["__count"]
            )
        )
        for lot in self:
            lot.aftersales_registration_count = counts.get(lot._origin, 0)

    def action_view_aftersales_registrations(self):
        """Open the registrations of the serial."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Registered Units"),
            "res_model": "aftersales.registration",
            "view_mode": "list,form",
            "domain": [("lot_id", "in", self.ids)],
        }
