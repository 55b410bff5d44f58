from odoo import api, fields, models
from odoo.exceptions import UserError


class AftersalesBudgetPost(models.Model):
    """Money spent against a category of an approved budget.

    A posted entry is evidence: it is cancelled with a reason, never changed.
    """

    _name = "aftersales.budget.post"
    _description = "Service Spending"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Purpose", required=True, tracking=True)
    reference = fields.Char(help="Number of the bill or document behind it.")
    date = fields.Date(
        required=True, default=fields.Date.context_today, index=True, tracking=True
    )
    line_id = fields.Many2one(
        "aftersales.budget.line",
        "Budget and Category",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('state', '=', 'approved')]",
    )
    budget_id = fields.Many2one(
        related="line_id.budget_id", store=True, index=True, precompute=True
    )
    category_id = fields.Many2one(
        related="line_id.category_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="line_id.service_point_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="line_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(required=True, tracking=True)
    amount_overrun = fields.Monetary("Beyond the Plan", readonly=True, copy=False)
    overrun_reason = fields.Char(readonly=True, copy=False, tracking=True)
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Booked"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    posted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    posted_on = fields.Datetime(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        ("state", "posted_by_id", "posted_on", "amount_overrun", "overrun_reason")
    )
    _SCOPE_FIELDS = frozenset(("line_id",))

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A spending must be above zero."
    )

    def write(self, vals):
        if set(vals) & {"line_id", "amount", "date", "name", "reference"}:
            self._check_post_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        self._check_post_draft()

    def _check_post_draft(self):
        """Refuse a change of what is posted or cancelled.

        :raise UserError: naming the entry
        """
        fixed = self.filtered(lambda p: p.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "“%(name)s” is no longer a draft and cannot be changed. Cancel it "
                    "and enter a new one.",
                    name=fixed.name,
                )
            )

    def action_post(self):
        """Post drafts.

        :return: the dialog for the reason where a budget asks for one
        :raise UserError: budget not approved, date outside, plan exceeded
        """
        self._check_postable()
        over = self._get_overruns()
        blocked = next((p for p in over if p.line_id.is_blocking), None)
        if blocked:
            raise UserError(blocked._get_overrun_message(over[blocked]))
        if over:
            return self.env["aftersales.reason.wizard"]._open_for(self, "_post")
        return self._post_entries({})

    def _post(self, reason):
        """Post drafts, some of them beyond the plan, with the reason."""
        self._check_postable()
        over = self._get_overruns()
        blocked = next((p for p in over if p.line_id.is_blocking), None)
        if blocked:
            raise UserError(blocked._get_overrun_message(over[blocked]))
        for post, amount in over.items():
            post._write_flow({"amount_overrun": amount, "overrun_reason": reason})
            post.budget_id.message_post(body=post._get_overrun_message(amount))
        return self._post_entries(over)

    def _post_entries(self, over):
        self._write_flow(
            {
                "state": "posted",
                "posted_by_id": self.env.uid,
                "posted_on": fields.Datetime.now(),
            }
        )
        # The constraint of the lines speaks now, not at the end of the request.
        self.env.flush_all()
        return True

    def _check_postable(self):
        """Check state, approval and period of every entry."""
        self._check_post_draft()
        for post in self:
            budget = post.budget_id
            if budget.state != "approved":
                raise UserError(
                    self.env._(
                        "“%(name)s”: budget %(budget)s is not approved.",
                        name=post.name,
                        budget=budget.name,
                    )
                )
            if not budget.date_from <= post.date <= budget.date_to:
                raise UserError(
                    self.env._(
                        "“%(name)s”: %(date)s lies outside budget %(budget)s "
                        "(%(start)s to %(end)s).",
                        name=post.name,
                        date=post.date,
                        budget=budget.name,
                        start=budget.date_from,
                        end=budget.date_to,
                    )
                )

    def _get_overruns(self):
        """Entries that go beyond their line: ``{post: amount beyond}``."""
        # Two people posting at once wait for each other here.
        self.line_id.sudo().lock_for_update(allow_referencing=True)
        over = {}
        left = {line: line.amount_left for line in self.line_id}
        for post in self:
            line, currency = post.line_id, post.currency_id
            beyond = post.amount - max(left[line], 0.0)
            left[line] -= post.amount
            if currency.compare_amounts(beyond, 0.0) > 0:
                over[post] = currency.round(beyond)
        return over

    def _get_overrun_message(self, amount):
        """Sentence that names category, plan and the amount beyond it."""
        self.ensure_one()
        currency = self.currency_id
        return self.env._(
            "“%(name)s” goes beyond %(line)s by %(over)s: planned %(planned)s, spent "
            "%(spent)s. Spend less, or have the head of service change the budget.",
            name=self.name,
            line=self.line_id.display_name,
            over=currency.format(amount),
            planned=currency.format(self.line_id.amount_planned),
            spent=currency.format(self.line_id.amount_spent),
        )

    def action_ask_cancel(self):
        """Ask for the reason, then cancel."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel entries with a reason; a posted amount is free again."""
        if self.filtered(lambda p: p.budget_id.state == "closed"):
            raise UserError(
                self.env._("The budget is closed; its spending stays as it is.")
            )
        for post in self.filtered(lambda p: p.state != "cancelled"):
            post.message_post(body=reason)
            post._write_flow({"state": "cancelled"})
