from odoo import fields, models


class AftersalesApproval(models.Model):
    """Decisions about the money of a day and about compensations."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("day_close", "Day Close"), ("compensation", "Compensation")],
        ondelete={"day_close": "cascade", "compensation": "cascade"},
    )
