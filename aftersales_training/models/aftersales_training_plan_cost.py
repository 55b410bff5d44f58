from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_trainer import MONEY_GROUPS
from .aftersales_training_plan_line_steps import TODO_STATES


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
