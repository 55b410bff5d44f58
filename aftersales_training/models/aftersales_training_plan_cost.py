from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_trainer import MONEY_GROUPS
from .aftersales_training_plan_line_steps import TODO_STATES

BOOKER_GROUPS = (
    "aftersales_network.group_training_officer,aftersales_network.group_head"
)


class AftersalesTrainingPlan(models.Model):
    """What the sessions of a plan cost, against its budget."""

    _inherit = "aftersales.training.plan"

    cost_planned = fields.Monetary(
        "Planned Costs", compute="_compute_costs", groups=MONEY_GROUPS
    )
    amount_committed = fields.Monetary(
        "Committed",
        compute="_compute_costs",
        groups=MONEY_GROUPS,
        help="Costs of sessions that are still to be held.",
    )
    amount_spent = fields.Monetary(
        "Spent",
        compute="_compute_costs",
        groups=MONEY_GROUPS,
        help="Costs of sessions that were held.",
    )
    amount_left = fields.Monetary("Left", compute="_compute_costs", groups=MONEY_GROUPS)
    budget_used = fields.Float(
        "Budget Used (%)", compute="_compute_costs", groups=MONEY_GROUPS
    )

    @api.depends(
        "budget",
        "line_ids.cost_planned",
        "line_ids.session_ids.state",
        "line_ids.session_ids.cost_total",
    )
    def _compute_costs(self):
        for plan in self:
            # The field is for those who see money; they see all of it.
            sessions = plan.sudo().line_ids.session_ids
            todo = sessions.filtered(lambda s: s.state in TODO_STATES)
            done = sessions.filtered(lambda s: s.state == "done")
            plan.cost_planned = sum(plan.line_ids.mapped("cost_planned"))
            plan.amount_committed = sum(todo.mapped("cost_total"))
            plan.amount_spent = sum(done.mapped("cost_total"))
            used = plan.amount_committed + plan.amount_spent
            plan.amount_left = plan.budget - used
            plan.budget_used = 100 * used / plan.budget if plan.budget else 0.0

    def action_book_spending(self):
        """Enter the costs of held sessions as drafts against the service budget.

        Whoever runs the budget books them there; a session is entered once.

        :raise UserError: no service budget chosen
        """
        self.check_access("write")
        self._check_booker()
        Post = self.env["aftersales.budget.post"]
        plans_sudo = self.sudo()
        for plan in plans_sudo:
            if not plan.budget_line_id:
                raise UserError(
                    self.env._(
                        "Training plan %(plan)s: choose the service budget first.",
                        plan=plan.name,
                    )
                )
        booked = Post.sudo().search(
            [
                ("training_session_id", "in", plans_sudo.line_ids.session_ids.ids),
                ("state", "!=", "cancelled"),
            ]
        )
        vals_list = [
            plan._prepare_post_vals(session)
            for plan in plans_sudo
            for session in plan.line_ids.session_ids - booked.training_session_id
            if session.state == "done" and session.cost_total
        ]
        # Human resources may not enter spending of other kinds.
        posts_sudo = Post.sudo().create(vals_list)
        for plan in self:
            plan.message_post(
                body=self.env._(
                    "%(count)s sessions entered against the service budget.",
                    count=len(posts_sudo),
                )
            )
        return True

    def _check_booker(self):
        """Whoever sees no money enters none.

        :raise AccessError: another role
        """
        if not self.env.su and not self.env.user.has_groups(BOOKER_GROUPS):
            raise AccessError(
                self.env._(
                    "Only HR training officers and the head of service enter the costs "
                    "of trainings."
                )
            )

    def _prepare_post_vals(self, session):
        """Values of the spending of one held session."""
        self.ensure_one()
        return {
            "name": session.display_name,
            "reference": self.name,
            "date": session.company_id._get_aftersales_today(session.date_stop),
            "line_id": self.budget_line_id.id,
            "amount": session.cost_total,
            "training_session_id": session.id,
        }


class AftersalesBudgetPost(models.Model):
    """Spending of a training session."""

    _inherit = "aftersales.budget.post"

    training_session_id = fields.Many2one(
        "aftersales.training.session",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _FIXED_FIELDS = frozenset(("training_session_id",))

    _training_session_uniq = models.UniqueIndex(
        "(training_session_id) WHERE state != 'cancelled'",
        "The costs of this session are entered already.",
    )


class AftersalesTrainingCost(models.Model):
    """Costs that were entered against a service budget stay as they are."""

    _inherit = "aftersales.training.cost"

    @api.model_create_multi
    def create(self, vals_list):
        """No cost comes after the spending was entered."""
        costs = super().create(vals_list)
        costs._check_not_booked()
        return costs

    def write(self, vals):
        """No amount changes after the spending was entered."""
        if {"amount", "session_id"} & set(vals):
            self._check_not_booked()
        result = super().write(vals)
        if "session_id" in vals:
            self._check_not_booked()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        self._check_not_booked()

    def _check_not_booked(self):
        """Refuse a change behind the back of the service budget.

        :raise UserError: naming the session and the way out
        """
        posts_sudo = self.env["aftersales.budget.post"].sudo()
        booked = posts_sudo.search(
            [
                ("training_session_id", "in", self.session_id.ids),
                ("state", "!=", "cancelled"),
            ],
            limit=1,
        )
        if booked:
            raise UserError(
                self.env._(
                    "The costs of %(session)s are entered against the service budget. "
                    "Have that spending cancelled first.",
                    session=booked.training_session_id.display_name,
                )
            )
