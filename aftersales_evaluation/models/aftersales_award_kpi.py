from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import clean_context

from .aftersales_award_payroll import OFFICER_GROUPS


class AftersalesAward(models.Model):
    """Awards that frozen key figures earned by the incentives of their KPI."""

    _inherit = "aftersales.award"

    kpi_incentive_id = fields.Many2one(
        "aftersales.kpi.incentive",
        "Incentive",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    kpi_value_id = fields.Many2one(
        "aftersales.kpi.value",
        "Key Figure",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _FLOW_FIELDS = frozenset(("kpi_incentive_id", "kpi_value_id"))

    # The incentive of a KPI is a rule as well.
    _rule_or_reason = models.Constraint(
        r"CHECK (rule_id IS NOT NULL OR kpi_incentive_id IS NOT NULL"
        r" OR COALESCE(reason, '') ~ '\S')",
        "An award needs a rule or a reason.",
    )
    _incentive_once = models.UniqueIndex(
        "(kpi_incentive_id, kpi_value_id) WHERE kpi_value_id IS NOT NULL"
        " AND state != 'cancelled'",
        "This key figure already has its award.",
    )

    def _check_ranked(self, vals):
        super()._check_ranked(vals)
        earned = self.filtered("kpi_value_id")[:1]
        if earned and self._RANKED_FIELDS & set(vals):
            raise UserError(
                self.env._(
                    "Award %(award)s follows from %(kpi)s. Cancel it and propose "
                    "another one with a reason.",
                    award=earned.display_name,
                    kpi=earned.sudo().kpi_incentive_id.kpi_id.name,
                )
            )


class AftersalesKpi(models.Model):
    _inherit = "aftersales.kpi"

    #: Closed months that are looked at for incentives without an award.
    _AWARD_MONTHS = 12

    def action_propose_awards(self):
        """Propose awards for what the closed months earned and nobody proposed yet.

        Deductions are no awards and stay with the settlement clerk.

        :return: the proposed awards
        :raise AccessError: anybody but HR and the head of service
        :raise UserError: nothing was earned, or everything was proposed before
        """
        self = self.with_context(clean_context(self.env.context))
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in OFFICER_GROUPS):
            raise AccessError(
                self.env._(
                    "Only HR training officers and the head of service propose awards "
                    "from key figures."
                )
            )
        today = self.env.company._get_aftersales_today()
        start = today.replace(day=1) - relativedelta(months=self._AWARD_MONTHS)
        # The amounts follow from rule and figure; the role was checked above.
        earned = self.sudo()._get_incentives(start, today)
        vals_list = self._prepare_incentive_awards(earned)
        if not vals_list:
            raise UserError(
                self.env._(
                    "There is nothing to propose: the closed months earned no award, "
                    "or it was proposed before."
                )
            )
        awards = self.env["aftersales.award"].sudo().create(vals_list)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "aftersales_evaluation.aftersales_award_action"
            ),
            "domain": [("id", "in", awards.ids)],
            "context": {},
        }

    def _prepare_incentive_awards(self, earned):
        """Values of the awards that are still missing.

        :param earned: what ``_get_incentives`` found
        """
        done_sudo = (
            self.env["aftersales.award"]
            .sudo()
            .search(
                Domain("kpi_value_id", "in", [row["value_id"] for row in earned])
                & Domain("state", "!=", "cancelled")
            )
        )
        done = {(a.kpi_incentive_id.id, a.kpi_value_id.id) for a in done_sudo}
        return [
            vals
            for row in earned
            if row["amount"] > 0 and (row["rule_id"], row["value_id"]) not in done
            for vals in self._prepare_incentive_award(row)
        ]

    def _prepare_incentive_award(self, row):
        """Values of one award; none where nobody is there to receive it."""
        kpi = self.browse(row["kpi_id"])
        vals = {
            "kind": "money",
            "company_id": row["company_id"],
            "amount": row["amount"],
            "kpi_incentive_id": row["rule_id"],
            "kpi_value_id": row["value_id"],
            "reason": f"{kpi.name} {row['month']:%Y-%m}",
            "proposed_by_id": self.env.uid,
        }
        if row["service_point_id"]:
            return [{**vals, "service_point_id": row["service_point_id"]}]
        owner_sudo = self.env["res.users"].sudo().browse(row["owner_id"])
        employee = owner_sudo.employee_ids.filtered(
            lambda e: e.company_id.id == row["company_id"]
        )[:1]
        if not employee:
            return []
        return [{**vals, "recipient_type": "person", "employee_id": employee.id}]
