from odoo import fields, models


class AftersalesApplicationReference(models.Model):
    """Firm that can speak for an applicant."""

    _name = "aftersales.application.reference"
    _description = "Reference of an Application"
    _inherit = ["aftersales.scope.mixin", "aftersales.portal.form.mixin"]
    _order = "service_point_id, id"
    _check_company_auto = True

    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    name = fields.Char("Firm", required=True)
    contact = fields.Char("Contact Person")
    phone = fields.Char()
    relation = fields.Selection(
        [
            ("customer", "Customer"),
            ("supplier", "Supplier"),
            ("brand", "Other Brand we Serve"),
            ("other", "Other"),
        ],
        default="customer",
    )
    note = fields.Text()
