from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import claim_hints as kernel


class AftersalesClaimHintRule(models.Model):
    """How one hint is looked for and how much it counts, for a span of days.

    A rule of the company goes before the general one.  Weights and thresholds are
    settings of judgement; they are not fitted to what turned out fraudulent.
    """

    _name = "aftersales.claim.hint.rule"
    _description = "Claim Hint Rule"
    _order = "code, company_id, date_from desc, id"
    _rec_name = "code"
    _check_company_auto = True

    code = fields.Selection("_selection_code", "Hint", required=True, index=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: every company."
    )
    is_used = fields.Boolean(
        "Looked for",
        default=True,
        help="A rule of the company that is not looked for switches the hint off.",
    )
    date_from = fields.Date("In Force from", required=True, default=fields.Date.today)
    date_to = fields.Date("In Force until")
    weight = fields.Float(
        default=0.5,
        digits=(4, 3),
        aggregator=None,
        help="Between 0 and 1: how much a full sign counts in the score of a claim.",
    )
    threshold = fields.Float(
        default=3.5,
        digits=(8, 2),
        aggregator=None,
        help="Where the sign counts as strong. Amounts and spikes: distance to what is "
        "usual, in robust standard deviations. Distance: claimed ÷ expected "
        "kilometres. Limits: per cent below the limit.",
    )
    window_days = fields.Integer(
        "Days",
        default=365,
        aggregator=None,
        help="How far back claims are compared, or how near two claims must be.",
    )
    min_sample = fields.Integer(
        "Least Sample",
        default=8,
        aggregator=None,
        help="Fewer cases than this do not tell what is usual; there is no hint then.",
    )
    band_days = fields.Integer(
        "Age Band (days)",
        default=180,
        aggregator=None,
        help="Products whose age falls into the same band are compared.",
    )
    limit_amount = fields.Float(
        "Further Limit",
        digits="Product Price",
        aggregator=None,
        help="Amount above which a claim is looked at by somebody else, in the "
        "currency of the company; 0: only the limits of other rules.",
    )
    meaning = fields.Char(compute="_compute_meaning")

    _weight_share = models.Constraint(
        "CHECK (weight >= 0 AND weight <= 1)",
        "The weight of a hint lies between 0 and 1.",
    )
    _threshold_positive = models.Constraint(
        "CHECK (threshold > 0)", "The threshold of a hint must be above 0."
    )
    _numbers_positive = models.Constraint(
        "CHECK (window_days > 0 AND min_sample > 0 AND band_days > 0 "
        "AND limit_amount >= 0)",
        "Days, sample and age band must be above 0, and the limit not below.",
    )
    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A rule cannot end before it begins.",
    )
    # Two people may save at once: the database lets one pass.
    _once = models.Constraint(
        "EXCLUDE USING gist (code WITH =, COALESCE(company_id, 0) WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&)",
        "There is a rule for this hint, company and days already. End it first.",
    )

    @api.model
    def _selection_code(self):
        return list(self._get_hint_labels().items())

    @api.model
    def _get_hint_labels(self):
        """Name of every hint, in the order in which they are looked for."""
        return {
            "DUPLICATE": self.env._("Claimed Twice"),
            "PHOTO": self.env._("Photo Used Twice"),
            "USAGE": self.env._("Usage Runs Backwards"),
            "DISTANCE": self.env._("Implausible Distance"),
            "SPLIT": self.env._("Near or Around a Limit"),
            "SPIKE": self.env._("Spike of the Point"),
            "LABOUR": self.env._("High Labour"),
            "VALUE": self.env._("High Value"),
        }

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = self._get_hint_labels()
        for rule in self:
            rule.display_name = labels.get(rule.code)

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_meaning(self):
        texts = {
            "DUPLICATE": self.env._(
                "The same unit, part or order was claimed within the days."
            ),
            "PHOTO": self.env._(
                "A photo of the claim or its order stands in another job too."
            ),
            "USAGE": self.env._("The meter shows less than at an earlier job."),
            "DISTANCE": self.env._(
                "More kilometres than the place, or else the usual way there, explains."
            ),
            "SPLIT": self.env._(
                "Just below a limit, or several claims of a unit that only together "
                "exceed it."
            ),
            "SPIKE": self.env._(
                "Many more claims of the point than in its own earlier periods."
            ),
            "LABOUR": self.env._(
                "More labour than the point itself claims for such products."
            ),
            "VALUE": self.env._(
                "More money than claims for such products of that age and purpose."
            ),
        }
        for rule in self:
            rule.meaning = texts.get(rule.code)

    @api.constrains("threshold", "code")
    def _check_ratio(self):
        """The threshold of a ratio lies above one."""
        for rule in self:
            if rule.code == "DISTANCE" and rule.threshold <= 1:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: the threshold is claimed ÷ expected kilometres and "
                        "must be above 1.",
                        rule=rule.display_name,
                    )
                )

    @api.model
    def _get_in_force(self, company, on_date):
        """Rule of each hint on a day, the company's own before the general one.

        :return: ``{code: rule}``; hints that are switched off are left out
        """
        rules = self.search(
            Domain("company_id", "in", (company.id, False))
            & Domain("date_from", "<=", on_date)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", on_date)),
        )
        own_last = rules.sorted(lambda rule: bool(rule.company_id))
        found = {rule.code: rule for rule in own_last}
        return {code: rule for code, rule in found.items() if rule.is_used}

    def _to_kernel(self):
        """The rule as the calculation wants it."""
        self.ensure_one()
        return kernel.Rule(
            weight=self.weight,
            threshold=self.threshold,
            window_days=self.window_days,
            min_sample=self.min_sample,
        )
