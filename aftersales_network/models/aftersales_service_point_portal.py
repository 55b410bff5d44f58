from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools import portal_form
from .aftersales_service_point import AGREEMENT_KINDS
from .aftersales_service_point_application import ADDRESS, DRAFT_STATES, OPEN_STATES

#: Kinds of point somebody from outside can apply for.
PORTAL_KINDS = AGREEMENT_KINDS
#: Fields an applicant may write, by section; nothing else is taken from a form.
PORTAL_FIELDS = {
    "company": (
        "applied_name",
        "legal_form",
        "registration_number",
        "kind",
        "parent_id",
        *ADDRESS.values(),
        "applied_phone",
        "applied_email",
    ),
    "premises": (
        "office_area",
        "workshop_area",
        "store_area",
        "transport_access",
        "opening_note",
        "technician_headcount",
        "vehicle_count",
        "years_in_trade",
        "other_brands",
    ),
}
#: Lines of an application: name → (field of the point, fields of the form)
PORTAL_LINES = {
    "person": (
        "application_person_ids",
        ("name", "role_id", "phone", "email", "years", "certificates"),
    ),
    "reference": (
        "application_reference_ids",
        ("name", "contact", "phone", "relation", "note"),
    ),
    "equipment": ("resource_ids", ("name", "category", "quantity", "note")),
}
#: Lines of one kind in an application.
PORTAL_MAX_LINES = 100


