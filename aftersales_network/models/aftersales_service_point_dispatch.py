from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Days over which the list shows how punctual a point is.
ON_TIME_DAYS = 90


class AftersalesServicePoint(models.Model):
    """What the dispatch reads and shows of a point: people, work, punctuality."""

    _inherit = "aftersales.service.point"

    capacity_per_day = fields.Integer(
        "Visits per Day",
        tracking=True,
        help="Orders planned or promised for one day; 0: no limit. Follows the "
        "people on loan: they count at the receiver and not at the giver.",
    )
    # Raised by every dispatch to a point with a limit, so that two of them at
    # once collide in the database and the second one counts again.
    dispatch_stamp = fields.Integer(
        readonly=True, copy=False, groups="base.group_no_one"
    )
    received_posting_ids = fields.One2many("aftersales.staff.posting", "to_point_id")
    given_posting_ids = fields.One2many("aftersales.staff.posting", "from_point_id")
    workload = fields.Float("Orders per Head", compute="_compute_counts", digits=(8, 1))
    on_time_done = fields.Integer(
        "Done on Time", compute="_compute_on_time", help="Last 90 days."
    )
    on_time_count = fields.Integer(
        "Done with a Promise", compute="_compute_on_time", help="Last 90 days."
    )
    on_time_rate = fields.Float(
        "On Time %",
        compute="_compute_on_time",
        digits=(5, 1),
        help="Jobs finished within the promise ÷ jobs finished, last 90 days.",
    )
    on_time_label = fields.Char("On Time", compute="_compute_on_time")

    _capacity_per_day_positive = models.Constraint(
        "CHECK (capacity_per_day >= 0)", "The visits per day cannot be negative."
    )

    def _compute_counts(self):
        """Count people where they work today, and the orders per head."""
        res = super()._compute_counts()
        received, given = self._count_postings()
        for point in self:
            change = received.get(point._origin, 0) - given.get(point._origin, 0)
            point.staff_count += change
            point.workload = point.open_order_count / max(point.staff_count, 1)
        return res

    def _count_postings(self):
        """Postings that run today, per receiver and per giver."""
        today = self.env.company._get_aftersales_today()
        # Who reads the point may know how many people work there.
        Posting_sudo = self.env["aftersales.staff.posting"].sudo()
        running = Posting_sudo._get_running_domain(today, today)
        return tuple(
            dict(
                Posting_sudo._read_group(
                    running & Domain(name, "in", self.ids), [name], ["__count"]
                )
            )
            for name in ("to_point_id", "from_point_id")
        )

    def _compute_on_time(self):
        today = self.env.company._get_aftersales_today()
        first = today - relativedelta(days=ON_TIME_DAYS - 1)
        saved = self.filtered("id")._origin
        figures = self.env["aftersales.metric"]._compute_metrics(
            ["CLOSE"], saved, first, today
        )["CLOSE"]
        for point in self:
            done, count = figures.get(point._origin.id, (0, 0))
            point.on_time_done, point.on_time_count = done, count
            point.on_time_rate = 100.0 * done / count if count else 0.0
            point.on_time_label = (
                f"{point.on_time_rate:.0f} % ({done}/{count})" if count else "–"
            )

    def action_view_on_time(self):
        """Open the orders behind the figure."""
        self.ensure_one()
        today = self.env.company._get_aftersales_today()
        first = today - relativedelta(days=ON_TIME_DAYS - 1)
        return self.env["aftersales.metric"]._get_metric_action(
            "CLOSE", self, first, today
        )

    def action_view_staff(self):
        """Open the people who work at the point, those on loan included."""
        return {
            **super().action_view_staff(),
            "domain": [
                "|",
                ("service_point_id", "=", self.id),
                ("present_point_id", "=", self.id),
            ],
        }

    def _claim_for_dispatch(self):
        """Let dispatches to points with a limit follow one another.

        A second transaction waits here for the first; it then fails to
        serialise, is repeated by the server and counts the first one's orders.
        Rows are locked in the order of their ids, so that two batches cannot
        wait for each other.
        """
        limited = self.filtered(lambda p: p.capacity or p.capacity_per_day)
        if not limited:
            return
        self.env.execute_query(
            SQL(
                """
                UPDATE aftersales_service_point p
                   SET dispatch_stamp = COALESCE(p.dispatch_stamp, 0) + 1
                  FROM (SELECT id FROM aftersales_service_point
                         WHERE id IN %(ids)s ORDER BY id FOR NO KEY UPDATE) locked
                 WHERE p.id = locked.id
             RETURNING p.id
                """,
                ids=tuple(limited.ids),
            )
        )
        limited.invalidate_recordset(["dispatch_stamp"], flush=False)

    def _get_clearance_blockers(self):
        """Add the loans and postings that still run from or to the point."""
        blockers = super()._get_clearance_blockers()
        full = [
            ("state", "=", "confirmed"),
            "|",
            ("from_point_id", "=", self.id),
            ("to_point_id", "=", self.id),
        ]
        # The clearance lists everything, whoever looks at it.
        count = self.env["aftersales.staff.posting"].sudo().search_count(full)
        if count:
            label = self.env._("running postings and loans")
            action = self._get_related_action("aftersales.staff.posting", label)
            blockers.append((label, count, {**action, "domain": full, "context": {}}))
        return blockers

    @api.model
    def _get_dispatcher(self, company):
        """Internal user who looks after dispatch in a company; may be empty."""
        group = "aftersales_network.group_dispatcher"
        return company._get_aftersales_people(group)[:1]
