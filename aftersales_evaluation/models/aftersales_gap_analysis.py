from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import charts

#: The five gaps in the order of the service quality model.
GAPS = [
    ("promise", "Promise Gap"),
    ("understanding", "Understanding Gap"),
    ("procedure", "Procedure Gap"),
    ("conduct", "Conduct Gap"),
    ("perception", "Perception Gap"),
]


class AftersalesGapAnalysis(models.Model):
    """The five gaps between what customers expect and what they get, for a period.

    Each gap collects measured values, findings and actions; closed, it is frozen.
    Source: the gap model of Parasuraman, Zeithaml and Berry.
    """

    _name = "aftersales.gap.analysis"
    _description = "Gap Analysis"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    title = fields.Char("Subject", required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Measured for this unit and those below it; empty: the whole company.",
    )
    date_from = fields.Date(
        "Period from", required=True, default=lambda self: self._get_default_from()
    )
    date_to = fields.Date(
        "Period until", required=True, default=lambda self: self._get_today()
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )
    campaign_id = fields.Many2one(
        "aftersales.survey.campaign",
        "Survey of Customers",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('group', '!=', 'department'), ('variant', '=', 'servqual'), "
        "('state', 'in', ('running', 'closed'))]",
        help="Expectations and perceptions of the perception gap.",
    )
    own_campaign_id = fields.Many2one(
        "aftersales.survey.campaign",
        "Survey of Own Departments",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('group', '=', 'department'), ('variant', '=', 'servqual'), "
        "('state', 'in', ('running', 'closed'))]",
        help="What the own people believe customers expect: the understanding gap.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "In Progress"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
    )
    date_done = fields.Date("Done on", readonly=True, copy=False)
    summary = fields.Text("Conclusion")
    line_ids = fields.One2many(
        "aftersales.gap.line", "analysis_id", "Five Gaps", copy=False
    )
    action_ids = fields.One2many(
        "aftersales.gap.action", "analysis_id", "Actions", copy=False
    )
    action_count = fields.Integer(compute="_compute_action_count")
    open_action_count = fields.Integer("Open Actions", compute="_compute_action_count")
    overdue_action_count = fields.Integer(
        "Overdue Actions", compute="_compute_action_count"
    )

    _FLOW_FIELDS = frozenset(("state", "date_done"))
    _FIXED_FIELDS = frozenset(("name",))
    #: What the measured values follow from.
    _BASIS_FIELDS = frozenset(
        (
            "company_id",
            "service_point_id",
            "date_from",
            "date_to",
            "campaign_id",
            "own_campaign_id",
        )
    )

    _dates_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The period cannot end before it begins."
    )

    @api.model
    def _get_today(self):
        return self.env.company._get_aftersales_today()

    @api.model
    def _get_default_from(self):
        return self._get_today().replace(month=1, day=1)

    @api.depends("name", "title")
    def _compute_display_name(self):
        for analysis in self:
            analysis.display_name = f"{analysis.name} {analysis.title or ''}".strip()

    @api.depends("action_ids.state", "action_ids.date_due")
    def _compute_action_count(self):
        for analysis in self:
            actions = analysis.action_ids
            analysis.action_count = len(actions)
            analysis.open_action_count = len(
                actions.filtered(lambda action: action.state == "open")
            )
            analysis.overdue_action_count = len(actions.filtered("is_overdue"))

    @api.model_create_multi
    def create(self, vals_list):
        """Number analyses and give each its five gaps."""
        given = ("name", "line_ids")
        rows = [
            {name: value for name, value in vals.items() if name not in given}
            for vals in vals_list
        ]
        self.env["ir.sequence"]._aftersales_fill_numbers(rows, self._name)
        analyses = super().create(rows)
        # The five gaps belong to the model; nobody adds or deletes one.
        self.env["aftersales.gap.line"].sudo().create(
            [
                {"analysis_id": analysis.id, "kind": kind, "sequence": place}
                for analysis in analyses
                for place, (kind, _label) in enumerate(GAPS, 1)
            ]
        )
        return analyses

    def write(self, vals):
        """Keep closed analyses, and the basis of those in progress."""
        if not self._is_flow():
            self._check_flow_state("draft", "running")
            if self._BASIS_FIELDS & set(vals):
                self._check_flow_state("draft")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        self._check_flow_state("draft")

    # -- steps ---------------------------------------------------------------------

    def action_start(self):
        """Take the measures and tell the owners of the actions."""
        self._check_flow_state("draft")
        self.check_access("write")
        self.action_measure()
        self._write_flow({"state": "running"})
        self.action_ids._plan_activities()

    def action_measure(self):
        """Measure the gaps anew from promises, surveys and metrics."""
        self._check_flow_state("draft", "running")
        self.check_access("write")
        for analysis in self:
            analysis.line_ids._measure()

    def action_done(self):
        """Close the analysis: what it says is frozen.

        :raise UserError: a gap that was not judged, or an action still open
        """
        self._check_flow_state("running")
        self.check_access("write")
        for analysis in self:
            analysis._check_complete()
        for company, analyses in self.grouped("company_id").items():
            analyses._write_flow(
                {"state": "done", "date_done": company._get_aftersales_today()}
            )

    def action_cancel(self):
        """Give the analysis up; its open actions end with it."""
        self._check_flow_state("draft", "running")
        self.check_access("write")
        open_actions = self.action_ids.filtered(lambda a: a.state == "open")
        open_actions._write_flow({"state": "cancelled"})
        open_actions._close_activities()
        self._write_flow({"state": "cancelled"})

    def _check_complete(self):
        """Refuse to close before everything was judged and done.

        :raise UserError: naming what is missing
        """
        self.ensure_one()
        unjudged = self.line_ids.filtered(lambda line: not line.rating)
        if unjudged:
            raise UserError(
                self.env._(
                    "%(analysis)s: say how large these gaps are first: %(gaps)s.",
                    analysis=self.name,
                    gaps=", ".join(unjudged.mapped("display_name")),
                )
            )
        open_actions = self.action_ids.filtered(lambda a: a.state == "open")
        if open_actions:
            raise UserError(
                self.env._(
                    "%(analysis)s: these actions are still open: %(actions)s. Finish "
                    "or cancel them first.",
                    analysis=self.name,
                    actions=", ".join(open_actions.mapped("name")),
                )
            )

    def action_view_actions(self):
        """Open the actions of the analysis."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Actions of %(analysis)s", analysis=self.name),
            "res_model": "aftersales.gap.action",
            "view_mode": "list,kanban,form,calendar",
            "domain": [("analysis_id", "=", self.id)],
        }

    def _get_chart_image(self):
        """Bars of the measured gaps, for the printed report."""
        self.ensure_one()
        lines = self.line_ids
        if not any(lines.mapped("measured_count")):
            return ""
        values = [line.gap_value if line.measured_count else None for line in lines]
        colors = ["#a8324a" if (value or 0) < 0 else "#017e84" for value in values]
        picture = charts.bars(
            lines.mapped("display_name"),
            values,
            unit="%",
            missing=self.env._("n/a"),
            colors=colors,
        )
        return Markup('<img src="%s" alt=""/>') % charts.data_uri(picture)

    # -- figures -------------------------------------------------------------------

    def _get_points(self):
        """Units that the figures of the analysis count."""
        self.ensure_one()
        Point = self.env["aftersales.service.point"].with_context(active_test=False)
        if self.service_point_id:
            return Point.search([("id", "child_of", self.service_point_id.ids)])
        return Point.search([("company_id", "=", self.company_id.id)])
