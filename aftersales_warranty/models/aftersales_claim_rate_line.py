from odoo import api, fields, models


class AftersalesClaimRateRow(models.AbstractModel):
    """A row of a rate table, which changes while the table is a draft only."""

    _name = "aftersales.claim.rate.row"
    _description = "Row of a Rate Table"

    rate_id = fields.Many2one(
        "aftersales.claim.rate",
        "Rate Table",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="rate_id.company_id", store=True, index=True, precompute=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Add rows to drafts only."""
        rows = super().create(vals_list)
        rows.rate_id._check_draft()
        return rows

    def write(self, vals):
        """Change rows of drafts only."""
        self.rate_id._check_draft()
        res = super().write(vals)
        self.rate_id._check_draft()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        self.rate_id._check_draft()


class AftersalesClaimRateZone(models.Model):
    """What a travel from a distance on is paid."""

    _name = "aftersales.claim.rate.zone"
    _inherit = ["aftersales.claim.rate.row"]
    _description = "Travel Zone"
    _order = "rate_id, km_from, id"

    currency_id = fields.Many2one(related="rate_id.currency_id")
    name = fields.Char("Zone", required=True, translate=True)
    km_from = fields.Float(
        "From km", digits=(10, 2), help="The zone begins here and ends at the next one."
    )
    amount = fields.Monetary("Amount per Travel")

    _km_uniq = models.UniqueIndex(
        "(rate_id, km_from)", "Two zones of a rate table begin at the same distance."
    )
    _amounts_positive = models.Constraint(
        "CHECK (km_from >= 0 AND amount >= 0)",
        "Distance and amount of a zone cannot be negative.",
    )


class AftersalesClaimRateMarkup(models.Model):
    """Mark-up on the list price of the parts of a category."""

    _name = "aftersales.claim.rate.markup"
    _inherit = ["aftersales.claim.rate.row"]
    _description = "Part Mark-up"
    _order = "rate_id, product_categ_id, id"
    _rec_name = "product_categ_id"

    product_categ_id = fields.Many2one(
        "product.category", "Part Category", required=True, index=True
    )
    markup = fields.Float("Mark-up %", digits=(6, 2))

    _categ_uniq = models.UniqueIndex(
        "(rate_id, product_categ_id)",
        "A rate table has one mark-up for each category of parts.",
    )
    _markup_positive = models.Constraint(
        "CHECK (markup >= 0)", "A mark-up cannot be negative."
    )
