from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.portal_form import DOCUMENT_TYPES
from .portal_form import TEXT_LIMIT


class AftersalesWithdrawal(models.Model):
    """What the manager of a point does on the portal.

    The controller checks that the user is authorised at the point; these
    methods check the values and run as superuser on that one point.
    """

    _name = "aftersales.withdrawal"
    _inherit = ["aftersales.withdrawal", "aftersales.portal.form.mixin"]

    @api.model
    @api.private
    def _portal_file(self, point, post, files=()):
        """File the withdrawal of the own point.

        :param point: the point, already checked
        :param post: ``reason`` and ``date_requested`` as typed
        :param files: list of ``(name, content)``
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
        if len(reason) > TEXT_LIMIT:
            raise UserError(
                self.env._(
                    "The reason is too long. Use at most %(limit)s characters and "
                    "attach the rest.",
                    limit=TEXT_LIMIT,
                )
            )
        withdrawal = self.create(
            {
                "service_point_id": point.id,
                "cause": "own_wish",
                "reason": reason,
                "date_requested": self._portal_date(post.get("date_requested")),
            }
        )
        if files:
            withdrawal._portal_attach("attachment_ids", files, DOCUMENT_TYPES)
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

    @api.private
    def _portal_cancel(self):
        """Take the own withdrawal back before the head has approved it."""
        self.ensure_one()
        self._check_flow_state(*self._GATES)
        self._cancel(self.env._("Taken back by the service point."))
