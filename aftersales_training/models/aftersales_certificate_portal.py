import base64

from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from odoo.addons.aftersales_network.tools import portal_form

from ..tools import certificate_rows

MAX_OPEN_PROPOSALS = 10


class AftersalesCertificate(models.Model):
    """People of outside points propose their own certificates on the portal."""

    _inherit = "aftersales.certificate"

    @api.model
    def _portal_get_own_domain(self):
        """Certificates of the user himself; an officer sees all others, too."""
        return Domain("person_id", "=", self.env.user.partner_id.id)

    @api.model
    def _portal_can_propose(self):
        """Whether the user works at a point: a customer has nothing to propose."""
        return bool(self._portal_get_posts_sudo())

    @api.model
    def _portal_get_posts_sudo(self):
        """Running posts of the user; staff lines are not readable on the portal."""
        Staff = self.env["aftersales.staff"].sudo()
        today = self.env.company._get_aftersales_today()
        return Staff.search(
            Domain("partner_id", "=", self.env.user.partner_id.id)
            & Domain("company_id", "in", self.env.companies.ids)
            & Staff._get_present_domain(today),
            order="date_from desc, id desc",
        )

    @api.model
    def _portal_propose(self, post, file):
        """Take a proposal of the user for himself; human resources verify it.

        :param post: texts of the form
        :param file: ``(name, content)`` of the scan
        :return: the draft as superuser
        :raise AccessError: somebody who works at no point
        :raise ValidationError: naming what cannot be taken
        """
        posts_sudo = self._portal_get_posts_sudo()
        if not posts_sudo:
            raise AccessError(
                self.env._("Only people who work at a service point propose here.")
            )
        vals = self._portal_read_proposal(post)
        vals.update(self._portal_read_file(file))
        self._portal_check_amount()
        # The holder is the user himself and the values are those of the form only.
        certificate_sudo = self.sudo().create(
            [
                {
                    **vals,
                    "holder_partner_id": self.env.user.partner_id.id,
                    "company_id": posts_sudo[0].company_id.id,
                    "previous_id": self._portal_get_renewed(post).id,
                }
            ]
        )
        certificate_sudo._ask_to_verify()
        return certificate_sudo

    @api.model
    def _portal_check_amount(self):
        """Hold the proposals that wait to a number.

        :raise ValidationError: naming the number
        """
        waiting = self.search_count(
            self._portal_get_own_domain() & Domain("state", "=", "draft")
        )
        if waiting >= MAX_OPEN_PROPOSALS:
            raise ValidationError(
                self.env._(
                    "%(count)s of your certificates wait for verification. Please wait "
                    "until human resources have looked at them.",
                    count=waiting,
                )
            )

    @api.model
    def _portal_get_renewed(self, post):
        """Own certificate that the form continues; empty for a new one.

        :raise ValidationError: somebody else's
        """
        text = str(post.get("renew") or "")
        if not text:
            return self.browse()
        number = int(text) if text.isascii() and text.isdecimal() else 0
        found = self.search(
            self._portal_get_own_domain()
            & Domain("id", "=", number if number < 2**31 else 0)
            & Domain("state", "!=", "draft")
        )
        if not found:
            raise ValidationError(
                self.env._("The certificate to renew is not among your own.")
            )
        return found

    @api.model
    def _portal_read_proposal(self, post):
        """Values of a form.

        :raise ValidationError: one line for each value that cannot be taken
        """
        vals, errors = {}, []
        for name, reader in (
            ("type_id", self._portal_read_choice),
            ("issuer_id", self._portal_read_choice),
            ("number", self._portal_read_number),
            ("date_issue", self._portal_read_day),
            ("date_expiry", self._portal_read_day),
        ):
            try:
                value = reader(name, str(post.get(name) or ""))
            except ValidationError as error:
                errors.append(str(error))
            else:
                # An end that is not given follows from the type.
                if value or name != "date_expiry":
                    vals[name] = value
        if not errors:
            errors += self._portal_compare_days(vals)
        if errors:
            raise ValidationError("\n".join(errors))
        return vals

    @api.model
    def _portal_compare_days(self, vals):
        """What is wrong with the days of a form."""
        issue, expiry = vals["date_issue"], vals.get("date_expiry")
        if expiry and expiry < issue:
            return [self.env._("The certificate would expire before it was issued.")]
        if issue > self.env.company._get_aftersales_today():
            return [self.env._("The day of issue lies in the future.")]
        return []

    @api.model
    def _portal_fail(self, name, rule):
        label = self._fields[name]._description_string(self.env)
        return ValidationError(
            self.env._("%(field)s: %(rule)s", field=label, rule=rule)
        )

    @api.model
    def _portal_read_choice(self, name, text):
        """Id of a type or issuer that is offered."""
        offered = self._portal_get_offered(name)
        chosen = [record.id for record in offered if str(record.id) == text]
        if not chosen and (text or name == "type_id"):
            raise self._portal_fail(name, self.env._("choose one of the list"))
        return chosen[0] if chosen else False

    @api.model
    def _portal_get_offered(self, name):
        """Types or issuers that may be chosen; both are short lists."""
        return self.env[self._fields[name].comodel_name].search(Domain.TRUE)

    @api.model
    def _portal_read_number(self, name, text):
        try:
            number = portal_form.clean_text(text, 64)
        except portal_form.FormError:
            number = ""
        if not number:
            raise self._portal_fail(
                name, self.env._("enter it as it stands on the certificate")
            )
        return number

    @api.model
    def _portal_read_day(self, name, text):
        try:
            day = certificate_rows.parse_day(text)
        except certificate_rows.RowError:
            day = None
        if not day and (text or name == "date_issue"):
            raise self._portal_fail(
                name, self.env._("this is no day; write it like 2026-01-31")
            )
        return day

    @api.model
    def _portal_read_file(self, file):
        """Values of the scan, which is always asked for here.

        :raise ValidationError: no file, or one that cannot be the scan
        """
        name, content = file or ("", b"")
        if not name:
            raise ValidationError(self.env._("Add a scan of the certificate."))
        name = portal_form.file_name(name)
        self._check_file_content(content, name)
        return {"file_data": base64.b64encode(content), "file_name": name}
