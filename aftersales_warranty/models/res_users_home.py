from odoo import api, models

from odoo.addons.aftersales_network.models.res_users_home import GROUP


class ResUsers(models.Model):
    """The clerk starts with claims, the warehouse with what comes in."""

    _inherit = "res.users"

    @api.model
    def _get_aftersales_homes(self):
        return {
            **super()._get_aftersales_homes(),
            f"{GROUP}settlement_clerk": ("aftersales_warranty.aftersales_claim_action"),
            f"{GROUP}warehouse": (
                "aftersales_warranty.aftersales_return_receive_action"
            ),
        }
