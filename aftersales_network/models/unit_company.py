from odoo import api, fields, models


class AftersalesUnitCompanyMixin(models.AbstractModel):
    """Belongs to the company of its unit, or without a unit to the chosen one.

    The model has ``service_point_id``.
    """

    _name = "aftersales.unit.company.mixin"
    _description = "Company of the Unit"

    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )

    @api.depends("service_point_id")
    def _compute_company_id(self):
        for record in self:
            record.company_id = (
                record.service_point_id.company_id
                or record.company_id
                or self.env.company
            )
