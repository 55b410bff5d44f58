from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    aftersales_registration_ids = fields.One2many(
        "aftersales.registration",
        "partner_id",
        string="Registered Units",
        groups="aftersales_network.group_user",
    )
    aftersales_registration_count = fields.Integer(
        compute="_compute_aftersales_registration_count",
        groups="aftersales_network.group_user",
    )

    def _compute_aftersales_registration_count(self):
        counts = dict(
            self.env["aftersales.registration"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.aftersales_registration_count = counts.get(partner._origin, 0)

    def action_view_aftersales_registrations(self):
        """Open the units of the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Registered Units"),
            "res_model": "aftersales.registration",
            "view_mode": "list,form",
            "domain": [("partner_id", "=", self.id)],
            "context": {"default_partner_id": self.id},
        }
