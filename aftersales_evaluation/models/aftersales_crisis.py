from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class AftersalesCrisisLevel(models.Model):
    """Level of a crisis: how grave it is, and how soon we have to speak."""

    _name = "aftersales.crisis.level"
    _description = "Crisis Level"
    _order = "sequence desc, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The highest is the gravest.")
    active = fields.Boolean(default=True)
    color = fields.Integer("Colour")
    statement_hours = fields.Integer(
        "Hours to the First Statement",
        default=24,
        required=True,
        help="Until then the first statement is published.",
    )
    description = fields.Text(translate=True, help="When this level applies.")
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: used by every company."
    )

    _hours_positive = models.Constraint(
        "CHECK (statement_hours BETWEEN 1 AND 720)",
        "The first statement is due within 1 to 720 hours.",
    )


class AftersalesCrisis(models.Model):
    """Event that threatens the name of the company or the safety of customers.

    Kept from the first report to the close-out by two people. Source: GB/T 27922,
    5.3.2.3 and 5.3.2.4: grave complaints as crisis events, plan and rehearsal.
    """

    _name = "aftersales.crisis"
    _description = "Crisis Event"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.case.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, id desc"
    _rec_names_search = ["name", "title"]
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False, default="/")
    title = fields.Char("What Happened", required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            ("safety", "Product Safety"),
            ("quality", "Quality of a Batch"),
            ("complaint", "Grave Complaint"),
            ("media", "Media and Public"),
            ("service", "Breakdown of Service"),
            ("other", "Other"),
        ],
        required=True,
        default="complaint",
        tracking=True,
    )
    level_id = fields.Many2one(
        "aftersales.crisis.level",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    is_rehearsal = fields.Boolean(
        "Rehearsal",
        tracking=True,
        help="An exercise of the contingency plan; it is marked on every paper.",
    )
    owner_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    former_owner_ids = fields.Many2many(
        "res.users",
        "aftersales_crisis_former_owner_rel",
        "crisis_id",
        "user_id",
        "Led Before by",
        readonly=True,
        copy=False,
        help="Whoever led the event; none of them accepts its close-out.",
    )
    date_start = fields.Datetime(
        "Known since", required=True, default=fields.Datetime.now, tracking=True
    )
    description = fields.Text("Facts", help="What is known for certain.")
    place = fields.Char(help="Where it happened, or which region is concerned.")
    order_ids = fields.Many2many(
        "aftersales.service.order",
        "aftersales_crisis_order_rel",
        "crisis_id",
        "order_id",
        "Service Orders",
        check_company=True,
    )
    complaint_ids = fields.Many2many(
        "aftersales.complaint",
        "aftersales_crisis_complaint_rel",
        "crisis_id",
        "complaint_id",
        "Complaints",
        check_company=True,
    )
    finding_ids = fields.Many2many(
        "aftersales.finding",
        "aftersales_crisis_finding_rel",
        "crisis_id",
        "finding_id",
        "Findings",
        check_company=True,
    )
    batch_text = fields.Text("Batch of Units", help="Models, series, serial numbers.")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("closing", "Close-Out in Review"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="open",
        copy=False,
        index=True,
        tracking=True,
    )
    statement_ids = fields.One2many(
        "aftersales.crisis.statement", "crisis_id", "Statements"
    )
    action_ids = fields.One2many("aftersales.crisis.action", "crisis_id", "Actions")
    event_ids = fields.One2many("aftersales.crisis.event", "crisis_id", "Timeline")
    date_statement_due = fields.Datetime(
        "First Statement by", compute="_compute_date_statement_due", store=True
    )
    date_first_statement = fields.Datetime(
        "First Statement on", compute="_compute_date_first_statement", store=True
    )
    is_statement_late = fields.Boolean(
        "Statement Overdue",
        compute="_compute_is_statement_late",
        search="_search_is_statement_late",
    )
    open_action_count = fields.Integer("Open Actions", compute="_compute_action_counts")
    overdue_action_count = fields.Integer(
        "Overdue Actions", compute="_compute_action_counts"
    )
    cause = fields.Text("Cause of the Event", help="What led to it.")
    effect = fields.Text("Effects", help="On customers, on costs, on our name.")
    lessons = fields.Text(help="What changes so that it does not return.")
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_on = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_closed = fields.Datetime("Closed on", readonly=True, copy=False)

    _FIXED_FIELDS = frozenset(("name",))
    _SCOPE_FIELDS = frozenset(("company_id",))
    _FLOW_FIELDS = frozenset(
        (
            "state",
            "former_owner_ids",
            "submitted_by_id",
            "submitted_on",
            "closed_by_id",
            "date_closed",
        )
    )
    #: What the close-out report says; fixed while it is reviewed and after.
    _REPORT_FIELDS = frozenset(
        (
            "title",
            "company_id",
            "kind",
            "level_id",
            "is_rehearsal",
            "owner_id",
            "date_start",
            "description",
            "place",
            "order_ids",
            "complaint_ids",
            "finding_ids",
            "batch_text",
            "cause",
            "effect",
            "lessons",
        )
    )

    @api.depends("date_start", "level_id.statement_hours")
    def _compute_date_statement_due(self):
        for crisis in self:
            crisis.date_statement_due = fields.Datetime.add(
                crisis.date_start, hours=crisis.level_id.statement_hours
            )

    @api.depends("statement_ids.published_on")
    def _compute_date_first_statement(self):
        for crisis in self:
            moments = crisis.statement_ids.filtered("published_on")
            crisis.date_first_statement = min(
                moments.mapped("published_on"), default=False
            )

    @api.depends("date_statement_due", "date_first_statement", "state")
    def _compute_is_statement_late(self):
        now = fields.Datetime.now()
        for crisis in self:
            due = crisis.date_statement_due
            crisis.is_statement_late = bool(
                crisis.state != "closed"
                and not crisis.date_first_statement
                and due
                and due < now
            )

    @api.model
    def _search_is_statement_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return (
            Domain("state", "!=", "closed")
            & Domain("date_first_statement", "=", False)
            & Domain("date_statement_due", "<", fields.Datetime.now())
        )

    @api.depends("action_ids.state", "action_ids.date_due")
    def _compute_action_counts(self):
        for crisis in self:
            actions = crisis.action_ids.filtered(lambda a: a.state == "open")
            crisis.open_action_count = len(actions)
            crisis.overdue_action_count = len(actions.filtered("is_overdue"))

    @api.depends("name", "title")
    def _compute_display_name(self):
        for crisis in self:
            crisis.display_name = f"{crisis.name} {crisis.title or ''}"

    @api.model_create_multi
    def create(self, vals_list):
        """Number the events and begin their timeline."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, "aftersales.crisis")
        crises = super().create(vals_list)
        for crisis in crises:
            crisis._note(self.env._("Event opened"))
        return crises

    def write(self, vals):
        """Keep what the close-out report says once it is handed in."""
        if self._REPORT_FIELDS & set(vals) and not self._is_flow():
            self._check_running()
        if "owner_id" in vals:
            for crisis in self:
                owner = Command.link(crisis.owner_id.id)
                crisis._write_flow({"former_owner_ids": [owner]})
        level = {crisis: crisis.level_id for crisis in self}
        result = super().write(vals)
        for crisis in self.filtered(lambda c: c.level_id != level[c]):
            crisis._note(
                self.env._("Level changed to %(level)s", level=crisis.level_id.name)
            )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_worked_on(self):
        kept = self.filtered(
            lambda c: c.state != "open" or c.statement_ids or c.action_ids
        )[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(crisis)s was worked on and is kept. Close it instead.",
                    crisis=kept.display_name,
                )
            )

    def _check_running(self):
        """Refuse changes while the close-out is reviewed, and afterwards.

        :raise UserError: naming the event and the way out
        """
        over = self.filtered(lambda c: c.state != "open")[:1]
        if over:
            raise UserError(
                self.env._(
                    "The close-out of %(crisis)s was handed in; nothing changes any "
                    "more. Send it back first.",
                    crisis=over.display_name,
                )
            )

    def _note(self, text):
        """Add a line of the system to the timeline.

        :param text: what happened, in the language of who did it
        """
        # The timeline is evidence; nobody writes the system's lines himself.
        self.env["aftersales.crisis.event"].sudo().create(
            [
                {
                    "crisis_id": crisis.id,
                    "text": text,
                    "user_id": self.env.uid,
                    "is_system": True,
                }
                for crisis in self
            ]
        )
