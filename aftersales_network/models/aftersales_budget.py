from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

BUDGET_STATES = [("draft", "Draft"), ("approved", "Approved"), ("closed", "Closed")]


class AftersalesBudgetCategory(models.Model):
    """Kind of service cost, after the budget lines a service evaluation asks for.

    The list that ships is editable: outside points, pay and awards, repair and
    training, tools, internal support, reserves, insurances, satisfaction,
    culture, management and research.
    """

    _name = "aftersales.budget.category"
    _description = "Budget Category"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)

    _code_uniq = models.UniqueIndex(
        "(code)", "The code of a budget category must be unique."
    )


class AftersalesBudget(models.Model):
    """Service budget of one unit for a period, by category.

    An approved budget is frozen; work posts against its lines.  Spending
    beyond a line is blocked, or let through with a reason, as the budget says.
    """

    _name = "aftersales.budget"
    _description = "Service Budget"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, service_point_id, id"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True
    )
    active = fields.Boolean(default=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    date_from = fields.Date(
        "From",
        required=True,
        tracking=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
    )
    date_to = fields.Date(
        "To",
        required=True,
        tracking=True,
        default=lambda self: fields.Date.context_today(self).replace(month=12, day=31),
    )
    control = fields.Selection(
        [("block", "Block"), ("warn", "Ask for a Reason")],
        "Beyond a Category",
        required=True,
        default="block",
        tracking=True,
    )
    state = fields.Selection(
        BUDGET_STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many("aftersales.budget.line", "budget_id", copy=True)
    amount_planned = fields.Monetary(compute="_compute_amounts", store=True)
    amount_spent = fields.Monetary(compute="_compute_amounts", store=True)
    amount_left = fields.Monetary(compute="_compute_amounts", store=True)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(("state", "approved_by_id", "approved_on"))
    #: Open also after the approval.
    _UNFROZEN_FIELDS = frozenset(
        ("state", "approved_by_id", "approved_on", "active", "control")
    )

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A budget cannot end before it starts."
    )
    _period_once = models.Constraint(
        "EXCLUDE USING gist (service_point_id WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&) WHERE (active)",
        "This unit already has a budget in that period. Change the dates or archive "
        "the other budget.",
    )

    @api.depends("service_point_id.name", "date_from", "date_to")
    def _compute_name(self):
        for budget in self:
            years = {d.year for d in (budget.date_from, budget.date_to) if d}
            period = "–".join(str(year) for year in sorted(years))
            budget.name = " ".join(filter(None, (budget.service_point_id.name, period)))

    @api.depends("line_ids.amount_planned", "line_ids.amount_spent")
    def _compute_amounts(self):
        for budget in self:
            budget.amount_planned = sum(budget.line_ids.mapped("amount_planned"))
            budget.amount_spent = sum(budget.line_ids.mapped("amount_spent"))
            budget.amount_left = budget.amount_planned - budget.amount_spent

    def write(self, vals):
        if set(vals) & {"service_point_id", "date_from", "date_to", "line_ids"}:
            self._check_draft()
        if "control" in vals and not self._is_flow():
            self._check_head(self.filtered(lambda b: b.state != "draft"))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft()

    def _check_draft(self):
        """Refuse a change of an approved budget.

        :raise UserError: naming the budget and the way out
        """
        frozen = self.filtered(lambda b: b.state != "draft")[:1]
        if frozen and not self._is_flow():
            raise UserError(
                self.env._(
                    "Budget %(name)s is approved and cannot be changed. The head of "
                    "service can reset it to draft with a reason.",
                    name=frozen.name,
                )
            )

    def _check_head(self, budgets):
        """Let only the head of service take a step.

        :raise AccessError: naming the budget
        """
        if budgets and not self.env.user.has_group("aftersales_network.group_head"):
            raise AccessError(
                self.env._(
                    "%(name)s: only the head of service takes this step.",
                    name=budgets[:1].name,
                )
            )

    def _check_budget_state(self, *states):
        wrong = self.filtered(lambda b: b.state not in states)[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(name)s: this step is not possible in its state.", name=wrong.name
                )
            )

    def action_approve(self):
        """Approve drafts; nobody approves the budget he made.

        :raise UserError: own budget, or a budget without an amount
        """
        self._check_budget_state("draft")
        self._check_head(self)
        for budget in self:
            if budget.create_uid == self.env.user:
                raise UserError(
                    self.env._(
                        "You made budget %(name)s. Somebody else must approve it.",
                        name=budget.name,
                    )
                )
            if not budget.amount_planned:
                raise UserError(
                    self.env._(
                        "Budget %(name)s plans nothing yet. Enter an amount for at "
                        "least one category.",
                        name=budget.name,
                    )
                )
            self.env["aftersales.approval"]._log(budget, "budget", "approved")
        self._write_flow(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_on": fields.Datetime.now(),
            }
        )

    def action_ask_reset(self):
        """Ask for the reason, then reset to draft."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reset")

    def _reset(self, reason):
        """Take approved budgets back to draft, with a reason."""
        self._check_budget_state("approved")
        self._check_head(self)
        for budget in self:
            self.env["aftersales.approval"]._log(budget, "budget", "rejected", reason)
            budget.message_post(body=reason)
        self._write_flow(
            {"state": "draft", "approved_by_id": False, "approved_on": False}
        )

    def action_close(self):
        """Close budgets: nothing more can be posted."""
        self._check_budget_state("approved")
        self._check_head(self)
        self._write_flow({"state": "closed"})

    def action_fill_categories(self):
        """Add a line for every category that has none yet."""
        self._check_draft()
        categories = self.env["aftersales.budget.category"].search(
            [("active", "=", True)]
        )
        self.env["aftersales.budget.line"].create(
            [
                {"budget_id": budget.id, "category_id": category.id}
                for budget in self
                for category in categories - budget.line_ids.category_id
            ]
        )

    def action_view_posts(self):
        """Open what was spent."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Spending of %(name)s", name=self.name),
            "res_model": "aftersales.budget.post",
            "view_mode": "list,form,pivot,graph",
            "domain": [("budget_id", "=", self.id)],
        }


