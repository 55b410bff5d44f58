from odoo import fields, models
from odoo.exceptions import UserError

DISPOSITIONS = [
    ("restock", "Restock"),
    ("repair", "Repair"),
    ("refurbish", "Refurbish"),
    ("supplier", "Return to Supplier"),
    ("scrap", "Scrap"),
    ("recycle", "Recycle"),
    ("send_back", "Back to the Customer"),
]


class AftersalesReturnGrade(models.Model):
    """Condition of returned goods, and what may become of them."""

    _name = "aftersales.return.grade"
    _description = "Return Grade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    is_saleable = fields.Boolean(
        "Saleable", help="Goods of this grade may go back to the stock."
    )
    allow_repair = fields.Boolean("Repair", default=True)
    allow_refurbish = fields.Boolean("Refurbish")
    allow_supplier = fields.Boolean("Return to Supplier")
    allow_scrap = fields.Boolean("Scrap")
    allow_recycle = fields.Boolean("Recycle")
    color = fields.Integer()

    _code_uniq = models.Constraint("UNIQUE (code)", "Each grade needs its own code.")

    def _get_dispositions(self):
        """Keys of the dispositions that goods of this grade may take."""
        self.ensure_one()
        allowed = {
            "restock": self.is_saleable,
            "repair": self.allow_repair,
            "refurbish": self.allow_refurbish,
            "supplier": self.allow_supplier,
            "scrap": self.allow_scrap,
            "recycle": self.allow_recycle,
            # What is not ours, or is repaired, goes back in any condition.
            "send_back": True,
        }
        return [key for key, is_allowed in allowed.items() if is_allowed]

    def _check_disposition(self, disposition):
        """Refuse what goods of this grade may not become.

        :raise UserError: naming the grade and what is possible
        """
        allowed = self._get_dispositions()
        if disposition not in allowed:
            labels = dict(
                self.env["aftersales.return.line"]
                ._fields["disposition"]
                ._description_selection(self.env)
            )
            raise UserError(
                self.env._(
                    "Goods of grade %(grade)s cannot take “%(disposition)s”. Possible: "
                    "%(allowed)s.",
                    grade=self.name,
                    disposition=labels.get(disposition, disposition),
                    allowed=", ".join(labels[key] for key in allowed),
                )
            )
