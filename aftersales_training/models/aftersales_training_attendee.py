from odoo import api, fields, models


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
    _order = "session_id, id"
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
    content_type = fields.Selection(related="course_id.content_type", store=True)
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
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Unit of the person at the time of the registration.",
    )
    hours = fields.Float(readonly=True)
    state = fields.Selection(
        [
            ("registered", "Registered"),
            ("waiting", "Waiting"),
            ("attended", "Attended"),
            ("absent", "Absent"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="registered",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
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
    is_passed = fields.Boolean(readonly=True, copy=False, index=True)
    date_passed = fields.Date("Passed On", readonly=True, copy=False)
    certificate_id = fields.Many2one(
        "aftersales.certificate",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "result",
            "score",
            "attempt_count",
            "date_result",
            "is_passed",
            "date_passed",
            "certificate_id",
            "hours",
        )
    )

    @api.depends("session_id")
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

    def _on_passed(self):
        """Called once for attendees who have passed; extension point.

        The records come with the rights of the system; what closes because of a
        pass (needs, plan lines) hooks in here.
        """
