from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW


class AftersalesSettlement(models.Model):
    """A point that owes more than it gets.

    Either the debt goes to the next period: one entry brings this statement to zero
    and a second one charges the same amount the day after the period, so that both
    are seen and nothing is lost.  Or the settlement becomes a credit note.
    """

    _inherit = "aftersales.settlement"

    negative_policy = fields.Selection(
        [
            ("carry", "Carry Forward to the Next Period"),
            ("refund", "Ask for a Credit Note"),
        ],
        "If the Point Owes",
        default=lambda self: self.env.company.aftersales_negative_settlement,
        required=True,
    )
    amount_company = fields.Monetary(
        "Total in Company Currency",
        compute="_compute_amount_company",
        store=True,
        currency_field="company_currency_id",
        help="At the rate of the last day of the period.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )

    _FLOW_FIELDS = frozenset(("amount_company",))

    @api.depends("amount_total", "currency_id", "company_id", "date_to")
    def _compute_amount_company(self):
        for settlement in self:
            company = settlement.company_id or self.env.company
            settlement.amount_company = settlement.currency_id._convert(
                settlement.amount_total,
                company.currency_id,
                company,
                settlement.date_to or fields.Date.today(),
            )

    def _carry_forward(self):
        """Bring settlements that come out negative to zero, the debt goes on."""
        Entry = self.env["aftersales.point.adjustment"]
        owing = self.filtered(
            lambda s: (
                s.negative_policy == "carry"
                and s.currency_id.compare_amounts(s.amount_total, 0) < 0
            )
        )
        for settlement in owing:
            balanced, charged = settlement._prepare_carry_vals()
            entry = Entry._add_once([balanced])
            Entry._add_once([charged])
            settlement._append_entries(entry)

    def _prepare_carry_vals(self):
        """The entry that balances this period and the one that charges the next."""
        self.ensure_one()
        common = {
            "service_point_id": self.service_point_id.id,
            "currency_id": self.currency_id.id,
            "kind": "carry",
            "res_model": self._name,
            "res_id": self.id,
        }
        return (
            {
                **common,
                "key": "out",
                "amount": -self.amount_total,
                "date": self.date_to,
                "reason": self.env._("Carried forward to the next period"),
            },
            {
                **common,
                "key": "in",
                "amount": self.amount_total,
                "date": self.date_to + timedelta(days=1),
                "reason": self.env._(
                    "Carried forward from %(settlement)s", settlement=self.name
                ),
            },
        )

    def _append_entries(self, entries):
        """Add lines of additions or deductions to one settlement."""
        self.ensure_one()
        self._get_flow_lines().create(
            [
                {
                    "settlement_id": self.id,
                    "adjustment_id": entry.id,
                    "amount_approved": entry.amount,
                    "amount": entry.amount,
                }
                for entry in entries
            ]
        )

    def _uncarry(self):
        """Take back what was carried forward, before anything else changes.

        :raise UserError: a later settlement charged it already
        """
        # The steps of the settlement made these entries and take them back.
        Entry_sudo = self.env["aftersales.point.adjustment"].sudo()
        entries_sudo = Entry_sudo.search(
            Domain("kind", "=", "carry")
            & Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("source_ref", "!=", False)
        )
        if not entries_sudo:
            return
        Line_sudo = self.env["aftersales.settlement.line"].sudo()
        lines_sudo = Line_sudo.search(Domain("adjustment_id", "in", entries_sudo.ids))
        later = lines_sudo.filtered(
            lambda line: line.is_live and line.settlement_id not in self.sudo()
        )[:1]
        if later:
            settlement = self.browse(later.adjustment_id.res_id)
            raise UserError(
                self.env._(
                    "The debt of %(name)s was charged in %(later)s. Cancel that one "
                    "first.",
                    name=settlement.name,
                    later=later.settlement_id.name,
                )
            )
        lines_sudo.unlink()
        flow_sudo = entries_sudo.with_context(aftersales_flow=FLOW)
        flow_sudo.write({"state": "open"})
        flow_sudo.unlink()