class AftersalesServicePoint(models.Model):
    """What an applicant does on the portal.

    Every method checks first, with the caller's own rights: it must be his
    application, and it must be a draft or sent back.  Only then it writes as
    superuser, to that one record and its lines, and only the fields listed above.
    """

    _name = "aftersales.service.point"
    _inherit = ["aftersales.service.point", "aftersales.portal.form.mixin"]

    @api.model
    def _portal_may_apply(self):
        """Whether the user is a portal user without a point or open application."""
        user = self.env.user
        return (
            user._is_portal()
            and not user._get_aftersales_point_ids()
            and not self._portal_get_application().filtered(
                lambda p: p.state in OPEN_STATES
            )
        )

    @api.model
    def _portal_get_application(self):
        """The user's application: the open one, or else the latest; may be empty."""
        mine = self.search([("applicant_id", "=", self.env.uid)], order="id desc")
        return (mine.filtered(lambda p: p.state in OPEN_STATES) or mine)[:1]

    @api.model
    def _portal_get_centres(self, company):
        """Active centres of a company, which an applicant may choose from."""
        return self.sudo().search(
            [
                ("tier", "=", "centre"),
                ("state", "=", "active"),
                ("company_id", "=", company.id),
            ]
        )

    @api.model
    def _portal_start(self):
        """Create the user's application as a draft.

        :raise UserError: he has a point or an open application
        """
        if not self._portal_may_apply():
            raise UserError(
                self.env._(
                    "You have a service point or an open application already. Use "
                    "that one."
                )
            )
        company = self.env.company
        centres = self._portal_get_centres(company)
        # The applicant must not follow the record: he would get every message of
        # its reviewers.
        Point = self.sudo().with_context(mail_create_nosubscribe=True)
        point_sudo = Point.create(
            {
                "name": self.env.user.partner_id.commercial_partner_id.name,
                "tier": "point",
                "kind": PORTAL_KINDS[0],
                "company_id": company.id,
                "applicant_id": self.env.uid,
                "parent_id": centres.id if len(centres) == 1 else False,
            }
        )
        point_sudo._prefill_application()
        return point_sudo.with_env(self.env)

    def _link_applicant(self, user):
        """Let an invited portal user fill in the application of this prospect."""
        self.ensure_one()
        busy = self.sudo().search_count(
            [("applicant_id", "=", user.id), ("state", "in", OPEN_STATES)], limit=1
        )
        may_write = self.state in DRAFT_STATES and self.has_access("write")
        if may_write and user.share and not busy:
            self.applicant_id = user
            self._prefill_application()

    def _prefill_application(self):
        """Fill empty fields of the form from what is known of the company.

        The employer of a contact is the company; a person of his own is none, the
        company he applies for gets its record on submission.
        """
        self.ensure_one()
        contact = self.applicant_id.partner_id
        employer = contact.commercial_partner_id
        shared = employer.company_id in (self.company_id, employer.company_id.browse())
        if not self.partner_id and employer.is_company and shared:
            self.partner_id = employer
        source = self.partner_id or contact
        vals = {
            field: source[name]
            for name, field in ADDRESS.items()
            if not self[field] and source[name]
        }
        if self.partner_id and not self.applied_name:
            vals["applied_name"] = self.partner_id.name
        vals["applied_phone"] = self.applied_phone or source.phone
        vals["applied_email"] = self.applied_email or contact.email
        self.write(vals)

    def _portal_open(self):
        """Check that the user may change this application, and lock it.

        :return: the record as superuser
        :raise AccessError: somebody else's application
        :raise UserError: the application is under review
        """
        self.ensure_one()
        self.check_access("read")
        if self.applicant_id != self.env.user:
            raise AccessError(self.env._("This is not your application."))
        # Nor must he follow the records of his lines.
        point_sudo = self.sudo().with_context(mail_create_nosubscribe=True)
        point_sudo.lock_for_update(allow_referencing=True)
        point_sudo.invalidate_recordset(["state"])
        if point_sudo.state not in DRAFT_STATES:
            raise UserError(
                self.env._(
                    "%(point)s is in state “%(state)s” and cannot be changed now. It "
                    "can be mended if the reviewers send it back.",
                    point=self.name,
                    state=self._get_state_label(),
                )
            )
        return point_sudo

    def _portal_save(self, section, post):
        """Save the fields of one section; incomplete is allowed, wrong is not.

        :param post: values of the form, of which only listed fields are taken
        :raise ValidationError: naming every value that cannot be taken
        """
        point_sudo = self._portal_open()
        names = PORTAL_FIELDS.get(section, ())
        vals = point_sudo._portal_read(names, post)
        if section == "company":
            point_sudo._portal_complete_address(vals)
            if vals.get("applied_name") and point_sudo._portal_may_rename():
                vals["name"] = vals["applied_name"]
        point_sudo.write(vals)

    def _portal_may_rename(self):
        """The point bears the applicant's company name until somebody renames it."""
        self.ensure_one()
        firm = self.applicant_id.partner_id.commercial_partner_id
        return self.name in (self.applied_name, firm.name)

    def _portal_complete_address(self, vals):
        """State and listed city must belong to the typed country."""
        country_id = vals.get("applied_country_id", self.applied_country_id.id)
        state_id = vals.get("applied_state_id", self.applied_state_id.id)
        city = vals.get("applied_city", self.applied_city)
        state = self.env["res.country.state"].browse(state_id)
        if state and state.country_id.id != country_id:
            vals["applied_state_id"] = state_id = False
        vals["applied_city_id"] = self._portal_find_city(country_id, state_id, city).id

    def _portal_find_city(self, country_id, state_id, name):
        """Listed city of that very name; may be empty."""
        City = self.env["res.city"]
        if not country_id or not name:
            return City
        return City.search(
            [
                ("name", "=", name),
                ("country_id", "=", country_id),
                ("state_id", "in", (state_id, False)),
            ],
            limit=1,
        )

    def _portal_save_line(self, kind, post, files=()):
        """Add or change one line of the application.

        :param kind: key of ``PORTAL_LINES``
        :param files: list of ``(name, content)`` for lines that hold files
        :return: the line as superuser
        """
        point_sudo = self._portal_open()
        field, names = PORTAL_LINES[kind]
        lines = point_sudo[field]
        line = lines.filtered(lambda x: str(x.id) == str(post.get("line_id")))
        if post.get("line_id") and not line:
            raise UserError(self.env._("This line does not exist any more."))
        vals = (line or lines)._portal_read(names, post)
        if not vals.get("name"):
            raise ValidationError(self.env._("Type a name for the line."))
        (lines - line)._portal_check_twin(vals)
        if line:
            line.write(vals)
        else:
            self._portal_check_count(len(lines) + 1, PORTAL_MAX_LINES)
            line = lines.create({**vals, "service_point_id": point_sudo.id})
        if files and "attachment_ids" in line._fields:
            line._portal_attach("attachment_ids", files, portal_form.DOCUMENT_TYPES)
        return line

    def _portal_remove_line(self, kind, line_id):
        """Delete one line of the application with its files."""
        point_sudo = self._portal_open()
        lines = point_sudo[PORTAL_LINES[kind][0]]
        line = lines.filtered(lambda x: str(x.id) == str(line_id))
        if "attachment_ids" in line._fields:
            line.attachment_ids.unlink()
        line.unlink()

    def _portal_add_photos(self, files):
        """Add photos of the premises."""
        point_sudo = self._portal_open()
        point_sudo._portal_attach("photo_ids", files, portal_form.IMAGE_TYPES)

    def _portal_remove_file(self, attachment_id):
        """Delete a file that was uploaded on the portal.

        Files that somebody of the network attached are not the applicant's.
        """
        point_sudo = self._portal_open()
        files = point_sudo._portal_get_files().filtered("create_uid.share")
        files.filtered(lambda f: str(f.id) == str(attachment_id)).unlink()

    def _portal_get_files(self):
        """Files of the application.  Extension point."""
        self.ensure_one()
        return self.photo_ids | self.application_person_ids.attachment_ids

    def _portal_submit(self):
        """Submit the application.

        :raise UserError: naming everything that is missing
        """
        point_sudo = self._portal_open()
        point_sudo.action_submit()

    def _portal_get_choices(self, field):
        """Kinds and legal forms that somebody from outside may choose."""
        choices = super()._portal_get_choices(field)
        allowed = {"kind": PORTAL_KINDS, "legal_form": set(choices) - {"branch"}}
        return {
            key: label
            for key, label in choices.items()
            if key in allowed.get(field.name, choices)
        }

    def _portal_get_option(self, field, text):
        """A responsible unit is one of the active centres of the company."""
        if field.name == "parent_id":
            centres = self._portal_get_centres(self.company_id)
            return centres.filtered(lambda c: str(c.id) == text)
        return super()._portal_get_option(field, text)
