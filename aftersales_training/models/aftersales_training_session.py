import secrets
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

#: States in which the people and versions of a session are settled.
FROZEN_STATES = ("running", "done", "cancelled")
#: What is settled already when people can register.
OPENED_FIELDS = frozenset(("course_id", "company_id"))
FIRST_HOUR = time(9)
DEFAULT_HOURS = 8
FROZEN_FIELDS = frozenset(("course_id", "material_ids", "trainer_ids", "company_id"))


class AftersalesTrainingSession(models.Model):
    """A course held at a time and place, with a number of seats."""

    _name = "aftersales.training.session"
    _description = "Training Session"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, id desc"
    _check_company_auto = True

    @api.model
    def _default_date_start(self):
        """Nine o'clock tomorrow in the zone of the company."""
        company = self.env.company
        day = company._get_aftersales_today() + timedelta(days=1)
        zone = pytz.timezone(company._get_aftersales_tz())
        local = zone.localize(datetime.combine(day, FIRST_HOUR))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    course_id = fields.Many2one(
        "aftersales.training.course",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    content_type = fields.Selection(
        related="course_id.content_type", store=True, precompute=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Host Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Unit that hosts the session; people of its region may join. Empty: "
        "everybody of the company.",
    )
    date_start = fields.Datetime(
        "Start",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self._default_date_start(),
    )
    date_stop = fields.Datetime(
        "End",
        compute="_compute_date_stop",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
        help="Follows from the hours of the course until it is changed.",
    )
    tz = fields.Char("Time Zone", compute="_compute_tz")
    location_id = fields.Many2one("res.partner", "Place", check_company=True)
    online_url = fields.Char("Online Link")
    trainer_ids = fields.Many2many(
        "aftersales.trainer",
        "aftersales_training_session_trainer_rel",
        "session_id",
        "trainer_id",
        "Trainers",
        check_company=True,
    )
    booking_ids = fields.One2many("aftersales.training.booking", "session_id")
    material_ids = fields.Many2many(
        "aftersales.training.material",
        "aftersales_training_session_material_rel",
        "session_id",
        "material_id",
        "Materials",
        check_company=True,
        copy=False,
        domain="[('course_id', '=', course_id), ('state', '=', 'published')]",
        help="Versions that are used; fixed when the session starts.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("open", "Open for Registration"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    cancel_reason = fields.Text(readonly=True, copy=False)
    # Seats
    seats = fields.Integer(
        compute="_compute_seats",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    seats_taken = fields.Integer(compute="_compute_seats_taken", store=True)
    seats_free = fields.Integer(compute="_compute_seats_free")
    seats_revision = fields.Integer(
        readonly=True,
        copy=False,
        groups=".",
        help="Rises with every change of the seats, so that of two people at once "
        "the second looks again.",
    )
    attendee_ids = fields.One2many(
        "aftersales.training.attendee", "session_id", "Attendees"
    )
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    attended_count = fields.Integer("Attended", compute="_compute_counts")
    passed_count = fields.Integer("Passed", compute="_compute_counts")
    rating_avg = fields.Float(
        "Rating", digits=(3, 2), compute="_compute_counts", help="Mean of 1 to 5."
    )
    checkin_token = fields.Char(copy=False, groups=".")
    # What the current user may do
    can_join = fields.Boolean(compute="_compute_can_join")
    can_run = fields.Boolean(compute="_compute_can_run")

    _SCOPE_FIELDS = frozenset(("company_id",))

    _FLOW_FIELDS = frozenset(("state", "cancel_reason"))

    _seats_positive = models.Constraint(
        "CHECK(seats >= 1)", "A session needs at least one seat."
    )
    _seats_enough = models.Constraint(
        "CHECK(COALESCE(seats_taken, 0) <= seats)",
        "More people are registered than the session has seats.",
    )
    _dates_order = models.Constraint(
        "CHECK(date_stop > date_start)", "A session must end after it starts."
    )
    _checkin_uniq = models.UniqueIndex(
        "(checkin_token) WHERE checkin_token IS NOT NULL",
        "A check-in code belongs to one session only.",
    )

    @api.depends("course_id.name", "date_start", "company_id")
    def _compute_name(self):
        for session in self:
            day = session.date_start and format_date(
                self.env, session._get_local_day(session.date_start)
            )
            parts = (session.course_id.name, day)
            session.name = ", ".join(part for part in parts if part)

    @api.depends("course_id", "date_start")
    def _compute_date_stop(self):
        for session in self:
            start, stop = session.date_start, session.date_stop
            if start and (not session._origin or not stop or stop <= start):
                hours = session.course_id.hours or DEFAULT_HOURS
                session.date_stop = start + timedelta(hours=hours)

    @api.depends("company_id")
    def _compute_tz(self):
        for session in self:
            company = session.company_id or self.env.company
            session.tz = company._get_aftersales_tz()

    @api.depends("course_id")
    def _compute_seats(self):
        for session in self:
            session.seats = session.course_id.seats or session.seats or 1

    @api.depends("attendee_ids.state")
    def _compute_seats_taken(self):
        attendees = self.env["aftersales.training.attendee"]
        counts = dict(
            attendees._read_group(
                Domain("session_id", "in", self.ids) & attendees._get_seated_domain(),
                ["session_id"],
                ["__count"],
            )
        )
        for session in self:
            session.seats_taken = counts.get(session._origin, 0)

    @api.depends("seats", "seats_taken")
    def _compute_seats_free(self):
        for session in self:
            session.seats_free = max(0, session.seats - session.seats_taken)

    @api.depends("attendee_ids.state", "attendee_ids.is_passed", "attendee_ids.rating")
    def _compute_counts(self):
        # Figures of a session say nothing about one person: everybody who sees
        # the session sees them.
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        rows = attendees_sudo._read_group(
            [("session_id", "in", self.ids)],
            ["session_id", "state", "is_passed"],
            ["__count", "rating:sum", "rated:sum"],
        )
        for session in self:
            own = [row[1:] for row in rows if row[0] == session._origin]
            session.waiting_count = sum(r[2] for r in own if r[0] == "waiting")
            session.attended_count = sum(r[2] for r in own if r[0] == "attended")
            session.passed_count = sum(r[2] for r in own if r[1])
            rated = sum(r[4] or 0 for r in own)
            session.rating_avg = sum(r[3] or 0 for r in own) / rated if rated else 0.0

    @api.depends_context("uid")
    @api.depends("state", "date_start", "service_point_id", "company_id")
    def _compute_can_join(self):
        found = self.search(self._get_joinable_domain(self.env.user))
        for session in self:
            session.can_join = session._origin in found

    @api.depends_context("uid")
    @api.depends("trainer_ids")
    def _compute_can_run(self):
        for session in self:
            session.can_run = session._may_run()

    @api.model_create_multi
    def create(self, vals_list):
        """Book the trainers of new sessions."""
        sessions = super().create(vals_list)
        sessions._sync_bookings()
        return sessions

    def write(self, vals):
        """Keep a started session as it was; more seats go to those who wait."""
        self._check_frozen(vals)
        res = super().write(vals)
        if {"trainer_ids", "date_start", "date_stop", "state"} & set(vals):
            self._sync_bookings()
        if "seats" in vals:
            self._fill_seats()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for session in self:
            if session.state != "draft" or session.sudo().attendee_ids:
                raise UserError(
                    self.env._(
                        "%(session)s has been opened. Cancel it instead of deleting "
                        "it.",
                        session=session.display_name,
                    )
                )

    def _check_frozen(self, vals):
        """Refuse to change what a started session was held with.

        :raise UserError: naming the session and the field
        """
        names = FROZEN_FIELDS & set(vals)
        if self._is_flow() and not self.env.su:
            return
        # People register for a course; it stays once they can.
        settled = ("open", *FROZEN_STATES) if OPENED_FIELDS & names else FROZEN_STATES
        frozen = self.filtered(lambda s: s.state in settled)
        if names and frozen:
            label = self._fields[sorted(names)[0]]._description_string(self.env)
            raise UserError(
                self.env._(
                    "“%(field)s” of %(session)s is settled since the session was "
                    "opened or started.",
                    field=label,
                    session=frozen[0].display_name,
                )
            )

    def _get_local_day(self, moment):
        """Day of a UTC moment in the zone of the company."""
        company = self.company_id or self.env.company
        return company._get_aftersales_today(moment)

    @api.model
    def _new_checkin_token(self):
        return secrets.token_urlsafe(24)

    def _may_run(self, user=None):
        """Whether a user may run the session: human resources or its trainer."""
        self.ensure_one()
        user = user or self.env.user
        officer = user.has_group("aftersales_network.group_training_officer")
        if officer and self.company_id in user.company_ids:
            return True
        return user in self.sudo().trainer_ids.user_id

    @api.model
    def _get_joinable_domain(self, user):
        """Sessions that a user may join himself.

        They are open and have not begun, belong to the company where the user
        works and, where a unit hosts them, to the region of one of his units.
        """
        companies, ancestors = self._get_home_of(user)
        return (
            Domain("state", "=", "open")
            & Domain("date_start", ">", fields.Datetime.now())
            & Domain("company_id", "in", companies)
            & self._get_host_domain(ancestors)
        )

    @api.model
    def _get_host_domain(self, ancestors):
        """Sessions for everybody, or hosted in the region of some units.

        :param ancestors: ids of the units and of all above them
        """
        return (
            Domain("service_point_id", "=", False)
            | Domain("service_point_id", "in", ancestors)
            | Domain("service_point_id.centre_id", "in", ancestors)
        )

    @api.model
    def _get_home_of(self, user):
        """Return (ids of companies, ids of units and all above) where he works."""
        staff_sudo = self.env["aftersales.staff"].sudo()
        today = fields.Date.context_today(self)
        points = staff_sudo.search(
            Domain("user_id", "=", user.id) & staff_sudo._get_present_domain(today)
        ).service_point_id
        user_sudo = user.sudo()
        companies = points.company_id | user_sudo.employee_ids.company_id
        companies &= user_sudo.company_ids
        paths = "".join(point.parent_path or "" for point in points)
        return companies.ids, sorted({int(i) for i in paths.split("/") if i})
