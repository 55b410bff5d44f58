from odoo import models


class ResPartner(models.Model):
    """A contact that is archived has left the outside point."""

    _inherit = "res.partner"

    def write(self, vals):
        """End the posts of contacts that are archived, as of today."""
        result = super().write(vals)
        if vals.get("active") is False:
            # Who may archive a contact need not be allowed to edit the network.
            Staff = self.env["aftersales.staff"].sudo()
            Staff.search([("partner_id", "in", self.ids)])._end_on()
        return result
