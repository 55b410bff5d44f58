from odoo import api, fields, models
from odoo.tools import email_normalize


class AftersalesApplicationPerson(models.Model):
    """Person named in the application of a service point.

    Becomes a contact and a staff line once the point is admitted.
    """

    _name = "aftersales.application.person"
    _description = "Person of an Application"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.portal.form.mixin",
    ]
    _order = "service_point_id, sequence, id"
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
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    role_id = fields.Many2one(
        "aftersales.staff.role", index="btree_not_null", ondelete="restrict"
    )
    phone = fields.Char()
    email = fields.Char()
    years = fields.Integer("Years in the Trade")
    certificates = fields.Text(help="Certificates held: name, number, issuer, date.")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_application_person_attachment_rel",
        "person_id",
        "attachment_id",
        "Certificate Files",
        copy=False,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Contact made of this person when the point was admitted.",
    )

    #: The contact follows from the admission.
    _FLOW_FIELDS = frozenset(("partner_id",))

    _years_range = models.Constraint(
        "CHECK (years IS NULL OR years BETWEEN 0 AND 80)",
        "Years in the trade must be between 0 and 80.",
    )

    @api.depends("name", "role_id.name")
    def _compute_display_name(self):
        for person in self:
            role = person.role_id.name
            person.display_name = f"{person.name} ({role})" if role else person.name

    def _get_match_key(self):
        """What tells whether an existing contact is this very person.

        Name and e-mail together: the people of a shop often share one mailbox.

        :return: ``(name, e-mail)``, or None when the e-mail is missing
        """
        self.ensure_one()
        email = email_normalize(self.email or "")
        return ((self.name or "").casefold(), email) if email else None

    def _prepare_contact_vals(self, company):
        """Values of the contact below the ``company`` of the point."""
        self.ensure_one()
        return {
            "name": self.name,
            "parent_id": company.id,
            "type": "contact",
            "company_id": company.company_id.id,
            "phone": self.phone,
            "email": self.email,
            "function": self.role_id.name,
        }
