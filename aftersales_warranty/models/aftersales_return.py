from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import without_guarded_defaults

MANAGER_GROUPS = (
    "aftersales_network.group_head",
    "aftersales_network.group_centre_manager",
)


class AftersalesReturn(models.Model):
    """Goods that come back from a customer, from the request to the end.

    One document for a return, an exchange or a repair intake, over one or
    several deliveries.  What the holder may ask for is decided per line by the
    entitlement rules; the warehouse receives, inspects and disposes per line.
    """

    _name = "aftersales.return"
    _description = "Customer Return"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_request desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        index="btree_not_null",
        check_company=True,
        default=lambda self: self._default_service_point_id(),
        tracking=True,
        help="The point that took the goods in; empty: the company itself.",
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        check_company=True,
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
        domain="[('share', '=', False)]",
    )
    date_request = fields.Date(
        "Requested on",
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        help="The day on which the entitlement is judged.",
    )
    date_confirmed = fields.Date("Confirmed on", readonly=True, copy=False)
    note = fields.Text()
    decision_note = fields.Text(
        "Reason of the Decision",
        readonly=True,
        copy=False,
        help="Why the return was refused or cancelled.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Expected"),
            ("received", "Received"),
            ("inspected", "Inspected"),
            ("done", "Done"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    line_ids = fields.One2many("aftersales.return.line", "return_id", copy=True)
    product_id = fields.Many2one(related="line_ids.product_id", string="Product")
    has_override = fields.Boolean(
        compute="_compute_has_override", search="_search_has_override"
    )
    date_due = fields.Date("Due on", compute="_compute_date_due", store=True)
    is_overdue = fields.Boolean(
        "Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    _FIXED_FIELDS = frozenset(("name",))
    _FLOW_FIELDS = frozenset(("state", "date_confirmed", "decision_note"))
    #: Fixed once the document is confirmed.
    _CONTENT_FIELDS = frozenset(
        (
            "partner_id",
            "company_id",
            "currency_id",
            "service_point_id",
            "order_id",
            "warehouse_id",
            "date_request",
            "line_ids",
        )
    )
    #: Line states in the order of the work.
    _LINE_STATES = ("expected", "received", "inspected", "disposed")

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        Warehouse = self.env["stock.warehouse"]
        found = {
            company: Warehouse.search([("company_id", "=", company.id)], limit=1)
            for company in self.company_id
        }
        for document in self:
            kept = document.warehouse_id
            if kept.company_id != document.company_id:
                kept = found.get(document.company_id, Warehouse)
            document.warehouse_id = kept

    @api.depends("line_ids.is_override")
    def _compute_has_override(self):
        for document in self:
            document.has_override = any(document.line_ids.mapped("is_override"))

    def _search_has_override(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("line_ids.is_override", "=", True)

    @api.depends("line_ids.date_due", "line_ids.is_settled", "line_ids.state")
    def _compute_date_due(self):
        for document in self:
            waiting = document.line_ids.filtered(
                lambda line: (
                    line.date_due
                    and not line.is_settled
                    and line.state not in ("missing", "cancelled")
                )
            )
            document.date_due = min(waiting.mapped("date_due"), default=False)

    @api.depends("date_due", "state")
    def _compute_is_overdue(self):
        today = self.env.company._get_aftersales_today()
        for document in self:
            running = document.state in ("confirmed", "received", "inspected")
            due = document.date_due
            document.is_overdue = bool(running and due and due < today)

    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._get_aftersales_today()
        running = Domain("state", "in", ("confirmed", "received", "inspected"))
        return running & Domain("date_due", "<", today)

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for document in self:
            document.access_url = f"/my/returns/{document.id}"
        return result

    @api.model
    def _default_service_point_id(self):
        """The point of a user who works for one point only.

        The warehouse and the head work for the company as a whole.
        """
        groups = ("group_warehouse", "group_head")
        user = self.env.user
        if self.env.su or any(
            user.has_group(f"aftersales_network.{x}") for x in groups
        ):
            return False
        points = user._get_aftersales_point_ids()
        return points[0] if len(points) == 1 else False

    @api.onchange("order_id")
    def _onchange_order_id(self):
        for document in self.filtered("order_id"):
            order = document.order_id
            document.partner_id = document.partner_id or order.partner_id
            document.service_point_id = order.service_point_id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_request_date(vals)
            if vals.get("name", "/") == "/":
                company = self.env["res.company"].browse(vals.get("company_id"))
                vals["name"] = (
                    self.env["ir.sequence"]
                    .with_company(company or self.env.company)
                    .next_by_code("aftersales.return")
                )
        # The document itself says who made it and when.
        quiet = self.with_context(mail_create_nolog=True)
        documents = super(
            AftersalesReturn,
            without_guarded_defaults(quiet, {"date_request", "line_ids"}),
        ).create(vals_list)
        return documents.with_env(self.env)

    def write(self, vals):
        self._check_request_date(vals)
        changed = self.browse()
        if not self._is_flow() and self._CONTENT_FIELDS & set(vals):
            self._check_draft()
            changed = self._filter_judged(vals)
        result = super().write(vals)
        # What a manager accepted, he accepted for this customer and this day.
        changed.line_ids._forget_choice()
        return result

    def _filter_judged(self, vals):
        """Documents of which a fact changes that their entitlements follow from."""
        names = ("partner_id", "company_id", "date_request")
        convert = {name: self._fields[name].convert_to_cache for name in names}
        return self.filtered(
            lambda document: any(
                convert[name](vals[name], document)
                != convert[name](document[name], document)
                for name in names
                if name in vals
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        running = self.filtered(lambda r: r.state != "draft")[:1]
        if running:
            raise UserError(
                self.env._(
                    "%(document)s was confirmed and cannot be deleted. Cancel it "
                    "instead.",
                    document=running.name,
                )
            )

    def _check_draft(self):
        """Refuse changes of what was agreed.

        :raise UserError: naming the document
        """
        fixed = self.filtered(lambda r: r.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "%(document)s is confirmed; what comes back can no longer be "
                    "changed. Cancel it and start anew.",
                    document=fixed.name,
                )
            )

    def _check_request_date(self, vals):
        """Only managers enter a request that was made on another day.

        The day decides the entitlement; nobody slips past the end of a period.

        :raise AccessError: another day than today by somebody else
        """
        if not vals.get("date_request") or self._is_flow() or self._is_manager():
            return
        given = fields.Date.to_date(vals["date_request"])
        if given != self.env.company._get_aftersales_today():
            raise AccessError(
                self.env._(
                    "Only a centre manager or the head of service enters a return "
                    "that was requested on another day."
                )
            )

    def _is_manager(self):
        """Whether the user may decide outside the rules."""
        return any(self.env.user.has_group(group) for group in MANAGER_GROUPS)
