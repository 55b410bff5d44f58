from odoo import fields, models


class AftersalesArea(models.Model):
    _inherit = "aftersales.area"

    surface_km2 = fields.Float(
        "Surface (km²)",
        help="Surface that the points of the area must reach in the promised time. "
        "0: the plan looks at the workload only.",
    )
    point_minimum = fields.Integer(
        "Points at Least",
        help="Points that the area must have whatever the workload, for example one "
        "per target city.",
    )

    _planning_positive = models.Constraint(
        "CHECK (surface_km2 >= 0 AND point_minimum >= 0)",
        "Surface and number of points of an area cannot be negative.",
    )
