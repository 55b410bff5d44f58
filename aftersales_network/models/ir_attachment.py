from odoo import api, models
from odoo.exceptions import UserError

#: Models of the suite: their binary fields are written through the record alone.
PREFIX = "aftersales."


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            defaults = {
                name: self.env.context.get(f"default_{name}")
                for name in ("res_model", "res_field")
            }
            for vals in vals_list:
                self.browse()._check_not_into_field({**defaults, **vals})
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_no_evidence()
            for attachment in self.sudo():
                attachment._check_not_into_field(vals)
        return super().write(vals)

    def _check_not_into_field(self, vals):
        """Refuse to turn a file into the content of a field.

        :raise UserError: naming the file
        """
        model = vals.get("res_model", self.res_model) or ""
        if model.startswith(PREFIX) and vals.get("res_field", self.res_field):
            self._raise_evidence(vals.get("name") or self.name)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if not self.env.su:
            self._check_no_evidence()

    def _check_no_evidence(self):
        """Signatures, signed agreements and filed papers stay as they are.

        Fields write their attachments as superuser, after their own checks; a
        file of such a field has no other way in or out.

        :raise UserError: naming the paper
        """
        attachments_sudo = self.sudo().filtered(
            lambda a: (a.res_model or "").startswith(PREFIX)
        )
        frozen = attachments_sudo.filtered("res_field") | (
            attachments_sudo._get_frozen_files()
        )
        if frozen:
            self._raise_evidence(frozen[:1].name)

    @api.model
    def _raise_evidence(self, name):
        raise UserError(
            self.env._(
                "“%(name)s” is evidence and cannot be changed or deleted.",
                name=name,
            )
        )

    def _get_frozen_files(self):
        """Those of the files that belong to what was filed, decided or done."""
        frozen = self.browse()
        for model, attachments in self.grouped("res_model").items():
            Model = self.env.get(model)
            if Model is not None and hasattr(Model, "_get_frozen_attachments"):
                records = Model.browse(attachments.mapped("res_id")).exists()
                frozen |= records._get_frozen_attachments() & attachments
        return frozen
