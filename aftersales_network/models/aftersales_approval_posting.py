from odoo import api, fields, models


class AftersalesApproval(models.Model):
    """Decision of the giving unit on a posting or loan."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("posting", "Posting or Loan")],
        ondelete={"posting": "cascade"},
    )

    @api.model
    def _get_point(self, record):
        """Find the point of a posting: the giving unit decides."""
        if record._name == "aftersales.staff.posting":
            return record.from_point_id
        return super()._get_point(record)
