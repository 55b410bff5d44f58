from odoo import fields, models


class ProductTemplate(models.Model):
    """What a point does with the old part that this product replaces."""

    _inherit = "product.template"

    aftersales_old_part = fields.Selection(
        selection_add=[("hold", "Hold at the Point"), ("scrap",)],
        ondelete={"hold": "set default"},
    )
    aftersales_old_part_days = fields.Integer(
        "Days for the Old Part",
        help="Days until the old part is sent back, or for which it is held. 0: as "
        "set for the company.",
    )

    _aftersales_old_part_days_positive = models.Constraint(
        "CHECK (aftersales_old_part_days >= 0)",
        "The days for an old part cannot be negative.",
    )
