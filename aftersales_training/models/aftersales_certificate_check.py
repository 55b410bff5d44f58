import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aftersales_network.tools import qr

from ..tools.certificates import mask_name, name_key, normalise_number

TOKEN_BYTES = 24
TOKEN_LENGTH = 32


class AftersalesCertificate(models.Model):
    """Our own certificates on paper, and the public page that confirms them.

    The page shows validity, type, issuer, number and days, of the holder only the
    first letters. It is reached by the token of the QR code, or by number and full
    name together.
    """

    _inherit = "aftersales.certificate"

    check_token = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="aftersales_network.group_training_officer",
        help="Key of the public page that confirms this certificate.",
    )

    def action_verify(self):
        """Certificates of our own can be checked as soon as they are verified."""
        result = super().action_verify()
        self._ensure_check_tokens()
        return result

    def _ensure_check_tokens(self):
        """Give each certificate of our own its unguessable key."""
        for certificate_sudo in self.sudo():
            if certificate_sudo.is_own_issue and not certificate_sudo.check_token:
                certificate_sudo.check_token = secrets.token_urlsafe(TOKEN_BYTES)

    # Paper

    def action_print_certificate(self):
        """Print the certificate with its QR code."""
        self._check_printable()
        report = self.env.ref("aftersales_training.action_report_certificate")
        return report.report_action(self)

    def _check_printable(self):
        """Refuse what is not ours or does not hold.

        :raise UserError: naming the certificate and the reason
        """
        for certificate in self:
            if not certificate.is_own_issue:
                raise UserError(
                    self.env._(
                        "%(certificate)s was issued by %(issuer)s. Only our own "
                        "certificates are printed here.",
                        certificate=certificate.display_name,
                        issuer=certificate.issuer_id.name or self.env._("nobody"),
                    )
                )
            if certificate.state != "verified":
                raise UserError(
                    self.env._(
                        "%(certificate)s is not verified; only a verified certificate "
                        "is printed.",
                        certificate=certificate.display_name,
                    )
                )

    def _get_paper(self):
        """Values of the printed certificate; whoever reads it may print it.

        :raise UserError: see :meth:`_check_printable`
        """
        self.ensure_one()
        self.check_access("read")
        self._check_printable()
        certificate_sudo = self.sudo()
        return {
            "certificate": certificate_sudo,
            "company": certificate_sudo.company_id,
            "url": self._get_check_page(),
            "qr": qr.svg_uri(self._get_check_url()),
        }

    def _get_check_page(self):
        """Address of the public form."""
        return f"{self.get_base_url()}/aftersales/certificate/check"

    def _get_check_url(self):
        """Address of the public page that confirms this certificate."""
        self.ensure_one()
        self._ensure_check_tokens()
        return f"{self._get_check_page()}/{self.sudo().check_token}"

    # Page

    @api.model
    def _find_by_check_token(self, token):
        """Certificate of a QR code as superuser; empty for any other text."""
        if len(token or "") != TOKEN_LENGTH:
            return self.sudo().browse()
        return self.sudo().search(
            [("check_token", "=", token), ("state", "in", ("verified", "revoked"))],
            limit=1,
        )

    @api.model
    def _find_by_number_and_name(self, number, name):
        """Certificate of our own of which number and full name are both right.

        Superuser; empty where either is wrong, without a word on which.
        """
        found = self.sudo().search(
            [
                ("number_normalized", "=", normalise_number(number) or "?"),
                ("check_token", "!=", False),
                ("state", "in", ("verified", "revoked")),
            ],
            order="date_issue desc, id desc",
        )
        wanted = name_key(name)
        return found.filtered(lambda c: wanted and name_key(c.holder_name) == wanted)[
            :1
        ]

    def _get_public_values(self):
        """What anybody may know about one certificate: plain values."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        labels = dict(self._fields["validity"]._description_selection(self.env))
        validity = self._get_validity_on(today)
        return {
            "is_valid": validity in ("valid", "expiring"),
            "validity": labels[validity],
            "type": self.type_id.name,
            "issuer": self.issuer_id.name,
            "company": self.company_id.name,
            "number": self.number,
            "date_issue": self.date_issue,
            "date_expiry": self.date_expiry,
            "holder": mask_name(self.holder_name),
        }
