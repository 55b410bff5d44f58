from odoo import fields, models


class AftersalesCertificateIssuer(models.Model):
    """Body that issues certificates; numbers are unique within one issuer."""

    _name = "aftersales.certificate.issuer"
    _description = "Certificate Issuer"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    partner_id = fields.Many2one(
        "res.partner", "Contact", index="btree_not_null", help="Address of the issuer."
    )
    website_url = fields.Char("Check Page", help="Page on which a number is checked.")
    note = fields.Text(translate=True)
    type_ids = fields.Many2many(
        "aftersales.certificate.type",
        "aftersales_certificate_type_issuer_rel",
        "issuer_id",
        "type_id",
        "Certificate Types",
    )
