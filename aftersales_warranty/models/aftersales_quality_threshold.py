import logging
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import quality_alert as kernel
from .aftersales_quality_report_flow import REVIEWERS

_logger = logging.getLogger(__name__)


class AftersalesQualityThreshold(models.Model):
    """From what on a repeated fault of a model is no accident any more.

    Failures are finished repairs with a coded fault (no rework) and orders or
    units with a quality report; one order counts once.
    """

    _name = "aftersales.quality.threshold"
    _description = "Quality Threshold"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    product_categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        index="btree_not_null",
        ondelete="cascade",
        help="With the categories below it. Empty: every model.",
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        "Model",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="Empty: each model by itself.",
    )
    fault_id = fields.Many2one(
        "aftersales.fault",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: each fault by itself.",
    )
    month_from = fields.Integer(
        "From Month in Service", help="1: the first month. 0: from the first day on."
    )
    month_to = fields.Integer(
        "To Month in Service",
        help="0: without end. With a window, failures of units of unknown age do not "
        "count.",
    )
    days = fields.Integer(
        "Within Days",
        default=90,
        required=True,
        tracking=True,
        help="Failures of so many days, today included. An alert is raised once in "
        "that time.",
    )
    kind = fields.Selection(
        [("count", "Number of Failures"), ("share", "Share of Units in Use")],
        "Measure",
        default="count",
        required=True,
        tracking=True,
    )
    limit_count = fields.Integer(
        "Failures",
        default=3,
        tracking=True,
        help="Alert at this number. With a share: failures needed besides.",
    )
    limit_share = fields.Float(
        "Share %",
        digits=(6, 3),
        default=1.0,
        tracking=True,
        help="Alert at this share of the units that were in use within the months.",
    )
    per_batch = fields.Boolean(
        "Each Batch by Itself",
        help="Count by production batch; failures of unknown batch do not count.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        tracking=True,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Gets the activity of an alert. Empty: a technical reviewer.",
    )
    alert_ids = fields.One2many("aftersales.quality.alert", "threshold_id", "Alerts")
    alert_count = fields.Integer(compute="_compute_alert_count")

    _days_range = models.Constraint(
        "CHECK (days BETWEEN 1 AND 3660)",
        "A threshold looks back over 1 to 3660 days.",
    )
    _limits_positive = models.Constraint(
        "CHECK (limit_count >= 1 AND (kind = 'count' "
        "OR (limit_share > 0 AND limit_share <= 100)))",
        "A threshold needs at least one failure, and a share above 0 and up to 100 %.",
    )
    _months_order = models.Constraint(
        "CHECK (month_from >= 0 AND month_to >= 0 "
        "AND (month_to = 0 OR month_to >= month_from))",
        "The last month in service cannot lie before the first.",
    )

    def _compute_alert_count(self):
        counts = dict(
            self.env["aftersales.quality.alert"]._read_group(
                [("threshold_id", "in", self.ids)], ["threshold_id"], ["__count"]
            )
        )
        for threshold in self:
            threshold.alert_count = counts.get(threshold._origin, 0)

    @api.constrains("user_id")
    def _check_user(self):
        for threshold in self.filtered("user_id"):
            user = threshold.user_id
            if not any(user.has_group(group) for group in REVIEWERS):
                raise ValidationError(
                    self.env._(
                        "%(threshold)s: %(user)s is neither technical reviewer nor "
                        "head of service and could not settle an alert.",
                        threshold=threshold.name,
                        user=user.name,
                    )
                )

    def action_view_alerts(self):
        """Open the alerts of the threshold."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Quality Alerts"),
            "res_model": "aftersales.quality.alert",
            "view_mode": "list,kanban,form",
            "domain": [("threshold_id", "=", self.id)],
        }

    def action_check(self):
        """Look at once for faults over these thresholds."""
        self.check_access("write")
        for company, thresholds in self.sudo().grouped("company_id").items():
            thresholds._raise_alerts(company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_check(self):
        """Look for faults over the thresholds, one company per commit."""
        found = self.search(Domain("company_id.active", "=", True), order="company_id")
        by_company = found.grouped("company_id")
        for done, (company, thresholds) in enumerate(by_company.items(), start=1):
            try:
                with self.env.cr.savepoint():
                    thresholds._raise_alerts(company)
            # One company whose data is broken does not stop the others.
            except Exception:
                _logger.exception("Thresholds of company %s failed", company.id)
            self.env["ir.cron"]._commit_progress(1, remaining=len(by_company) - done)

    @api.model
    def _check_reported(self, company, templates, faults):
        """Look at some models and faults, right after one was reported."""
        thresholds = self.search(
            Domain("company_id", "=", company.id)
            & Domain("product_tmpl_id", "in", [*templates.ids, False])
            & Domain("fault_id", "in", [*faults.ids, False])
        )
        thresholds._raise_alerts(company, templates, faults)

    def _raise_alerts(self, company, templates=None, faults=None):
        """Raise what is over these thresholds of one company today.

        :param templates: only these models; empty: all
        :param faults: only these faults
        :return: the new alerts
        """
        alerts = self.env["aftersales.quality.alert"]
        if not self:
            return alerts
        today = company._get_aftersales_today()
        rules = {threshold: threshold._get_rule() for threshold in self}
        first = min(rule.first_day(today) for rule in rules.values())
        events = self._fetch_events(company, first, today, templates, faults)
        for threshold, rule in rules.items():
            counter = self._get_unit_counter(company, rule, today)
            hits = kernel.find_hits(rule, events, today, counter)
            alerts |= alerts._raise_hits(threshold, hits, today)
        return alerts

    def _get_rule(self):
        """The threshold for the calculation."""
        self.ensure_one()
        is_share = self.kind == "share"
        limit = f"{self.limit_share:.3f}" if is_share else self.limit_count
        return kernel.Rule(
            days=self.days,
            limit=Fraction(limit),
            is_share=is_share,
            minimum=self.limit_count,
            model=self.product_tmpl_id.id or None,
            category=self.product_categ_id.id or None,
            fault=self.fault_id.id or None,
            month_from=self.month_from or None,
            month_to=self.month_to or None,
            per_batch=self.per_batch,
        )
