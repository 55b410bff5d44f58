from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.certificates import expiry_of, is_valid_on, normalise_number

EXPIRING_DAYS = 90


class AftersalesCertificate(models.Model):
    """Certificate of an employee or of a point's contact.

    It counts from its day of issue once somebody of human resources has
    verified it, until it expires or is revoked.
    """

    _name = "aftersales.certificate"
    _description = "Certificate"
    _inherit = ["aftersales.figure.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_expiry, holder_name, id"
    _rec_names_search = ["number", "holder_name"]
    _check_company_auto = True

    # Holder
    holder_employee_id = fields.Many2one(
        "hr.employee",
        "Employee",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    holder_partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('is_company', '=', False)]",
        help="Person of an outside point.",
    )
    holder_name = fields.Char(
        "Holder",
        compute="_compute_holder_name",
        store=True,
        compute_sudo=True,
        index="trigram",
    )
    person_id = fields.Many2one(
        "res.partner",
        compute="_compute_person_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        help="Contact behind the holder; an employee is known by the work contact.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    # Certificate
    type_id = fields.Many2one(
        "aftersales.certificate.type",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    counts_for_ratio = fields.Boolean(related="type_id.counts_for_ratio")
    number = fields.Char(required=True, copy=False, tracking=True)
    number_normalized = fields.Char(
        compute="_compute_number_normalized",
        store=True,
        precompute=True,
        help="The number without spaces, dashes and case, for comparison.",
    )
    issuer_id = fields.Many2one(
        "aftersales.certificate.issuer", index=True, ondelete="restrict", tracking=True
    )
    level = fields.Selection(
        [("entry", "Entry"), ("ordinary", "Ordinary"), ("senior", "Senior")],
        compute="_compute_level",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_issue = fields.Date(
        "Issued", required=True, default=fields.Date.context_today, tracking=True
    )
    date_expiry = fields.Date(
        "Expires",
        compute="_compute_date_expiry",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        help="Last valid day; empty: does not expire.",
    )
    previous_id = fields.Many2one(
        "aftersales.certificate",
        "Renews",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
    next_ids = fields.One2many("aftersales.certificate", "previous_id", "Renewed By")
    file_data = fields.Binary(
        "Stored File",
        attachment=True,
        copy=False,
        groups="aftersales_network.group_training_officer",
    )
    file_name = fields.Char(copy=False)
    file = fields.Binary(
        compute="_compute_file",
        inverse="_inverse_file",
        help="Scan of the certificate; only the holder and human resources see it.",
    )
    # State
    state = fields.Selection(
        [("draft", "Draft"), ("verified", "Verified"), ("revoked", "Revoked")],
        required=True,
        default="draft",
        index=True,
        copy=False,
        tracking=True,
    )
    verified_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_verified = fields.Date("Verified On", readonly=True, copy=False)
    revoked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_revoked = fields.Date("Revoked On", readonly=True, copy=False)
    revoke_reason = fields.Text(readonly=True, copy=False)
    reminder_step = fields.Integer(readonly=True, copy=False, default=0)
    validity = fields.Selection(
        [
            ("draft", "Not Verified"),
            ("future", "Not Yet Valid"),
            ("valid", "Valid"),
            ("expiring", "Expires Soon"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_validity",
    )
    days_to_expiry = fields.Integer(compute="_compute_validity")
    is_own = fields.Boolean(compute="_compute_is_own")

    _holder_xor = models.Constraint(
        "CHECK (num_nonnulls(holder_employee_id, holder_partner_id) = 1)",
        "A certificate needs either an employee or a contact as holder, not both.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_expiry IS NULL OR date_expiry >= date_issue)",
        "A certificate cannot expire before it is issued.",
    )
    _revoked_dated = models.Constraint(
        "CHECK (state != 'revoked' OR date_revoked IS NOT NULL)",
        "A revoked certificate needs the date of its revocation.",
    )
    _reminder_idx = models.Index("(date_expiry) WHERE state = 'verified'")

    @api.depends("holder_employee_id.name", "holder_partner_id.name")
    def _compute_holder_name(self):
        for certificate in self:
            certificate.holder_name = (
                certificate.holder_employee_id.name
                or certificate.holder_partner_id.name
            )

    @api.depends("holder_employee_id.work_contact_id", "holder_partner_id")
    def _compute_person_id(self):
        for certificate in self:
            certificate.person_id = (
                certificate.holder_partner_id
                or certificate.holder_employee_id.work_contact_id
            )

    @api.depends("holder_employee_id", "holder_partner_id")
    def _compute_company_id(self):
        for certificate in self:
            certificate.company_id = (
                certificate.holder_employee_id.sudo().company_id
                or certificate.holder_partner_id.company_id
                or certificate.company_id
                or self.env.company
            )

    @api.depends("number")
    def _compute_number_normalized(self):
        for certificate in self:
            certificate.number_normalized = normalise_number(certificate.number)

    @api.depends("type_id")
    def _compute_level(self):
        for certificate in self:
            certificate.level = certificate.type_id.level

    @api.depends("date_issue", "type_id")
    def _compute_date_expiry(self):
        # The months of the type are read once: changing the type later must not
        # move the end of certificates that are already out.
        for certificate in self:
            certificate.date_expiry = expiry_of(
                certificate.date_issue, certificate.type_id.validity_months
            )

    @api.depends_context("uid", "bin_size")
    @api.depends("file_data")
    def _compute_file(self):
        for certificate in self:
            allowed = certificate._can_see_file()
            certificate_sudo = certificate.sudo()
            certificate.file = certificate_sudo.file_data if allowed else False

    def _inverse_file(self):
        for certificate in self:
            if certificate._can_see_file():
                certificate_sudo = certificate.sudo()
                certificate_sudo.file_data = certificate.file

    @api.depends("state", "date_issue", "date_expiry", "company_id")
    def _compute_validity(self):
        for certificate in self:
            today = certificate.company_id._get_aftersales_today()
            expiry = certificate.date_expiry
            certificate.days_to_expiry = (expiry - today).days if expiry else 0
            certificate.validity = certificate._get_validity_on(today)

    @api.depends_context("uid")
    @api.depends("holder_employee_id", "holder_partner_id", "person_id")
    def _compute_is_own(self):
        for certificate in self:
            certificate.is_own = certificate._is_held_by(self.env.user)

    @api.depends("type_id.name", "number")
    def _compute_display_name(self):
        for certificate in self:
            parts = (certificate.type_id.name, certificate.number)
            certificate.display_name = " ".join(part for part in parts if part)

    @api.constrains("number")
    def _check_number(self):
        for certificate in self:
            if not certificate.number_normalized:
                raise ValidationError(
                    self.env._(
                        "The certificate number “%(number)s” of %(holder)s needs at "
                        "least one letter or digit.",
                        number=certificate.number,
                        holder=certificate.holder_name,
                    )
                )

    @api.constrains("type_id", "issuer_id")
    def _check_issuer(self):
        for certificate in self:
            if certificate.type_id.is_issuer_required and not certificate.issuer_id:
                raise ValidationError(
                    self.env._(
                        "A certificate of the type “%(type)s” needs its issuer.",
                        type=certificate.type_id.name,
                    )
                )

    @api.model
    def _get_valid_domain(self, on_date):
        """Domain of the certificates that hold on ``on_date``."""
        return (
            Domain("state", "in", ("verified", "revoked"))
            & Domain("date_issue", "<=", on_date)
            & (Domain("date_expiry", "=", False) | Domain("date_expiry", ">=", on_date))
            & (
                Domain("date_revoked", "=", False)
                | Domain("date_revoked", ">", on_date)
            )
        )

    def _is_valid_on(self, on_date):
        """Whether this verified certificate holds on ``on_date``.

        A certificate that was revoked later was valid before.
        """
        self.ensure_one()
        return self.state != "draft" and is_valid_on(
            fields.Date.to_date(on_date),
            self.date_issue,
            self.date_expiry,
            self.date_revoked,
        )

    def _get_validity_on(self, today):
        """Return the value of ``validity`` on a day."""
        self.ensure_one()
        if self.state != "verified":
            return self.state
        if self.date_issue and self.date_issue > today:
            return "future"
        if not self.date_expiry:
            return "valid"
        left = (self.date_expiry - today).days
        if left < 0:
            return "expired"
        return "expiring" if left <= EXPIRING_DAYS else "valid"

    def _get_person_key(self):
        """Key of the person: the contact, or minus the employee's id."""
        self.ensure_one()
        return self.person_id.id or -self.holder_employee_id.id

    def _is_held_by(self, user):
        """Whether the user is the holder of this certificate."""
        self.ensure_one()
        certificate_sudo = self.sudo()
        # Each of them for itself: a union would be read anew for every certificate.
        return (
            user in certificate_sudo.holder_employee_id.user_id
            or user in certificate_sudo.holder_partner_id.user_ids
            or user in certificate_sudo.person_id.user_ids
        )

    def _can_see_file(self):
        """Whether the current user may see the scan: human resources, holder."""
        self.ensure_one()
        return (
            self.env.su
            or self.env.user.has_group("aftersales_network.group_training_officer")
            or self._is_held_by(self.env.user)
        )
