from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.capacity import Assumptions
from .flow import FLOW

#: What may change on a plan that is frozen.
FREE_FIELDS = {"note", "message_follower_ids", "message_ids", "activity_ids"}


class AftersalesCapacityPlan(models.Model):
    """Repairs expected in a year and the people and points they need.

    Installed base × failure rate per model + planned sales × failure rate →
    yearly repairs → number and size of points (network-planning seed text).  A
    plan stores its inputs with its result; once confirmed, neither changes.
    """

    _name = "aftersales.capacity.plan"
    _description = "Capacity Plan"
    _inherit = [
        "aftersales.planning.assumption",
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "year desc, name, version desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    version = fields.Integer(
        default=1, readonly=True, copy=False, required=True, aggregator=None
    )
    replaces_id = fields.Many2one(
        "aftersales.capacity.plan",
        "Former Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    year = fields.Integer(
        required=True,
        aggregator=None,
        tracking=True,
        default=lambda self: self.env.company._get_aftersales_today().year + 1,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("confirmed", "Confirmed"), ("replaced", "Replaced")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        "Centre",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        domain="[('tier', '!=', 'point')]",
        default=lambda self: self._get_default_centre(),
        help="Plans the areas assigned to the points of this centre. Empty: every "
        "area of the company.",
    )
    area_ids = fields.Many2many(
        "aftersales.area",
        string="Only Areas",
        help="Plans these areas and what lies below them. Empty: no restriction.",
    )
    area_depth = fields.Integer(
        "Level of Detail",
        default=2,
        aggregator=None,
        help="Level of the tree of areas that gets a line of its own: 1 is the top "
        "(country), 2 the level below (province), and so on. 0: each area.",
    )
    note = fields.Html()
    sale_ids = fields.One2many(
        "aftersales.capacity.plan.sale", "plan_id", "Planned Sales", copy=True
    )
    area_line_ids = fields.One2many(
        "aftersales.capacity.plan.area", "plan_id", "Areas", readonly=True
    )
    line_ids = fields.One2many(
        "aftersales.capacity.plan.line", "plan_id", "Models", readonly=True
    )

    date_base = fields.Date(
        "Installed Base on",
        readonly=True,
        copy=False,
        help="Day of the transfers that the installed base comes from.",
    )
    rate_date = fields.Datetime(
        "Failure Rates of",
        readonly=True,
        copy=False,
        help="When the failure rates that were used had been computed.",
    )
    date_computed = fields.Datetime("Computed on", readonly=True, copy=False)
    computed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_confirmed = fields.Datetime("Confirmed on", readonly=True, copy=False)
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    replace_reason = fields.Text(readonly=True, copy=False)
    is_stale = fields.Boolean(
        "Compute Again",
        readonly=True,
        copy=False,
        help="An input changed after the plan was computed.",
    )
    repairs_low = fields.Float("Repairs, Lower Limit", readonly=True, copy=False)
    repairs = fields.Float("Expected Repairs", readonly=True, copy=False)
    repairs_high = fields.Float("Repairs, Upper Limit", readonly=True, copy=False)
    repairs_peak = fields.Float(
        "Jobs in the Busiest Month", readonly=True, copy=False, aggregator="sum"
    )
    technicians_low = fields.Integer(readonly=True, copy=False)
    technicians = fields.Integer("Technicians Needed", readonly=True, copy=False)
    technicians_high = fields.Integer(readonly=True, copy=False)
    technicians_present = fields.Integer(readonly=True, copy=False)
    points = fields.Integer("Points Needed", readonly=True, copy=False)
    points_present = fields.Integer(readonly=True, copy=False)
    technician_gap = fields.Integer(
        "Technicians Missing",
        readonly=True,
        copy=False,
        help="Needed less present; negative: more than needed.",
    )
    point_gap = fields.Integer("Points Missing", readonly=True, copy=False)
    unknown_rate_units = fields.Float(
        "Units without Failure Rate",
        readonly=True,
        copy=False,
        help="Units whose model has neither repairs nor a design rate; they add no "
        "repairs to the plan.",
    )

    #: Results and steps; written by the plan itself only.
    _RESULT_FIELDS = frozenset(
        (
            *("date_base", "rate_date", "date_computed", "computed_by_id"),
            *("repairs_low", "repairs", "repairs_high", "repairs_peak"),
            *("technicians_low", "technicians", "technicians_high"),
            *("technicians_present", "technician_gap", "points"),
            *("points_present", "point_gap", "unknown_rate_units", "is_stale"),
        )
    )
    _FLOW_FIELDS = _RESULT_FIELDS | {
        *("state", "version", "replaces_id", "replace_reason"),
        *("date_confirmed", "confirmed_by_id"),
    }
    _INPUT_FIELDS = frozenset(
        (
            *Assumptions.FIELDS,
            *("company_id", "year", "service_point_id", "area_ids", "area_depth"),
            "sale_ids",
        )
    )

    _version_uniq = models.UniqueIndex(
        "(replaces_id) WHERE replaces_id IS NOT NULL AND state <> 'replaced'",
        "There is a newer version of this plan already. Open that one.",
    )
    _area_depth_positive = models.Constraint(
        "CHECK (area_depth >= 0)", "The level of detail cannot be negative."
    )

    @api.model
    def _get_default_centre(self):
        """Centre of a user who is bound to his subtree."""
        if self.env.user.has_group("aftersales_network.group_head"):
            return False
        return self.env["aftersales.service.point"].search(
            [
                ("manager_id", "=", self.env.uid),
                ("tier", "!=", "point"),
                ("company_id", "=", self.env.company.id),
            ],
            limit=1,
        )

    @api.model
    def default_get(self, fields_list):
        """Take the planning figures of the company as defaults."""
        values = super().default_get(fields_list)
        setting = self.env["aftersales.planning.setting"]._get_for(self.env.company)
        wanted = set(Assumptions.FIELDS) & set(fields_list)
        return {**values, **{name: setting[name] for name in wanted}}

    @api.depends("name", "version")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self.env._(
                "%(name)s (version %(version)s)", name=plan.name, version=plan.version
            )

    @api.constrains("year")
    def _check_year(self):
        for plan in self:
            this_year = plan.company_id._get_aftersales_today().year
            if not this_year <= plan.year <= this_year + 20:
                raise ValidationError(
                    self.env._(
                        "%(plan)s: the year %(year)s cannot be planned. Choose a year "
                        "from %(first)s to %(last)s.",
                        plan=plan.display_name,
                        year=plan.year,
                        first=this_year,
                        last=this_year + 20,
                    )
                )

    def write(self, vals):
        if not self._is_flow():
            self._check_open(vals)
            if self._INPUT_FIELDS & set(vals):
                self._mark_stale()
        return super().write(vals)

    def _check_open(self, vals):
        """Refuse changes of a plan that is no draft.

        :raise UserError: naming the plan and the way out
        """
        frozen = self.filtered(lambda plan: plan.state != "draft")[:1]
        if frozen and set(vals) - FREE_FIELDS:
            raise UserError(
                self.env._(
                    "%(plan)s is %(state)s and no longer changes. Make a new version "
                    "of it instead.",
                    plan=frozen.display_name,
                    state=frozen._get_state_label(),
                )
            )

    def _get_state_label(self):
        """Translated name of the state."""
        self.ensure_one()
        states = self._fields["state"]._description_selection(self.env)
        return dict(states)[self.state]

    def _mark_stale(self):
        """Remember that the result no longer fits the inputs."""
        computed = self.filtered(lambda p: p.date_computed and not p.is_stale)
        if computed:
            computed._write_flow({"is_stale": True})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        kept = self.filtered(lambda plan: plan.state != "draft")[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(plan)s is %(state)s and stays readable. Only drafts are "
                    "deleted.",
                    plan=kept.display_name,
                    state=kept._get_state_label(),
                )
            )

    def action_confirm(self):
        """Freeze the plan with its inputs; the former version is replaced."""
        for plan in self:
            plan._check_can_confirm()
        former = self.replaces_id.filtered(lambda p: p.state == "confirmed")
        former._write_flow({"state": "replaced"})
        self._write_flow(
            {
                "state": "confirmed",
                "date_confirmed": fields.Datetime.now(),
                "confirmed_by_id": self.env.uid,
            }
        )

    def _check_can_confirm(self):
        """Only a draft that was computed from its present inputs is confirmed.

        :raise UserError: naming the plan and what is missing
        """
        self.ensure_one()
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "%(plan)s is %(state)s already.",
                    plan=self.display_name,
                    state=self._get_state_label(),
                )
            )
        if not self.date_computed or self.is_stale:
            raise UserError(
                self.env._(
                    "%(plan)s: compute the plan with its present inputs before you "
                    "confirm it.",
                    plan=self.display_name,
                )
            )

    def action_new_version(self):
        """Copy the plan as the next version; this one holds until then."""
        self.ensure_one()
        return self._get_form_action(self._create_version())

    def _create_version(self):
        """Next version of the plan as a draft, with the same inputs."""
        self.ensure_one()
        if self.state == "draft":
            raise UserError(
                self.env._(
                    "%(plan)s is still a draft. Change it as it is.",
                    plan=self.display_name,
                )
            )
        # The version follows from this plan, nobody chooses it.
        new = self.with_context(aftersales_flow=FLOW).copy(
            {
                "name": self.name,
                "version": self.version + 1,
                "replaces_id": self.id,
            }
        )
        return new.with_env(self.env)

    def action_reset(self):
        """Ask for the reason, then withdraw a confirmed plan.

        :raise AccessError: only the head of service withdraws a plan
        """
        self._check_can_reset()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reset")

    def _check_can_reset(self):
        """Refuse everybody but the head, and plans that are not confirmed."""
        groups = ("aftersales_network.group_head", "aftersales_network.group_admin")
        if not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(
                self.env._("Only the head of service withdraws a confirmed plan.")
            )
        wrong = self.filtered(lambda plan: plan.state != "confirmed")[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(plan)s is not confirmed, there is nothing to withdraw.",
                    plan=wrong.display_name,
                )
            )

    def _reset(self, reason):
        """Withdraw confirmed plans: each stays as it was, a draft follows it.

        :param reason: why; kept with the withdrawn version
        :return: the new drafts
        """
        self._check_can_reset()
        drafts = self.browse()
        for plan in self:
            drafts |= plan._create_version()
            plan.message_post(body=reason)
        self._write_flow({"state": "replaced", "replace_reason": reason})
        return drafts

    def _get_form_action(self, record):
        """Window action on one plan."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "view_mode": "form",
            "res_id": record.id,
        }

    def action_view_lines(self):
        """Open the models of the plan as a pivot."""
        return self._get_line_action(
            "aftersales.capacity.plan.line", "pivot,graph,list"
        )

    def action_view_areas(self):
        """Open the areas of the plan as a graph."""
        return self._get_line_action(
            "aftersales.capacity.plan.area", "graph,pivot,list"
        )

    def _get_line_action(self, model, view_mode):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": model,
            "view_mode": view_mode,
            "domain": [("plan_id", "=", self.id)],
        }

    def action_compare(self):
        """Show what the same plan would say with the data of today."""
        self.ensure_one()
        wizard = self.env["aftersales.capacity.compare"]._create_for(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compared with Now: %(plan)s", plan=self.display_name),
            "res_model": wizard._name,
            "view_mode": "form",
            "res_id": wizard.id,
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
