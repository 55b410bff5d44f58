from odoo import api, models

GROUP = "aftersales_network.group_"


class ResUsers(models.Model):
    """The page that the application opens with, by role."""

    _inherit = "res.users"

    @api.model
    def _get_aftersales_homes(self):
        """First page of each role: ``{group: action}``; extension point.

        External ids on both sides, the role that is asked first comes first.
        """
        return {
            f"{GROUP}head": "aftersales_network.aftersales_service_point_action",
            f"{GROUP}dispatcher": (
                "aftersales_network.aftersales_service_order_action_board"
            ),
            f"{GROUP}centre_manager": (
                "aftersales_network.aftersales_system_figure_action_mine"
            ),
            f"{GROUP}technical_reviewer": (
                "aftersales_network.aftersales_application_review_action"
            ),
        }

    @api.model
    def action_aftersales_home(self):
        """Open the first page of the user's own role.

        Only roles given to the user himself count: administrators hold every role
        and start with the service points, as does whoever has no page of his own.
        """
        own = self.env.user.group_ids
        xmlid = "aftersales_network.aftersales_service_point_action"
        for group, action in self._get_aftersales_homes().items():
            if self.env.ref(group) in own:
                xmlid = action
                break
        return self.env["ir.actions.actions"]._for_xml_id(xmlid)
