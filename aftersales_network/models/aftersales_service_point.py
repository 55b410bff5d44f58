from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

#: States in which a point may receive new work.
DISPATCHABLE_STATES = ("probation", "active")
#: Kinds of point that work on an agreement and are paid through settlements.
AGREEMENT_KINDS = ("authorized", "retailer", "franchise")
#: Fields on which the amount or the payee of a settlement depends.
MONEY_FIELDS = {"level_id", "partner_id", "kind"}


class AftersalesServicePoint(models.Model):
    """Node of the service network: head office, regional centre or point.

    Three tiers, each serving and monitoring the next (head office service
    department → regional centre → authorised point).
    """

    _name = "aftersales.service.point"
    _description = "Service Point"
    _inherit = [
        "aftersales.flow.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "image.mixin",
    ]
    _parent_store = True
    _order = "parent_path, name, id"
    _rec_names_search = ["name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True, index="trigram")
    code = fields.Char(copy=False, tracking=True, index="trigram")
    active = fields.Boolean(default=True, tracking=True)
    tier = fields.Selection(
        [("hq", "Head Office"), ("centre", "Regional Centre"), ("point", "Point")],
        required=True,
        default="point",
        index=True,
        tracking=True,
    )
    kind = fields.Selection(
        [
            ("own", "Self-run"),
            ("authorized", "Authorised Repair Unit"),
            ("retailer", "Retailer or Shop"),
            ("franchise", "Franchise or Joint Venture"),
            ("dispatch", "Head Office Direct Dispatch"),
        ],
        required=True,
        default="authorized",
        tracking=True,
    )
    parent_id = fields.Many2one(
        "aftersales.service.point",
        "Responsible Unit",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("aftersales.service.point", "parent_id")
    centre_id = fields.Many2one(
        "aftersales.service.point",
        "Responsible Centre",
        compute="_compute_centre_id",
        store=True,
        recursive=True,
        index="btree_not_null",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Company or Address",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="Legal body of the point; vendor of the settlement bills.",
    )
    state = fields.Selection(
        [
            ("prospect", "Prospect"),
            ("applied", "Applied"),
            ("centre_review", "Centre Review"),
            ("technical_review", "Technical Review"),
            ("head_approval", "Head Approval"),
            ("probation", "Probation"),
            ("active", "Active"),
            ("suspended", "Suspended"),
            ("withdrawal", "Withdrawal"),
            ("closed", "Closed"),
            ("rejected", "Rejected"),
        ],
        default="prospect",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    level_id = fields.Many2one(
        "aftersales.point.level", index="btree_not_null", tracking=True
    )
    manager_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Sees this unit and everything below it.",
    )
    capacity = fields.Integer("Open Orders at Once", help="0: no limit.", tracking=True)
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        "Opening Hours",
        check_company=True,
        compute="_compute_resource_calendar_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    note = fields.Html()
    staff_ids = fields.One2many("aftersales.staff", "service_point_id")
    assignment_ids = fields.One2many("aftersales.area.assignment", "service_point_id")
    agreement_ids = fields.One2many("aftersales.agreement", "service_point_id")
    order_ids = fields.One2many("aftersales.service.order", "service_point_id")
    approval_ids = fields.One2many(
        "aftersales.approval",
        "res_id",
        domain=[("res_model", "=", "aftersales.service.point")],
        string="Approvals",
    )
    location_id = fields.Many2one(
        "stock.location",
        "Parts Location",
        copy=False,
        check_company=True,
        index="btree_not_null",
    )
    child_count = fields.Integer(compute="_compute_counts")
    staff_count = fields.Integer(compute="_compute_counts")
    order_count = fields.Integer(compute="_compute_counts")
    open_order_count = fields.Integer(compute="_compute_counts")
    in_user_scope = fields.Boolean(
        "In My Scope",
        compute="_compute_in_user_scope",
        search="_search_in_user_scope",
    )
    is_user_point = fields.Boolean(
        "My Point", compute="_compute_is_user_point", search="_search_is_user_point"
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "date_submitted",
            "submitted_by_id",
            "date_activated",
            "suspension_reason",
            "rejection_reason",
            "date_probation_start",
            "date_probation_end",
            "is_new_company",
            "date_suspended",
            "date_suspended_until",
            "state_before_suspension",
        )
    )

    _code_company_uniq = models.UniqueIndex(
        "(company_id, code)", "The code of a service point must be unique."
    )
    _capacity_positive = models.Constraint(
        "CHECK (capacity >= 0)", "The capacity cannot be negative."
    )

    @api.depends("parent_id.centre_id", "parent_id.tier", "tier")
    def _compute_centre_id(self):
        for point in self:
            parent = point.parent_id
            point.centre_id = parent if parent.tier == "centre" else parent.centre_id

    @api.depends("company_id")
    def _compute_resource_calendar_id(self):
        for point in self:
            if point.resource_calendar_id.company_id != point.company_id:
                point.resource_calendar_id = point.company_id.resource_calendar_id

    def _compute_counts(self):
        Order = self.env["aftersales.service.order"]
        mine = Domain("service_point_id", "in", self.ids)
        orders = self._count_by_point(Order, mine)
        open_orders = self._count_by_point(Order, mine & Order._get_open_domain())
        today = self.env.company._get_aftersales_today()
        Staff = self.env["aftersales.staff"]
        staff = self._count_by_point(Staff, mine & Staff._get_present_domain(today))
        children = dict(
            self._read_group(
                [("parent_id", "in", self.ids)], ["parent_id"], ["__count"]
            )
        )
        for point in self:
            point.child_count = children.get(point._origin, 0)
            point.staff_count = staff.get(point._origin, 0)
            point.order_count = orders.get(point._origin, 0)
            point.open_order_count = open_orders.get(point._origin, 0)

    @api.model
    def _count_by_point(self, model, domain):
        """Count records of ``model`` per point: ``{point: count}``."""
        return dict(model._read_group(domain, ["service_point_id"], ["__count"]))

    @api.depends_context("uid")
    def _compute_in_user_scope(self):
        scope = set(self.env.user._get_aftersales_point_ids())
        for point in self:
            path = point.parent_path or point.parent_id.parent_path or ""
            point.in_user_scope = any(
                int(part) in scope for part in path.split("/") if part
            )

    def _search_in_user_scope(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "child_of", self.env.user._get_aftersales_point_ids())

    @api.depends_context("uid")
    def _compute_is_user_point(self):
        own = set(self.env.user._get_aftersales_point_ids())
        for point in self:
            point.is_user_point = point._origin.id in own

    def _search_is_user_point(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", self.env.user._get_aftersales_point_ids())

    @api.depends("name", "code")
    def _compute_display_name(self):
        for point in self:
            point.display_name = (
                f"[{point.code}] {point.name}" if point.code else point.name
            )

    @api.constrains("parent_id", "tier", "company_id")
    def _check_tree(self):
        for point in self:
            if point.tier == "hq" and point.parent_id:
                raise ValidationError(
                    self.env._(
                        "%(point)s is a head office and cannot have a responsible "
                        "unit. Remove it or choose another tier.",
                        point=point.display_name,
                    )
                )
            if point.parent_id.tier == "point":
                raise ValidationError(
                    self.env._(
                        "%(point)s cannot hang below %(parent)s: the responsible unit "
                        "must be a head office or a centre.",
                        point=point.display_name,
                        parent=point.parent_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name, "code")
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_flow() and MONEY_FIELDS & set(vals):
            self._check_money_fields()
        return super().write(vals)

    def _check_money_fields(self):
        """Only the head changes payee and level once a point has applied.

        Both decide what a settlement pays and to whom.

        :raise AccessError: naming the point
        """
        fixed = self.filtered(lambda p: p.state not in ("prospect", "rejected"))[:1]
        if fixed and not self.env.user.has_group("aftersales_network.group_head"):
            raise AccessError(
                self.env._(
                    "Company and level of %(point)s decide its settlements; only the "
                    "head of service changes them.",
                    point=fixed.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """Points that ever took part in the network are closed, not deleted."""
        used = self.filtered(lambda p: p.state not in ("prospect", "rejected"))[:1]
        if used:
            raise ValidationError(
                self.env._(
                    "%(point)s cannot be deleted in state “%(state)s”; its history "
                    "must stay readable. Withdraw and close it instead.",
                    point=used.display_name,
                    state=used._get_state_label(),
                )
            )

    def _get_state_label(self):
        """Translated name of the state."""
        self.ensure_one()
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def _needs_agreement(self):
        """Whether work at the point rests on an agreement and a settlement."""
        self.ensure_one()
        return self.kind in AGREEMENT_KINDS

    def _is_dispatchable(self):
        """Whether the point may receive new work now."""
        self.ensure_one()
        return self.active and self.tier != "hq" and self.state in DISPATCHABLE_STATES

    def _get_agreements_on(self, on_date):
        """Agreement in force on a date: ``{point_id: agreement or empty}``."""
        Agreement = self.env["aftersales.agreement"]
        found = {
            agreement.service_point_id.id: agreement
            for agreement in Agreement.with_context(active_test=False).search(
                Domain("service_point_id", "in", self.ids)
                & Domain("state", "in", ("provisional", "active", "ended"))
                & Domain("date_start", "<=", on_date)
                & (Domain("date_end", "=", False) | Domain("date_end", ">=", on_date)),
                order="date_start, version",
            )
        }
        return {point.id: found.get(point.id, Agreement) for point in self}

    def action_view_orders(self):
        """Open the orders of the point."""
        return self._get_related_action(
            "aftersales.service.order",
            self.env._("Orders"),
            "list,kanban,calendar,pivot,form",
        )

    def action_view_staff(self):
        """Open the people of the point."""
        return self._get_related_action("aftersales.staff", self.env._("Staff"))

    def action_view_children(self):
        """Open the units below."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Units below %(name)s", name=self.name),
            "res_model": self._name,
            "view_mode": "list,kanban,form",
            "domain": [("parent_id", "=", self.id)],
            "context": {"default_parent_id": self.id},
        }

    def _get_related_action(self, model, name, view_mode="list,form", domain=None):
        """Window action on records of ``model`` that belong to this point."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": view_mode,
            "domain": [("service_point_id", "=", self.id), *(domain or [])],
            "context": {"default_service_point_id": self.id},
        }
