from odoo import fields, models


class AftersalesPauseReason(models.Model):
    """Coded reason for which a job stands still.

    Only reasons that lie with the customer or a higher force stop the clock of
    the promise; waiting for a part does not.
    """

    _name = "aftersales.pause.reason"
    _description = "Pause Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    stops_clock = fields.Boolean(
        help="Time in this pause does not count against the promise."
    )
    is_part = fields.Boolean(
        "Waiting for Part", help="The order goes into the status “Waiting for Part”."
    )

    _code_uniq = models.UniqueIndex("(code)", "The code of a pause must be unique.")
