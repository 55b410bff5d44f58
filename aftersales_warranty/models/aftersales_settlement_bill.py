from odoo import fields, models
from odoo.exceptions import UserError

#: More claims than this are billed by kind; the statement keeps the detail.
DETAIL_LIMIT = 100


class AftersalesSettlement(models.Model):
    """The vendor bill of a settlement and what happens when it changes."""

    _inherit = "aftersales.settlement"

    def action_create_bill(self):
        """Make one draft vendor bill per confirmed settlement.

        :raise UserError: not confirmed, billed already, or no payee or journal
        """
        self._check_clerk()
        self.check_access("write")
        self.lock_for_update()
        self.line_ids.claim_id.lock_for_update()
        for settlement in self:
            settlement._check_can_bill()
        # The clerk may settle but has no accounting rights; the bill is a draft
        # that accounting checks and posts.
        moves_sudo = (
            self.env["account.move"]
            .sudo()
            .create([settlement._prepare_bill_vals() for settlement in self])
        )
        for settlement, move_sudo in zip(self, moves_sudo, strict=True):
            settlement._write_flow(move_id=move_sudo.id)
        self._set_billed()
        return self.action_view_bill()

    def _check_can_bill(self):
        """Refuse a second bill and a bill without a payee."""
        self.ensure_one()
        if self.move_id:
            raise UserError(
                self.env._(
                    "%(name)s has the bill %(bill)s already.",
                    name=self.name,
                    bill=self.sudo().move_id.display_name,
                )
            )
        if self.state != "confirmed":
            raise UserError(
                self.env._("Confirm %(name)s before billing it.", name=self.name)
            )
        self._check_content()
        if not self.partner_id:
            raise UserError(
                self.env._(
                    "%(point)s has no company or address to be paid.",
                    point=self.service_point_id.display_name,
                )
            )

    def _prepare_bill_vals(self):
        """Values of the vendor bill.

        Extension point.
        """
        self.ensure_one()
        return {
            "move_type": "in_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.env.company._get_aftersales_today(),
            "ref": self.name,
            "invoice_origin": self.name,
            "invoice_line_ids": [
                fields.Command.create(vals) for vals in self._prepare_bill_lines()
            ],
        }

    def _prepare_bill_lines(self):
        """Bill lines per claim and kind; per kind where the claims are many."""
        self.ensure_one()
        tax = self.company_id.sudo().aftersales_claim_tax_id
        by_claim = self.claim_count <= DETAIL_LIMIT
        kinds = dict(
            self.env["aftersales.claim.line"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        totals = {}
        for line in self.line_ids:
            source = line.claim_line_id
            if not source:
                label = line.adjustment_id.reason
            elif by_claim:
                label = f"{line.claim_id.name} {kinds[source.kind]}"
            else:
                label = self.env._("Warranty claims: %(kind)s", kind=kinds[source.kind])
            totals[label] = totals.get(label, 0) + line.amount
        return [
            {
                "name": label,
                "quantity": 1,
                "price_unit": self.currency_id.round(amount),
                "tax_ids": [fields.Command.set(tax.ids)],
            }
            for label, amount in totals.items()
        ]

    def _set_billed(self):
        """The bill stands: claims whose lines are all in it are settled."""
        self._write_flow(state="billed")
        self.line_ids.claim_id.sudo()._mark_settled()

    def _reopen(self, keep_move=False):
        """The bill was reset, cancelled or deleted: exactly its claims reopen.

        :param keep_move: the bill is a draft again and may be posted later
        """
        billed = self.filtered(lambda s: s.state == "billed")
        billed._write_flow(state="confirmed")
        billed.line_ids.claim_id._unmark_settled()
        if not keep_move:
            for settlement in self:
                settlement.message_post(
                    body=self.env._(
                        "The bill %(bill)s was cancelled or deleted.",
                        bill=settlement.move_id.display_name,
                    )
                )
            self._write_flow(move_id=False)

    def action_view_bill(self):
        """Open the bills."""
        return self.move_id._get_records_action()
