import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.certificate_files import (
    MAX_FILE_BYTES,
    CertificateFileError,
    check_file,
)

CONTENT_FIELDS = ("file", "file_data")


class AftersalesCertificate(models.Model):
    """The scan of a certificate is what its name says, and there where asked for."""

    _inherit = "aftersales.certificate"

    has_file = fields.Boolean("Has a File", compute="_compute_has_file")

    @api.depends("file_data")
    def _compute_has_file(self):
        with_file = (
            self.env["ir.attachment"]
            .sudo()
            ._read_group(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "file_data"),
                    ("res_id", "in", self.ids),
                ],
                ["res_id"],
            )
        )
        ids = {res_id for (res_id,) in with_file}
        for certificate in self:
            certificate.has_file = certificate.id in ids

    @api.model_create_multi
    def create(self, vals_list):
        """Check each file before anything is stored."""
        for vals in vals_list:
            self.browse()._check_file_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Check a new file, or the file under a new name."""
        if "file_name" in vals or any(name in vals for name in CONTENT_FIELDS):
            self._check_file_values(vals)
        return super().write(vals)

    def _check_file_values(self, vals):
        """Refuse a file that is empty, too large or not what its name says.

        :raise ValidationError: naming the file and the rule
        """
        given = [name for name in CONTENT_FIELDS if name in vals]
        if given:
            name = vals.get("file_name", self[:1].file_name) or ""
            if vals[given[0]]:
                self._check_file_content(self._decode_file(vals[given[0]], name), name)
            elif vals.get("file_name"):
                self._check_file_content(b"", name)
        elif vals.get("file_name"):
            stored = [certificate._get_file_content() for certificate in self]
            for content in stored or [b""]:
                self._check_file_content(content, vals["file_name"])

    @api.model
    def _decode_file(self, value, name):
        """Bytes of a binary value.

        :raise ValidationError: text that is no encoded file
        """
        try:
            return base64.b64decode(value, validate=False)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(
                self.env._(
                    "The file “%(name)s” did not arrive in one piece. Upload it again.",
                    name=name,
                )
            ) from error

    def _get_file_content(self):
        """Bytes of the stored file; the caller has checked the rights."""
        self.ensure_one()
        certificate_sudo = self.sudo().with_context(bin_size=False)
        return base64.b64decode(certificate_sudo.file_data or b"")

    @api.model
    def _check_file_content(self, content, name):
        """Refuse a file that cannot be the scan of a certificate.

        :raise ValidationError: naming the file and the rule
        """
        try:
            check_file(content, name)
        except CertificateFileError as error:
            raise ValidationError(self._explain_file_error(error, name)) from error

    @api.model
    def _explain_file_error(self, error, name):
        """Why a file is not taken, in words."""
        name = name or self.env._("File")
        if error.code == "empty":
            return self.env._(
                "The file “%(name)s” is empty. Upload the scan again.", name=name
            )
        if error.code == "too_large":
            return self.env._(
                "The file “%(name)s” is larger than %(limit)s MB. Scan it with a lower "
                "resolution.",
                name=name,
                limit=MAX_FILE_BYTES // (1024 * 1024),
            )
        if error.code == "type":
            return self.env._(
                "The file “%(name)s” is no PDF, PNG or JPEG, whatever its name says. "
                "Upload a scan in one of these formats.",
                name=name,
            )
        return self.env._(
            "The content of the file “%(name)s” is of the type %(found)s, which its "
            "name does not say. Give it the right ending, or upload the right file.",
            name=name,
            found=error.found.upper(),
        )

    def _check_may_hold(self):
        """Ask for the file where the type requires it.

        :raise UserError: naming the certificate and its type
        """
        res = super()._check_may_hold()
        for certificate in self:
            required = certificate.type_id.is_file_required
            if required and not certificate.has_file and not certificate.origin_model:
                raise UserError(
                    self.env._(
                        "%(certificate)s of %(holder)s has no file. Upload the scan "
                        "before you verify it; the type “%(type)s” requires it.",
                        certificate=certificate.display_name,
                        holder=certificate.holder_name,
                        type=certificate.type_id.name,
                    )
                )
        return res


class AftersalesCertificateType(models.Model):
    _inherit = "aftersales.certificate.type"

    is_file_required = fields.Boolean(
        "File Required to Verify",
        help="A certificate of this type is only verified with its scan.",
    )
