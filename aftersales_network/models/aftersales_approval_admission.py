from odoo import fields, models


class AftersalesApproval(models.Model):
    """Gates of the admission beside the three reviews."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[
            ("waiver", "Waiver of a Condition"),
            ("probation", "Probation Assessment"),
        ],
        ondelete={"waiver": "cascade", "probation": "cascade"},
    )
