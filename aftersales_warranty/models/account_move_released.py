from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Documents whose source was given free for another one stay cancelled.

    A compensation or a service order whose document was cancelled gets a new one;
    the old one, posted again, would pay or ask for the same money twice.
    """

    _inherit = "account.move"

    aftersales_released_name = fields.Char(
        "Released Source",
        readonly=True,
        copy=False,
        help="What this cancelled document was for; it may have another one by now.",
    )

    def write(self, vals):
        """A document released by its source stays cancelled."""
        if "aftersales_released_name" in vals and not self.env.su:
            raise UserError(self.env._("Only cancelling a document releases it."))
        if vals.get("state") in ("draft", "posted"):
            self._check_source_released()
        return super().write(vals)

    def _check_source_released(self):
        """Refuse to revive a document whose source was given free.

        :raise UserError: naming both
        """
        released = self.filtered("aftersales_released_name")[:1]
        if released:
            raise UserError(
                self.env._(
                    "%(move)s was cancelled and %(origin)s given free for another "
                    "document. It stays cancelled.",
                    move=released.display_name,
                    origin=released.aftersales_released_name,
                )
            )

    def button_draft(self):
        """Refuse before anything else happens."""
        self._check_source_released()
        return super().button_draft()

    def button_cancel(self):
        """Remember what the cancelled documents were for."""
        # Accounting need not read what its documents are for.
        names = {}
        for move_sudo in self.sudo():
            sources = (
                move_sudo.aftersales_compensation_ids or move_sudo.aftersales_order_ids
            )
            if sources:
                names[move_sudo] = sources[:1].display_name
        result = super().button_cancel()
        for move_sudo, name in names.items():
            move_sudo.aftersales_released_name = name
        return result
