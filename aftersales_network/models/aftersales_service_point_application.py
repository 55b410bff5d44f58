from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

#: States in which an application is on its way; one per applicant at a time.
OPEN_STATES = (
    "prospect",
    "applied",
    "centre_review",
    "technical_review",
    "head_approval",
    "rejected",
)
#: States in which the applicant may write.
DRAFT_STATES = ("prospect", "rejected")
#: Address typed by the applicant: field of the contact → field of the point.
ADDRESS = {
    "street": "applied_street",
    "street2": "applied_street2",
    "zip": "applied_zip",
    "city": "applied_city",
    "city_id": "applied_city_id",
    "state_id": "applied_state_id",
    "country_id": "applied_country_id",
}


class AftersalesServicePoint(models.Model):
    """Application of a point: what the applicant typed, and what becomes of it.

    The typed company data stay on the point until admission.  The applicant is
    often the contact of a company that is a customer or vendor already; were its
    record written from the portal, anybody with a portal account could turn the
    address of a running business.  So the company's own record changes only when
    the head of service has admitted the point: a company that was made from this
    application takes the typed data over, one that was known before only gets what
    it lacked, and the differences are reported on the point.
    """

    _inherit = "aftersales.service.point"

    # What the reviewers write is not for the people of the point.
    note = fields.Html(groups="base.group_user")
    inspection_date = fields.Date(groups="base.group_user")
    inspector_id = fields.Many2one(groups="base.group_user")
    inspection_finding = fields.Text(groups="base.group_user")
    missing_html = fields.Html(groups="base.group_user")
    missing_count = fields.Integer(groups="base.group_user")
    applicant_id = fields.Many2one(domain="[('share', '=', True)]")
    applied_name = fields.Char("Company Name", copy=False, tracking=True)
    applied_street = fields.Char("Street", copy=False, tracking=True)
    applied_street2 = fields.Char("Street 2", copy=False, tracking=True)
    applied_zip = fields.Char("ZIP", copy=False, tracking=True)
    applied_city = fields.Char("City", copy=False, tracking=True)
    applied_city_id = fields.Many2one(
        "res.city", "Listed City", copy=False, index="btree_not_null"
    )
    applied_state_id = fields.Many2one(
        "res.country.state",
        "Province or State",
        copy=False,
        tracking=True,
        index="btree_not_null",
        domain="[('country_id', '=?', applied_country_id)]",
    )
    applied_country_id = fields.Many2one(
        "res.country", "Country", copy=False, tracking=True, index="btree_not_null"
    )
    applied_phone = fields.Char("Phone", copy=False, tracking=True)
    applied_email = fields.Char("E-mail", copy=False, tracking=True)
    is_new_company = fields.Boolean(
        "Company from the Application",
        copy=False,
        readonly=True,
        help="The company's record was made from this application; it takes the typed "
        "data over on admission.",
    )
    application_person_ids = fields.One2many(
        "aftersales.application.person", "service_point_id", "People"
    )
    application_reference_ids = fields.One2many(
        "aftersales.application.reference", "service_point_id", "References"
    )

    _applicant_open_uniq = models.UniqueIndex(
        "(applicant_id) WHERE applicant_id IS NOT NULL AND active IS TRUE AND state IN"
        " ('prospect', 'applied', 'centre_review', 'technical_review',"
        " 'head_approval', 'rejected')",
        "This applicant has an open application already. Finish it first.",
    )

    def action_submit(self):
        """Submit; a company that is not known yet gets its record now."""
        self._check_flow_state(*DRAFT_STATES)
        for point in self.filtered(lambda p: not p.partner_id and p.applied_name):
            point._create_company()
        return super().action_submit()

    def action_invite_applicant(self):
        """Open Odoo's portal wizard on the contacts of the point."""
        self.ensure_one()
        partners = self.application_person_ids.partner_id | self.partner_id
        if self.applicant_id:
            partners |= self.applicant_id.partner_id
        wizard = (
            self.env["portal.wizard"]
            .with_context(active_ids=partners.ids)
            .create(
                {
                    "aftersales_service_point_id": self.id,
                    "welcome_message": self._get_invitation_text(),
                }
            )
        )
        return wizard._action_open_modal()

    def _get_invitation_text(self):
        """Text of the welcome mail, with the link to the application form."""
        self.ensure_one()
        return self.env._(
            "You may apply as a service point of %(company)s here, save your "
            "application as a draft and follow its state at any time: %(link)s",
            company=self.company_id.name,
            link=f"{self.get_base_url()}/my/service-application",
        )

    def _has_company(self):
        """An applicant's company gets its record on submission.

        That he must name it is a gap of his form, see ``_get_company_gaps``.
        """
        return super()._has_company() or bool(self.applicant_id or self.applied_name)

    def _get_submission_blockers(self):
        """An application from the portal must be complete, section by section."""
        blockers = super()._get_submission_blockers()
        if self.applicant_id:
            for texts in self._get_application_gaps().values():
                blockers += [text for text in texts if text not in blockers]
        return blockers

    def _get_application_gaps(self):
        """What the applicant has not filled in yet.

        Extension point.

        :return: ``{section: [text, …]}``; sections without gaps may be missing
        """
        self.ensure_one()
        return {
            "company": self._get_company_gaps(),
            "premises": self._get_premises_gaps(),
            "people": self._get_people_gaps(),
            "photos": []
            if self.photo_ids
            else [self.env._("no photo of the premises")],
        }

    def _get_company_gaps(self):
        """Gaps of the section “Company”."""
        checks = (
            (self.applied_name, self.env._("no company name")),
            (self.legal_form, self.env._("no legal form")),
            (self.registration_number, self.env._("no business registration")),
            (self.centre_id, self.env._("no responsible centre")),
            (self.applied_street and self.applied_city, self.env._("no address")),
            (self.applied_country_id, self.env._("no country")),
            (self.applied_phone, self.env._("no phone")),
            (self.applied_email, self.env._("no e-mail")),
        )
        gaps = [text for value, text in checks if not value]
        country = self.applied_country_id
        if country.enforce_cities and self.applied_city and not self.applied_city_id:
            gaps.append(
                self.env._(
                    "%(city)s is not in the list of cities of %(country)s",
                    city=self.applied_city,
                    country=country.name,
                )
            )
        return gaps

    def _get_premises_gaps(self):
        """Gaps of the section “Premises and Trade”."""
        checks = (
            (
                self.office_area or self.workshop_area,
                self.env._("no office or workshop area"),
            ),
            (self.transport_access, self.env._("no word on how to reach the point")),
            (self.opening_note, self.env._("no opening hours")),
        )
        return [text for value, text in checks if not value]

    def _get_people_gaps(self):
        """Gaps of the section “People”."""
        if not self.application_person_ids:
            return [self.env._("no person named")]
        gaps = []
        for person in self.application_person_ids:
            if not person.role_id:
                gaps.append(self.env._("%(person)s has no role", person=person.name))
            if not (person.phone or person.email):
                gaps.append(
                    self.env._(
                        "%(person)s has neither phone nor e-mail", person=person.name
                    )
                )
        return gaps

    def _is_own_application(self):
        """Nor may the applicant decide, whoever pressed the button for him."""
        return super()._is_own_application() or self.applicant_id == self.env.user

    def _create_company(self):
        """Make the company's record from the typed data."""
        self.ensure_one()
        point_sudo = self.sudo()
        partner_sudo = point_sudo.env["res.partner"].create(
            {
                "is_company": True,
                "company_id": self.company_id.id,
                **point_sudo._prepare_company_vals(),
            }
        )
        point_sudo.write({"partner_id": partner_sudo.id, "is_new_company": True})

    def _prepare_company_vals(self):
        """Typed company data as values of the contact; empty ones left out."""
        self.ensure_one()
        vals = {
            "name": self.applied_name,
            "phone": self.applied_phone,
            "email": self.applied_email,
            "company_registry": self.registration_number,
            **{name: self[field] for name, field in ADDRESS.items()},
        }
        return {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in vals.items()
            if value
        }

    def _on_admitted(self):
        """The typed data become the company's, the people contacts and staff."""
        res = super()._on_admitted()
        point_sudo = self.sudo()
        if point_sudo.applied_name:
            point_sudo._apply_company_data()
        point_sudo._admit_people()
        return res

    def _apply_company_data(self):
        """Write the typed data where that harms nobody; report the rest."""
        self.ensure_one()
        partner = self.partner_id
        if not partner:
            return self._create_company()
        typed = self._prepare_company_vals()
        if not self.is_new_company:
            typed = self._filter_missing_company_data(partner, typed)
        if typed:
            partner.write(typed)
        return None

    def _filter_missing_company_data(self, partner, typed):
        """Keep what a known company lacks; note the differences on the point.

        An address is taken whole or not at all.
        """
        has_address = any(partner[name] for name in ("street", "zip", "city"))
        missing, different = {}, []
        for name, value in typed.items():
            field = partner._fields[name]
            current = partner[name].id if field.relational else partner[name]
            if current == value:
                continue
            if current or (name in ADDRESS and has_address):
                different.append(field._description_string(self.env))
            else:
                missing[name] = value
        if different:
            self.message_post(
                body=self.env._(
                    "The application differs from what is known of %(company)s: "
                    "%(fields)s. The company's record was left as it is; compare it "
                    "with the page “Application”.",
                    company=partner.display_name,
                    fields=", ".join(different),
                )
            )
        return missing

    def _admit_people(self):
        """Make contacts and staff lines of the people; running it twice is safe."""
        self.ensure_one()
        self._create_missing_contacts()
        today = self.company_id._get_aftersales_today()
        Staff = self.env["aftersales.staff"]
        running = Staff.search(
            Domain("service_point_id", "=", self.id)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today))
        )
        held = {(line.partner_id, line.role_id) for line in running}
        wanted = [
            (person.partner_id, person.role_id)
            for person in self.application_person_ids
            if person.role_id
        ]
        applicant = self.applicant_id.filtered("share").partner_id
        if applicant and applicant not in {
            partner for partner, _role in [*held, *wanted]
        }:
            role = self.env.ref("aftersales_network.role_representative")
            wanted.append((applicant, role))
        Staff.create(
            [
                {
                    "service_point_id": self.id,
                    "partner_id": partner.id,
                    "role_id": role.id,
                    "date_from": today,
                }
                for partner, role in dict.fromkeys(wanted)
                if (partner, role) not in held
            ]
        )

    def _create_missing_contacts(self):
        """Find or make the contact of each person below the company.

        Looked up only among the company's own contacts and the applicant: a typed
        name must not attach somebody else's contact to the point.
        """
        known = {}
        for contact in self.partner_id.child_ids | self.applicant_id.partner_id:
            email = email_normalize(contact.email or "")
            if email:
                known[((contact.name or "").casefold(), email)] = contact
        new = self.env["aftersales.application.person"]
        for person in self.application_person_ids.filtered(lambda p: not p.partner_id):
            contact = known.get(person._get_match_key())
            if contact:
                person.partner_id = contact
            else:
                new |= person
        contacts = self.env["res.partner"].create(
            [person._prepare_contact_vals(self.partner_id) for person in new]
        )
        for person, contact in zip(new, contacts, strict=True):
            person.partner_id = contact

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """The chatter of a point is the reviewers': portal people do not read it."""
        if message_operation == "read" and self.env.user.share:
            return dict.fromkeys(self, "write")
        return super()._mail_get_operation_for_mail_message_operation(message_operation)
