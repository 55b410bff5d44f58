from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .aftersales_resource_norm import CATEGORIES


class AftersalesResource(models.Model):
    """Something a unit needs for its work: what there is and what there must be.

    Categories after what an evaluator looks at: premises, service facilities,
    safety measures, tools and spares.
    """

    _name = "aftersales.resource"
    _description = "Service Resource"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "service_point_id, category, name, id"
    _check_company_auto = True

    name = fields.Char("Resource", required=True, tracking=True, index="trigram")
    active = fields.Boolean(default=True, tracking=True)
    category = fields.Selection(
        CATEGORIES, required=True, default="tool", index=True, tracking=True
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
    norm_id = fields.Many2one(
        "aftersales.resource.norm",
        compute="_compute_norm_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        ondelete="set null",
        help="Norm for the tier, kind and level of the unit.",
    )
    is_mandatory = fields.Boolean(related="norm_id.is_mandatory")
    quantity = fields.Float("On Hand", tracking=True)
    quantity_defective = fields.Float(
        "Of These Defective", tracking=True, help="Part that cannot be used."
    )
    quantity_own = fields.Float(
        "Own Minimum",
        tracking=True,
        help="What the unit itself must have; it may exceed the norm, never lower it.",
    )
    quantity_required = fields.Float(
        "Required Minimum",
        compute="_compute_quantity_required",
        inverse="_inverse_quantity_required",
        store=True,
        help="The higher of the norm and the own minimum.",
    )
    quantity_missing = fields.Float(
        "Missing", compute="_compute_quantity_missing", store=True
    )
    is_short = fields.Boolean(
        "Short", compute="_compute_quantity_missing", store=True, index=True
    )
    condition = fields.Selection(
        string="State of Repair",
        selection=[("good", "Good"), ("worn", "Worn"), ("defective", "Defective")],
        required=True,
        default="good",
        tracking=True,
    )
    check_interval = fields.Integer(
        "Check Every (Months)",
        compute="_compute_check_interval",
        store=True,
        readonly=False,
        tracking=True,
        help="0: no regular check.",
    )
    date_last_check = fields.Date(
        "Last Check", compute="_compute_date_last_check", store=True
    )
    date_next_check = fields.Date(
        "Next Check",
        compute="_compute_date_next_check",
        store=True,
        readonly=False,
        index="btree_not_null",
        tracking=True,
    )
    is_check_overdue = fields.Boolean(
        "Check Overdue",
        compute="_compute_is_check_overdue",
        search="_search_is_check_overdue",
    )
    is_check_reminded = fields.Boolean(
        compute="_compute_is_check_reminded",
        store=True,
        help="An activity was planned for the check that is due.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Gets the activity when a check is overdue; empty: the manager of the "
        "unit or of its centre.",
    )
    check_ids = fields.One2many("aftersales.resource.check", "resource_id")
    note = fields.Text()

    _FLOW_FIELDS = frozenset(
        (
            "norm_id",
            "quantity_missing",
            "is_short",
            "date_last_check",
            "is_check_reminded",
        )
    )

    _quantity_positive = models.Constraint(
        "CHECK (COALESCE(quantity, 0) >= 0 AND COALESCE(quantity_own, 0) >= 0)",
        "Quantities of a resource cannot be negative.",
    )
    _defective_part = models.Constraint(
        "CHECK (COALESCE(quantity_defective, 0) BETWEEN 0 AND COALESCE(quantity, 0))",
        "The defective part must lie between 0 and the quantity on hand.",
    )
    _interval_positive = models.Constraint(
        "CHECK (COALESCE(check_interval, 0) >= 0)",
        "The months between checks cannot be negative.",
    )
    _name_uniq = models.UniqueIndex(
        "(service_point_id, category, lower(name)) WHERE active IS TRUE",
        "The unit already has this resource in its register. Change its quantity.",
    )

    @api.model
    def get_import_templates(self):
        """Spreadsheet with the columns of the register."""
        return [
            {
                "label": self.env._("Import Template for Resources"),
                "template": "/aftersales_network/static/xls/aftersales_resource.xlsx",
            }
        ]

    @api.depends(
        "name",
        "category",
        "service_point_id.tier",
        "service_point_id.kind",
        "service_point_id.level_id",
    )
    def _compute_norm_id(self):
        Norm = self.env["aftersales.resource.norm"]
        norms = Norm._get_norms_by_point(self.service_point_id)
        for resource in self:
            key = (resource.category, Norm._normalise(resource.name))
            found = norms.get(resource.service_point_id.id, {})
            resource.norm_id = found.get(key, Norm)

    @api.depends("quantity_own", "norm_id.quantity")
    def _compute_quantity_required(self):
        for resource in self:
            norm_sudo = resource.norm_id.sudo()
            resource.quantity_required = max(resource.quantity_own, norm_sudo.quantity)

    def _inverse_quantity_required(self):
        for resource in self:
            resource.quantity_own = resource.quantity_required

    @api.depends("quantity", "quantity_defective", "quantity_required")
    def _compute_quantity_missing(self):
        for resource in self:
            usable = resource.quantity - resource.quantity_defective
            missing = max(0.0, resource.quantity_required - usable)
            resource.quantity_missing = missing
            resource.is_short = missing > 0

    @api.depends("norm_id.check_interval")
    def _compute_check_interval(self):
        for resource in self:
            interval = resource.norm_id.sudo().check_interval
            resource.check_interval = interval or resource.check_interval

    @api.depends("check_ids.date")
    def _compute_date_last_check(self):
        for resource in self:
            dates = resource.check_ids.mapped("date")
            resource.date_last_check = max(dates, default=False)

    @api.depends("date_last_check", "check_interval")
    def _compute_date_next_check(self):
        for resource in self:
            last, months = resource.date_last_check, resource.check_interval
            if last and months:
                resource.date_next_check = last + relativedelta(months=months)
            elif months:
                # Never checked: the first one is due at once.
                resource.date_next_check = resource.date_next_check or self._get_today()
            elif last:
                resource.date_next_check = False
            else:
                resource.date_next_check = resource.date_next_check

    @api.depends("date_next_check")
    def _compute_is_check_reminded(self):
        """A new date asks for a new reminder."""
        for resource in self:
            resource.is_check_reminded = False

    @api.model
    def _get_today(self):
        return self.env.company._get_aftersales_today()

    @api.depends("date_next_check", "active")
    def _compute_is_check_overdue(self):
        today = self._get_today()
        for resource in self:
            due = resource.date_next_check
            resource.is_check_overdue = bool(due and due < today)

    def _search_is_check_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("date_next_check", "<", self._get_today())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_checked(self):
        checked = self.filtered("check_ids")[:1]
        if checked:
            raise ValidationError(
                self.env._(
                    "%(resource)s of %(point)s has checks, which must stay readable. "
                    "Archive it instead.",
                    resource=checked.name,
                    point=checked.service_point_id.display_name,
                )
            )

    def action_check(self):
        """Open the form of a new check."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check of %(resource)s", resource=self.name),
            "res_model": "aftersales.resource.check",
            "view_mode": "form",
            "target": "new",
            "context": {"default_resource_id": self.id},
        }

    def _get_reminded_user(self):
        """Who is told about the overdue check; may be empty."""
        self.ensure_one()
        point = self.service_point_id
        people = self.responsible_id or point.manager_id or point.centre_id.manager_id
        return people.filtered(lambda user: user.active and not user.share)

    @api.model
    def _get_overdue_domain(self):
        """Overdue checks of units that still work, not reminded of yet."""
        return (
            Domain("date_next_check", "<", self._get_today())
            & Domain("is_check_reminded", "=", False)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("service_point_id.state", "not in", ("closed", "rejected"))
        )

    @api.model
    def _cron_remind_checks(self, batch=500):
        """Plan one activity per overdue check, in batches, company by company."""
        Cron = self.env["ir.cron"]
        for company in self.env["res.company"].sudo().search([("active", "=", True)]):
            Resource = self.with_company(company)
            while due := Resource.search(Resource._get_overdue_domain(), limit=batch):
                due._remind_checks()
                left = Resource.search_count(Resource._get_overdue_domain())
                if not Cron._commit_progress(len(due), remaining=left):
                    return

    def _remind_checks(self):
        """Plan the activity of each overdue check with its responsible user."""
        for user, resources in self.grouped(lambda r: r._get_reminded_user()).items():
            if user:
                resources.activity_schedule(
                    "aftersales_network.activity_resource_check",
                    date_deadline=self._get_today(),
                    user_id=user.id,
                )
        self._write_flow({"is_check_reminded": True})
