from odoo import models


class ResPartner(models.Model):
    """A contact that is archived has left the outside point."""

    _inherit = "res.partner"

    def write(self, vals):
        """End the posts of contacts that are archived, as of today.

        Taking that back on the same day opens them again.
        """
        result = super().write(vals)
        if "active" in vals:
            # Who may archive a contact need not be allowed to edit the network.
            Staff = self.env["aftersales.staff"].sudo()
            posts_sudo = Staff.search([("partner_id", "in", self.ids)])
            if vals["active"]:
                posts_sudo._reopen_departed()
            else:
                posts_sudo._end_on()
        return result
