from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    aftersales_settlement_ids = fields.One2many(
        "aftersales.settlement", "move_id", string="Settlement"
    )
    # The settlement may be billed anew; this bill must never be paid as well.
    aftersales_released_settlement_id = fields.Many2one(
        "aftersales.settlement",
        "Released Settlement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def write(self, vals):
        """A bill released by its settlement stays cancelled."""
        if "aftersales_released_settlement_id" in vals and not self.env.su:
            raise UserError(self.env._("Only cancelling a bill releases it."))
        if vals.get("state") in ("draft", "posted"):
            self._check_aftersales_released()
        return super().write(vals)

    def _check_aftersales_released(self):
        """Refuse to revive a bill whose settlement was given free.

        :raise UserError: naming both
        """
        for move in self:
            # Accounting need not read settlements.
            settlement_sudo = move.sudo().aftersales_released_settlement_id
            if settlement_sudo:
                raise UserError(
                    self.env._(
                        "Bill %(bill)s was cancelled and settlement %(settlement)s "
                        "given free for another bill. It stays cancelled.",
                        bill=move.display_name,
                        settlement=settlement_sudo.name,
                    )
                )

    def _get_aftersales_settlements_sudo(self):
        """Settlements that these bills pay."""
        # Accounting changes the bill and need not read settlements for that.
        return self.sudo().aftersales_settlement_ids

    def _post(self, soft=True):
        """A bill is posted at the amount of its settlement only."""
        self._check_aftersales_released()
        settlements_sudo = self._get_aftersales_settlements_sudo()
        for settlement_sudo in settlements_sudo:
            settlement_sudo.move_id._check_aftersales_payee(settlement_sudo)
            settlement_sudo.move_id._check_aftersales_amount(settlement_sudo)
            if settlement_sudo.state == "confirmed":
                settlement_sudo._check_content()
        posted = super()._post(soft)
        reopened = settlements_sudo.filtered(lambda s: s.state == "confirmed")
        reopened._set_billed()
        return posted

    def _check_aftersales_payee(self, settlement):
        """Refuse a document that is no bill of the payee in the same currency.

        :raise UserError: naming what the settlement asks for
        """
        self.ensure_one()
        payee = settlement.partner_id.commercial_partner_id
        if (
            self.move_type != settlement._get_bill_type()
            or self.currency_id != settlement.currency_id
            or self.commercial_partner_id != payee
        ):
            raise UserError(
                self.env._(
                    "Bill %(bill)s must be a vendor bill of %(payee)s in %(currency)s, "
                    "as settlement %(settlement)s says. Correct the bill.",
                    bill=self.display_name,
                    payee=payee.display_name,
                    currency=settlement.currency_id.name,
                    settlement=settlement.name,
                )
            )

    def _check_aftersales_amount(self, settlement):
        """Refuse a bill that no longer equals its settlement.

        :raise UserError: naming both with their amounts
        """
        self.ensure_one()
        sign = -1 if self.move_type == "in_refund" else 1
        if self.currency_id.compare_amounts(
            sign * self.amount_untaxed, settlement.amount_total
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
            if move.currency_id.is_zero(move.amount_total):
                # A debt carried forward leaves a bill of zero: nobody paid it.
                continue
            if move.payment_state in ("in_payment", "paid", "partial", "reversed"):
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
        self._check_aftersales_released()
        self._check_aftersales_unpaid()
        result = super().button_draft()
        self._get_aftersales_settlements_sudo()._reopen(keep_move=True)
        return result

    def button_cancel(self):
        """Cancelling a bill reopens its settlement."""
        self._check_aftersales_unpaid()
        result = super().button_cancel()
        settlements_sudo = self._get_aftersales_settlements_sudo()
        for settlement_sudo in settlements_sudo:
            settlement_sudo.move_id.aftersales_released_settlement_id = settlement_sudo
        settlements_sudo._reopen()
        return result

    def action_switch_move_type(self):
        """The bill of a settlement stays a bill.

        :raise UserError: naming the settlement
        """
        settlement_sudo = self._get_aftersales_settlements_sudo()[:1]
        if settlement_sudo:
            raise UserError(
                self.env._(
                    "Bill %(bill)s pays settlement %(settlement)s and cannot become "
                    "a credit note.",
                    bill=settlement_sudo.move_id.display_name,
                    settlement=settlement_sudo.name,
                )
            )
        return super().action_switch_move_type()

    def unlink(self):
        """Deleting a bill reopens its settlement."""
        self.check_access("unlink")
        self._get_aftersales_settlements_sudo()._reopen()
        return super().unlink()

    def action_view_aftersales_settlement(self):
        """Open the settlement that the bill pays."""
        self.ensure_one()
        return self.aftersales_settlement_ids._get_records_action()
