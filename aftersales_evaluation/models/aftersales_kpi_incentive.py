from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import kpi as kernel


class AftersalesKpiIncentive(models.Model):
    """What a reached or missed target is worth: a formula kept as data.

    Only frozen figures earn anything; what has no figure earns nothing.
    """

    _name = "aftersales.kpi.incentive"
    _description = "KPI Incentive"
    _order = "kpi_id, date_from desc, id"
    _check_company_auto = True

    kpi_id = fields.Many2one(
        "aftersales.kpi",
        "KPI",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Only below",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Empty: the whole company.",
    )
    tier = fields.Selection(
        [
            ("point", "Each Service Point"),
            ("centre", "Each Centre"),
            ("company", "The Person Responsible for the Company"),
        ],
        "Paid to",
        required=True,
        default="point",
    )
    date_from = fields.Date(
        "Valid from", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date("Valid until")
    condition = fields.Selection(
        [
            ("ok", "Target Met"),
            ("attained", "Attainment of at least"),
            ("not_ok", "Target not met"),
            ("missed", "Missed beyond the warning"),
        ],
        "If",
        required=True,
        default="ok",
    )
    bound = fields.Float("Attainment (%)", digits=(6, 2), default=100.0)
    formula = fields.Selection(
        [
            ("fixed", "The amount"),
            ("attainment", "Amount × attainment"),
            ("excess", "Amount for each unit better than the target"),
        ],
        "Pay",
        required=True,
        default="fixed",
    )
    amount = fields.Monetary(
        required=True, help="Positive: award; negative: deduction."
    )
    cap = fields.Monetary("At Most", help="Bound of the result; 0: no bound.")

    _deduction_of_points = models.Constraint(
        "CHECK (amount > 0 OR tier != 'company')",
        "A person is not charged for a missed target; deductions are for centres and "
        "service points.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "An incentive cannot end before it begins.",
    )
    _amount_not_zero = models.Constraint(
        "CHECK (amount != 0)", "An incentive of zero has no meaning."
    )
    _bounds_positive = models.Constraint(
        "CHECK (cap >= 0 AND bound >= 0)",
        "The bounds of an incentive cannot be negative.",
    )

    @api.depends("kpi_id.name", "tier")
    def _compute_display_name(self):
        labels = dict(self._fields["tier"]._description_selection(self.env))
        for rule in self:
            rule.display_name = f"{rule.kpi_id.name}: {labels[rule.tier]}"

    def _get_pay(self):
        """The rule as the kernel takes it."""
        self.ensure_one()
        return kernel.Pay(
            self.formula, self.condition, self.amount, self.bound, self.cap
        )

    def _get_value_domain(self, date_from, date_to):
        """Frozen figures that the rule looks at."""
        self.ensure_one()
        domain = (
            Domain("kpi_id", "=", self.kpi_id.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("tier", "=", self.tier)
            & Domain("is_frozen", "=", True)
            & Domain("month", ">=", max(date_from, self.date_from))
            & Domain("month", "<=", min(date_to, self.date_to or date_to))
        )
        if self.service_point_id:
            domain &= Domain("service_point_id", "child_of", self.service_point_id.id)
        return domain

    def _earn(self, value):
        """Amount that a frozen figure earns, as Decimal."""
        self.ensure_one()
        rated = value.status in ("ok", "warning", "missed")
        return kernel.incentive(
            self._get_pay(),
            value.status,
            kernel.exact(value.attainment) / 100 if rated else None,
            value.value,
            value.target,
            value.direction,
            self.currency_id.decimal_places,
        )

    def _prepare_incentive(self, value):
        """What one figure earns, for the awards and the payroll."""
        self.ensure_one()
        return {
            "kpi_id": value.kpi_id.id,
            "value_id": value.id,
            "rule_id": self.id,
            "month": value.month,
            "tier": value.tier,
            "company_id": value.company_id.id,
            "service_point_id": value.service_point_id.id,
            "owner_id": value.owner_id.id,
            "amount": float(self._earn(value)),
            "currency_id": self.currency_id.id,
        }


class AftersalesKpi(models.Model):
    """Incentives of the frozen figures; the awards read them."""

    _inherit = "aftersales.kpi"

    def _get_incentives(self, date_from, date_to):
        """What the frozen figures of the months of a period earn.

        :param date_from: first day; months that begin in the period count
        :return: list of ``{kpi_id, value_id, rule_id, month, tier, company_id,
            service_point_id, owner_id, amount, currency_id}``; amounts are not zero
        """
        rules = self.env["aftersales.kpi.incentive"].search(
            Domain("kpi_id", "in", self.ids)
            & Domain("date_from", "<=", date_to)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", date_from))
        )
        domains = {rule: rule._get_value_domain(date_from, date_to) for rule in rules}
        values = self.env["aftersales.kpi.value"].search(Domain.OR(domains.values()))
        return [
            vals
            for rule, domain in domains.items()
            for value in values.filtered_domain(domain)
            if (vals := rule._prepare_incentive(value))["amount"]
        ]
