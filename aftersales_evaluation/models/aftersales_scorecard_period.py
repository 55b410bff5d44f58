from odoo import api, models
from odoo.fields import Domain

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
    def _cron_create_period_scorecards(self, batch_size=200):
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
        """Score the points of a domain batch by batch.

        :return: whether time is left for the next set
        """
        Point = self.env["aftersales.service.point"]
        Cron = self.env["ir.cron"]
        remaining = Point.search_count(todo)
        while remaining:
            points = Point.search(todo, limit=batch_size, order="company_id, id")
            self._create_period_scorecards(points, indicator_set, date_from, date_to)
            remaining = max(remaining - len(points), 0)
            if not Cron._commit_progress(len(points), remaining=remaining):
                return False
        return True
