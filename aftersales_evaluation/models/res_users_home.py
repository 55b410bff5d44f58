from odoo import api, models

from odoo.addons.aftersales_network.models.res_users_home import GROUP


class ResUsers(models.Model):
    """Heads start with the management page, auditors with what they have to score.

    Service staff start with the customers to call.
    """

    _inherit = "res.users"

    @api.model
    def _get_aftersales_homes(self):
        return {
            **super()._get_aftersales_homes(),
            f"{GROUP}head": (
                "aftersales_evaluation.aftersales_evaluation_dashboard_action"
            ),
            f"{GROUP}auditor": "aftersales_evaluation.aftersales_scorecard_action_mine",
            f"{GROUP}service": "aftersales_evaluation.aftersales_callback_action",
        }
