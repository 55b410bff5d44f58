from odoo import api, fields, models
from odoo.exceptions import UserError

#: The five habits that keep service work in order (service-strategy seed text):
#: a standard process, everything on forms, regular checks, measured indicators
#: and praise as routine.
ISATIONS = [
    ("process", "Standard Process"),
    ("forms", "Forms and Records"),
    ("checks", "Regular Checks"),
    ("indicators", "Measured Indicators"),
    ("praise", "Routine Praise"),
]
OPEN_STATES = ("todo", "doing")
#: state → states that may follow
TRANSITIONS = {
    "todo": ("doing", "done", "cancelled"),
    "doing": ("todo", "done", "cancelled"),
    "done": ("doing",),
    "cancelled": ("todo",),
}
PLANNERS = (
    "aftersales_network.group_head",
    "aftersales_network.group_centre_manager",
)


class AftersalesImprovement(models.Model):
    """What is done to make one of the five habits better, by whom, until when.

    Heads of service and centre managers plan; the owner moves the card and says
    what was done.
    """

    _name = "aftersales.improvement"
    _description = "Improvement Action"
    _inherit = [
        "aftersales.owner.task",
        "aftersales.scope.mixin",
        "aftersales.unit.company.mixin",
        "mail.thread",
    ]
    _order = "priority desc, date_due, id"
    _check_company_auto = True

    name = fields.Char("What Is to Be Done", required=True, tracking=True)
    active = fields.Boolean(default=True)
    isation = fields.Selection(
        ISATIONS, "Habit", required=True, default="process", index=True, tracking=True
    )
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], default="0")
    description = fields.Text("Why and How")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="Empty: the whole company.",
    )
    owner_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    date_due = fields.Date("Due Date", required=True, index=True, tracking=True)
    state = fields.Selection(
        [
            ("todo", "Planned"),
            ("doing", "In Progress"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="todo",
        index=True,
        tracking=True,
        group_expand=True,
    )
    finding_ids = fields.Many2many(
        "aftersales.finding",
        "aftersales_improvement_finding_rel",
        "improvement_id",
        "finding_id",
        "Findings",
        check_company=True,
        help="What was found and is to be prevented from now on.",
    )
    result = fields.Text("What Was Done", readonly=True, copy=False, tracking=True)
    date_done = fields.Date("Done on", readonly=True, copy=False, index=True)
    is_planner = fields.Boolean(compute="_compute_is_planner")

    _OPEN_STATES = OPEN_STATES
    _TASK_STATES = OPEN_STATES
    _FLOW_FIELDS = frozenset(("state", "result", "date_done"))
    _SCOPE_FIELDS = frozenset(("service_point_id", "company_id", "owner_id"))
    #: What the owner was asked for; planners alone change it.
    _PLAN_FIELDS = frozenset(
        (
            "name",
            "active",
            "isation",
            "company_id",
            "service_point_id",
            "owner_id",
            "date_due",
        )
    )

    @api.depends_context("uid")
    def _compute_is_planner(self):
        is_planner = self._may_plan()
        for action in self:
            action.is_planner = is_planner

    @api.model
    def _may_plan(self):
        """Whether the user sets tasks; the record rules say where."""
        return self.env.su or any(self.env.user.has_group(g) for g in PLANNERS)

    def write(self, vals):
        """Take a card that was dragged as the step that it means.

        :raise UserError: a step that does not follow, or a plan changed by somebody
            who only carries it out
        """
        if not self._is_flow() and set(vals) == {"state"}:
            self._move(vals["state"])
            return True
        if not self._is_flow() and self._PLAN_FIELDS & set(vals):
            self._check_planner()
        return super().write(vals)

    def _check_planner(self):
        """Refuse a change of the plan by its owner."""
        if not self._may_plan():
            raise UserError(
                self.env._(
                    "Heads of service and centre managers plan what is to be done; "
                    "the owner of %(action)s carries it out.",
                    action=self[:1].name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        done = self.filtered(lambda action: action.state == "done")[:1]
        if done:
            raise UserError(
                self.env._(
                    "%(action)s was done and is kept. Archive it instead.",
                    action=done.name,
                )
            )

    # Steps

    def action_start(self):
        """Begin with the work."""
        self._move("doing")

    def action_done(self):
        """Ask what was done."""
        self._check_move("done")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_finish")

    def action_reopen(self):
        """Take finished or cancelled actions up again."""
        for state, actions in self.grouped("state").items():
            actions._move("doing" if state == "done" else "todo")

    def action_cancel(self):
        """Give actions up; only whoever plans may."""
        self._move("cancelled")

    def _check_move(self, state):
        """Refuse a step that does not follow from the state of an action.

        :raise UserError: naming the action and both states
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for action in self:
            if state not in TRANSITIONS[action.state]:
                raise UserError(
                    self.env._(
                        "%(action)s cannot go from “%(old)s” to “%(new)s”.",
                        action=action.name,
                        old=labels[action.state],
                        new=labels.get(state, state),
                    )
                )
        if state == "cancelled" or "cancelled" in self.mapped("state"):
            self._check_planner()

    def _move(self, state):
        """Take the step to a state; a finished action says what was done.

        :raise UserError: a step that does not follow, or done without a result
        """
        moving = self.filtered(lambda action: action.state != state)
        moving._check_move(state)
        if state == "done":
            raise UserError(
                self.env._(
                    "Say what was done about %(action)s: open it and press “Done”.",
                    action=moving[:1].name,
                )
            )
        moving._write_flow({"state": state, "result": False, "date_done": False})
        moving._close_activities()
        moving._plan_activities()

    def _finish(self, result):
        """Report actions done.

        :param result: what was done
        :raise UserError: without a result, or from a state where it does not follow
        """
        self._check_move("done")
        self._report_done(result)
