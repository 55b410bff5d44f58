from odoo import fields, models


class AftersalesCertificateType(models.Model):
    """Kind of certificate; uncertain facts about it are editable data."""

    _name = "aftersales.certificate.type"
    _description = "Certificate Type"
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    level = fields.Selection(
        [
            ("entry", "Entry"),
            ("ordinary", "Ordinary"),
            ("senior", "Senior"),
        ],
        help="Grade of the title; empty where the certificate has no grades.",
    )
    is_issuer_required = fields.Boolean("Issuer Required", default=True)
    issuer_ids = fields.Many2many(
        "aftersales.certificate.issuer",
        "aftersales_certificate_type_issuer_rel",
        "type_id",
        "issuer_id",
        "Known Issuers",
    )
    validity_months = fields.Integer(
        "Validity (Months)", help="0: the certificate does not expire."
    )
    renewal_rule = fields.Selection(
        [
            ("none", "Not Renewed"),
            ("registration", "Re-registration"),
            ("refresher", "Refresher Training"),
            ("exam", "New Exam"),
        ],
        required=True,
        default="registration",
    )
    counts_for_ratio = fields.Boolean(
        "Counts for the Manager Ratio",
        help="A valid certificate of this type makes a service manager a certified "
        "one (GB/T 27922, 5.1.2).",
    )
    legal_basis = fields.Text(translate=True)
    confidence = fields.Selection(
        [
            ("primary", "Primary text read"),
            ("secondary", "Several sources agree"),
            ("single", "One source"),
            ("unconfirmed", "Not confirmed"),
            ("proposal", "Proposal of the software"),
        ],
        required=True,
        default="unconfirmed",
        help="How sure the facts of this type are. Check what is not confirmed before "
        "you present it as a rule.",
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "The code of a certificate type must be unique."
    )
    _validity_positive = models.Constraint(
        "CHECK(validity_months >= 0)", "The validity cannot be negative."
    )
