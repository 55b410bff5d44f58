from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.certificates import missing_qualifications


class AftersalesStaff(models.Model):
    _inherit = "aftersales.staff"

    certificate_ids = fields.Many2many(
        "aftersales.certificate", compute="_compute_certificate_ids"
    )
    certificate_count = fields.Integer(compute="_compute_certificate_ids")
    missing_qualification = fields.Text(
        "Missing Certificates", compute="_compute_missing_qualification"
    )
    has_missing_qualification = fields.Boolean(
        "Lacks Certificates",
        compute="_compute_missing_qualification",
        search="_search_has_missing_qualification",
    )

    @api.depends_context("uid")
    @api.depends("employee_id", "partner_id")
    def _compute_certificate_ids(self):
        # Under the rights of the user: who may not see them, sees none.
        empty = self.env["aftersales.certificate"]
        found = self._get_certificates()
        for staff in self:
            staff.certificate_ids = found.get(staff.id, empty)
            staff.certificate_count = len(staff.certificate_ids)

    @api.depends("role_id", "company_id", "employee_id", "partner_id")
    def _compute_missing_qualification(self):
        today = fields.Date.context_today(self)
        gaps = self._get_qualification_gaps(
            self.env["aftersales.service.type"], today, is_standing=True
        )
        for staff in self:
            texts = gaps.get(staff.id, [])
            staff.missing_qualification = "\n".join(texts)
            staff.has_missing_qualification = bool(texts)

    def _search_has_missing_qualification(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        standing = self.env["aftersales.role.requirement"]._get_standing_sql(today)
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT staff_id FROM (%s) x WHERE NOT is_met", standing)
        )
        return Domain("id", "in", [row[0] for row in rows])

    def action_view_certificates(self):
        """Open the certificates of the person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Certificates of %(name)s", name=self.name),
            "res_model": "aftersales.certificate",
            "view_mode": "list,form",
            "domain": [("id", "in", self.certificate_ids.ids)],
            "context": {
                "default_holder_employee_id": self.employee_id.id,
                "default_holder_partner_id": self.partner_id.id,
            },
        }

    # People

    def _get_person_key(self):
        """Key of the person: the contact, or minus the employee's id.

        An employee and the contact of the same person share the key through the
        work contact, so that nobody is counted twice.
        """
        self.ensure_one()
        employee_sudo = self.employee_id.sudo()
        contact = self.partner_id or employee_sudo.work_contact_id
        return contact.id or -employee_sudo.id

    @api.model
    def _get_person_sql(self):
        """The same key in SQL; ``s`` is the staff line, ``e`` its employee."""
        return SQL("COALESCE(s.partner_id, e.work_contact_id, -s.employee_id)")

    @api.model
    def _get_holder_sql(self):
        """The same key of a holder; ``c`` is the certificate, ``e`` its employee."""
        return SQL(
            "COALESCE(c.holder_partner_id, e.work_contact_id, -c.holder_employee_id)"
        )

    @api.model
    def _get_present_sql(self, on_date):
        """Condition that the staff line ``s`` runs on a date.

        An archived line without an end was a mistake and never counts; one with
        an end is history and does.
        """
        return SQL(
            "(s.active OR s.date_to IS NOT NULL) AND "
            "s.date_from <= %(day)s AND (s.date_to IS NULL OR s.date_to >= %(day)s)",
            day=on_date,
        )

    @api.model
    def _get_counted_domain(self, on_date):
        """The same condition as a domain."""
        return (
            self._get_present_domain(on_date)
            & Domain("active", "in", (True, False))
            & (Domain("active", "=", True) | Domain("date_to", "!=", False))
        )

    @api.model
    def _get_held_sql(self, on_date, for_ratio=False):
        """Query (person, type_id) of the certificates that hold on a date."""
        return SQL(
            """
            SELECT DISTINCT c.type_id,
                   %(holder)s AS person
              FROM aftersales_certificate c
              JOIN aftersales_certificate_type t ON t.id = c.type_id
         LEFT JOIN hr_employee e ON e.id = c.holder_employee_id
             WHERE c.state IN ('verified', 'revoked')
               AND c.date_issue <= %(day)s
               AND (c.date_expiry IS NULL OR c.date_expiry >= %(day)s)
               AND (c.date_revoked IS NULL OR c.date_revoked > %(day)s)
               AND (t.counts_for_ratio OR NOT %(for_ratio)s)
            """,
            holder=self._get_holder_sql(),
            day=on_date,
            for_ratio=for_ratio,
        )

    @api.model
    def _flush_people(self):
        """Write what the SQL over people and certificates reads."""
        self.flush_model()
        self.env["hr.employee"].flush_model(["work_contact_id"])
        self.env["aftersales.certificate"].flush_model()
        self.env["aftersales.certificate.type"].flush_model(["counts_for_ratio"])

    # Qualifications

    def _get_certificates(self, domain=Domain.TRUE):
        """Certificates of each person: ``{staff_id: certificates}``."""
        Certificate = self.env["aftersales.certificate"]
        keys = {staff.id: staff._get_person_key() for staff in self}
        contacts = [key for key in keys.values() if key > 0]
        employees = self.employee_id.ids
        certificates = Certificate.search(
            (
                Domain("person_id", "in", contacts)
                | Domain("holder_employee_id", "in", employees)
            )
            & domain
        )
        by_person = defaultdict(Certificate.browse)
        for key, records in certificates.grouped(
            lambda certificate: certificate._get_person_key()
        ).items():
            by_person[key] = records
        return {staff_id: by_person[key] for staff_id, key in keys.items()}

    def _get_qualification_gaps(self, service_type, on_date, is_standing=False):
        """What each person lacks: ``{staff_id: [text, …]}``, whatever the setting.

        :param is_standing: ask for the post at any time instead of for one job
        """
        self.check_access("read")
        # A dispatcher may not read certificates, but has to know what is missing.
        staff_sudo = self.sudo()
        Requirement = staff_sudo.env["aftersales.role.requirement"]
        domain = (
            Domain("standing_role_id", "in", self.role_id.ids)
            if is_standing
            else Requirement._get_candidates_domain(staff_sudo, service_type)
        )
        requirements = Requirement.search(domain)
        if not requirements:
            return {staff.id: [] for staff in self}
        valid = self.env["aftersales.certificate"]._get_valid_domain(on_date)
        held = staff_sudo._get_certificates(valid)
        return {
            staff.id: staff._describe_gaps(
                requirements.filtered(
                    lambda q, s=staff: (
                        q._applies_standing(s)
                        if is_standing
                        else q._applies_to(s, service_type)
                    )
                ),
                held[staff.id],
            )
            for staff in staff_sudo
        }

    def _describe_gaps(self, requirements, certificates):
        """Sentences on the requirements that the certificates do not meet."""
        self.ensure_one()
        missing = missing_qualifications(
            [(req, req._get_accepted_type_ids()) for req in requirements],
            set(certificates.type_id.ids),
        )
        return [
            self.env._("no valid “%(type)s”", type=requirement.certificate_type_id.name)
            for requirement in missing
        ]

    def _get_missing_qualifications(self, service_type, on_date):
        """Add what is missing where the company blocks the assignment.

        A company that only warns sees the same texts as a warning on the order.
        """
        result = super()._get_missing_qualifications(service_type, on_date)
        blocking = self.filtered(
            lambda staff: (
                staff.company_id.sudo().aftersales_qualification_mode == "block"
            )
        )
        gaps = blocking._get_qualification_gaps(service_type, on_date)
        return {
            staff_id: [*texts, *gaps.get(staff_id, [])]
            for staff_id, texts in result.items()
        }

    @api.model
    def _get_certificate_gaps(self, jobs):
        """Names of the certificates lacking at each job; three queries in all."""
        staff_sudo = self.sudo().union(*(job[0].sudo() for job in jobs))
        service_types = self.env["aftersales.service.type"].union(
            *(job[1] for job in jobs)
        )
        Requirement = staff_sudo.env["aftersales.role.requirement"]
        requirements = Requirement.search(
            Requirement._get_candidates_domain(staff_sudo, service_types)
        )
        if not requirements:
            return [[] for _job in jobs]
        held = staff_sudo._get_certificates()
        return [
            staff.sudo()._get_gap_names(
                requirements.filtered(
                    lambda q, s=staff, t=service_type: q._applies_to(s.sudo(), t)
                ),
                held[staff.id].filtered(lambda c, d=day: c._is_valid_on(d)),
            )
            for staff, service_type, day in jobs
        ]

    def _get_gap_names(self, requirements, certificates):
        """Types that requirements ask for and no certificate meets."""
        missing = missing_qualifications(
            [(req, req._get_accepted_type_ids()) for req in requirements],
            set(certificates.type_id.ids),
        )
        return [requirement.certificate_type_id.name for requirement in missing]
