from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    aftersales_is_dealer = fields.Boolean(
        "Sells Our Goods",
        help="Units delivered to the contact are for sale: their cover starts with "
        "the sale to a customer, or as the policy says.",
    )

    def _is_aftersales_dealer(self):
        """Whether goods delivered to the contact are for sale again."""
        self.ensure_one()
        # A warehouse worker reads contacts only as far as he needs them.
        return self.sudo().commercial_partner_id.aftersales_is_dealer
