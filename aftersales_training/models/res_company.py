from odoo import api, fields, models

from ..tools.ratio import percent_to_rate


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_ratio_percent = fields.Float(
        "Certified Managers (%)",
        digits=(5, 2),
        default=10.0,
        help="Share of the service managers that must hold a valid certificate.",
    )
    aftersales_ratio_minimum = fields.Integer(
        "Certified Managers at Least",
        default=1,
        help="Heads that are needed however few managers there are.",
    )
    aftersales_qualification_mode = fields.Selection(
        [("block", "Block"), ("warn", "Warn Only")],
        "Missing Qualification",
        required=True,
        default="block",
        help="What happens when somebody without a required certificate is to get a "
        "service order.",
    )

    _aftersales_ratio_percent_range = models.Constraint(
        "CHECK(aftersales_ratio_percent > 0 AND aftersales_ratio_percent <= 100)",
        "The share of certified managers must be above 0 % and at most 100 %.",
    )
    _aftersales_ratio_minimum_positive = models.Constraint(
        "CHECK(aftersales_ratio_minimum >= 0)",
        "The smallest number of certified managers cannot be negative.",
    )

    def _get_aftersales_ratio_rule(self):
        """Return (exact rate, minimum of heads) of the company."""
        self.ensure_one()
        rate = percent_to_rate(self.aftersales_ratio_percent)
        return rate, self.aftersales_ratio_minimum

    def _get_training_officers(self):
        """Internal users who look after training in this company."""
        return self._get_aftersales_people("aftersales_network.group_training_officer")

    @api.model
    def _get_aftersales_companies(self):
        """Companies that run a service network."""
        Point = self.env["aftersales.service.point"]
        groups = Point._read_group([], ["company_id"], order="company_id")
        return self.union(*(company for (company,) in groups))
