from odoo import fields, models


class AftersalesPointLevel(models.Model):
    """Level of a service point; its coefficient scales the settlement."""

    _name = "aftersales.point.level"
    _description = "Service Point Level"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    coefficient = fields.Float(
        default=1.0,
        digits=(6, 4),
        help="Factor on every approved claim amount at settlement; 1 = full rate.",
    )
    service_type_ids = fields.Many2many(
        "aftersales.service.type",
        "aftersales_point_level_service_type_rel",
        "level_id",
        "service_type_id",
        "Offered Services",
        help="Services that points of this level may carry out; empty: every service.",
    )
    company_id = fields.Many2one("res.company", index=True)

    _coefficient_range = models.Constraint(
        "CHECK (coefficient >= 0 AND coefficient <= 2)",
        "The coefficient of a level must be between 0 and 2.",
    )
