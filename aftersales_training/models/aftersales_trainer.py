from odoo import api, fields, models
from odoo.fields import Domain

from .aftersales_training_course import CONTENT_TYPES

MONEY_GROUPS = (
    "aftersales_network.group_training_officer,"
    "aftersales_network.group_head,"
    "aftersales_network.group_auditor"
)


class AftersalesTrainer(models.Model):
    """Person who teaches: an employee or somebody from outside."""

    _name = "aftersales.trainer"
    _description = "Trainer"
    _inherit = [
        "aftersales.scope.mixin",
        "aftersales.person.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "person_name, id"
    _rec_name = "person_name"
    _check_company_auto = True

    active = fields.Boolean(default=True)
    partner_id = fields.Many2one(help="Trainer from outside.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        compute="_compute_user_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    course_ids = fields.Many2many(
        "aftersales.training.course",
        "aftersales_training_course_trainer_rel",
        "trainer_id",
        "course_id",
        "Courses",
    )
    approval_ids = fields.One2many(
        "aftersales.trainer.approval", "trainer_id", "Approvals"
    )
    session_ids = fields.Many2many(
        "aftersales.training.session",
        "aftersales_training_session_trainer_rel",
        "trainer_id",
        "session_id",
        "Sessions",
        readonly=True,
    )
    session_count = fields.Integer(compute="_compute_session_figures")
    rating_avg = fields.Float(
        "Rating",
        digits=(3, 2),
        compute="_compute_session_figures",
        help="Mean of what attendees gave, 1 to 5; 0: no rating yet.",
    )
    rating_count = fields.Integer("Ratings Given", compute="_compute_session_figures")
    is_approved = fields.Boolean(
        "Approved Today", compute="_compute_is_approved", search="_search_is_approved"
    )
    fee_hour = fields.Monetary("Fee per Hour", tracking=True, groups=MONEY_GROUPS)

    _SCOPE_FIELDS = frozenset(("company_id",))

    _fee_positive = models.Constraint(
        "CHECK(fee_hour >= 0)", "The fee of a trainer cannot be negative."
    )
    _person_uniq = models.UniqueIndex(
        "(company_id, COALESCE(person_id, -employee_id))",
        "This person is already a trainer of the company.",
    )

    @api.depends("employee_id.user_id", "partner_id.user_ids")
    def _compute_user_id(self):
        for trainer in self:
            users = trainer.employee_id.user_id or trainer.partner_id.user_ids
            trainer.user_id = users[:1]

    @api.depends("session_ids.attendee_ids.rating", "session_ids.state")
    def _compute_session_figures(self):
        # A mean says nothing about one person.
        attendees_sudo = self.env["aftersales.training.attendee"].sudo()
        sessions_sudo = self.sudo().session_ids
        rows = attendees_sudo._read_group(
            [("session_id", "in", sessions_sudo.ids), ("rated", "=", 1)],
            ["session_id"],
            ["rating:sum", "__count"],
        )
        ratings = {session.id: (total, count) for session, total, count in rows}
        for trainer in self:
            sessions = trainer.sudo().session_ids
            found = [ratings.get(session.id, (0, 0)) for session in sessions]
            total = sum(given for given, _count in found)
            count = sum(number for _given, number in found)
            trainer.session_count = len(sessions)
            trainer.rating_count = count
            trainer.rating_avg = total / count if count else 0.0

    @api.depends("approval_ids.date_from", "approval_ids.date_to")
    def _compute_is_approved(self):
        for trainer in self:
            company = trainer.company_id or self.env.company
            today = company._get_aftersales_today()
            trainer.is_approved = any(
                approval._holds_on(today) for approval in trainer.approval_ids
            )

    def _search_is_approved(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        return Domain(
            "approval_ids",
            "any",
            Domain("date_from", "<=", today)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", today)),
        )

    def action_view_sessions(self):
        """Open the sessions of the trainer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sessions of %(name)s", name=self.display_name),
            "res_model": "aftersales.training.session",
            "view_mode": "list,calendar,form",
            "domain": [("trainer_ids", "in", self.ids)],
        }

    def _is_approved_for(self, course, day):
        """Whether the trainer may teach a course on a day."""
        self.ensure_one()
        return any(
            approval._holds_on(day)
            and approval.content_type == course.content_type
            and approval.course_id in (approval.course_id.browse(), course)
            for approval in self.approval_ids
        )


class AftersalesTrainerApproval(models.Model):
    """What a trainer may teach, and until when."""

    _name = "aftersales.trainer.approval"
    _description = "Trainer Approval"
    _inherit = ["aftersales.flow.mixin", "aftersales.scope.mixin"]
    _order = "trainer_id, content_type, date_from desc, id"
    _rec_name = "content_type"

    trainer_id = fields.Many2one(
        "aftersales.trainer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="trainer_id.company_id", store=True, index=True, precompute=True
    )
    content_type = fields.Selection(
        CONTENT_TYPES,
        "Content",
        compute="_compute_content_type",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    course_id = fields.Many2one(
        "aftersales.training.course",
        "Only the Course",
        help="Empty: all courses of the content.",
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("Valid Until", help="Last day; empty: until withdrawn.")
    approved_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, default=lambda self: self.env.user
    )

    _SCOPE_FIELDS = frozenset(("trainer_id",))

    _FLOW_FIELDS = frozenset(("approved_by_id",))

    _dates_order = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "An approval cannot end before it starts.",
    )

    @api.depends("course_id")
    def _compute_content_type(self):
        for approval in self:
            approval.content_type = (
                approval.course_id.content_type or approval.content_type or "technical"
            )

    def _holds_on(self, day):
        self.ensure_one()
        return self.date_from <= day and (not self.date_to or self.date_to >= day)
