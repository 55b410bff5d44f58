from odoo import api, fields, models

from ..tools.ratio import rule_on

RULE_FIELDS = {
    "aftersales_ratio_percent": "percent",
    "aftersales_ratio_minimum": "minimum",
    "aftersales_ratio_absence": "absence",
}
COPIED_FIELDS = ("percent", "minimum", "absence", "source", "confidence")


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_ratio_rule_ids = fields.One2many(
        "aftersales.ratio.rule", "company_id", "Certified-Manager Rules"
    )
    aftersales_ratio_percent = fields.Float(
        "Certified Managers (%)",
        digits=(5, 2),
        compute="_compute_aftersales_ratio_rule",
        inverse="_inverse_aftersales_ratio_percent",
        help="Share of the service managers that must hold a valid certificate, as of "
        "today. A change holds from today on.",
    )
    aftersales_ratio_minimum = fields.Integer(
        "Certified Managers at Least",
        compute="_compute_aftersales_ratio_rule",
        inverse="_inverse_aftersales_ratio_minimum",
        help="Heads that are needed however few managers there are, as of today.",
    )
    aftersales_ratio_absence = fields.Selection(
        selection="_selection_aftersales_ratio_absence",
        string="Manager on Long Leave",
        compute="_compute_aftersales_ratio_rule",
        inverse="_inverse_aftersales_ratio_absence",
        help="How somebody with a recorded long leave counts, as of today.",
    )
    aftersales_ratio_watch_centres = fields.Boolean(
        "Watch Each Centre",
        help="Also raise an activity when a single centre falls below the rule.",
    )
    aftersales_ratio_warning_days = fields.Integer(
        "Warn Ahead (Days)",
        default=90,
        help="Days before the ratio falls below the rule, as known today, at which "
        "human resources are warned; 0: no warning.",
    )
    aftersales_qualification_mode = fields.Selection(
        [("block", "Block"), ("warn", "Warn Only")],
        "Missing Qualification",
        required=True,
        default="block",
        help="What happens when somebody without a required certificate is to get a "
        "service order.",
    )

    aftersales_entry_mode = fields.Selection(
        [("block", "Block"), ("warn", "Warn Only"), ("off", "Do Not Check")],
        "Certified Before Taking Up the Post",
        required=True,
        default="warn",
        help="What happens when somebody is given a post without the certificates it "
        "asks for at any time.",
    )
    aftersales_qualification_grace = fields.Integer(
        "Days of Grace",
        required=True,
        default=0,
        help="Days after the start of a post within which the certificates have to "
        "be there; 0: from the first day.",
    )

    _aftersales_qualification_grace_positive = models.Constraint(
        "CHECK(aftersales_qualification_grace >= 0)",
        "The days of grace cannot be negative.",
    )
    _aftersales_ratio_warning_positive = models.Constraint(
        "CHECK(aftersales_ratio_warning_days >= 0)",
        "The days of warning ahead cannot be negative.",
    )

    @api.depends(
        "aftersales_ratio_rule_ids.date_from",
        "aftersales_ratio_rule_ids.percent",
        "aftersales_ratio_rule_ids.minimum",
        "aftersales_ratio_rule_ids.absence",
    )
    def _compute_aftersales_ratio_rule(self):
        schedule = self.env["aftersales.ratio.rule"]._get_schedule(self._origin)
        for company in self:
            today = company._get_aftersales_today()
            rule = rule_on(schedule.get(company._origin.id, ()), today)
            company.aftersales_ratio_percent = float(100 * rule.rate)
            company.aftersales_ratio_minimum = rule.minimum
            company.aftersales_ratio_absence = rule.absence

    def _inverse_aftersales_ratio_percent(self):
        self._start_aftersales_ratio_rule("aftersales_ratio_percent")

    def _inverse_aftersales_ratio_minimum(self):
        self._start_aftersales_ratio_rule("aftersales_ratio_minimum")

    def _inverse_aftersales_ratio_absence(self):
        self._start_aftersales_ratio_rule("aftersales_ratio_absence")

    def _start_aftersales_ratio_rule(self, field):
        """Let a change of the settings start today, so that the past stays."""
        Rule = self.env["aftersales.ratio.rule"]
        for company in self:
            vals = {RULE_FIELDS[field]: company[field]}
            today = company._get_aftersales_today()
            running = Rule._get_in_force(company, today).sudo(False)
            if running and running.date_from == today:
                running.write(vals)
            else:
                base = {name: running[name] for name in COPIED_FIELDS if running}
                Rule.create(
                    {**base, **vals, "company_id": company.id, "date_from": today}
                )

    @api.model
    def _selection_aftersales_ratio_absence(self):
        Rule = self.env["aftersales.ratio.rule"]
        return Rule._fields["absence"]._description_selection(self.env)

    def _get_aftersales_ratio_rules(self):
        """The certified-manager rule over time, in the order of its days."""
        self.ensure_one()
        return self.env["aftersales.ratio.rule"]._get_schedule(self)[self.id]

    def _get_aftersales_ratio_rule(self, on_date):
        """The certified-manager rule of one day."""
        self.ensure_one()
        return rule_on(self._get_aftersales_ratio_rules(), on_date)

    def _get_training_officers(self):
        """Internal users who look after training in this company."""
        return self._get_aftersales_people("aftersales_network.group_training_officer")

    @api.model
    def _get_aftersales_companies(self):
        """Companies that run a service network."""
        Point = self.env["aftersales.service.point"]
        groups = Point._read_group([], ["company_id"], order="company_id")
        return self.union(*(company for (company,) in groups))
