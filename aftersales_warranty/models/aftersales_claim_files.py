from odoo import api, models
from odoo.exceptions import ValidationError

from .aftersales_claim import EDITABLE_STATES

#: Bytes of a megabyte, as people see it.
MEGABYTE = 1024 * 1024
#: Documents whose files the setting limits.
LIMITED_MODELS = (
    "aftersales.claim",
    "aftersales.claim.line",
    "aftersales.authorization",
)


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse too large files of claims before they are stored."""
        default = self.env.context.get("default_res_model")
        for vals in vals_list:
            if vals.get("res_model", default) in LIMITED_MODELS:
                self._check_claim_file(vals.get("name"), _get_size(vals))
        return super().create(vals_list)

    def write(self, vals):
        """Refuse to turn a too large file into one of a claim."""
        for attachment in self:
            if vals.get("res_model", attachment.res_model) in LIMITED_MODELS:
                size = _get_size(vals) or attachment.file_size
                self._check_claim_file(attachment.name, size)
        return super().write(vals)

    @api.model
    def _check_claim_file(self, name, size):
        """Hold a file of a claim to the size that the company takes.

        :param size: in bytes
        :raise ValidationError: naming the file and both sizes
        """
        limit = self.env.company.sudo().aftersales_claim_file_mb
        if size > limit * MEGABYTE:
            raise ValidationError(
                self.env._(
                    "“%(name)s” has %(size)s MB; a file of a claim may have %(limit)s "
                    "MB at most. Make it smaller or split it.",
                    name=name or "",
                    size=-(-size // MEGABYTE),
                    limit=limit,
                )
            )


class AftersalesClaim(models.Model):
    """Photos of a claim: limited in size, frozen once it is handed in."""

    _name = "aftersales.claim"
    _inherit = ["aftersales.claim", "aftersales.linked.file.mixin"]

    _FILE_FIELDS = ("photo_ids",)

    @api.constrains("photo_ids")
    def _check_photos(self):
        for photo_sudo in self.sudo().photo_ids:
            photo_sudo._check_claim_file(photo_sudo.name, photo_sudo.file_size)

    def _get_frozen_attachments(self):
        """Files of claims that are with the company."""
        frozen = self.filtered(lambda claim: claim.state not in EDITABLE_STATES)
        return frozen.photo_ids | frozen.line_ids.document_ids

    def _portal_get_file_limit(self):
        """Bytes of one file on the portal, as the company sets it."""
        return self.company_id.sudo().aftersales_claim_file_mb * MEGABYTE


class AftersalesClaimLine(models.Model):
    """Documents of a line: limited in size, frozen with the claim."""

    _name = "aftersales.claim.line"
    _inherit = [
        "aftersales.claim.line",
        "aftersales.portal.form.mixin",
        "aftersales.linked.file.mixin",
    ]

    _FILE_FIELDS = ("document_ids",)

    @api.constrains("document_ids")
    def _check_documents(self):
        for document_sudo in self.sudo().document_ids:
            document_sudo._check_claim_file(document_sudo.name, document_sudo.file_size)

    def _get_frozen_attachments(self):
        """Files of lines whose claim is with the company."""
        frozen = self.filtered(lambda line: line.claim_state not in EDITABLE_STATES)
        return frozen.document_ids

    def _portal_get_file_limit(self):
        """Bytes of one file on the portal, as the company sets it."""
        return self.company_id.sudo().aftersales_claim_file_mb * MEGABYTE


def _get_size(vals):
    """Bytes of the content in values of an attachment."""
    raw = vals.get("raw")
    if raw:
        return len(raw.encode() if isinstance(raw, str) else raw)
    return len(vals.get("datas") or b"") * 3 // 4
