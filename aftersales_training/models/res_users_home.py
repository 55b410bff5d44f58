from odoo import api, models

from odoo.addons.aftersales_network.models.res_users_home import GROUP


class ResUsers(models.Model):
    """Human resources starts with the share of certified managers."""

    _inherit = "res.users"

    @api.model
    def _get_aftersales_homes(self):
        return {
            **super()._get_aftersales_homes(),
            f"{GROUP}training_officer": (
                "aftersales_training.aftersales_ratio_dashboard_action"
            ),
        }
