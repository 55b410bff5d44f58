from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_competition_award import MONEY

OFFICER = "aftersales_network.group_training_officer"


class AftersalesExpertUse(models.Model):
    """A question to an expert with answer, hours, fee and rating."""

    _name = "aftersales.expert.use"
    _description = "Question to an Expert"
    _inherit = ["aftersales.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_asked desc, id desc"
    _rec_name = "subject"
    _check_company_auto = True

    expert_id = fields.Many2one(
        "aftersales.expert",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    # Experts on the portal may read their questions, not the pool.
    expert_person_id = fields.Many2one(
        related="expert_id.person_id",
        string="Person Asked",
        store=True,
        index="btree_not_null",
    )
    company_id = fields.Many2one(
        related="expert_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    subject = fields.Char(required=True)
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True
    )
    fault_id = fields.Many2one("aftersales.fault", index="btree_not_null")
    question = fields.Text(required=True)
    answer = fields.Text(copy=False)
    asked_by_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        index=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    date_asked = fields.Datetime(
        "Asked On", readonly=True, copy=False, default=fields.Datetime.now
    )
    date_answered = fields.Datetime("Answered On", readonly=True, copy=False)
    hours = fields.Float("Hours Spent", copy=False)
    fee_hour = fields.Monetary(
        "Fee per Hour",
        compute="_compute_fee_hour",
        store=True,
        compute_sudo=True,
        groups=MONEY,
        help="As agreed on the day of the question.",
    )
    fee = fields.Monetary(
        compute="_compute_fee", store=True, compute_sudo=True, groups=MONEY
    )
    rating = fields.Integer(copy=False, aggregator="avg", help="From 1 to 5.")
    rating_stars = fields.Selection(
        [
            ("0", "Not Rated"),
            ("1", "Of No Help"),
            ("2", "Little Help"),
            ("3", "Helpful"),
            ("4", "Good"),
            ("5", "Excellent"),
        ],
        "Rating in Stars",
        compute="_compute_rating_stars",
        inverse="_inverse_rating_stars",
    )
    rating_note = fields.Char("Remark on the Rating", copy=False)
    state = fields.Selection(
        [
            ("asked", "Asked"),
            ("answered", "Answered"),
            ("closed", "Closed"),
            ("withdrawn", "Withdrawn"),
        ],
        default="asked",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    withdraw_reason = fields.Text(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        ("state", "asked_by_id", "date_asked", "date_answered", "withdraw_reason")
    )
    _FIXED_FIELDS = frozenset(("expert_id", "order_id"))
    _RATING_FIELDS = frozenset(("rating", "rating_stars", "rating_note"))

    _rating_range = models.Constraint(
        "CHECK (rating BETWEEN 0 AND 5)", "A rating lies between 1 and 5."
    )
    _hours_positive = models.Constraint(
        "CHECK (hours >= 0)", "Hours cannot be negative."
    )
    _closed_rated = models.Constraint(
        "CHECK (state != 'closed' OR rating BETWEEN 1 AND 5)",
        "A closed question needs its rating.",
    )

    @api.depends("expert_id")
    def _compute_fee_hour(self):
        # Later fees of the expert do not change what was agreed.
        for use in self:
            use.fee_hour = use.expert_id.fee_hour

    @api.depends("hours", "fee_hour", "currency_id")
    def _compute_fee(self):
        for use in self:
            fee = use.hours * use.fee_hour
            use.fee = use.currency_id.round(fee) if use.currency_id else fee

    @api.depends("rating")
    def _compute_rating_stars(self):
        for use in self:
            use.rating_stars = str(use.rating or 0)

    def _inverse_rating_stars(self):
        for use in self:
            use.rating = int(use.rating_stars or 0)

    @api.model_create_multi
    def create(self, vals_list):
        """Ask experts; they are told by message.

        :raise UserError: a rating or an answer came with the question
        """
        uses = super().create(vals_list)
        for use in uses:
            if use.rating or use.answer:
                raise UserError(
                    self.env._(
                        "%(subject)s: a question starts without answer and rating.",
                        subject=use.subject,
                    )
                )
            use._tell_expert()
        return uses

    def write(self, vals):
        """Answer or rate; nothing changes once it is closed.

        :raise UserError: the expert rates himself, or it is closed
        """
        if not self._is_flow():
            self._check_flow_state("asked", "answered")
            if self._RATING_FIELDS & set(vals):
                self._check_flow_state("answered")
                self._check_rater()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        for use in self:
            raise UserError(
                self.env._(
                    "%(subject)s is on record. Withdraw it with a reason instead of "
                    "deleting it.",
                    subject=use.subject,
                )
            )

    def action_answer(self):
        """Mark as answered.

        :raise UserError: there is no answer yet
        """
        self._check_flow_state("asked")
        for use in self:
            if not (use.answer or "").strip():
                raise UserError(
                    self.env._(
                        "%(subject)s has no answer yet. Write it down first.",
                        subject=use.subject,
                    )
                )
        self._write_flow({"state": "answered", "date_answered": fields.Datetime.now()})
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def action_close(self):
        """Close with the rating.

        :raise UserError: no rating yet, or the expert closes himself
        """
        self._check_flow_state("answered")
        self._check_rater()
        for use in self:
            if not 1 <= use.rating <= 5:
                raise UserError(
                    self.env._(
                        "%(subject)s: rate the help from 1 to 5 before closing.",
                        subject=use.subject,
                    )
                )
        self._write_flow({"state": "closed"})

    def action_withdraw(self):
        """Ask why the question is withdrawn."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def _withdraw(self, reason):
        self._check_flow_state("asked")
        self._check_rater()
        self._write_flow({"state": "withdrawn", "withdraw_reason": reason})
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _check_rater(self):
        """Only who asked, or human resources, rates; never the expert himself."""
        user = self.env.user
        for use in self:
            if use.expert_id._is_person(user):
                raise UserError(
                    self.env._(
                        "%(subject)s: an expert does not rate himself.",
                        subject=use.subject,
                    )
                )
            if use.asked_by_id != user and not user.has_group(OFFICER):
                raise UserError(
                    self.env._(
                        "%(subject)s: only %(user)s, who asked, rates and closes it.",
                        subject=use.subject,
                        user=use.asked_by_id.name,
                    )
                )

    def _tell_expert(self):
        """Activity for own people, a message to those outside."""
        self.ensure_one()
        # The asker may ask every expert of the pool, whose contact stays hidden.
        expert_sudo = self.expert_id.sudo()
        user = expert_sudo.user_id
        if user and not user.share:
            self.activity_schedule(
                "mail.mail_activity_data_todo", summary=self.subject, user_id=user.id
            )
        elif expert_sudo.person_id:
            self.sudo().message_post(
                body=self.question,
                subject=self.subject,
                partner_ids=expert_sudo.person_id.ids,
                author_id=self.env.user.partner_id.id,
            )

    def _portal_answer(self, answer, hours):
        """Answer of an outside expert on the portal; rights were checked there."""
        self.ensure_one()
        self._check_flow_state("asked")
        self.write({"answer": answer, "hours": hours})
        self.action_answer()


class AftersalesServiceOrder(models.Model):
    _inherit = "aftersales.service.order"

    expert_use_ids = fields.One2many(
        "aftersales.expert.use", "order_id", "Questions to Experts"
    )
    expert_use_count = fields.Integer(compute="_compute_expert_use_count")

    def _compute_expert_use_count(self):
        Use = self.env["aftersales.expert.use"]
        counts = {}
        if Use.has_access("read"):
            counts = dict(
                Use._read_group(
                    [("order_id", "in", self.ids)], ["order_id"], ["__count"]
                )
            )
        for order in self:
            order.expert_use_count = counts.get(order._origin, 0)

    def action_ask_expert(self):
        """Propose experts for the product and fault of the order."""
        self.ensure_one()
        Wizard = self.env["aftersales.expert.wizard"]
        return Wizard.create(self._prepare_expert_wizard_vals())._reopen()

    def _prepare_expert_wizard_vals(self):
        """Values of the dialog that proposes experts."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "product_id": self.product_id.id,
            "fault_id": self.fault_id.id,
            "area_id": self.area_id.id,
            "subject": self.env._("Service order %(name)s", name=self.name),
            "question": self.complaint,
        }

    def action_view_expert_uses(self):
        """Open the questions about the order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_training.aftersales_expert_use_action"
        )
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}
