from odoo import fields, models


class AftersalesApproval(models.Model):
    """Decisions about charges beyond what was told to the customer."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[
            ("overcharge", "Charge above the Listed Range"),
            ("unquoted", "Work without Quotation"),
        ],
        ondelete={"overcharge": "cascade", "unquoted": "cascade"},
    )
