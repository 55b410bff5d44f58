from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import clean_context, format_date

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_kpi import MONEY_GROUPS

#: Guarded in every model that tells what a figure earned.
EARNED_FIELDS = frozenset(("kpi_value_id", "kpi_incentive_id"))


class AftersalesKpiEarnedMixin(models.AbstractModel):
    """What a frozen key figure brought by an incentive, each pair once."""

    _name = "aftersales.kpi.earned.mixin"
    _description = "Earned by a Key Figure"

    kpi_value_id = fields.Many2one(
        "aftersales.kpi.value",
        "Key Figure",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    kpi_incentive_id = fields.Many2one(
        "aftersales.kpi.incentive",
        "KPI Incentive",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=MONEY_GROUPS,
    )


class AftersalesAward(models.Model):
    """Awards that key figures earned: the incentive is their rule."""

    _name = "aftersales.award"
    _inherit = ["aftersales.award", "aftersales.kpi.earned.mixin"]

    _FLOW_FIELDS = EARNED_FIELDS

    _kpi_once = models.UniqueIndex(
        "(kpi_value_id, kpi_incentive_id) WHERE kpi_value_id IS NOT NULL"
        " AND state != 'cancelled'",
        "This key figure already has its award by this incentive.",
    )
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


class AftersalesPointAdjustment(models.Model):
    """Deductions that a frozen key figure brought, each once."""

    _name = "aftersales.point.adjustment"
    _inherit = ["aftersales.point.adjustment", "aftersales.kpi.earned.mixin"]

    _FLOW_FIELDS = EARNED_FIELDS

    _kpi_once = models.UniqueIndex(
        "(kpi_value_id, kpi_incentive_id) WHERE kpi_value_id IS NOT NULL",
        "This key figure already has its deduction by this incentive.",
    )


class AftersalesKpiPeriod(models.Model):
    """What the figures of a closed month earn becomes awards and deductions."""

    _inherit = "aftersales.kpi.period"

    award_count = fields.Integer("Awards", compute="_compute_award_count")

    def _compute_award_count(self):
        counts = Counter()
        for value, count in self.env["aftersales.award"]._read_group(
            [("kpi_value_id.period_id", "in", self.ids)], ["kpi_value_id"], ["__count"]
        ):
            counts[value.period_id] += count
        for period in self:
            period.award_count = counts[period._origin]

    def action_propose_incentives(self):
        """Propose the awards of closed months; deductions wait for the settlement.

        Awards are released by somebody else. Repeated, nothing is doubled.

        :raise UserError: a month that is open
        """
        # Defaults in the context of the caller must not reach money.
        self = self.with_context(clean_context(self.env.context))
        self.check_access("write")
        self._check_flow_state("closed")
        self.lock_for_update()
        for period in self:
            period._propose_incentives()
        return self.action_view_awards()

    def _propose_incentives(self):
        """Create what one month earned and nobody proposed yet."""
        self.ensure_one()
        kpis = self.value_ids.kpi_id.with_context(active_test=False)
        known = self._get_proposed_pairs()
        rows = [
            row
            for row in kpis._get_incentives(self.month, self._get_last_day())
            if row["company_id"] == self.company_id.id
            and (row["value_id"], row["rule_id"]) not in known
        ]
        values = self.env["aftersales.kpi.value"].browse(
            row["value_id"] for row in rows
        )
        awards, deductions = [], []
        for row, value in zip(rows, values, strict=True):
            if row["amount"] > 0:
                awards.extend(self._prepare_award_vals_list(row, value))
            elif value.service_point_id:
                deductions.append(self._prepare_deduction_vals(row, value))
        flow = {"aftersales_flow": FLOW}
        self.env["aftersales.award"].with_context(**flow).create(awards)
        self.env["aftersales.point.adjustment"].with_context(**flow).create(deductions)

    def _get_proposed_pairs(self):
        """Pairs of figure and rule that are awards or deductions already."""
        domain = Domain("kpi_value_id.period_id", "=", self.id)
        pairs = set()
        # What exists counts, whoever may read it.
        for model, extra in (
            ("aftersales.award", Domain("state", "!=", "cancelled")),
            ("aftersales.point.adjustment", Domain.TRUE),
        ):
            found_sudo = self.env[model].sudo().search(domain & extra)
            pairs |= {(r.kpi_value_id.id, r.kpi_incentive_id.id) for r in found_sudo}
        return pairs

    def _get_incentive_text(self, value):
        """Why a figure earns something, with the figure itself."""
        return self.env._(
            "%(kpi)s in %(month)s: %(figure)s, target %(target)s",
            kpi=value.kpi_id.name,
            month=format_date(self.env, value.month, date_format="MMMM yyyy"),
            figure=f"{value.value:.2f}",
            target=f"{value.target:.2f}",
        )

    def _prepare_award_vals_list(self, row, value):
        """Values of the award of a figure.

        :return: empty where the person responsible is no employee
        """
        vals = {
            "kind": "money",
            "amount": row["amount"],
            "company_id": row["company_id"],
            "reason": self._get_incentive_text(value),
            "kpi_value_id": value.id,
            "kpi_incentive_id": row["rule_id"],
        }
        if value.service_point_id:
            point_id = value.service_point_id.id
            return [{**vals, "recipient_type": "point", "service_point_id": point_id}]
        # Who is employed where is not for everybody to read; only the id goes out.
        employee_sudo = value.owner_id.sudo().employee_ids.filtered(
            lambda e: e.company_id == value.company_id
        )[:1]
        if not employee_sudo:
            return []
        return [
            {**vals, "recipient_type": "person", "employee_id": employee_sudo.id},
        ]

    def _prepare_deduction_vals(self, row, value):
        """Values of a deduction that waits for the settlement of the point."""
        return {
            "service_point_id": value.service_point_id.id,
            "date": self._get_last_day(),
            "amount": row["amount"],
            "reason": self._get_incentive_text(value),
            "res_model": value._name,
            "res_id": value.id,
            "kpi_value_id": value.id,
            "kpi_incentive_id": row["rule_id"],
        }

    def action_view_awards(self):
        """Open the awards that the figures of the month earned."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_evaluation.aftersales_award_action"
        )
        domain = Domain("kpi_value_id.period_id", "in", self.ids)
        return {**action, "domain": list(domain), "context": {}}

    def _reopen(self, reason):
        """Refuse to reopen a month whose awards are paid.

        :raise UserError: naming the month and the way out
        """
        paid_sudo = (
            self.env["aftersales.award"]
            .sudo()
            .search(
                Domain("kpi_value_id.period_id", "in", self.ids)
                & Domain("state", "=", "released"),
                limit=1,
            )
        )
        if paid_sudo:
            raise UserError(
                self.env._(
                    "%(award)s was released for a figure of %(month)s. Cancel it "
                    "first, then open the month again.",
                    award=paid_sudo.name,
                    month=paid_sudo.kpi_value_id.period_id.display_name,
                )
            )
        return super()._reopen(reason)
