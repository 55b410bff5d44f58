from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.aftersales_service_point_training import (
    TRIGGER_SEVERITIES,
)

#: How far back a cause counts as the same as the one of today.
SAME_CAUSE = relativedelta(years=1)
#: Figures of stock, costs and our own work that no training of the point mends.
NOT_BY_TRAINING = ("PAVAIL", "POOS", "CCYC", "UTIL", "WCPU", "VIS", "TRAIN")


class AftersalesServicePoint(models.Model):
    """Bad scores, findings of audits and missed targets call for training."""

    _inherit = "aftersales.service.point"

    def _get_training_triggers(self, date_from, date_to):
        """Add failed scorecards, low figures, findings and missed targets.

        What a scorecard says already is not said again by a finding on the same
        indicator or by the month of the same metric.
        """
        triggers = super()._get_training_triggers(date_from, date_to)
        cards_sudo = self._get_triggering_cards(date_from, date_to)
        failed_sudo = cards_sudo.filtered("level_id.is_fail")
        low_sudo = cards_sudo.line_ids.filtered(lambda line: line._is_low_metric())
        findings = self._get_training_findings(date_from, date_to, low_sudo)
        values = self._get_training_values(date_from, date_to, low_sudo)
        return [
            *triggers,
            *(card._prepare_training_trigger() for card in failed_sudo),
            *(line._prepare_training_trigger() for line in low_sudo),
            *(same._prepare_training_trigger() for same in findings),
            *(same._prepare_training_trigger() for same in values),
        ]

    def _get_training_findings(self, date_from, date_to, low_lines):
        """Findings of some weight that the points may know of.

        :param low_lines: lines of scorecards that call for training themselves
        :return: list of recordsets, each of one clause at one point, newest first
        """
        found_sudo = (
            self.env["aftersales.finding"]
            .sudo()
            .search(
                Domain("service_point_id", "in", self.ids)
                & Domain("severity", "in", TRIGGER_SEVERITIES)
                & Domain("state", "!=", "cancelled")
                # A need would tell what an unannounced audit still hides.
                & Domain("is_released", "=", True)
                & Domain("date", ">=", date_from - SAME_CAUSE)
                & Domain("date", "<=", date_to),
                order="date desc, id desc",
            )
        )
        said = {(line.scorecard_id, line.indicator_id) for line in low_lines}
        groups = found_sudo.grouped(
            lambda f: (f.service_point_id, f.clause or f.id)
        ).values()
        return [
            same
            for same in groups
            if same[0]._get_training_date() >= date_from
            and (same[0].scorecard_id, same[0].indicator_id) not in said
        ]

    def _get_training_values(self, date_from, date_to, low_lines):
        """Figures of closed months that missed their target.

        :param low_lines: lines of scorecards that call for training themselves
        :return: list of recordsets, each of one KPI at one point, newest first
        """
        values_sudo = (
            self.env["aftersales.kpi.value"]
            .sudo()
            .search(
                Domain("service_point_id", "in", self.ids)
                # A centre counts the points below it, which have their own figure.
                & Domain("tier", "=", "point")
                & Domain("status", "=", "missed")
                & Domain("is_frozen", "=", True)
                & Domain("kpi_id.calls_for_training", "=", True)
                & Domain("month", ">=", date_from.replace(day=1) - SAME_CAUSE)
                & Domain("month", "<", (date_to + timedelta(days=1)).replace(day=1)),
                order="month desc, id desc",
            )
        )
        said = {
            (line.service_point_id, line.indicator_id.metric_code) for line in low_lines
        }
        groups = values_sudo.grouped(lambda v: (v.service_point_id, v.kpi_id)).items()
        return [
            same
            for (point, kpi), same in groups
            if same[0].period_id._get_last_day() >= date_from
            and (point, kpi.metric_code) not in said
        ]

    def _get_triggering_cards(self, date_from, date_to):
        """Rated audits of these points approved for the period."""
        # Access to the points was checked; the figures count all scorecards.
        return (
            self.env["aftersales.scorecard"]
            .sudo()
            .search(
                Domain("service_point_id", "in", self.ids)
                & Domain("state", "=", "approved")
                & Domain("is_rated", "=", True)
                & Domain("assessment", "!=", "self")
                & Domain("date_to", ">=", date_from)
                & Domain("date_to", "<=", date_to)
            )
        )


class AftersalesScorecard(models.Model):
    _inherit = "aftersales.scorecard"

    def _prepare_training_trigger(self):
        """What a failed scorecard says about its point or person."""
        self.ensure_one()
        trigger = {
            "kind": "assessment",
            "point": self.service_point_id,
            "record": self,
            "text": self.env._(
                "%(card)s: %(score)s points, %(level)s",
                card=self.name,
                score=f"{self.score:.2f}",
                level=self.level_id.name,
            ),
            "date": self.date_to,
        }
        return {**trigger, "staff": self.staff_id} if self.staff_id else trigger


class AftersalesScorecardLine(models.Model):
    _inherit = "aftersales.scorecard.line"

    def _is_low_metric(self):
        """Whether a measured indicator lost at least half of its points."""
        self.ensure_one()
        is_measured = self.kind == "metric" and self.points_applicable
        return bool(is_measured and 2 * self.points_lost >= self.points_applicable)

    def _prepare_training_trigger(self):
        """What a low figure says about its point."""
        self.ensure_one()
        return {
            "kind": "metric",
            "point": self.service_point_id,
            "record": self,
            "text": self.env._(
                "%(indicator)s: %(lost)s of %(points)s points lost",
                indicator=self.indicator_id.display_name,
                lost=f"{self.points_lost:.2f}",
                points=f"{self.points_applicable:.2f}",
            ),
            "date": self.scorecard_id.date_to,
            "metric_code": self.indicator_id.metric_code,
        }


class AftersalesFinding(models.Model):
    _inherit = "aftersales.finding"

    def _get_training_date(self):
        """Day on which the finding was made known with its audit."""
        self.ensure_one()
        audit_sudo = self.sudo().audit_id or self.sudo().scorecard_id._get_audit()
        end = audit_sudo.date_end
        return max(self.date, end) if end else self.date

    def _prepare_training_trigger(self):
        """What findings of one clause at one point say; the newest one speaks."""
        newest = self[0]
        return {
            "kind": "finding",
            "point": newest.service_point_id,
            "record": newest,
            "earlier": self[1:],
            "text": self.env._(
                "%(finding)s: %(facts)s", finding=newest.name, facts=newest.text
            ),
            "date": newest.date,
        }


class AftersalesKpi(models.Model):
    _inherit = "aftersales.kpi"

    calls_for_training = fields.Boolean(
        compute="_compute_calls_for_training",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="A point that misses the target in a closed month gets a training need. "
        "Leave it out where training changes nothing, as with costs.",
    )

    @api.depends("metric_code")
    def _compute_calls_for_training(self):
        for kpi in self:
            kpi.calls_for_training = kpi.metric_code not in NOT_BY_TRAINING


class AftersalesKpiValue(models.Model):
    _inherit = "aftersales.kpi.value"

    def _prepare_training_trigger(self):
        """What missed months of one KPI at one point say; the newest one speaks."""
        newest = self[0]
        return {
            "kind": "metric",
            "point": newest.service_point_id,
            "record": newest,
            "earlier": self[1:],
            "text": self.env._(
                "%(kpi)s: %(figure)s, target %(target)s",
                kpi=newest.kpi_id.name,
                figure=f"{newest.value:.2f}",
                target=f"{newest.target:.2f}",
            ),
            "date": newest.period_id._get_last_day(),
            "metric_code": newest.kpi_id.metric_code,
        }
