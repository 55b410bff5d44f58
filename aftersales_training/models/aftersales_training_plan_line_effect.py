from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.training_steps import compare, figure_value, is_goal_met

#: Days over which a metric is measured before the training, and at most after it.
MEASURE_DAYS = 90
EVIDENCE = ("numerator", "denominator", "date_from", "date_to", "measured_on")


class AftersalesTrainingPlanLine(models.Model):
    """What a training changed: a metric before and after it."""

    _inherit = "aftersales.training.plan.line"

    metric_code = fields.Selection(
        selection="_selection_metric_code",
        string="Measured By",
        help="Figure that the training is to improve; empty: the goal is in words.",
    )
    goal_value = fields.Float("Target", digits=(16, 2), aggregator=None)
    before_numerator = fields.Float(readonly=True, copy=False, aggregator=None)
    before_denominator = fields.Float(readonly=True, copy=False, aggregator=None)
    before_date_from = fields.Date("Before, from", readonly=True, copy=False)
    before_date_to = fields.Date("Before, to", readonly=True, copy=False)
    before_measured_on = fields.Datetime(readonly=True, copy=False)
    after_numerator = fields.Float(readonly=True, copy=False, aggregator=None)
    after_denominator = fields.Float(readonly=True, copy=False, aggregator=None)
    after_date_from = fields.Date("After, from", readonly=True, copy=False)
    after_date_to = fields.Date("After, to", readonly=True, copy=False)
    after_measured_on = fields.Datetime(readonly=True, copy=False)
    before_text = fields.Char("Before", compute="_compute_effect", store=True)
    after_text = fields.Char("After", compute="_compute_effect", store=True)
    change_text = fields.Char("Change", compute="_compute_effect", store=True)
    effect = fields.Selection(
        [("better", "Better"), ("same", "Unchanged"), ("worse", "Worse")],
        compute="_compute_effect",
        store=True,
        index=True,
    )
    is_goal_met = fields.Boolean("Goal Met", compute="_compute_effect", store=True)

    _FLOW_FIELDS = frozenset(
        f"{when}_{name}" for when in ("before", "after") for name in EVIDENCE
    )

    @api.model
    def _selection_metric_code(self):
        return self.env["aftersales.metric"]._get_metric_selection()

    @api.depends(
        "metric_code",
        "goal_value",
        "before_numerator",
        "before_denominator",
        "before_measured_on",
        "after_numerator",
        "after_denominator",
        "after_measured_on",
    )
    def _compute_effect(self):
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        for line in self:
            spec = catalog.get(line.metric_code) or {"unit": "", "direction": "up"}
            before = line._get_figure("before", spec["unit"])
            after = line._get_figure("after", spec["unit"])
            line.before_text = line._format_figure("before", before, spec["unit"])
            line.after_text = line._format_figure("after", after, spec["unit"])
            line.effect = compare(before, after, spec["direction"])
            line.change_text = (
                f"{float(after - before):+.1f} {spec['unit']}".strip()
                if line.effect
                else False
            )
            line.is_goal_met = bool(
                line._has_goal_value()
                and is_goal_met(after, line._get_target(), spec["direction"])
            )

    def _get_figure(self, when, unit):
        """Exact measured value, or ``None``."""
        self.ensure_one()
        if not self.metric_code or not self[f"{when}_measured_on"]:
            return None
        return figure_value(
            self[f"{when}_numerator"], self[f"{when}_denominator"], unit
        )

    def _get_target(self):
        """The target as exact number."""
        return figure_value(self.goal_value, 1, "number")

    def _format_figure(self, when, value, unit):
        """Text of a figure with the numbers behind it."""
        if not self[f"{when}_measured_on"]:
            return False
        if value is None:
            return "n/a"
        text = f"{float(value):.1f} {unit if unit in ('%', 'h') else ''}".strip()
        if unit in ("number", "money"):
            return text
        top, bottom = self[f"{when}_numerator"], self[f"{when}_denominator"]
        return f"{text} ({top:g} / {bottom:g})"

    def _has_goal_value(self):
        """Whether a target is set; zero is one where less is better."""
        self.ensure_one()
        if not self.metric_code:
            return False
        catalog = self.env["aftersales.metric"]._get_metric_catalog()
        spec = catalog.get(self.metric_code, {})
        return bool(self.goal_value) or spec.get("direction") == "down"

    def write(self, vals):
        """Another metric makes the figures of the former one void."""
        changed = self.browse()
        if "metric_code" in vals:
            changed = self.filtered(lambda x: x.metric_code != vals["metric_code"])
        result = super().write(vals)
        if changed:
            changed._write_flow(dict.fromkeys(sorted(self._get_evidence()), False))
        return result

    @api.model
    def _get_evidence(self):
        """Names of the stored figures."""
        return {f"{when}_{name}" for when in ("before", "after") for name in EVIDENCE}

    def action_measure_before(self):
        """Measure the metric over the last months, as it is without the training.

        :raise UserError: a session was held already
        """
        self._check_line_open()
        for line in self:
            if line.session_ids.filtered(lambda s: s.state == "done"):
                raise UserError(
                    self.env._(
                        "%(line)s: a session was held already, so the figure before "
                        "it can no longer be measured.",
                        line=line.display_name,
                    )
                )
            today = line.company_id._get_aftersales_today()
            line._measure("before", today - timedelta(days=MEASURE_DAYS), today)

    def action_measure_after(self):
        """Measure the metric since the last session.

        :raise UserError: no session was held yet
        """
        self._check_line_open()
        for line in self:
            held = line.session_ids.filtered(lambda s: s.state == "done")
            if not held:
                raise UserError(
                    self.env._(
                        "%(line)s: no session was held yet, so there is nothing to "
                        "measure after it.",
                        line=line.display_name,
                    )
                )
            company = line.company_id
            today = company._get_aftersales_today()
            last = company._get_aftersales_today(max(held.mapped("date_stop")))
            start = max(last, today - timedelta(days=MEASURE_DAYS))
            line._measure("after", min(start, today), today)

    def _measure(self, when, date_from, date_to):
        """Store numerator and denominator of the metric with their period."""
        self.ensure_one()
        if not self.metric_code:
            raise UserError(
                self.env._(
                    "%(line)s: choose the metric that the training is to improve.",
                    line=self.display_name,
                )
            )
        self.check_access("write")
        points = self._get_target_points()
        points.check_access("read")
        # A figure counts all records of the units, whatever the role reads.
        Metric = self.env["aftersales.metric"].sudo().with_company(self.company_id)
        values = Metric._compute_metrics(
            [self.metric_code], points.sudo(), date_from, date_to
        )
        pairs = (values[self.metric_code] or {}).values()
        self._write_flow(
            {
                f"{when}_numerator": sum(float(top) for top, _bottom in pairs),
                f"{when}_denominator": sum(float(bottom) for _top, bottom in pairs),
                f"{when}_date_from": date_from,
                f"{when}_date_to": date_to,
                f"{when}_measured_on": fields.Datetime.now(),
            }
        )

    def action_view_before(self):
        """Open the records behind the figure before the training."""
        return self._get_figure_action("before")

    def action_view_after(self):
        """Open the records behind the figure after the training."""
        return self._get_figure_action("after")

    def _get_figure_action(self, when):
        """Window action on the records of a measured figure.

        :raise UserError: nothing was measured yet
        """
        self.ensure_one()
        if not self[f"{when}_measured_on"]:
            raise UserError(
                self.env._(
                    "%(line)s: the figure has not been measured yet.",
                    line=self.display_name,
                )
            )
        return self.env["aftersales.metric"]._get_metric_action(
            self.metric_code,
            self._get_target_points(),
            self[f"{when}_date_from"],
            self[f"{when}_date_to"],
        )
