from odoo import api, models

from odoo.addons.aftersales_network.models.res_users_home import GROUP


class ResUsers(models.Model):
    """The auditor starts with the scorecards."""

    _inherit = "res.users"

    @api.model
    def _get_aftersales_homes(self):
        return {
            **super()._get_aftersales_homes(),
            f"{GROUP}auditor": ("aftersales_evaluation.aftersales_scorecard_action"),
        }
