import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class AftersalesWithdrawal(models.Model):
    """What the manager of a point does on the portal.

    The controller checks that the user is authorised at the point; these
    methods check the values and run as superuser on that one point.
    """

    _inherit = "aftersales.withdrawal"

    @api.model
    @api.private
    def _portal_file(self, point, post, files=()):
        """File the withdrawal of the own point.

        :param point: the point, already checked
        :param post: ``reason`` and ``date_requested`` as typed
        :param files: uploads with ``filename`` and ``read()``
        :raise UserError: no reason, no date, or a withdrawal already running
        """
        running = self.search(
            self._get_running_domain() & Domain("service_point_id", "=", point.id),
            limit=1,
        )
        if running:
            raise UserError(
                self.env._(
                    "The withdrawal %(number)s of %(point)s is already under way.",
                    number=running.name,
                    point=point.name,
                )
            )
        reason = (post.get("reason") or "").strip()
        if not reason:
            raise UserError(self.env._("Give the reason for your withdrawal."))
        withdrawal = self.create(
            {
                "service_point_id": point.id,
                "cause": "own_wish",
                "reason": reason,
                "date_requested": self._portal_date(post.get("date_requested")),
            }
        )
        withdrawal._portal_attach(files)
        withdrawal._submit({"filed_by": "point", "filed_by_id": self.env.uid})
        return withdrawal

    @api.model
    def _portal_date(self, text):
        """Day typed on the portal; empty is allowed.

        :raise UserError: no day
        """
        try:
            return fields.Date.to_date((text or "").strip() or False)
        except ValueError as error:
            raise UserError(
                self.env._("“%(text)s” is no date. Choose a day.", text=text)
            ) from error

    def _portal_attach(self, files):
        """Keep the uploaded papers with the withdrawal."""
        self.ensure_one()
        vals_list = [
            {
                "name": upload.filename,
                "datas": base64.b64encode(upload.read()),
                "res_model": self._name,
                "res_id": self.id,
            }
            for upload in files
            if upload.filename
        ]
        self.attachment_ids = self.env["ir.attachment"].create(vals_list)

    @api.private
    def _portal_cancel(self):
        """Take the own withdrawal back before the head has approved it."""
        self.ensure_one()
        self._check_withdrawal_state(*self._GATES)
        self._cancel(self.env._("Taken back by the service point."))
