from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.seats import success_rate

CONTENT_TYPES = [
    ("technical", "Technical"),
    ("business", "Business Skills"),
    ("communication", "Communication"),
    ("brand", "Brand"),
    ("culture", "Service Culture"),
    ("safety", "Safety"),
]


class AftersalesTrainingCourse(models.Model):
    """What is taught: content, hours, materials, trainers and exam.

    A course without a company is offered in all companies.
    """

    _name = "aftersales.training.course"
    _description = "Course"
    _inherit = ["aftersales.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "content_type, name, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(copy=False, tracking=True)
    active = fields.Boolean(default=True)
    content_type = fields.Selection(
        CONTENT_TYPES, "Content", required=True, default="technical", index=True
    )
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: the course is offered in all companies.",
    )
    hours = fields.Float(tracking=True, help="Hours of teaching of one session.")
    seats = fields.Integer(default=12, help="Seats of a new session.")
    trainer_ids = fields.Many2many(
        "aftersales.trainer",
        "aftersales_training_course_trainer_rel",
        "course_id",
        "trainer_id",
        "Trainers",
    )
    material_ids = fields.One2many(
        "aftersales.training.material", "course_id", "Materials"
    )
    session_ids = fields.One2many("aftersales.training.session", "course_id")
    attendee_ids = fields.One2many("aftersales.training.attendee", "course_id")
    product_category_ids = fields.Many2many("product.category")
    prerequisite_course_ids = fields.Many2many(
        "aftersales.training.course",
        "aftersales_training_course_prerequisite_rel",
        "course_id",
        "prerequisite_id",
        "Courses Passed Before",
    )
    prerequisite_type_ids = fields.Many2many(
        "aftersales.certificate.type",
        "aftersales_training_course_certificate_rel",
        "course_id",
        "type_id",
        "Certificates Held Before",
    )
    # Exam
    survey_id = fields.Many2one(
        "survey.survey",
        "Exam",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Scored survey that is sat after the course.",
    )
    is_practical = fields.Boolean(
        "Practical Exam",
        tracking=True,
        help="The result of the exam is recorded by hand.",
    )
    has_exam = fields.Boolean(compute="_compute_has_exam", store=True)
    requires_attendance = fields.Boolean(
        "Attendance Before Exam",
        default=True,
        help="The exam can be sat only by those who attended.",
    )
    attempts_limit = fields.Integer(
        "Attempts", default=3, tracking=True, help="0: as often as needed."
    )
    certificate_type_id = fields.Many2one(
        "aftersales.certificate.type",
        "Certificate on Pass",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('counts_for_ratio', '=', False)]",
        help="Our own certificate that is issued to whoever passes.",
    )

    # Figures
    session_count = fields.Integer(compute="_compute_figures")
    attendee_count = fields.Integer("Attendee Places", compute="_compute_figures")
    passed_count = fields.Integer("Passes", compute="_compute_figures")
    pass_rate = fields.Float(
        "Pass Rate (%)",
        digits=(5, 1),
        compute="_compute_figures",
        help="Passes among those who attended.",
    )

    _SCOPE_FIELDS = frozenset(("company_id",))

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "The code of a course must be unique in its company.",
    )
    _hours_positive = models.Constraint(
        "CHECK(hours >= 0)", "The hours of a course cannot be negative."
    )
    _seats_positive = models.Constraint(
        "CHECK(seats >= 1)", "A course needs at least one seat."
    )
    _one_exam = models.Constraint(
        "CHECK(NOT (is_practical AND survey_id IS NOT NULL))",
        "The exam of a course is either online or practical.",
    )
    _attempts_positive = models.Constraint(
        "CHECK(attempts_limit >= 0)", "The number of attempts cannot be negative."
    )

    @api.depends("survey_id", "is_practical")
    def _compute_has_exam(self):
        for course in self:
            course.has_exam = bool(course.survey_id or course.is_practical)

    def _compute_figures(self):
        # Figures say nothing about one person.
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        companies = self.env.companies.ids
        domain = [("course_id", "in", self.ids), ("company_id", "in", companies)]
        rows = attendees_sudo._read_group(
            domain, ["course_id", "state", "is_passed"], ["__count"]
        )
        sessions = dict(
            self.env["aftersales.training.session"]._read_group(
                domain, ["course_id"], ["__count"]
            )
        )
        for course in self:
            own = [row[1:] for row in rows if row[0].id == course._origin.id]
            there = sum(count for state, _p, count in own if state == "attended")
            passed = sum(count for _s, is_passed, count in own if is_passed)
            course.session_count = sessions.get(course._origin, 0)
            course.attendee_count = sum(
                count for state, _p, count in own if state != "cancelled"
            )
            course.passed_count = passed
            course.pass_rate = 100 * float(success_rate(passed, there) or 0)

    @api.constrains("survey_id")
    def _check_survey(self):
        for course in self:
            if course.survey_id.sudo().scoring_type == "no_scoring":
                raise ValidationError(
                    self.env._(
                        "The exam of %(course)s has no scores. Choose a scoring in "
                        "the options of the survey “%(survey)s”.",
                        course=course.display_name,
                        survey=course.survey_id.sudo().title,
                    )
                )

    @api.constrains("company_id", "trainer_ids")
    def _check_trainer_company(self):
        for course in self.filtered("company_id"):
            trainers = course.sudo().trainer_ids
            if trainers.company_id - course.company_id:
                raise ValidationError(
                    self.env._(
                        "The trainers of %(course)s must belong to %(company)s.",
                        course=course.display_name,
                        company=course.company_id.name,
                    )
                )

    @api.constrains("certificate_type_id")
    def _check_certificate_type(self):
        """The certificates of the ratio are issued by somebody else."""
        for course in self:
            if course.certificate_type_id.counts_for_ratio:
                raise ValidationError(
                    self.env._(
                        "Course %(course)s cannot issue “%(type)s”: certificates that "
                        "count for the manager ratio come from an outside issuer. "
                        "Choose a type of your own.",
                        course=course.display_name,
                        type=course.certificate_type_id.display_name,
                    )
                )

    @api.constrains("prerequisite_course_ids")
    def _check_prerequisites(self):
        if self._has_cycle("prerequisite_course_ids"):
            raise ValidationError(
                self.env._("A course cannot be its own prerequisite.")
            )

    def copy_data(self, default=None):
        """A copy has its own name; materials and sessions stay behind."""
        vals_list = super().copy_data(default=default)
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=course.name)}
            for course, vals in zip(self, vals_list, strict=True)
        ]

    def action_view_sessions(self):
        """Open the sessions of the course."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sessions of %(name)s", name=self.name),
            "res_model": "aftersales.training.session",
            "view_mode": "list,kanban,calendar,pivot,form",
            "domain": [("course_id", "=", self.id)],
            "context": {"default_course_id": self.id},
        }

    def action_view_attendees(self):
        """Open the people of the course."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Attendees of %(name)s", name=self.name),
            "res_model": "aftersales.training.attendee",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": [("course_id", "=", self.id)],
            "context": {"default_course_id": self.id},
        }

    @api.model
    def _get_passed(self, person_keys, on_date):
        """Courses that people passed until a day.

        :param person_keys: keys of ``aftersales.person.mixin._get_person_key``
        :param on_date: last day that counts
        :return: set of (course id, person key)
        """
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        keys = set(person_keys)
        attendees = attendees_sudo.search_fetch(
            [
                ("is_passed", "=", True),
                ("date_passed", "<=", on_date),
                "|",
                ("person_id", "in", [key for key in keys if key > 0]),
                "&",
                ("person_id", "=", False),
                ("employee_id", "in", [-key for key in keys if key < 0]),
            ],
            ["course_id", "person_id", "employee_id"],
        )
        return {(line.course_id.id, line._get_person_key()) for line in attendees}
