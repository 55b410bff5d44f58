from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import float_repr

from ..tools.ratio import DEFAULT_RULE, Rule, percent_to_rate

#: What decides about figures: not to be changed for days that are over.
FIGURE_FIELDS = frozenset(("company_id", "date_from", "percent", "minimum", "absence"))


class AftersalesRatioRule(models.Model):
    """Share of certified managers that a company asks for, from a day on.

    A new figure is a new line: the requirement of a day that is over stays what
    it was.
    """

    _name = "aftersales.ratio.rule"
    _description = "Certified-Manager Rule"
    _inherit = ["aftersales.scope.mixin", "mail.thread"]
    _order = "company_id, date_from desc, id desc"
    _rec_name = "date_from"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        tracking=True,
        help="First day; the rule holds until the next one starts.",
    )
    percent = fields.Float(
        "Certified Managers (%)",
        digits=(5, 2),
        required=True,
        default=10.0,
        tracking=True,
        aggregator=None,
        help="Share of the service managers that must hold a valid certificate.",
    )
    minimum = fields.Integer(
        "At Least",
        required=True,
        default=1,
        tracking=True,
        aggregator=None,
        help="Heads that are needed however few managers there are.",
    )
    absence = fields.Selection(
        [
            ("both", "Counts as manager and as certified"),
            ("managers", "Counts as manager only"),
            ("neither", "Does not count"),
        ],
        "On Long Leave",
        required=True,
        default="both",
        tracking=True,
        help="How a manager counts during an absence that is recorded for the person.",
    )
    source = fields.Char(translate=True, help="Standard, law or decision behind it.")
    confidence = fields.Selection(
        [
            ("primary", "Primary text read"),
            ("secondary", "Several sources agree"),
            ("single", "One source"),
            ("unconfirmed", "Not confirmed"),
            ("proposal", "Proposal of the software"),
        ],
        required=True,
        default="unconfirmed",
        help="How sure the figures are. Check what is not confirmed before you "
        "present it as a rule.",
    )
    note = fields.Text(translate=True)

    _SCOPE_FIELDS = frozenset(("company_id",))

    _percent_range = models.Constraint(
        "CHECK(percent > 0 AND percent <= 100)",
        "The share of certified managers must be above 0 % and at most 100 %.",
    )
    _minimum_positive = models.Constraint(
        "CHECK(minimum >= 0)",
        "The smallest number of certified managers cannot be negative.",
    )
    _company_day_uniq = models.UniqueIndex(
        "(company_id, date_from)",
        "The company has a rule from this day on already. Change that one.",
    )

    @api.depends("percent", "minimum", "date_from")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = self.env._(
                "%(percent)s %%, at least %(minimum)s, from %(date)s",
                percent=float_repr(rule.percent, 2),
                minimum=rule.minimum,
                date=rule.date_from,
            )

    @api.model_create_multi
    def create(self, vals_list):
        """A rule for days that are over is only possible before evidence exists.

        :raise UserError: naming the recorded day
        """
        rules = super().create(vals_list)
        for rule in rules:
            rule._check_no_evidence()
        return rules

    def write(self, vals):
        """Figures of days that are over stay; texts may be corrected.

        :raise UserError: naming the rule and the way out
        """
        if FIGURE_FIELDS & set(vals):
            self._check_not_started()
        result = super().write(vals)
        if "date_from" in vals:
            for rule in self:
                rule._check_no_evidence()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        self._check_not_started()

    def _check_not_started(self):
        for rule in self:
            if rule.date_from < rule.company_id._get_aftersales_today():
                raise UserError(
                    self.env._(
                        "The rule “%(rule)s” has applied to days that are over. Add a "
                        "new line from today on instead.",
                        rule=rule.display_name,
                    )
                )

    def _check_no_evidence(self):
        """Recorded figures were made under the rule of their day."""
        self.ensure_one()
        if self.date_from >= self.company_id._get_aftersales_today():
            return
        recorded_sudo = self.env["aftersales.manager.ratio"].sudo()
        last = recorded_sudo.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", ">=", self.date_from),
            order="date desc",
            limit=1,
        )
        if last:
            raise UserError(
                self.env._(
                    "“%(rule)s” would change figures that are recorded, the last one "
                    "of %(date)s. Let it start later.",
                    rule=self.display_name,
                    date=last.date,
                )
            )

    @api.model
    def _get_schedule(self, companies):
        """The requirement over time: ``{company_id: [Rule, …]}`` in order of days.

        One query whatever the number of companies; the default of the standard
        holds before the first line of a company.
        """
        # Everybody who sees the figures may know the rule behind them.
        rules_sudo = self.sudo().search_fetch(
            [("company_id", "in", companies.ids)],
            ["company_id", "date_from", "percent", "minimum", "absence"],
            order="company_id, date_from",
        )
        schedule = {company.id: [DEFAULT_RULE] for company in companies}
        for rule in rules_sudo:
            schedule[rule.company_id.id].append(rule._get_exact_rule())
        return schedule

    def _get_exact_rule(self):
        """The line for the calculation, without the dust of floats."""
        self.ensure_one()
        rate = percent_to_rate(Decimal(float_repr(self.percent, 2)))
        return Rule(self.date_from, rate, self.minimum, self.absence)

    @api.model
    def _get_in_force(self, company, on_date):
        """The line that holds in a company on a day; empty: the default."""
        return self.sudo().search(
            [("company_id", "=", company.id), ("date_from", "<=", on_date)],
            order="date_from desc",
            limit=1,
        )
