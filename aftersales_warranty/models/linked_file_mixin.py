from odoo import api, models


class AftersalesLinkedFileMixin(models.AbstractModel):
    """Only files that the user may read are linked to a document.

    The pages of the portal hand out links to the files of a document; the number of
    a foreign file must not open it to others.
    """

    _name = "aftersales.linked.file.mixin"
    _description = "Files of a Document"

    #: Fields that hold the files.
    _FILE_FIELDS = ()

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse foreign files.

        :raise AccessError: naming the file
        """
        records = super().create(vals_list)
        records._check_linked_files()
        return records

    def write(self, vals):
        """Refuse foreign files that come in now.

        :raise AccessError: naming the file
        """
        if self.env.su or set(self._FILE_FIELDS).isdisjoint(vals):
            return super().write(vals)
        known_sudo = self._get_linked_files_sudo()
        res = super().write(vals)
        self._check_linked_files(known_sudo)
        return res

    def _get_linked_files_sudo(self):
        """Files of the documents, as superuser."""
        files_sudo = self.env["ir.attachment"].sudo()
        for name in self._FILE_FIELDS:
            files_sudo |= self.sudo()[name]
        return files_sudo

    def _check_linked_files(self, known_sudo=None):
        """Refuse files that the user may not read.

        :param known_sudo: files that were linked before
        :raise AccessError: naming the file
        """
        if self.env.su:
            return
        fresh_sudo = self._get_linked_files_sudo()
        if known_sudo:
            fresh_sudo -= known_sudo
        if fresh_sudo:
            # Of no file at all a point may claim without any right on files.
            fresh_sudo.with_env(self.env).check_access("read")
