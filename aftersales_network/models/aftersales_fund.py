from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class AftersalesFund(models.Model):
    """Special money for safety and batch cases, claims reserve or insurance.

    The balance follows from deposits and approved draws and never falls below
    zero; nobody draws without an approved reason.
    """

    _name = "aftersales.fund"
    _description = "Special Fund"
    _inherit = ["aftersales.figure.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    kind = fields.Selection(
        [
            ("safety", "Safety and Batch Cases"),
            ("reserve", "Reserve for Claims and Complaints"),
            ("insurance", "Product Liability Insurance"),
            ("other", "Other"),
        ],
        required=True,
        default="safety",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    category_id = fields.Many2one("aftersales.budget.category", "Budget Category")
    move_ids = fields.One2many("aftersales.fund.move", "fund_id")
    balance = fields.Monetary(compute="_compute_balance", store=True, compute_sudo=True)
    amount_requested = fields.Monetary(
        "Waiting for Approval", compute="_compute_amount_requested"
    )
    note = fields.Html()

    _balance_positive = models.Constraint(
        "CHECK (balance IS NULL OR balance >= 0)",
        "The fund does not hold that much money.",
    )

    @api.depends("move_ids.state", "move_ids.amount", "move_ids.kind")
    def _compute_balance(self):
        sums = {}
        for fund, kind, amount in self.env["aftersales.fund.move"]._read_group(
            [("fund_id", "in", self.ids), ("state", "=", "approved")],
            ["fund_id", "kind"],
            ["amount:sum"],
        ):
            signed = amount if kind == "deposit" else -amount
            sums[fund] = sums.get(fund, 0.0) + signed
        for fund in self:
            fund.balance = sums.get(fund._origin, 0.0)

    def _compute_amount_requested(self):
        sums = dict(
            self.env["aftersales.fund.move"]._read_group(
                [
                    ("fund_id", "in", self.ids),
                    ("state", "=", "requested"),
                    ("kind", "=", "draw"),
                ],
                ["fund_id"],
                ["amount:sum"],
            )
        )
        for fund in self:
            fund.amount_requested = sums.get(fund._origin, 0.0)

    def action_view_moves(self):
        """Open deposits and draws."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Movements of %(name)s", name=self.name),
            "res_model": "aftersales.fund.move",
            "view_mode": "list,form",
            "domain": [("fund_id", "=", self.id)],
            "context": {"default_fund_id": self.id},
        }


class AftersalesFundMove(models.Model):
    """Deposit into a fund, or draw from it with an approved reason."""

    _name = "aftersales.fund.move"
    _description = "Special Fund Movement"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_name = "reason"
    _check_company_auto = True

    fund_id = fields.Many2one(
        "aftersales.fund",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="fund_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="fund_id.currency_id")
    kind = fields.Selection(
        [("draw", "Draw"), ("deposit", "Deposit")],
        required=True,
        default="draw",
        tracking=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    amount = fields.Monetary(required=True, tracking=True)
    reason = fields.Char(required=True, tracking=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "For Unit",
        index="btree_not_null",
        check_company=True,
    )
    res_model = fields.Char("Source Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Source Document", model_field="res_model", readonly=True
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_on = fields.Datetime(readonly=True, copy=False)
    decision_note = fields.Char(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        ("state", "requested_by_id", "decided_by_id", "decided_on", "decision_note")
    )
    _SCOPE_FIELDS = frozenset(("fund_id", "service_point_id"))
    _FIXED_FIELDS = frozenset(("res_model", "res_id"))

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A movement of a fund must be above zero."
    )

    def write(self, vals):
        guarded = {"fund_id", "kind", "date", "amount", "reason", "service_point_id"}
        if set(vals) & guarded:
            self._check_move_state("draft")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_requested(self):
        self._check_move_state("draft")

    def _check_move_state(self, *states):
        """Refuse a step outside its states.

        :raise UserError: naming the movement
        """
        wrong = self.filtered(lambda m: m.state not in states)[:1]
        if wrong:
            label = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(reason)s” (%(state)s): this is not possible in its state.",
                    reason=wrong.reason,
                    state=label[wrong.state],
                )
            )

    def action_request(self):
        """Ask the head of service for the approval."""
        self._check_move_state("draft")
        self._write_flow({"state": "requested", "requested_by_id": self.env.uid})
        self._ask_head(self.env._("Decide the movement of the fund"))

    def _check_decider(self):
        """Four eyes and the right role.

        :raise AccessError: anybody but the head of service
        :raise UserError: own request
        """
        self._check_move_state("requested")
        if not self.env.user.has_group("aftersales_network.group_head"):
            raise AccessError(
                self.env._("Only the head of service decides on special funds.")
            )
        own = self.filtered(lambda m: self.env.user in m._get_requesters())[:1]
        if own:
            raise UserError(
                self.env._(
                    "You asked for “%(reason)s” yourself. Somebody else must decide.",
                    reason=own.reason,
                )
            )

    def _get_requesters(self):
        """Who asked for the money: whoever wrote the request or sent it off."""
        self.ensure_one()
        writers = self.create_uid.filtered(lambda u: not u._is_superuser())
        return self.requested_by_id | writers

    def action_approve(self):
        """Approve requests; the balance never falls below zero.

        :raise UserError: own request, or more than the fund holds
        """
        self._check_decider()
        self.fund_id.sudo().lock_for_update(allow_referencing=True)
        for fund, moves in self.grouped("fund_id").items():
            draws = moves.filtered(lambda m: m.kind == "draw")
            total = sum(draws.mapped("amount"))
            deposits = sum((moves - draws).mapped("amount"))
            currency = fund.currency_id
            if currency.compare_amounts(total, fund.balance + deposits) > 0:
                raise UserError(
                    self.env._(
                        "%(fund)s holds %(balance)s; %(amount)s cannot be drawn. "
                        "Deposit first or draw less.",
                        fund=fund.name,
                        balance=currency.format(fund.balance),
                        amount=currency.format(total),
                    )
                )
        self._decide("approved", False)

    def action_ask_refuse(self):
        """Ask for the reason, then refuse."""
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def _refuse(self, reason):
        """Refuse requests with a reason."""
        self._check_decider()
        self._decide("refused", reason)

    def _decide(self, state, note):
        Approval = self.env["aftersales.approval"]
        decision = "approved" if state == "approved" else "rejected"
        for move in self:
            Approval._log(move, "fund", decision, note or move.reason)
        self._write_flow(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
                "decision_note": note,
            }
        )
        self.activity_feedback(["mail.mail_activity_data_todo"])
        # The constraint on the balance speaks now, not at the end of the request.
        self.env.flush_all()


class AftersalesApproval(models.Model):
    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[
            ("budget", "Budget"),
            ("fund", "Special Fund"),
            ("year_plan", "Yearly Plan"),
            ("year_review", "Review of the Year"),
        ],
        ondelete={
            "budget": "cascade",
            "fund": "cascade",
            "year_plan": "cascade",
            "year_review": "cascade",
        },
    )
