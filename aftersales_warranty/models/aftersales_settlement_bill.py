from odoo import api, fields, models
from odoo.exceptions import UserError

#: More claims than this are billed by kind; the statement keeps the detail.
DETAIL_LIMIT = 100


class AftersalesSettlement(models.Model):
    """The vendor bill of a settlement and what happens when it changes."""

    _inherit = "aftersales.settlement"

    self_billing_ref = fields.Char(
        "Bill Reference",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Number under which the company bills itself for the point. A new bill "
        "gets a new number.",
    )
    amount_tax = fields.Monetary("Tax", compute="_compute_amount_tax")
    amount_payable = fields.Monetary(
        "To Pay", compute="_compute_amount_tax", help="With tax."
    )

    _FLOW_FIELDS = frozenset(("self_billing_ref",))

    @api.depends("line_ids.amount", "move_id.amount_tax", "company_id")
    def _compute_amount_tax(self):
        for settlement in self:
            tax = settlement._get_tax()
            settlement.amount_tax = tax
            settlement.amount_payable = settlement.amount_total + tax

    def action_create_bill(self):
        """Make one draft vendor bill per confirmed settlement.

        Where the point owes and nothing is carried forward it is a credit note.

        :raise UserError: not confirmed, billed already, or no payee or journal
        """
        self._check_clerk()
        self.check_access("write")
        self._lock()
        self._lock_claims()
        for settlement in self:
            settlement._check_can_bill()
        # The clerk may settle but has no accounting rights; the bill is a draft
        # that accounting checks and posts.
        self._number_bills()
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
        """Values of the vendor bill, or of the credit note where the point owes.

        The rate is that of the last day of the period, as on the statement.
        Extension point.
        """
        self.ensure_one()
        company = self.company_id
        vals = {
            "move_type": self._get_bill_type(),
            "company_id": company.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": company._get_aftersales_today(),
            "ref": self.self_billing_ref or self.name,
            "payment_reference": self.name,
            "invoice_origin": self.name,
            "fiscal_position_id": self._get_fiscal_position().id,
            "invoice_line_ids": [
                fields.Command.create(vals) for vals in self._prepare_bill_lines()
            ],
        }
        if self.currency_id != company.currency_id:
            vals["invoice_currency_rate"] = self._get_currency_rate()
        return vals

    def _get_bill_type(self):
        """Kind of document that the total stands for."""
        self.ensure_one()
        owes = self.currency_id.compare_amounts(self.amount_total, 0) < 0
        return "in_refund" if owes else "in_invoice"

    def _get_currency_rate(self):
        """Units of the settlement's currency for one of the company's."""
        self.ensure_one()
        return self.env["res.currency"]._get_conversion_rate(
            self.company_id.currency_id, self.currency_id, self.company_id, self.date_to
        )

    def _get_fiscal_position(self):
        """Fiscal position of the payee in the company of the settlement."""
        self.ensure_one()
        Position_sudo = self.env["account.fiscal.position"].sudo()
        return Position_sudo.with_company(self.company_id)._get_fiscal_position(
            self.partner_id
        )

    def _get_bill_taxes(self):
        """Taxes of the bill, as superuser: the clerk needs no accounting rights."""
        self.ensure_one()
        tax_sudo = self.company_id.sudo().aftersales_claim_tax_id
        return self._get_fiscal_position().map_tax(tax_sudo)

    def _get_analytic_account(self):
        """Analytic account that the settlement is charged to; may be empty."""
        self.ensure_one()
        return (
            self.service_point_id.sudo().aftersales_analytic_id
            or self.company_id.sudo().aftersales_claim_analytic_id
        )

    def _prepare_bill_lines(self):
        """Bill lines per claim and kind; per kind where the claims are many."""
        self.ensure_one()
        taxes = self._get_bill_taxes()
        analytic = self._get_analytic_account()
        sign = -1 if self._get_bill_type() == "in_refund" else 1
        return [
            {
                "name": label,
                "quantity": 1,
                "price_unit": sign * self.currency_id.round(amount),
                "tax_ids": [fields.Command.set(taxes.ids)],
                "analytic_distribution": {analytic.id: 100.0} if analytic else False,
            }
            for label, amount in self._get_bill_totals().items()
        ]

    def _get_bill_totals(self):
        """Amounts of the bill by what they are for: ``{label: amount}``."""
        self.ensure_one()
        by_claim = self.claim_count <= DETAIL_LIMIT
        Line = self.env["aftersales.claim.line"]
        kinds = dict(Line._fields["kind"]._description_selection(self.env))
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
        return totals

    def _get_tax(self):
        """Tax of the bill, or what it will be."""
        self.ensure_one()
        # Readers of the statement need no accounting rights.
        move_sudo = self.sudo().move_id
        if move_sudo:
            sign = -1 if move_sudo.move_type == "in_refund" else 1
            return sign * move_sudo.amount_tax
        taxes = self._get_bill_taxes()
        if not taxes:
            return 0.0
        Tax_sudo, company_sudo = self.env["account.tax"].sudo(), self.company_id.sudo()
        base_lines = [
            Tax_sudo._prepare_base_line_for_taxes_computation(
                {},
                price_unit=amount,
                quantity=1.0,
                currency_id=self.currency_id,
                tax_ids=taxes,
            )
            for amount in self._get_bill_totals().values()
        ]
        Tax_sudo._add_tax_details_in_base_lines(base_lines, company_sudo)
        Tax_sudo._round_base_lines_tax_details(base_lines, company_sudo)
        totals = Tax_sudo._get_tax_totals_summary(
            base_lines, self.currency_id, company_sudo
        )
        return totals["tax_amount_currency"]

    def _number_bills(self):
        """Give each bill its reference, by the series of the company or point."""
        for settlement in self:
            sequence_sudo = settlement._get_self_billing_sequence()
            if sequence_sudo:
                settlement._write_flow(self_billing_ref=sequence_sudo.next_by_id())

    def _get_self_billing_sequence(self):
        """Series of the bill references, as superuser; may be empty."""
        self.ensure_one()
        mode = self.company_id.aftersales_self_billing
        if mode == "none":
            return self.env["ir.sequence"]
        # Nobody but the bill takes a number of these series.
        owner_sudo = (
            self.service_point_id if mode == "point" else self.company_id
        ).sudo()
        if not owner_sudo.aftersales_self_billing_sequence_id:
            code = f"{owner_sudo.code}-".replace("%", "%%") if mode == "point" else ""
            sequence_sudo = owner_sudo.env["ir.sequence"].create(
                {
                    "name": self.env._(
                        "Settlement bills: %(owner)s", owner=owner_sudo.name
                    ),
                    "implementation": "no_gap",
                    "prefix": f"SB-{code}%(range_year)s-",
                    "padding": 5,
                    "use_date_range": True,
                    "company_id": self.company_id.id,
                }
            )
            owner_sudo.aftersales_self_billing_sequence_id = sequence_sudo
        return owner_sudo.aftersales_self_billing_sequence_id

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
            self._write_flow(move_id=False, self_billing_ref=False)

    def action_view_bill(self):
        """Open the bills."""
        return self.move_id._get_records_action()
