from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

STATES = [
    ("asked", "Asked"),
    ("answered", "Answered"),
    ("solved", "Solved"),
    ("withdrawn", "Withdrawn"),
]
REVIEW_GROUPS = (
    "aftersales_network.group_technical_reviewer",
    "aftersales_network.group_head",
)


class AftersalesEscalation(models.Model):
    """A hard fault that the technician hands to an expert.

    The expert's answer and time are recorded; what helps again becomes an answer
    of the pool.  The steps are in ``aftersales_escalation_flow.py``.
    """

    _name = "aftersales.escalation"
    _description = "Escalation"
    _inherit = [
        "aftersales.owner.task",
        "aftersales.severity.mixin",
        "aftersales.scope.mixin",
        "aftersales.portal.form.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_due, id"
    _rec_names_search = ["name", "subject"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="order_id.service_point_id", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(
        related="order_id.product_id", store=True, index=True, precompute=True
    )
    product_categ_id = fields.Many2one(
        related="product_id.categ_id",
        string="Product Category",
        store=True,
        index=True,
        precompute=True,
    )
    serial = fields.Char(related="order_id.serial")
    complaint = fields.Text(related="order_id.complaint")
    fault_id = fields.Many2one(
        "aftersales.fault",
        compute="_compute_fault_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    state = fields.Selection(
        STATES,
        default="asked",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    subject = fields.Char(required=True, tracking=True)
    question = fields.Text(
        "What Is Asked",
        required=True,
        help="What was tried, what was measured, what is not understood.",
    )
    photo_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_escalation_photo_rel",
        "escalation_id",
        "attachment_id",
        "Photos",
        copy=False,
    )
    asked_by_id = fields.Many2one(
        "res.users",
        "Asked by",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self.env.user,
    )
    date_asked = fields.Datetime(
        "Asked on",
        required=True,
        readonly=True,
        copy=False,
        default=fields.Datetime.now,
    )
    expert_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        copy=False,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Chosen by product category and open questions; can be changed.",
    )
    answer = fields.Text(copy=False, help="What is the cause, and what is to be done.")
    answer_file_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_escalation_file_rel",
        "escalation_id",
        "attachment_id",
        "Files of the Answer",
        copy=False,
    )
    hours_spent = fields.Float(
        "Time Spent", copy=False, help="Hours that the expert worked on it."
    )
    known_answer_id = fields.Many2one(
        "aftersales.answer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="Answer of the pool that was taken over.",
    )
    answered_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_answered = fields.Datetime("Date of the Answer", readonly=True, copy=False)
    is_in_time = fields.Boolean(
        "Answered in Time", compute="_compute_is_in_time", store=True
    )
    reopen_count = fields.Integer("Times Asked Again", readonly=True, copy=False)
    new_answer_id = fields.Many2one(
        "aftersales.answer",
        "Kept as",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="Answer of the pool that was made from this one.",
    )
    suggested_answer_ids = fields.Many2many(
        "aftersales.answer",
        string="Known Answers",
        compute="_compute_suggested_answer_ids",
    )
    can_answer = fields.Boolean(compute="_compute_can_answer")

    _hours_positive = models.Constraint(
        "CHECK (hours_spent >= 0)", "The time spent cannot be negative."
    )
    _open_idx = models.Index("(expert_id, date_due) WHERE state = 'asked'")
    _point_due_idx = models.Index("(service_point_id, date_due)")

    _OPEN_STATES = ("asked",)
    _TASK_STATES = ("asked",)
    _TASK_OWNER = "expert_id"
    _FLOW_FIELDS = frozenset(
        (
            "state",
            "asked_by_id",
            "date_asked",
            "answered_by_id",
            "date_answered",
            "reopen_count",
            "known_answer_id",
            "new_answer_id",
        )
    )
    _FIXED_FIELDS = frozenset(("name", "order_id"))
    _SCOPE_FIELDS = frozenset(("order_id",))
    #: What is asked, and what is answered.
    _QUESTION_FIELDS = frozenset(
        ("subject", "question", "fault_id", "photo_ids", "severity", "date_due")
    )
    _ANSWER_FIELDS = frozenset(("answer", "answer_file_ids", "hours_spent"))

    @api.depends("order_id")
    def _compute_fault_id(self):
        for escalation in self:
            escalation.fault_id = escalation.order_id.fault_id or escalation.fault_id

    @api.depends("date_answered", "date_due")
    def _compute_is_in_time(self):
        for escalation in self:
            answered, company = escalation.date_answered, escalation.company_id
            escalation.is_in_time = bool(
                answered
                and company._get_aftersales_today(answered) <= escalation.date_due
            )

    @api.depends("product_id", "fault_id", "company_id")
    def _compute_suggested_answer_ids(self):
        found = self.env["aftersales.answer"]._suggest(self)
        for escalation in self:
            escalation.suggested_answer_ids = found[escalation]

    @api.depends("state", "expert_id")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        for escalation in self:
            escalation.can_answer = (
                escalation.state == "asked" and escalation._may_answer()
            )

    @api.constrains("expert_id", "asked_by_id")
    def _check_expert(self):
        """Whoever is asked is one of our own people, and not the asker."""
        for escalation in self:
            expert = escalation.expert_id
            if expert and expert == escalation.asked_by_id:
                raise ValidationError(
                    self.env._(
                        "%(escalation)s: you cannot be the expert of your own "
                        "question. Choose somebody else.",
                        escalation=escalation.name,
                    )
                )
            if expert.share:
                raise ValidationError(
                    self.env._(
                        "%(escalation)s: %(user)s is no internal user. Choose somebody "
                        "of our own.",
                        escalation=escalation.name,
                        user=expert.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Number questions, choose who is asked and bring the photos of the orders.

        :raise AccessError: an order that the user may not read
        :raise UserError: a cancelled order, or an answer that comes with the question
        """
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        escalations = super().create(vals_list)
        escalations.order_id.check_access("read")
        escalations._check_new()
        escalations._assign_experts()
        escalations._bring_photos()
        return escalations

    def write(self, vals):
        """Keep question and answer to those whose they are.

        :raise UserError: naming the escalation and the way out
        """
        if not self._is_flow():
            self._check_editable(vals)
        res = super().write(vals)
        if "photo_ids" in vals or "answer_file_ids" in vals:
            self._bind_files()
        return res

    def _check_new(self):
        """Refuse questions on dead orders, and answers that nobody gave."""
        for escalation in self:
            if escalation.order_id.state == "cancelled":
                raise UserError(
                    self.env._(
                        "%(order)s is cancelled. Escalate an order that is worked on.",
                        order=escalation.order_id.name,
                    )
                )
            if not self.env.su and any(escalation[n] for n in self._ANSWER_FIELDS):
                raise UserError(
                    self.env._("The expert answers after the question was asked.")
                )

    def _check_editable(self, vals):
        """Refuse changes by the wrong person or at the wrong time."""
        changed = set(vals)
        for escalation in self:
            own = changed & (self._QUESTION_FIELDS | self._ANSWER_FIELDS)
            if own and escalation.state != "asked":
                raise UserError(
                    self.env._(
                        "%(escalation)s is answered and stays as it is. Ask again "
                        "first.",
                        escalation=escalation.name,
                    )
                )
            theirs = changed & (self._ANSWER_FIELDS | {"expert_id"})
            if theirs and not escalation._may_answer():
                raise UserError(
                    self.env._(
                        "%(escalation)s is with %(expert)s. Only the expert, a "
                        "technical reviewer or the head answers it or hands it on.",
                        escalation=escalation.name,
                        expert=escalation.expert_id.name or self.env._("nobody yet"),
                    )
                )

    def _may_answer(self):
        """Whether the user may answer: the expert, a reviewer or the head.

        Never the person who asked.
        """
        self.ensure_one()
        user = self.env.user
        if user == self.asked_by_id:
            return False
        return user == self.expert_id or any(map(user.has_group, REVIEW_GROUPS))

    def _assign_experts(self):
        """Give questions without an expert to whoever knows most and has least.

        Where nobody is named for the product, the technical reviewers are told.
        """
        waiting = self.filtered(lambda e: e.state == "asked" and not e.expert_id)
        if not waiting:
            return
        # The asker need not see who else is asked what.
        Expert_sudo = self.env["aftersales.escalation.expert"].sudo()
        chosen = Expert_sudo._choose_experts(waiting.sudo())
        for escalation_sudo, user in chosen.items():
            if user:
                escalation_sudo.expert_id = user
            else:
                escalation_sudo._portal_ask(
                    "aftersales_network.group_technical_reviewer",
                    self.env._("Choose an expert for this question"),
                )

    def _bring_photos(self):
        """Show the expert the photos of the order, which he may not be able to open."""
        vals_list = []
        for escalation in self:
            for number, photo in enumerate(escalation.order_id.sudo().photo_ids, 1):
                vals_list.append(
                    {
                        "name": photo.name or f"{escalation.order_id.name}-{number}",
                        "datas": photo.image,
                        "res_model": self._name,
                        "res_id": escalation.id,
                    }
                )
        files_sudo = self.env["ir.attachment"].sudo().create(vals_list)
        for res_id, files in files_sudo.grouped("res_id").items():
            self.browse(res_id).sudo().photo_ids |= files
        self._bind_files()

    def _bind_files(self):
        """Files that were uploaded before the record existed belong to it."""
        for escalation in self:
            files = escalation.photo_ids | escalation.answer_file_ids
            files._bind_uploads(escalation)

    def _get_frozen_attachments(self):
        """Photos and files of what was answered."""
        done = self.filtered(lambda e: e.state != "asked")
        return done.photo_ids | done.answer_file_ids

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        kept = self.filtered(lambda e: e.state in ("answered", "solved"))[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(escalation)s is answered and cannot be deleted.",
                    escalation=kept.name,
                )
            )
