from odoo import models
from odoo.fields import Domain


class AftersalesServicePoint(models.Model):
    """Bad scores and low figures call for training."""

    _inherit = "aftersales.service.point"

    def _get_training_triggers(self, date_from, date_to):
        """Add approved scorecards that failed and metrics that lost half."""
        triggers = super()._get_training_triggers(date_from, date_to)
        cards_sudo = self._get_triggering_cards(date_from, date_to)
        failed_sudo = cards_sudo.filtered("level_id.is_fail")
        triggers += [card._prepare_training_trigger() for card in failed_sudo]
        return triggers + [
            line._prepare_training_trigger()
            for line in cards_sudo.line_ids
            if line._is_low_metric()
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
