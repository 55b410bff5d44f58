from odoo import fields, models


class AftersalesApproval(models.Model):
    """Closing (approved) and reopening (rejected) of a month of key figures."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("kpi", "Closing of a KPI Month")],
        ondelete={"kpi": "cascade"},
    )
