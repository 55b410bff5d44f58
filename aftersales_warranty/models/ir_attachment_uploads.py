from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _bind_uploads(self, record):
        """Give files that the user uploaded for a new record to that record.

        :raise AccessError: a file that the user may not read
        """
        if not self.env.su:
            # A number of a foreign file must not open it to others.
            self.check_access("read")
        mine_sudo = self.sudo().filtered(
            lambda file: (
                not file.res_id
                and file.res_model in (False, record._name)
                and file.create_uid == self.env.user
            )
        )
        if mine_sudo:
            mine_sudo.write({"res_model": record._name, "res_id": record.id})
