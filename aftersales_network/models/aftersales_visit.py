from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import is_html_empty

#: States in which the visit took place.
MADE_STATES = ("done", "reported")
#: Kinds that check the point; the figure VIS counts them.
CHECK_KINDS = ("check", "unannounced")


class AftersalesVisit(models.Model):
    """Visit of the centre or head office to a point.

    After the network-planning seed text centres support, instruct and check
    their points, announced and unannounced, and bring market information back.
    The report is frozen once it is written; what is to be done about it are
    tasks with a due date.
    """

    _name = "aftersales.visit"
    _description = "Visit to a Point"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_planned desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    centre_id = fields.Many2one(
        related="service_point_id.centre_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    kind = fields.Selection(
        [
            ("support", "Support"),
            ("instruction", "Instruction"),
            ("check", "Check"),
            ("information", "Collecting Information"),
            ("unannounced", "Unannounced Check"),
        ],
        required=True,
        default="check",
        index=True,
        tracking=True,
        help="An unannounced check stays hidden from the point until it is reported.",
    )
    date_planned = fields.Date(
        "Planned",
        required=True,
        default=lambda self: self._get_today(),
        tracking=True,
    )
    date_done = fields.Date("Made On", readonly=True, copy=False, tracking=True)
    visitor_ids = fields.Many2many(
        "res.users",
        "aftersales_visit_visitor_rel",
        "visit_id",
        "user_id",
        "Visitors",
        default=lambda self: self.env.user,
        context={"active_test": False},
        domain="[('share', '=', False)]",
    )
    others_present = fields.Char(
        groups="base.group_user", help="People who came along or were met."
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("done", "Made"),
            ("reported", "Reported"),
            ("cancelled", "Cancelled"),
        ],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    purpose = fields.Text(
        groups="base.group_user",
        help="What the visit is to find out or to bring about.",
    )
    report = fields.Html(copy=False)
    note_internal = fields.Html(
        "Internal Notes",
        copy=False,
        groups="base.group_user",
        help="Never shown to the point.",
    )
    reported_by_id = fields.Many2one(
        "res.users", "Reported by", readonly=True, copy=False
    )
    date_reported = fields.Datetime("Reported On", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    task_ids = fields.One2many("aftersales.visit.task", "visit_id")
    task_count = fields.Integer("Findings", compute="_compute_task_counts")
    open_task_count = fields.Integer("Open Tasks", compute="_compute_task_counts")
    is_late = fields.Boolean(
        "Visit Overdue",
        compute="_compute_is_late",
        search="_search_is_late",
        help="Still planned although its day has passed.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "date_done",
            "reported_by_id",
            "date_reported",
            "cancel_reason",
        )
    )
    _FIXED_FIELDS = frozenset(("name",))
    #: What a written report states.
    _REPORT_FIELDS = frozenset(
        ("service_point_id", "kind", "date_planned", "visitor_ids", "report", "purpose")
    )

    _planned_idx = models.Index("(company_id, date_planned) WHERE state = 'planned'")
    _made_idx = models.Index(
        "(service_point_id, date_done) WHERE date_done IS NOT NULL"
    )

    @api.depends("name", "service_point_id.name")
    def _compute_display_name(self):
        for visit in self:
            point = visit.service_point_id.name or ""
            visit.display_name = f"{visit.name} {point}".strip()

    def _compute_task_counts(self):
        counts = {}
        rows = self.env["aftersales.visit.task"]._read_group(
            [("visit_id", "in", self.ids)], ["visit_id", "state"], ["__count"]
        )
        for visit, state, count in rows:
            counts.setdefault(visit, {})[state] = count
        for visit in self:
            found = counts.get(visit._origin, {})
            visit.task_count = sum(found.values())
            visit.open_task_count = found.get("open", 0)

    @api.depends("state", "date_planned")
    def _compute_is_late(self):
        today = self._get_today()
        for visit in self:
            visit.is_late = bool(
                visit.state == "planned"
                and visit.date_planned
                and visit.date_planned < today
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "planned") & Domain(
            "date_planned", "<", self._get_today()
        )

    @api.model
    def _get_today(self):
        return self.env.company._get_aftersales_today()

    @api.constrains("visitor_ids")
    def _check_visitors(self):
        for visit in self:
            if not visit.visitor_ids or any(visit.visitor_ids.mapped("share")):
                raise ValidationError(
                    self.env._(
                        "%(visit)s: a visit needs at least one visitor, and only "
                        "internal users visit.",
                        visit=visit.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_flow() and self._REPORT_FIELDS & set(vals):
            self._check_not_reported()
        return super().write(vals)

    def _check_not_reported(self):
        """Refuse changes of what a written report states.

        :raise UserError: naming the visit
        """
        frozen = self.filtered(lambda v: v.state in ("reported", "cancelled"))[:1]
        if frozen:
            raise UserError(
                self.env._(
                    "%(visit)s is reported or cancelled and stays as it is. Add a "
                    "task, or plan another visit.",
                    visit=frozen.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_made(self):
        kept = self.filtered(lambda v: v.state != "planned" or v.task_ids)[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(visit)s cannot be deleted; what was found must stay readable. "
                    "Cancel a visit that does not take place.",
                    visit=kept.name,
                )
            )

    def action_done(self):
        """The visit took place: today, or on the planned day if that has passed."""
        self._check_flow_state("planned")
        today = self._get_today()
        for day, visits in self.grouped(lambda v: min(v.date_planned, today)).items():
            visits._write_flow({"state": "done", "date_done": day})

    def _check_not_visited(self):
        """Whoever works for the visited point neither reports nor verifies.

        :raise UserError: naming the point
        """
        for point in self.service_point_id:
            # Nobody escapes because he may not read a line.
            people = point.manager_id | point.sudo().staff_ids.user_id
            if not self.env.su and self.env.user in people:
                raise UserError(
                    self.env._(
                        "You work for %(point)s. Somebody else must take this step.",
                        point=point.display_name,
                    )
                )

    def action_report(self):
        """Hand in the report; it is frozen and the point sees it from now on.

        :raise UserError: no report was written
        """
        self._check_flow_state("planned", "done")
        self._check_not_visited()
        for visit in self:
            if is_html_empty(visit.report):
                raise UserError(
                    self.env._(
                        "%(visit)s: write the report before you hand it in.",
                        visit=visit.name,
                    )
                )
        self.filtered(lambda v: v.state == "planned").action_done()
        self._write_flow(
            {
                "state": "reported",
                "reported_by_id": self.env.uid,
                "date_reported": fields.Datetime.now(),
            }
        )

    def action_ask_cancel(self):
        """Ask for the reason, then cancel."""
        self._check_flow_state("planned")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_cancel")

    def _cancel(self, reason):
        """Cancel planned visits.

        :param reason: text, kept with the visits
        """
        self._check_flow_state("planned")
        self._check_not_visited()
        self._write_flow({"state": "cancelled", "cancel_reason": reason})

    def action_view_tasks(self):
        """Open the findings and requests of the visit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tasks of %(visit)s", visit=self.name),
            "res_model": "aftersales.visit.task",
            "view_mode": "list,kanban,form",
            "domain": [("visit_id", "=", self.id)],
            "context": {"default_visit_id": self.id},
        }
