from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.seats import overlaps

SEATED_STATES = ("registered", "attended", "absent")


class AftersalesTrainingAttendee(models.Model):
    """A person's place in a session, or self-study of a course, and the result."""

    _name = "aftersales.training.attendee"
    _description = "Training Attendee"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.person.mixin",
        "mail.thread",
    ]
    _order = "date_start desc, id desc"
    _rec_name = "person_name"
    _check_company_auto = True

    course_id = fields.Many2one(
        "aftersales.training.course",
        compute="_compute_course_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    session_id = fields.Many2one(
        "aftersales.training.session",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Empty: self-study.",
    )
    content_type = fields.Selection(
        related="course_id.content_type", store=True, precompute=True
    )
    date_start = fields.Datetime(
        related="session_id.date_start", store=True, precompute=True, string="Start"
    )
    date_stop = fields.Datetime(
        related="session_id.date_stop", store=True, precompute=True, string="End"
    )
    session_state = fields.Selection(
        related="session_id.state", string="State of Session"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        compute="_compute_service_point_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Unit of the person at the time of the registration.",
    )
    hours = fields.Float(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("registered", "Registered"),
            ("waiting", "Waiting"),
            ("attended", "Attended"),
            ("absent", "Absent"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    waiting_rank = fields.Integer("Place on List", compute="_compute_waiting_rank")
    date_attended = fields.Date("Attended On", readonly=True, copy=False)
    attended_by = fields.Selection(
        [
            ("list", "List"),
            ("code", "Code"),
            ("elearning", "eLearning"),
            ("exam", "Exam"),
        ],
        "Recorded By",
        readonly=True,
        copy=False,
    )
    # Result
    needs_exam = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether a pass takes an exam; settled when the session starts.",
    )
    result = fields.Selection(
        [("none", "No Result"), ("passed", "Passed"), ("failed", "Failed")],
        required=True,
        default="none",
        readonly=True,
        copy=False,
        tracking=True,
    )
    score = fields.Float("Score (%)", readonly=True, copy=False, aggregator="avg")
    attempt_count = fields.Integer("Attempts Used", readonly=True, copy=False)
    date_result = fields.Date("Result On", readonly=True, copy=False)
    scored_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    result_note = fields.Text("Reason of Result", readonly=True, copy=False)
    is_passed = fields.Boolean("Course Passed", readonly=True, copy=False, index=True)
    date_passed = fields.Date("Passed On", readonly=True, copy=False)
    certificate_id = fields.Many2one(
        "aftersales.certificate",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    # Feedback
    rating = fields.Integer(
        readonly=True, copy=False, aggregator="avg", help="1 (poor) to 5 (excellent)."
    )
    rated = fields.Integer(compute="_compute_rated", store=True)
    feedback = fields.Text(readonly=True, copy=False)
    is_own = fields.Boolean(compute="_compute_is_own")
    can_run = fields.Boolean(compute="_compute_can_run")

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "hours",
            "date_attended",
            "attended_by",
            "needs_exam",
            "result",
            "score",
            "attempt_count",
            "date_result",
            "scored_by_id",
            "result_note",
            "is_passed",
            "date_passed",
            "certificate_id",
            "rating",
            "feedback",
        )
    )
    #: Who sits where is settled on creation; a change is a cancellation.
    _FIXED_FIELDS = frozenset(
        ("employee_id", "partner_id", "session_id", "course_id", "company_id")
    )

    _session_person_uniq = models.UniqueIndex(
        "(session_id, COALESCE(person_id, -employee_id)) "
        "WHERE session_id IS NOT NULL AND state != 'cancelled'",
        "This person is already registered for the session.",
    )
    _self_study_uniq = models.UniqueIndex(
        "(course_id, COALESCE(person_id, -employee_id)) "
        "WHERE session_id IS NULL AND state = 'registered'",
        "This person already studies the course.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (COALESCE(person_id, -employee_id) WITH =, "
        "tsrange(date_start, date_stop) WITH &&) "
        "WHERE (state IN ('registered', 'attended') AND date_start IS NOT NULL)",
        "A person cannot sit in two sessions at the same time.",
    )
    _score_range = models.Constraint(
        "CHECK(score >= 0 AND score <= 100)", "A score lies between 0 and 100 %."
    )
    _rating_range = models.Constraint(
        "CHECK(rating >= 0 AND rating <= 5)", "A rating lies between 1 and 5."
    )
    _passed_dated = models.Constraint(
        "CHECK(NOT is_passed OR date_passed IS NOT NULL)",
        "A passed course needs the date of the pass.",
    )
    _passed_idx = models.Index("(person_id, course_id, date_passed) WHERE is_passed")

    @api.depends("session_id.course_id")
    def _compute_course_id(self):
        for attendee in self:
            attendee.course_id = attendee.session_id.course_id or attendee.course_id

    @api.depends("session_id", "employee_id", "partner_id")
    def _compute_company_id(self):
        for attendee in self:
            attendee.company_id = (
                attendee.session_id.company_id
                or attendee.employee_id.sudo().company_id
                or attendee.partner_id.company_id
                or attendee.company_id
                or self.env.company
            )

    @api.depends("session_id", "employee_id", "partner_id")
    def _compute_service_point_id(self):
        """The unit is taken once: moving on later does not change history."""
        units = self._find_units()
        for attendee in self:
            key = (attendee.employee_id.id, attendee.partner_id.id)
            lines = units.get(key, ())
            day = attendee._get_reference_day()
            present = [line for line in lines if line._runs_on(day)]
            attendee.service_point_id = (
                present[0].service_point_id.id if present else False
            )

    @api.depends("state", "session_id")
    def _compute_waiting_rank(self):
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        sessions = self.filtered(lambda a: a.state == "waiting").session_id
        rows = attendees_sudo.search_fetch(
            [("session_id", "in", sessions.ids), ("state", "=", "waiting")],
            ["session_id"],
            order="session_id, id",
        ).grouped("session_id")
        for attendee in self:
            queue = rows.get(attendee.session_id.sudo(), attendees_sudo).ids
            waits = attendee.state == "waiting" and attendee._origin.id in queue
            attendee.waiting_rank = queue.index(attendee._origin.id) + 1 if waits else 0

    @api.depends("rating")
    def _compute_rated(self):
        for attendee in self:
            attendee.rated = int(bool(attendee.rating))

    @api.depends_context("uid")
    @api.depends("employee_id", "partner_id")
    def _compute_is_own(self):
        for attendee in self:
            attendee.is_own = attendee._is_person(self.env.user)

    @api.depends_context("uid")
    @api.depends("session_id", "company_id")
    def _compute_can_run(self):
        for attendee in self:
            attendee.can_run = attendee._may_record()

    @api.depends("person_name", "course_id.name")
    def _compute_display_name(self):
        for attendee in self:
            parts = (attendee.person_name, attendee.course_id.name)
            attendee.display_name = ", ".join(part for part in parts if part)

    @api.constrains("session_id", "course_id")
    def _check_course(self):
        """Nobody passes one course by sitting in another."""
        for attendee in self.filtered("session_id"):
            course = attendee.session_id.sudo().course_id
            if attendee.course_id != course:
                raise ValidationError(
                    self.env._(
                        "%(session)s teaches “%(course)s”. Leave the course of "
                        "%(person)s empty, or choose another session.",
                        session=attendee.session_id.sudo().name,
                        course=course.name,
                        person=attendee.person_name,
                    )
                )

    @api.constrains("session_id", "employee_id", "partner_id")
    def _check_not_trainer(self):
        for attendee in self.filtered("session_id"):
            trainers = attendee.session_id.sudo().trainer_ids
            if attendee._get_person_key() in {t._get_person_key() for t in trainers}:
                raise ValidationError(
                    self.env._(
                        "%(person)s is the trainer of %(session)s and cannot attend "
                        "it.",
                        person=attendee.person_name,
                        session=attendee.session_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Give each person a seat, or a place on the waiting list.

        :raise UserError: session not open, prerequisite missing, or the person
            already sits elsewhere at that time
        """
        self._check_new_people(vals_list)
        attendees = super().create(vals_list)
        # Imports of past attendance come with their state; everybody else waits.
        fresh = attendees.filtered(lambda a: a.state == "waiting")
        fresh._check_registration()
        fresh.with_context(mail_notrack=True)._take_seats()
        return attendees

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        for attendee in self:
            if attendee.state not in ("waiting", "cancelled") or attendee.attempt_count:
                raise UserError(
                    self.env._(
                        "%(attendee)s is part of the training record. Cancel the "
                        "registration instead of deleting it.",
                        attendee=attendee.display_name,
                    )
                )

    @api.model
    def _check_new_people(self, vals_list):
        """Refuse people who are in the session already, or named twice.

        :raise UserError: naming the person
        """
        wanted = self._get_wanted_people(vals_list)
        known = self._get_known_people(wanted)
        for session_id, key in wanted:
            if (session_id, key) in known:
                self._raise_known(session_id, key)
            known.add((session_id, key))

    @api.model
    def _get_wanted_people(self, vals_list):
        """Return the (session id, person key) that the values ask for."""
        employees = self.env["hr.employee"].browse(
            {vals["employee_id"] for vals in vals_list if vals.get("employee_id")}
        )
        contacts = {e.id: e.work_contact_id.id or -e.id for e in employees.sudo()}
        return [
            (
                vals["session_id"],
                vals.get("partner_id") or contacts.get(vals.get("employee_id"), 0),
            )
            for vals in vals_list
            if vals.get("session_id")
        ]

    @api.model
    def _raise_known(self, session_id, key):
        model = "res.partner" if key > 0 else "hr.employee"
        session = self.env["aftersales.training.session"].browse(session_id)
        raise UserError(
            self.env._(
                "%(person)s is already registered for %(session)s.",
                person=self.env[model].sudo().browse(abs(key)).name,
                session=session.sudo().name,
            )
        )

    @api.model
    def _get_known_people(self, wanted):
        """Return the (session id, person key) that exist for these sessions."""
        known = self.sudo().search(
            [
                ("session_id", "in", [session_id for session_id, _key in wanted]),
                ("state", "!=", "cancelled"),
            ]
        )
        return {(a.session_id.id, a._get_person_key()) for a in known}

    @api.model
    def _get_seated_domain(self):
        """Who takes up a seat."""
        return Domain("state", "in", SEATED_STATES)

    def _get_reference_day(self):
        """Day on which the person's unit is looked up."""
        self.ensure_one()
        company = self.company_id or self.env.company
        today = company._get_aftersales_today()
        start = self.session_id.date_start
        return min(today, company._get_aftersales_today(start)) if start else today

    def _find_units(self):
        """Staff lines by person: ``{(employee id, contact id): [lines]}``."""
        staff_sudo = self.env["aftersales.staff"].sudo()
        lines = staff_sudo.search(
            Domain("employee_id", "in", self.employee_id.ids)
            | Domain("partner_id", "in", self.partner_id.ids),
            order="date_from desc, id",
        )
        found = {}
        for line in lines:
            key = (line.employee_id.id, line.partner_id.id)
            found.setdefault(key, []).append(line)
        return found

    def _get_conflicts(self):
        """Other sessions that people sit in at the same time.

        :return: ``{attendee id: other attendee}``, in two queries at most
        """
        timed = self.filtered(lambda a: a.date_start and a.date_stop)
        if not timed:
            return {}
        others = self.sudo().search(
            Domain("state", "in", ("registered", "attended"))
            & Domain("date_start", "<", max(timed.mapped("date_stop")))
            & Domain("date_stop", ">", min(timed.mapped("date_start")))
            & (
                Domain("person_id", "in", timed.person_id.ids)
                | Domain("employee_id", "in", timed.employee_id.ids)
            )
        )
        by_person = {}
        for other in others:
            by_person.setdefault(other._get_person_key(), []).append(other)
        found = {}
        for attendee in timed:
            span = (attendee.date_start, attendee.date_stop)
            for other in by_person.get(attendee._get_person_key(), ()):
                if other.id != attendee.id and overlaps(
                    *span, other.date_start, other.date_stop
                ):
                    found[attendee.id] = other
        return found
