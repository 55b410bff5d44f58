from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    aftersales_settlement_ids = fields.One2many(
        "aftersales.settlement", "move_id", string="Settlement"
    )

    def _get_aftersales_settlements_sudo(self):
        """Settlements that these bills pay."""
        bills = self.filtered(lambda move: move.move_type == "in_invoice")
        # Accounting changes the bill and need not read settlements for that.
        return bills.sudo().aftersales_settlement_ids

    def _post(self, soft=True):
        """A bill is posted at the amount of its settlement only."""
        settlements_sudo = self._get_aftersales_settlements_sudo()
        for settlement_sudo in settlements_sudo:
            settlement_sudo.move_id._check_aftersales_amount(settlement_sudo)
        posted = super()._post(soft)
        reopened = settlements_sudo.filtered(lambda s: s.state == "confirmed")
        reopened._set_billed()
        return posted

    def _check_aftersales_amount(self, settlement):
        """Refuse a bill that no longer equals its settlement.

        :raise UserError: naming both with their amounts
        """
        self.ensure_one()
        if self.currency_id.compare_amounts(
            self.amount_untaxed, settlement.amount_total
        ):
            raise UserError(
                self.env._(
                    "Bill %(bill)s is %(amount)s, its settlement %(settlement)s is "
                    "%(total)s. Correct the bill.",
                    bill=self.display_name,
                    amount=self.currency_id.format(self.amount_untaxed),
                    settlement=settlement.name,
                    total=self.currency_id.format(settlement.amount_total),
                )
            )

    def _check_aftersales_unpaid(self):
        """A settlement whose bill is paid is frozen.

        :raise UserError: naming the bill
        """
        for settlement_sudo in self._get_aftersales_settlements_sudo():
            move = settlement_sudo.move_id
            if move.payment_state in ("in_payment", "paid", "partial"):
                raise UserError(
                    self.env._(
                        "Bill %(bill)s pays settlement %(settlement)s and is paid "
                        "itself; it cannot be undone. Enter a credit note instead.",
                        bill=move.display_name,
                        settlement=settlement_sudo.name,
                    )
                )

    def button_draft(self):
        """Resetting a bill reopens its settlement."""
        self._check_aftersales_unpaid()
        result = super().button_draft()
        self._get_aftersales_settlements_sudo()._reopen(keep_move=True)
        return result

    def button_cancel(self):
        """Cancelling a bill reopens its settlement."""
        self._check_aftersales_unpaid()
        result = super().button_cancel()
        self._get_aftersales_settlements_sudo()._reopen()
        return result

    def unlink(self):
        """Deleting a bill reopens its settlement."""
        self.check_access("unlink")
        self._get_aftersales_settlements_sudo()._reopen()
        return super().unlink()

    def action_view_aftersales_settlement(self):
        """Open the settlement that the bill pays."""
        self.ensure_one()
        return self.aftersales_settlement_ids._get_records_action()
