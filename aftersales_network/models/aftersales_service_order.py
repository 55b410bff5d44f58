from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

OPEN_STATES = ("draft", "dispatched", "accepted", "in_progress", "waiting_part")
DONE_STATES = ("done", "closed")
#: What a closed order said about the job; claims and figures rest on it.
RESULT_FIELDS = {"date_start", "date_end", "outcome", "partner_id", "product_id"}
RESULT_FIELDS |= {"lot_id", "serial", "service_type_id", "currency_id"}
RESULT_FIELDS |= {"date_request", "date_promised", "date_arrived", "fault_id"}


class AftersalesServiceOrder(models.Model):
    """One job for a customer: from the request to the closed order.

    Times are UTC moments; ``date_promised`` is the promised completion,
    ``date_response_due`` the promised first visit.
    """

    _name = "aftersales.service.order"
    _description = "Service Order"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.point.kind.mixin",
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_request desc, id desc"
    _rec_names_search = ["name", "serial"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("dispatched", "Dispatched"),
            ("accepted", "Accepted"),
            ("in_progress", "In Progress"),
            ("waiting_part", "Waiting for Part"),
            ("done", "Done"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "Urgent")], default="0", index=True
    )

    # Customer and unit
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
    )
    partner_phone = fields.Char(related="partner_id.phone")
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True
    )
    lot_id = fields.Many2one(
        "stock.lot",
        "Serial in Stock",
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=?', product_id)]",
    )
    serial = fields.Char(
        "Serial Number",
        compute="_compute_serial",
        store=True,
        readonly=False,
        index="trigram",
        help="Serial of a unit that never was in our stock may be typed.",
    )

    # The job
    service_type_id = fields.Many2one(
        "aftersales.service.type", required=True, index=True, tracking=True
    )
    is_onsite = fields.Boolean(related="service_type_id.is_onsite", store=True)
    is_complaint = fields.Boolean("Complaint Case", tracking=True)
    complaint = fields.Text(help="What the customer reports.")
    cause = fields.Text(help="What the technician found.")
    correction = fields.Text(help="What was done about it.")
    outcome = fields.Selection(
        [("solved", "Solved"), ("not_solved", "Not Solved")],
        copy=False,
        tracking=True,
    )
    note = fields.Html("Internal Notes", copy=False, groups="base.group_user")
    origin = fields.Char("Source", copy=False, index="btree_not_null")
    cancel_reason = fields.Char(readonly=True, copy=False)
    step_ids = fields.One2many("aftersales.service.order.step", "order_id", copy=False)
    line_ids = fields.One2many("aftersales.service.order.line", "order_id", copy=True)
    amount_total = fields.Monetary(compute="_compute_amount_total", store=True)

    # Who and where
    area_id = fields.Many2one(
        "aftersales.area",
        compute="_compute_area_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        index="btree_not_null",
        check_company=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    technician_id = fields.Many2one(
        "aftersales.staff",
        index="btree_not_null",
        check_company=True,
        copy=False,
        tracking=True,
        domain="[('service_point_id', '=', service_point_id)]",
    )
    candidate_ids = fields.One2many(
        "aftersales.dispatch.candidate", "order_id", copy=False, readonly=True
    )
    dispatch_note = fields.Text(readonly=True, copy=False, groups="base.group_user")

    # Times
    date_request = fields.Datetime(
        "Requested", required=True, default=fields.Datetime.now
    )
    date_response_due = fields.Datetime(
        "First Visit Due",
        compute="_compute_date_response_due",
        store=True,
        precompute=True,
    )
    date_promised = fields.Datetime(
        "Promised",
        compute="_compute_date_promised",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
    )
    date_dispatched = fields.Datetime("Dispatched On", readonly=True, copy=False)
    date_accepted = fields.Datetime("Accepted On", readonly=True, copy=False)
    date_start = fields.Datetime("Started", copy=False, tracking=True)
    date_end = fields.Datetime("Finished", copy=False, tracking=True)
    duration_hours = fields.Float(
        "Repair Hours", compute="_compute_duration_hours", store=True, aggregator="avg"
    )
    reopen_count = fields.Integer(readonly=True, copy=False)

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "service_point_id",
            "date_dispatched",
            "date_accepted",
            "dispatch_note",
            "dispatch_reason_code",
            "dispatched_by_id",
            "is_acceptance_reminded",
            "cancel_reason",
            "reopen_count",
        )
    )

    _FIXED_FIELDS = frozenset(("name",))

    _dates_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start IS NULL OR date_end >= date_start)",
        "A job cannot be finished before it was started.",
    )
    # Trigrams find a typed part of the serial, this the whole of it.
    _serial_idx = models.Index("(serial) WHERE serial IS NOT NULL")
    _point_end_idx = models.Index(
        "(service_point_id, date_end) WHERE date_end IS NOT NULL"
    )
    _point_request_idx = models.Index("(service_point_id, date_request)")
    _open_idx = models.Index(
        "(company_id, state, date_promised) WHERE state NOT IN ('closed', 'cancelled')"
    )
    _request_idx = models.Index("(date_request DESC, id DESC)")
    # Jobs of a month, whoever did them: pages of figures count them.
    _end_idx = models.Index("(date_end) WHERE date_end IS NOT NULL")
    # What few orders have, in the order of the list: without these a filter reads
    # every order to find none.
    _complaint_idx = models.Index(
        "(date_request DESC, id DESC) WHERE is_complaint IS TRUE"
    )
    _reopened_idx = models.Index("(date_request DESC, id DESC) WHERE reopen_count > 0")
    # The cards of a kanban column, and the numbers above it: the second holds all
    # that the record rules ask for, so that counting does not read the orders.
    _state_request_idx = models.Index("(state, date_request DESC, id DESC)")
    _state_count_idx = models.Index(
        "(company_id, state, priority, service_point_id, create_uid)"
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for order in self:
            order.currency_id = order.currency_id or order.company_id.currency_id

    @api.depends("lot_id")
    def _compute_serial(self):
        for order in self:
            order.serial = order.lot_id.name or order.serial

    @api.depends("line_ids.amount")
    def _compute_amount_total(self):
        for order in self:
            order.amount_total = sum(order.line_ids.mapped("amount"))

    @api.depends(
        "partner_id.country_id",
        "partner_id.state_id",
        "partner_id.city_id",
        "partner_id.zip",
    )
    def _compute_area_id(self):
        areas = self.env["aftersales.area"]._match_partners(self.partner_id)
        for order in self:
            order.area_id = areas.get(order.partner_id.id, order.area_id)

    # Not on the hours of the type: what was promised stays promised.
    @api.depends("date_request", "service_type_id")
    def _compute_date_promised(self):
        for order in self:
            hours = order._get_target_hours()
            if order.date_request and hours:
                order.date_promised = order.date_request + timedelta(hours=hours)
            else:
                order.date_promised = order.date_promised

    @api.depends("date_start", "date_end")
    def _compute_duration_hours(self):
        for order in self:
            order.duration_hours = (
                (order.date_end - order.date_start).total_seconds() / 3600
                if order.date_start and order.date_end
                else 0.0
            )

    def _get_target_hours(self):
        """Hours to the finished job: of the service type, else of the company."""
        self.ensure_one()
        # People of the portal do not read the settings of the company.
        default = self.company_id.sudo().aftersales_promise_hours
        return self.service_type_id.target_hours or default

    def _compute_access_url(self):
        for order in self:
            order.access_url = f"/my/service-orders/{order.id}"

    @api.constrains("product_id", "lot_id")
    def _check_lot_product(self):
        for order in self:
            if order.lot_id and order.product_id != order.lot_id.product_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s: serial %(serial)s belongs to %(product)s. Choose "
                        "that product or another serial.",
                        order=order.name,
                        serial=order.lot_id.name,
                        product=order.lot_id.product_id.display_name,
                    )
                )

    @api.onchange("lot_id")
    def _onchange_lot_id(self):
        for order in self.filtered("lot_id"):
            order.product_id = order.lot_id.product_id

    @api.model_create_multi
    def create(self, vals_list):
        self._fill_from_lots(vals_list)
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        orders = super().create(vals_list)
        orders.filtered(lambda o: not o.step_ids)._create_steps()
        return orders

    def write(self, vals):
        if set(vals) & RESULT_FIELDS:
            self._check_result_editable()
        res = super().write(vals)
        if vals.get("service_type_id"):
            self._renew_steps()
        return res

    def _renew_steps(self):
        """Take the written steps over anew, where nobody ticked one yet."""
        untouched = self.filtered(lambda o: not any(o.step_ids.mapped("is_done")))
        untouched.step_ids.unlink()
        untouched._create_steps()

    def _create_steps(self):
        """Copy the written steps of the service type onto each order."""
        self.env["aftersales.service.order.step"].create(
            [
                vals
                for order in self
                for vals in order._prepare_step_vals_list(order.service_type_id)
            ]
        )

    def _prepare_step_vals_list(self, service_type):
        """Values of the steps the order takes over from its service type."""
        self.ensure_one()
        return [
            {
                "order_id": self.id,
                "step_id": step.id,
                "sequence": step.sequence,
                "is_mandatory": step.is_mandatory,
            }
            for step in self._get_written_steps(service_type)
        ]

    def _get_written_steps(self, service_type):
        """Written steps that the order takes over; extension point."""
        return service_type.step_ids

    @api.model
    def _fill_from_lots(self, vals_list):
        """Take the product from the serial where only the serial is given."""
        lots = self.env["stock.lot"].browse(
            {v["lot_id"] for v in vals_list if v.get("lot_id")}
        )
        products = {lot.id: lot.product_id.id for lot in lots}
        for vals in vals_list:
            if vals.get("lot_id") and not vals.get("product_id"):
                vals["product_id"] = products[vals["lot_id"]]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_dispatched(self):
        kept = self.filtered(lambda o: o.state not in ("draft", "cancelled"))[:1]
        if kept:
            raise ValidationError(
                self.env._(
                    "%(order)s is already with a service point and cannot be deleted. "
                    "Cancel it instead.",
                    order=kept.name,
                )
            )

    @api.model
    def _get_open_domain(self):
        """Domain of orders that still need work."""
        return Domain("state", "in", OPEN_STATES)

    @api.model
    def _get_done_domain(self):
        """Domain of orders whose work is finished."""
        return Domain("state", "in", DONE_STATES)

    def _prepare_line_vals(self, kind, quantity, price_unit, product=None, name=None):
        """Values of one order line.

        :param kind: part, labour, travel, inspection or other
        :param quantity: pieces, hours or kilometres
        """
        self.ensure_one()
        return {
            "order_id": self.id,
            "kind": kind,
            "product_id": product.id if product else False,
            "name": name or (product.display_name if product else kind),
            "quantity": quantity,
            "price_unit": price_unit,
        }
