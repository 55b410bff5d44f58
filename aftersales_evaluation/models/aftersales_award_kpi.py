from odoo import models
from odoo.exceptions import UserError


class AftersalesAward(models.Model):
    """Awards that key figures earned: the incentive is their rule."""

    _inherit = "aftersales.award"

    _rule_or_reason = models.Constraint(
        r"CHECK (rule_id IS NOT NULL OR kpi_incentive_id IS NOT NULL"
        r" OR COALESCE(reason, '') ~ '\S')",
        "An award needs a rule or a reason.",
    )

    def _check_ranked(self, vals):
        result = super()._check_ranked(vals)
        earned = self.filtered("kpi_value_id")[:1]
        if earned and self._RANKED_FIELDS & set(vals):
            raise UserError(
                self.env._(
                    "Award %(award)s follows from %(kpi)s. Cancel it and propose "
                    "another one with a reason.",
                    award=earned.display_name,
                    kpi=earned.sudo().kpi_value_id.kpi_id.name,
                )
            )
        return result


class AftersalesKpi(models.Model):
    _inherit = "aftersales.kpi"

    def action_propose_awards(self):
        """Propose what the closed months of these figures earned.

        :raise UserError: no month is closed yet
        """
        periods = self.env["aftersales.kpi.period"].search(
            [("state", "=", "closed"), ("value_ids.kpi_id", "in", self.ids)]
        )
        if not periods:
            raise UserError(
                self.env._("No month is closed yet; only closed months earn awards.")
            )
        return periods.action_propose_incentives()
