import logging

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

#: Points that the scheduled job scores between two commits.
BATCH_SIZE = 200
#: Points whose month is scored: they work, or worked until a suspension.
SCORED_STATES = ("probation", "active", "suspended")


class AftersalesScorecard(models.Model):
    _inherit = "aftersales.scorecard"

    @api.model
    def _get_period_points_domain(self, indicator_set):
        """Points that the scheduled job scores with a set."""
        domain = Domain("state", "in", SCORED_STATES) & Domain("tier", "=", "point")
        if indicator_set.company_id:
            domain &= Domain("company_id", "=", indicator_set.company_id.id)
        return domain

    @api.model
    def _get_period_domain(
        self, indicator_set, date_from, date_to, assessment="internal"
    ):
        """Live scorecards of points for a set, period and kind of assessment."""
        return (
            Domain("set_id", "=", indicator_set.id)
            & Domain("date_from", "=", date_from)
            & Domain("date_to", "=", date_to)
            & Domain("subject_type", "in", ("point", "centre"))
            & Domain("assessment", "=", assessment)
            & Domain("state", "!=", "cancelled")
        )

    @api.model
    def _create_period_scorecards(
        self, points, indicator_set, date_from, date_to, assessment="internal"
    ):
        """Create the missing scorecards of a period; those that exist stay.

        A unique index makes two simultaneous runs safe: the second one fails
        instead of doubling, and finds nothing to do when it is repeated.

        :return: the new scorecards
        """
        self.check_access("create")
        # Which points are done is a fact beyond the user's record rules.
        done_sudo = self.sudo().search(
            self._get_period_domain(indicator_set, date_from, date_to, assessment)
            & Domain("service_point_id", "in", points.ids)
        )
        missing = points - done_sudo.service_point_id.sudo(False)
        return self.create(
            [
                {
                    **self._prepare_period_vals(
                        point, indicator_set, date_from, date_to
                    ),
                    **self._prepare_assessment_vals(assessment),
                }
                for point in missing
            ]
        )

    @api.model
    def _prepare_assessment_vals(self, assessment):
        """Kind of assessment; who judges himself has no auditor."""
        vals = {"assessment": assessment}
        return {**vals, "auditor_id": False} if assessment == "self" else vals

    @api.model
    def _prepare_period_vals(self, point, indicator_set, date_from, date_to):
        """Values of one scorecard of a period.

        Extension point.
        """
        return {
            "set_id": indicator_set.id,
            "subject_type": "centre" if point.tier == "centre" else "point",
            "service_point_id": point.id,
            "company_id": point.company_id.id,
            "date_from": date_from,
            "date_to": date_to,
            "auditor_id": False if self.env.su else self.env.uid,
        }

    @api.model
    def _cron_create_period_scorecards(self, batch_size=BATCH_SIZE):
        """Score last month for every working point, in batches.

        Interrupted anywhere, the next run goes on with the points that have no
        scorecard yet.
        """
        date_from, date_to = self._get_last_month()
        sets = self.env["aftersales.indicator.set"].search(
            [("is_monthly", "=", True), ("state", "=", "in_use")]
        )
        for indicator_set in sets:
            todo = self._get_period_points_domain(indicator_set) & Domain(
                "scorecard_ids",
                "not any",
                self._get_period_domain(indicator_set, date_from, date_to),
            )
            if not self._run_period(
                indicator_set, todo, date_from, date_to, batch_size
            ):
                return

    @api.model
    def _run_period(self, indicator_set, todo, date_from, date_to, batch_size):
        """Score the points of a domain, with a commit after each batch.

        A point that fails is left out of this run and keeps nobody waiting.

        :return: whether time is left for the next set
        """
        Point = self.env["aftersales.service.point"]
        Cron = self.env["ir.cron"]
        remaining, failed = Point.search_count(todo), Point
        # The lock below has to be the first thing that a transaction sees.
        if not Cron._commit_progress(remaining=remaining):
            return not remaining
        while remaining:
            # Somebody else is at this set: it is in good hands.
            if not indicator_set.try_lock_for_update(allow_referencing=True):
                break
            points = Point.search(
                todo & Domain("id", "not in", failed.ids),
                limit=batch_size,
                order="company_id, id",
            )
            if not points:
                break
            failed |= self._score_batch(points, indicator_set, date_from, date_to)
            remaining = max(remaining - len(points), 0)
            if not Cron._commit_progress(len(points), remaining=remaining):
                return False
            self.env.invalidate_all()  # the memory of one batch is enough
        return True

    @api.model
    def _score_batch(self, points, *period):
        """Score a batch; where it fails, point by point.

        :param period: set, first and last day
        :return: points that have no scorecard because of an error
        """
        try:
            with self.env.cr.savepoint():
                self._create_period_scorecards(points, *period)
        except (SerializationFailure, UniqueViolation):
            # Scored at this very moment by somebody else: look again.
            self.env.cr.rollback()
        except Exception:
            self.env.invalidate_all()
            return self._score_singly(points, *period)
        return points.browse()

    @api.model
    def _score_singly(self, points, *period):
        """Score points one by one, after their batch failed.

        :return: points that failed
        """
        failed = points.browse()
        for point in points:
            try:
                with self.env.cr.savepoint():
                    self._create_period_scorecards(point, *period)
            except Exception:
                self.env.invalidate_all()
                failed |= point
                _logger.exception("%s could not be scored", point.display_name)
        return failed
