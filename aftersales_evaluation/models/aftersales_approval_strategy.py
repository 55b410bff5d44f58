from odoo import fields, models


class AftersalesApproval(models.Model):
    """Decisions on controlled documents and on the close-out of crisis events."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[
            ("document", "Controlled Document"),
            ("document_end", "End of a Document"),
            ("crisis_statement", "Statement in a Crisis"),
            ("crisis", "Close-Out of a Crisis"),
        ],
        ondelete={
            "document": "cascade",
            "document_end": "cascade",
            "crisis_statement": "cascade",
            "crisis": "cascade",
        },
    )