class AftersalesBudgetLine(models.Model):
    """Planned and spent amount of one category."""

    _name = "aftersales.budget.line"
    _inherit = ["aftersales.scope.mixin"]
    _description = "Service Budget Line"
    _order = "budget_id, sequence, id"

    budget_id = fields.Many2one(
        "aftersales.budget", required=True, index=True, ondelete="cascade"
    )
    category_id = fields.Many2one(
        "aftersales.budget.category", required=True, index=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="category_id.sequence", store=True)
    service_point_id = fields.Many2one(
        related="budget_id.service_point_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="budget_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="budget_id.currency_id")
    date_from = fields.Date(related="budget_id.date_from", store=True)
    date_to = fields.Date(related="budget_id.date_to", store=True)
    state = fields.Selection(related="budget_id.state", store=True)
    is_blocking = fields.Boolean(compute="_compute_is_blocking", store=True)
    amount_planned = fields.Monetary()
    amount_spent = fields.Monetary(
        compute="_compute_amount_spent", store=True, compute_sudo=True
    )
    amount_overrun = fields.Monetary(
        "Let Through",
        compute="_compute_amount_spent",
        store=True,
        compute_sudo=True,
        help="Spent beyond the plan with a reason.",
    )
    amount_left = fields.Monetary(compute="_compute_amount_left", store=True)
    used = fields.Float("Used %", compute="_compute_amount_left", store=True)
    post_ids = fields.One2many("aftersales.budget.post", "line_id")

    _SCOPE_FIELDS = frozenset(("budget_id",))

    _planned_positive = models.Constraint(
        "CHECK (amount_planned >= 0)", "A planned amount cannot be negative."
    )
    _category_once = models.UniqueIndex(
        "(budget_id, category_id)", "This category is already in the budget."
    )
    # Holds also when two people post at the same moment.
    _not_beyond_plan = models.Constraint(
        "CHECK (is_blocking IS NOT TRUE OR amount_spent <= amount_planned"
        " + amount_overrun)",
        "The spending would go beyond the planned amount of its category.",
    )

    @api.depends("category_id.name", "budget_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.budget_id.name}: {line.category_id.name}"

    @api.depends("budget_id.control", "budget_id.state")
    def _compute_is_blocking(self):
        for line in self:
            budget = line.budget_id
            line.is_blocking = budget.control == "block" and budget.state != "draft"

    @api.depends("post_ids.amount", "post_ids.state", "post_ids.amount_overrun")
    def _compute_amount_spent(self):
        Post = self.env["aftersales.budget.post"]
        sums = {
            line: (spent, overrun)
            for line, spent, overrun in Post._read_group(
                [("line_id", "in", self.ids), ("state", "=", "posted")],
                ["line_id"],
                ["amount:sum", "amount_overrun:sum"],
            )
        }
        for line in self:
            line.amount_spent, line.amount_overrun = sums.get(line._origin, (0, 0))

    @api.depends("amount_planned", "amount_spent")
    def _compute_amount_left(self):
        for line in self:
            line.amount_left = line.amount_planned - line.amount_spent
            planned = line.amount_planned
            line.used = 100 * line.amount_spent / planned if planned else 0.0

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.budget_id._check_draft()
        return lines

    def write(self, vals):
        if set(vals) & {"budget_id", "category_id", "amount_planned"}:
            self.budget_id._check_draft()
        res = super().write(vals)
        if "budget_id" in vals:
            self.budget_id._check_draft()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.budget_id._check_draft()
