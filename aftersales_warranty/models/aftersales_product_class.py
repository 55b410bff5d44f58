from decimal import Decimal

from odoo import fields, models

CATEGORIES = [
    ("general", "General Goods"),
    ("phone", "Phones"),
    ("computer", "Computers"),
    ("car", "Cars"),
    ("furniture", "Furniture"),
]
#: What a rule may be about: goods without a class as well.
RULE_CATEGORIES = [("any", "Any"), *CATEGORIES, ("other", "Goods without a Class")]


class AftersalesProductClass(models.Model):
    """Legal class of a product: periods of the unit and of its main parts.

    The shipped rows follow the catalogue of the general regulation of 1995 and
    its supplements; each names its source and how sure it is.
    """

    _name = "aftersales.product.class"
    _description = "Warranty Product Class"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category = fields.Selection(CATEGORIES, required=True, default="general")
    country_id = fields.Many2one("res.country", "Jurisdiction")
    whole_months = fields.Integer("Whole Unit (months)")
    part_months = fields.Integer("Main Parts (months)")
    main_parts = fields.Char(translate=True)
    daily_rate = fields.Float(
        "Depreciation per Day (%)",
        digits=(8, 4),
        help="Share of the price that a day of use costs when a unit is returned "
        "for money although it could be exchanged. 0: not laid down.",
    )
    source = fields.Char()
    confidence = fields.Selection("_selection_confidence", required=True, default="c")

    _figures_positive = models.Constraint(
        "CHECK (whole_months >= 0 AND part_months >= 0 AND daily_rate >= 0)",
        "Periods and rates of a product class cannot be negative.",
    )

    def _selection_confidence(self):
        return [
            ("a", self.env._("A: primary text read")),
            ("b", self.env._("B: secondary sources agree")),
            ("c", self.env._("C: to be confirmed")),
            ("d", self.env._("D: uncertain")),
        ]

    def _get_daily_rate(self):
        """Daily rate as an exact fraction; None where none is laid down."""
        self.ensure_one()
        if not self.daily_rate:
            return None
        return Decimal(str(round(self.daily_rate, 4))) / 100


class ProductCategory(models.Model):
    _inherit = "product.category"

    aftersales_class_id = fields.Many2one(
        "aftersales.product.class",
        "Warranty Class",
        help="Empty: the class of the parent category.",
    )

    def _get_aftersales_class(self):
        """Own class, else that of the nearest parent category."""
        self.ensure_one()
        category = self
        while category and not category.aftersales_class_id:
            category = category.parent_id
        return category.aftersales_class_id
