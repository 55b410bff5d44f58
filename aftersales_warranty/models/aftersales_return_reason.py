from odoo import fields, models


class AftersalesReturnReason(models.Model):
    """Why goods come back."""

    _name = "aftersales.return.reason"
    _description = "Return Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    needs_fault = fields.Boolean(
        "Needs a Fault",
        help="A return for this reason states the kind of fault; the entitlement "
        "follows from it.",
    )
    on_portal = fields.Boolean(
        default=True, help="Customers may choose the reason on the portal."
    )
