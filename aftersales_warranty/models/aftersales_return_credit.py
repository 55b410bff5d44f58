from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..tools import refund as kernel
from .aftersales_return_refund import BAD_FINDINGS, REFUND_GROUPS


class AftersalesReturn(models.Model):
    """The credit notes of a return."""

    _inherit = "aftersales.return"

    can_refund = fields.Boolean(compute="_compute_can_refund")

    @api.depends("line_ids.state", "line_ids.is_settled", "line_ids.resolution")
    def _compute_can_refund(self):
        for document in self:
            document.can_refund = any(
                line.state in line._get_ready_states() and not line.is_settled
                for line in document._get_refund_lines()
            )

    def _get_refund_lines(self):
        """Lines that wait for their credit note."""
        return self.line_ids.filtered(
            lambda line: (
                line.resolution == "refund"
                and not line.is_denied
                and line.state not in ("missing", "cancelled")
                # Whether there is one is no secret.
                and not line.sudo().refund_move_id
            )
        )

    def action_create_refund(self):
        """Make the draft credit notes of everything that is due in money.

        :raise UserError: nothing is due, or the goods are not here yet
        """
        lines = self._get_refund_lines()
        if not lines:
            raise UserError(
                self.env._(
                    "%(document)s has nothing to refund.", document=self[:1].name
                )
            )
        lines._create_refunds()
        return self.action_view_refunds()


