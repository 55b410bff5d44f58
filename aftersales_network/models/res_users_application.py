from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _get_aftersales_portal_cards(self):
        """Cards of the service network on the portal's home page.

        :return: set of ``point`` (works at one) and ``application`` (has one or may
            start one)
        """
        self.ensure_one()
        if not self._is_portal():
            return set()
        cards = {"point"} if self._get_aftersales_point_ids() else {"application"}
        if self.env["aftersales.service.point"]._portal_get_application():
            cards.add("application")
        return cards
