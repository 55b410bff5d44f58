from collections import defaultdict

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError

SEQUENCE = "aftersales.certificate.own"


class AftersalesCertificate(models.Model):
    """Certificates that the company itself issues, and what led to them."""

    _inherit = "aftersales.certificate"

    origin_model = fields.Char(readonly=True, copy=False)
    origin_id = fields.Many2oneReference(
        "Origin Record", model_field="origin_model", readonly=True, copy=False
    )
    origin_name = fields.Char(
        "Issued For",
        compute="_compute_origin_name",
        compute_sudo=True,
        help="Record that the certificate was issued for and that proves it, for "
        "instance a passed course.",
    )
    is_own_issue = fields.Boolean(
        "Issued by Us", compute="_compute_is_own_issue", compute_sudo=True
    )
    _origin_idx = models.Index(
        "(origin_model, origin_id) WHERE origin_model IS NOT NULL"
    )

    @api.depends("origin_model", "origin_id")
    def _compute_origin_name(self):
        names = {}
        for model, certificates in self.grouped("origin_model").items():
            if model and model in self.env:
                ids = {certificate.origin_id for certificate in certificates}
                origins = self.env[model].browse(ids).exists()
                names.update({(model, o.id): o.display_name for o in origins})
        for certificate in self:
            key = certificate.origin_model, certificate.origin_id
            certificate.origin_name = names.get(key)

    @api.depends("issuer_id", "company_id")
    def _compute_is_own_issue(self):
        issuers = {
            company: company._get_own_certificate_issuer()
            for company in self.company_id
        }
        for certificate in self:
            issuer = certificate.issuer_id
            own = issuers.get(certificate.company_id)
            certificate.is_own_issue = bool(issuer) and issuer == own

    def action_view_origin(self):
        """Open the record that the certificate was issued for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.origin_model,
            "res_id": self.origin_id,
            "view_mode": "form",
        }

    # Issue

    @api.model
    def _issue_for(self, persons, certificate_type, date_issue, origin=None):
        """Issue certificates of the company's own, verified by rule.

        The caller has checked that the people earned them; ``origin`` stays with
        the certificate as the evidence. Asked twice for one origin, the same
        certificate is returned.

        :param persons: employees, contacts, or records with ``employee_id`` and
            ``partner_id`` (staff lines, attendees)
        :param certificate_type: type of all of them
        :param date_issue: first valid day
        :param origin: record that proves them: one for all, or as many as persons
        :return: certificates in the order of ``persons``
        :raise UserError: a type that counts for the manager ratio, or somebody who
            left before the day of issue
        """
        self._check_own_type(certificate_type)
        origins = list(origin or ())
        if len(origins) != len(persons):
            origins = [origin] * len(persons)
        Certificate = self.sudo()
        known = Certificate._get_issued(certificate_type, origins, persons)
        vals_list = [
            Certificate._prepare_issue_vals(person, certificate_type, date_issue, proof)
            for person, proof in zip(persons, origins, strict=True)
            if (proof, person) not in known
        ]
        fresh = iter(Certificate._create_issued(vals_list))
        return self.browse(
            [
                (known.get((proof, person)) or next(fresh)).id
                for person, proof in zip(persons, origins, strict=True)
            ]
        )

    @api.model
    def _check_own_type(self, certificate_type):
        """Refuse types that only somebody else can issue."""
        if certificate_type.counts_for_ratio:
            raise UserError(
                self.env._(
                    "“%(type)s” counts for the manager ratio and comes from an "
                    "outside issuer. Choose another type, or record the certificate "
                    "of the issuer by hand.",
                    type=certificate_type.name,
                )
            )

    @api.model
    def _get_person_holder(self, person):
        """Employee and contact of a person record: one of both is empty."""
        if person._name == "hr.employee":
            return person, self.env["res.partner"]
        if person._name == "res.partner":
            return self.env["hr.employee"], person
        return person.employee_id, person.partner_id

    @api.model
    def _get_issued(self, certificate_type, origins, persons):
        """Certificates that were issued for these before: ``{(origin, person): …}``."""
        proofs = [origin for origin in origins if origin]
        if not proofs:
            return {}
        found = self.search(
            [
                ("origin_model", "=", proofs[0]._name),
                ("origin_id", "in", [origin.id for origin in proofs]),
                ("type_id", "=", certificate_type.id),
                ("state", "=", "verified"),
            ]
        )
        by_key = {
            (c.origin_id, c.holder_employee_id.id, c.holder_partner_id.id): c
            for c in found
        }
        known = {}
        for person, origin in zip(persons, origins, strict=True):
            employee, partner = self._get_person_holder(person.sudo())
            certificate = origin and by_key.get((origin.id, employee.id, partner.id))
            if certificate:
                known[origin, person] = certificate
        return known

    @api.model
    def _prepare_issue_vals(self, person, certificate_type, date_issue, origin):
        """Values of one certificate of our own."""
        employee, partner = self._get_person_holder(person.sudo())
        company = employee.company_id or partner.company_id
        if "company_id" in person._fields:
            company = person.sudo().company_id or company
        company = company or self.env.company
        return {
            "holder_employee_id": employee.id,
            "holder_partner_id": partner.id,
            "company_id": company.id,
            "type_id": certificate_type.id,
            "date_issue": date_issue,
            "origin_model": origin._name if origin else False,
            "origin_id": origin.id if origin else False,
        }

    @api.model
    def _create_issued(self, vals_list):
        """Create certificates of our own and verify them by rule.

        The one that a person held before of the same type is renewed by it.
        """
        by_company = defaultdict(list)
        for vals in vals_list:
            by_company[vals["company_id"]].append(vals)
        for company_id, owned in by_company.items():
            company = self.env["res.company"].browse(company_id)
            issuer = company._get_own_certificate_issuer()
            for vals in owned:
                vals["issuer_id"] = issuer.id
            numbering = self.env["ir.sequence"].with_company(company)
            numbering._aftersales_fill_numbers(owned, SEQUENCE, "number")
        certificates = self.create(vals_list)
        certificates._link_own_renewals()
        certificates._check_may_hold()
        for company, issued in certificates.grouped("company_id").items():
            issued._write_lifecycle(
                {
                    "state": "verified",
                    "verified_by_id": SUPERUSER_ID,
                    "date_verified": company._get_aftersales_today(),
                }
            )
        certificates._ensure_check_tokens()
        certificates._close_renewed_reminders()
        certificates._mirror_skills()
        return certificates

    def _link_own_renewals(self):
        """Continue the last certificate of the same person, type and issuer."""
        if not self:
            return
        earlier = self.search(
            [
                ("id", "not in", self.ids),
                ("type_id", "in", self.type_id.ids),
                ("issuer_id", "in", self.issuer_id.ids),
                ("state", "=", "verified"),
                ("next_ids", "=", False),
                "|",
                ("person_id", "in", self.person_id.ids),
                ("holder_employee_id", "in", self.holder_employee_id.ids),
            ],
            order="date_issue, id",
        )
        latest = {
            (c._get_person_key(), c.type_id, c.issuer_id, c.company_id): c
            for c in earlier
        }
        for new in self:
            key = new._get_person_key(), new.type_id, new.issuer_id, new.company_id
            previous = latest.pop(key, None)
            if previous and previous.date_issue <= new.date_issue:
                new.previous_id = previous

    def _check_may_hold(self):
        """Refuse what cannot be verified.  Extension point.

        :raise UserError: a type that counts for the ratio, with ourselves as issuer
        """
        for certificate in self.filtered("is_own_issue"):
            self._check_own_type(certificate.type_id)


class AftersalesCertificateType(models.Model):
    _inherit = "aftersales.certificate.type"

    @api.constrains("counts_for_ratio")
    def _check_not_issued_by_us(self):
        """What we issued ourselves never becomes a certificate of the ratio.

        :raise ValidationError: naming the type
        """
        Certificate = self.env["aftersales.certificate"].sudo()
        # Each of our own has its key for the public page.
        issued = Certificate.search(
            [
                ("type_id", "in", self.filtered("counts_for_ratio").ids),
                ("check_token", "!=", False),
            ],
            limit=1,
        )
        if issued:
            raise ValidationError(
                self.env._(
                    "“%(type)s” cannot count for the manager ratio: we have issued "
                    "certificates of it ourselves. Create another type for those of "
                    "the outside issuer.",
                    type=issued.type_id.name,
                )
            )
