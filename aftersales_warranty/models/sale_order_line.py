from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """Quotation line of a bound repair: list price less the covered share."""

    _inherit = "sale.order.line"

    aftersales_charge_id = fields.Many2one(
        "aftersales.repair.line",
        "Repair Charge",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    aftersales_cover_note = fields.Char(
        "Cover", compute="_compute_aftersales_cover_note"
    )

    @api.depends("aftersales_charge_id.cover_code", "aftersales_charge_id.cover_share")
    def _compute_aftersales_cover_note(self):
        for line in self:
            # Whoever sells reads why the customer pays less, not the repair.
            line.aftersales_cover_note = line.aftersales_charge_id.sudo().cover_note

    @api.depends("aftersales_charge_id")
    def _compute_discount(self):
        res = super()._compute_discount()
        for line in self.filtered("aftersales_charge_id"):
            line.discount = line.aftersales_charge_id.sudo()._get_discount()
        return res

    def _get_display_price(self):
        """The repair knows the price; no price list gives the cover twice."""
        charge_sudo = self.aftersales_charge_id.sudo()
        if not charge_sudo:
            return super()._get_display_price()
        return charge_sudo._convert_price(
            charge_sudo.price_unit, charge_sudo.currency_id, self.currency_id
        )
