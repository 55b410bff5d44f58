from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Credit notes of suppliers follow their claims, and the claims them."""

    _inherit = "account.move"

    aftersales_supplier_claim_ids = fields.One2many(
        "aftersales.supplier.claim", "move_id", string="Supplier Claim"
    )
    # The claim may be credited anew; this document must never count as well.
    aftersales_released_recovery_id = fields.Many2one(
        "aftersales.supplier.claim",
        "Released Supplier Claim",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def write(self, vals):
        """A credit note released by its supplier claim stays cancelled."""
        if "aftersales_released_recovery_id" in vals and not self.env.su:
            raise UserError(self.env._("Only cancelling a credit note releases it."))
        if vals.get("state") in ("draft", "posted"):
            self._check_recovery_released()
        return super().write(vals)

    def _check_recovery_released(self):
        """Refuse to revive a credit note whose claim was given free.

        :raise UserError: naming both
        """
        for move in self:
            # Accounting need not read supplier claims.
            claim_sudo = move.sudo().aftersales_released_recovery_id
            if claim_sudo:
                raise UserError(
                    self.env._(
                        "Credit note %(move)s was cancelled and supplier claim "
                        "%(claim)s given free for another one. It stays cancelled.",
                        move=move.display_name,
                        claim=claim_sudo.name,
                    )
                )

    def _get_supplier_claims_sudo(self):
        """Supplier claims that these documents credit."""
        # Accounting changes the document and need not read the claims for that.
        return self.sudo().aftersales_supplier_claim_ids

    def _post(self, soft=True):
        """A credit note is posted at the accepted amount of its claim only."""
        claims_sudo = self._get_supplier_claims_sudo()
        for claim_sudo in claims_sudo:
            claim_sudo._check_credit()
        posted = super()._post(soft)
        claims_sudo.filtered(lambda c: c.move_id in posted)._set_credited()
        return posted

    def _check_recovery_unpaid(self):
        """A supplier claim whose credit note is paid is frozen.

        :raise UserError: naming the document
        """
        for claim_sudo in self._get_supplier_claims_sudo():
            move = claim_sudo.move_id
            if move.payment_state in ("in_payment", "paid", "partial", "reversed"):
                raise UserError(
                    self.env._(
                        "Credit note %(move)s of supplier claim %(claim)s is paid; it "
                        "cannot be undone.",
                        move=move.display_name,
                        claim=claim_sudo.name,
                    )
                )

    def button_draft(self):
        """Resetting a credit note reopens its supplier claim."""
        self._check_recovery_released()
        self._check_recovery_unpaid()
        result = super().button_draft()
        self._get_supplier_claims_sudo()._reopen_credit()
        return result

    def button_cancel(self):
        """Cancelling a credit note gives its supplier claim free."""
        self._check_recovery_unpaid()
        result = super().button_cancel()
        claims_sudo = self._get_supplier_claims_sudo()
        for claim_sudo in claims_sudo:
            claim_sudo.move_id.aftersales_released_recovery_id = claim_sudo
        claims_sudo._release_credit()
        return result

    def unlink(self):
        """Deleting a credit note gives its supplier claim free."""
        self.check_access("unlink")
        self._get_supplier_claims_sudo()._release_credit()
        return super().unlink()

    def action_view_aftersales_supplier_claim(self):
        """Open the supplier claim that the document credits."""
        self.ensure_one()
        return self.aftersales_supplier_claim_ids._get_records_action()


class AftersalesSupplierClaim(models.Model):
    """The credit note of a supplier claim."""

    _inherit = "aftersales.supplier.claim"

    def action_create_credit(self):
        """Make the draft credit note of each answered claim.

        :raise UserError: not answered, credited already, or nothing accepted
        """
        self._check_clerk()
        self.lock_for_update(allow_referencing=True)
        self._check_flow_state("answered")
        for claim in self:
            claim._check_creditable()
        # The clerk has no accounting rights; accounting checks and posts the draft.
        moves_sudo = (
            self.env["account.move"]
            .sudo()
            .create([claim._prepare_credit_vals() for claim in self])
        )
        for claim, move_sudo in zip(self, moves_sudo, strict=True):
            claim._write_flow({"move_id": move_sudo.id})
        return self.action_view_credit()

    def _check_creditable(self):
        """Refuse a second credit note and an empty one."""
        self.ensure_one()
        if self.move_id:
            raise UserError(
                self.env._(
                    "%(claim)s has the credit note %(move)s already.",
                    claim=self.name,
                    move=self.sudo().move_id.display_name,
                )
            )
        if self.currency_id.compare_amounts(self.amount_accepted, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(claim)s: the supplier accepted nothing. Close it instead.",
                    claim=self.name,
                )
            )

    def _prepare_credit_vals(self):
        """Values of the vendor credit note; extension point."""
        self.ensure_one()
        return {
            "move_type": "in_refund",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.env.company._get_aftersales_today(),
            "ref": self.supplier_ref or self.name,
            "invoice_origin": self.name,
            "invoice_line_ids": [
                fields.Command.create(vals) for vals in self._prepare_credit_lines()
            ],
        }

    def _prepare_credit_lines(self):
        """One line a causal part."""
        self.ensure_one()
        totals = {}
        for line in self.line_ids:
            part = line.product_id.display_name or self.env._("Warranty costs")
            totals[part] = totals.get(part, 0.0) + line.amount_accepted
        return [
            {
                "name": f"{self.name} {part}",
                "quantity": 1,
                "price_unit": self.currency_id.round(amount),
                "tax_ids": [fields.Command.clear()],
            }
            for part, amount in totals.items()
            if not self.currency_id.is_zero(amount)
        ]

    def _check_credit(self):
        """Refuse a document that is not what the supplier accepted.

        :raise UserError: naming document and claim
        """
        self.ensure_one()
        move = self.move_id
        payee = self.partner_id.commercial_partner_id
        if (
            move.move_type != "in_refund"
            or move.currency_id != self.currency_id
            or move.commercial_partner_id != payee
            or self.currency_id.compare_amounts(
                move.amount_untaxed, self.amount_accepted
            )
        ):
            raise UserError(
                self.env._(
                    "%(move)s must be a vendor credit note of %(supplier)s over "
                    "%(amount)s, as supplier claim %(claim)s says. Correct it.",
                    move=move.display_name,
                    supplier=payee.display_name,
                    amount=self.currency_id.format(self.amount_accepted),
                    claim=self.name,
                )
            )

    def _set_credited(self):
        """The credit note stands."""
        self.filtered(lambda c: c.state == "answered")._write_flow(
            {"state": "credited"}
        )

    def _reopen_credit(self):
        """The credit note is a draft again."""
        self.filtered(lambda c: c.state == "credited")._write_flow(
            {"state": "answered"}
        )

    def _release_credit(self):
        """The credit note is gone; another one can be made."""
        self._reopen_credit()
        for claim in self.filtered("move_id"):
            claim.message_post(
                body=self.env._(
                    "The credit note %(move)s was cancelled or deleted.",
                    move=claim.move_id.display_name,
                )
            )
        self._write_flow({"move_id": False})

    def action_view_credit(self):
        """Open the credit notes."""
        return self.move_id._get_records_action()
