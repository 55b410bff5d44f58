from odoo import api, models
from odoo.exceptions import UserError

#: Papers that prove something: made by a step, never changed by hand.
EVIDENCE_FIELDS = {
    "aftersales.agreement": ("evidence_file", "signed_file", "signature"),
    "aftersales.withdrawal": ("notice_file",),
}


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def write(self, vals):
        if not self.env.su:
            self._check_no_evidence()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if not self.env.su:
            self._check_no_evidence()

    def _check_no_evidence(self):
        """Signed agreements and notices stay readable for ever.

        Fields write their attachments as superuser, after their own checks.

        :raise UserError: naming the paper
        """
        for attachment_sudo in self.sudo():
            kept = EVIDENCE_FIELDS.get(attachment_sudo.res_model, ())
            if attachment_sudo.res_field in kept:
                raise UserError(
                    self.env._(
                        "“%(name)s” is evidence and cannot be changed or deleted.",
                        name=attachment_sudo.name,
                    )
                )
