from odoo import fields, models


class AftersalesStaffRole(models.Model):
    """Post at a service point: technician, dispatcher, service manager…"""

    _name = "aftersales.staff.role"
    _description = "Staff Role"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_manager = fields.Boolean(
        "Service Manager",
        help="Counts as service management staff in the 10 % rule "
        "(GB/T 27922, 5.1.2.2).",
    )
    is_technician = fields.Boolean("Carries Out Jobs")

    _code_uniq = models.UniqueIndex("(code)", "The code of a role must be unique.")