class AftersalesReturnLine(models.Model):
    _inherit = "aftersales.return.line"

    # -- credit note ---------------------------------------------------------------

    def _check_may_refund(self):
        """Refuse money steps by others than those who answer for money.

        :raise AccessError: naming the roles
        """
        if not any(self.env.user.has_group(group) for group in REFUND_GROUPS):
            raise AccessError(
                self.env._(
                    "Only a settlement clerk, a centre manager or the head of service "
                    "decides on the money of a return."
                )
            )

    def _check_not_settled(self):
        """Refuse a second refund or exchange of the same goods.

        :raise UserError: naming the credit note or the transfer
        """
        for line in self:
            # The clerk need not read every document of accounting and stock.
            line_sudo = line.sudo()
            moves = line_sudo.refund_line_ids.move_id.filtered(
                lambda m: m.state != "cancel"
            )
            pickings = line_sudo.delivery_move_ids.filtered(
                lambda m: m.state != "cancel"
            ).picking_id
            for document in (*moves, *pickings):
                raise UserError(
                    self.env._(
                        "%(line)s is settled with %(document)s already.",
                        line=line.display_name,
                        document=document.display_name,
                    )
                )

    def _check_can_settle(self, resolution):
        """Refuse to settle before the goods are here and judged.

        :raise UserError: naming the line and what is missing
        """
        for line in self:
            if line.resolution != resolution or line.is_denied:
                raise UserError(
                    self.env._(
                        "%(line)s is not to be settled this way.",
                        line=line.display_name,
                    )
                )
            if line.state not in line._get_ready_states():
                raise UserError(
                    self.env._(
                        "%(line)s has not arrived or is not inspected yet. The "
                        "customer is served after that.",
                        line=line.display_name,
                    )
                )
            if not line.has_choice:
                raise UserError(
                    self.env._(
                        "%(line)s came without a return. Choose first what the "
                        "customer is entitled to.",
                        line=line.display_name,
                    )
                )
            if line._needs_decision():
                raise UserError(
                    self.env._(
                        "The inspection of %(line)s found something the customer "
                        "answers for. Decide first what he gets.",
                        line=line.display_name,
                    )
                )
        self._check_not_settled()

    def _get_ready_states(self):
        """States in which the customer is served, as the settings say."""
        self.ensure_one()
        # A setting of the company, for whoever works on the return.
        at_receipt = self.sudo().company_id.aftersales_refund_at == "receipt"
        later = ("inspected", "disposed")
        return ("received", *later) if at_receipt else later

    def _needs_decision(self):
        """Whether somebody must decide before the customer is served."""
        self.ensure_one()
        is_bad = self.finding in BAD_FINDINGS or self._is_of_customer()
        return is_bad and not self.is_decided

    def _create_refunds(self):
        """Make draft credit notes, one for each invoice and currency.

        Accounting posts them.

        :return: the credit notes
        """
        self.check_access("write")
        self._check_may_refund()
        self._check_can_settle("refund")
        # Two clerks at once: the second waits for nobody and is told to try again.
        self.lock_for_update()
        # The clerk decides; the draft itself is accounting's document.
        lines_sudo = self.sudo()
        lines_sudo._freeze_paid()
        commands_by_key = {}
        for line_sudo in lines_sudo:
            for key, commands in line_sudo._prepare_refund_lines().items():
                commands_by_key.setdefault(key, []).extend(commands)
        self._check_something_due(commands_by_key)
        moves_sudo = self.env["account.move"].sudo()
        for key, commands in commands_by_key.items():
            moves_sudo |= moves_sudo.create(self._prepare_refund_vals(*key, commands))
        for line_sudo in lines_sudo:
            move_sudo = line_sudo.refund_line_ids.move_id.sorted("id")[-1:]
            line_sudo._write_flow({"refund_move_id": move_sudo.id})
        self.return_id._update_state()
        return moves_sudo

    def _check_credited(self):
        """Refuse posting more than is due, however the drafts were changed.

        :raise UserError: naming the line and what is due
        """
        for line in self:
            credited = sum(
                item.currency_id._convert(
                    item.price_total,
                    line.currency_id,
                    line.company_id,
                    item.move_id.invoice_date,
                )
                for item in line.refund_line_ids
                if item.parent_state == "posted"
            )
            currency = line.currency_id
            # Taxes of each document line are rounded by themselves.
            slack = currency.rounding * len(line.refund_line_ids)
            if currency.compare_amounts(credited, line.amount_refund + slack) > 0:
                raise UserError(
                    self.env._(
                        "%(line)s: %(due)s is due, the credit notes give "
                        "%(credited)s. Correct the credit note.",
                        line=line.display_name,
                        due=currency.format(line.amount_refund),
                        credited=currency.format(credited),
                    )
                )

    def _check_something_due(self, commands_by_key):
        if not commands_by_key:
            raise UserError(
                self.env._(
                    "%(line)s: nothing is to be credited. The goods are not invoiced, "
                    "or a credit note exists already.",
                    line=self[:1].display_name,
                )
            )

    def _prepare_refund_vals(self, invoice, partner, currency, commands):
        """Values of one credit note; extension point.

        :param invoice: the credited invoice; empty: the price paid is credited
        """
        documents = self.return_id.filtered(
            lambda r: (
                r.partner_id.commercial_partner_id == partner.commercial_partner_id
            )
        )
        vals = {
            "move_type": "out_refund",
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "currency_id": currency.id,
            "invoice_origin": ", ".join(documents.mapped("name")),
            "ref": ", ".join(documents.mapped("name")),
            "invoice_line_ids": commands,
        }
        if invoice:
            vals.update(
                {
                    "reversed_entry_id": invoice.id,
                    "journal_id": invoice.journal_id.id,
                    "fiscal_position_id": invoice.fiscal_position_id.id,
                    "invoice_payment_term_id": False,
                }
            )
        return vals

    def _prepare_refund_lines(self):
        """Lines of the credit notes: ``{(invoice, partner, currency): [command]}``."""
        self.ensure_one()
        if not self.amount_refund:
            return {}
        sale_line = self.origin_move_id.sale_line_id
        if not sale_line:
            return self._prepare_refund_of_price()
        parts = self._share_invoices(sale_line)
        shares = self._spread_deductions(
            [part.price_total / part.quantity * quantity for part, quantity in parts]
        )
        result = {}
        for (source, quantity), deductions in zip(parts, shares, strict=True):
            move = source.move_id
            key = (move, move.partner_id, move.currency_id)
            result.setdefault(key, []).extend(
                [
                    Command.create(self._prepare_credit_line(source, quantity)),
                    *self._prepare_deduction_lines(source, deductions),
                ]
            )
        return result

    def _spread_deductions(self, amounts):
        """Divide fee and reduction over credited amounts.

        :return: list of ``(fee, reduction)`` in the line's currency
        """
        weights = [self._to_minor(self.currency_id.round(x)) for x in amounts]
        paid = self._to_minor(self.price_paid)
        fee = min(self._to_minor(self.fee), paid)
        reduction = min(self._to_minor(self.reduction), paid - fee)
        fees = kernel.spread(fee, weights)
        reductions = kernel.spread(reduction, weights)
        return [
            (self._from_minor(x), self._from_minor(y))
            for x, y in zip(fees, reductions, strict=True)
        ]

    def _prepare_credit_line(self, source, quantity):
        """The invoiced line once more, for the quantity that came back."""
        return {
            "aftersales_return_line_id": self.id,
            "product_id": source.product_id.id,
            "name": source.name,
            "quantity": quantity,
            "product_uom_id": source.product_uom_id.id,
            "price_unit": source.price_unit,
            "discount": source.discount,
            "tax_ids": [Command.set(source.tax_ids.ids)],
            "account_id": source.account_id.id,
            "analytic_distribution": source.analytic_distribution,
            "sale_line_ids": [Command.set(source.sale_line_ids.ids)],
        }

    def _prepare_deduction_lines(self, source, deductions):
        """Depreciation and reduction as lines of their own, below zero."""
        move = source.move_id
        net = source.price_subtotal / source.price_total if source.price_total else 1
        included = any(tax.price_include for tax in source.tax_ids)
        commands = []
        for amount, label in zip(deductions, self._get_deduction_labels(), strict=True):
            if self.currency_id.is_zero(amount):
                continue
            amount = self.currency_id._convert(
                amount, move.currency_id, self.company_id, move.invoice_date
            )
            commands.append(
                Command.create(
                    {
                        "aftersales_return_line_id": self.id,
                        "name": label,
                        "quantity": 1,
                        "price_unit": -amount * (1 if included else net),
                        "tax_ids": [Command.set(source.tax_ids.ids)],
                        "account_id": source.account_id.id,
                    }
                )
            )
        return commands

    def _get_deduction_labels(self):
        """Texts of fee and reduction on the credit note, in the customer's tongue."""
        line = self.with_context(lang=self.partner_id.lang)
        return (
            line.env._("Depreciation fee of %(what)s", what=line.display_name),
            line.env._(
                "Reduction for %(what)s: %(reason)s",
                what=line.display_name,
                reason=line.decision_reason or "",
            ),
        )

    def _prepare_refund_of_price(self):
        """Credit of the price paid, where no sale of ours is known."""
        unit_price, taxes = self._split_taxes(self.price_paid)
        net = unit_price / self.price_paid
        shared = {
            "aftersales_return_line_id": self.id,
            "quantity": 1,
            "tax_ids": [Command.set(taxes.ids)],
        }
        commands = [
            Command.create(
                {
                    **shared,
                    "product_id": self.product_id.id,
                    "name": self.display_name,
                    "price_unit": unit_price,
                }
            )
        ]
        amounts = self._spread_deductions([self.price_paid])[0]
        for amount, label in zip(amounts, self._get_deduction_labels(), strict=True):
            if not self.currency_id.is_zero(amount):
                commands.append(
                    Command.create(
                        {**shared, "name": label, "price_unit": -amount * net}
                    )
                )
        partner = self.partner_id.commercial_partner_id
        empty = self.env["account.move"]
        return {(empty, partner, self.currency_id): commands}

    def _split_taxes(self, total):
        """Price before the taxes of the product that comes to ``total`` with them.

        :return: (price for the document line, taxes)
        """
        taxes = self.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        position = self.env["account.fiscal.position"].with_company(self.company_id)
        taxes = position._get_fiscal_position(self.partner_id).map_tax(taxes)
        result = taxes.compute_all(total, self.currency_id)
        with_taxes = result["total_included"]
        return (total * total / with_taxes if with_taxes else total), taxes
