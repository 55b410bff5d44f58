from odoo import api, fields, models

CHANNELS = [
    ("phone", "Telephone"),
    ("email", "E-Mail"),
    ("web", "Website or App"),
    ("card", "Evaluation Card"),
    ("callback", "Call-Back"),
    ("visit", "In Person"),
    ("letter", "Letter"),
    ("authority", "Authority or Consumer Association"),
]


class AftersalesComplaint(models.Model):
    """Complaint of a customer, handled in the steps of ISO 10002.

    Deadlines follow from the severity and stay as they were promised.  The steps
    are in ``aftersales_complaint_flow.py``, what happens to overdue ones in
    ``aftersales_complaint_escalation.py``.
    """

    _name = "aftersales.complaint"
    _description = "Customer Complaint"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.case.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_received desc, id desc"
    _rec_names_search = ["name", "subject"]
    _check_company_auto = True
    _SCOPE_FIELDS = frozenset(("service_point_id", "order_id"))

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    subject = fields.Char(required=True, tracking=True)
    description = fields.Text("What the Customer Says", required=True)
    channel = fields.Selection(CHANNELS, required=True, default="phone", tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        check_company=True,
    )
    partner_phone = fields.Char(related="partner_id.phone")
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    severity_id = fields.Many2one(
        "aftersales.complaint.severity",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self._default_severity_id(),
    )
    is_safety = fields.Boolean(
        "Safety at Risk", tracking=True, help="People or property may be in danger."
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        index="btree_not_null",
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )

    # Steps and deadlines
    state = fields.Selection(
        [
            ("received", "Lodged"),
            ("acknowledged", "Acknowledged"),
            ("assessed", "Assessed"),
            ("investigating", "In Investigation"),
            ("responded", "Answered"),
            ("closed", "Closed"),
        ],
        default="received",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    date_received = fields.Datetime(
        "Lodged on", required=True, default=fields.Datetime.now, copy=False
    )
    date_answer_due = fields.Datetime(
        "First Answer Due", compute="_compute_deadlines", store=True, precompute=True
    )
    date_solution_due = fields.Datetime(
        "Solution Due",
        compute="_compute_deadlines",
        store=True,
        precompute=True,
        index=True,
    )
    date_acknowledged = fields.Datetime("Acknowledged on", readonly=True, copy=False)
    date_responded = fields.Datetime("Decision Given on", readonly=True, copy=False)
    date_closed = fields.Datetime("Closed on", readonly=True, copy=False)
    is_answered_in_time = fields.Boolean(
        "First Answer in Time", compute="_compute_in_time", store=True
    )
    is_closed_in_time = fields.Boolean(
        "Closed in Time", compute="_compute_in_time", store=True
    )
    in_time_rate = fields.Float(
        "Closed in Time (%)",
        compute="_compute_in_time",
        store=True,
        aggregator="avg",
        help="100 for a complaint closed within its deadline, else 0: its mean is "
        "the share of them.",
    )
    is_late = fields.Boolean(
        "Overdue", compute="_compute_is_late", search="_search_is_late"
    )
    escalation_level = fields.Selection(
        [("1", "Manager of the Centre"), ("2", "Head of Service")],
        "Escalated to",
        readonly=True,
        copy=False,
        tracking=True,
    )
    date_escalated = fields.Datetime("Escalated on", readonly=True, copy=False)
    reopen_count = fields.Integer("Times Reopened", readonly=True, copy=False)

    # Assessment, cause and measure
    assessment = fields.Text(
        "Initial Assessment",
        help="How serious, how urgent, how complex; what is to be done at once.",
    )
    verdict = fields.Selection(
        [
            ("justified", "Justified"),
            ("partly", "Partly Justified"),
            ("unjustified", "Not Justified"),
        ],
        "Decision",
        tracking=True,
    )
    cause_id = fields.Many2one(
        "aftersales.dissatisfaction.cause",
        "Cause of Dissatisfaction",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        ondelete="restrict",
    )
    cause = fields.Text("What Was Found")
    measure = fields.Text("Measure for the Customer")
    prevention = fields.Text("Measure against Repetition")
    response = fields.Text("Answer to the Customer")
    consent = fields.Selection(
        [
            ("agreed", "Agrees"),
            ("refused", "Does Not Agree"),
            ("silent", "Did Not Answer"),
        ],
        "Customer's Consent",
        copy=False,
        tracking=True,
    )
    close_reason = fields.Char(
        "Closed without Consent because", readonly=True, copy=False
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "date_acknowledged",
            "date_responded",
            "date_closed",
            "escalation_level",
            "date_escalated",
            "reopen_count",
            "close_reason",
        )
    )
    _FIXED_FIELDS = frozenset(("name", "date_received", "company_id"))

    _due_idx = models.Index("(company_id, date_solution_due) WHERE state != 'closed'")
    _point_due_idx = models.Index("(service_point_id, date_solution_due)")

    @api.model
    def _default_severity_id(self):
        """The first severity of the list."""
        return self.env["aftersales.complaint.severity"].search([], limit=1)

    @api.depends("order_id")
    def _compute_from_order(self):
        for complaint in self:
            order = complaint.order_id
            for name in ("partner_id", "service_point_id", "product_id"):
                complaint[name] = order[name] or complaint[name]

    # Not on the hours of the severity: what was promised stays promised.
    @api.depends("date_received", "severity_id")
    def _compute_deadlines(self):
        for complaint in self:
            complaint.date_answer_due = complaint._get_due("answer_hours")
            complaint.date_solution_due = complaint._get_due("solution_hours")

    def _get_due(self, field_name):
        """Deadline by an hour field of the severity."""
        self.ensure_one()
        if not (self.severity_id and self.date_received):
            return False
        return self.severity_id._get_due(
            self.date_received, self.severity_id[field_name], self.company_id
        )

    @api.depends(
        "date_acknowledged", "date_answer_due", "date_closed", "date_solution_due"
    )
    def _compute_in_time(self):
        for complaint in self:
            answered, closed = complaint.date_acknowledged, complaint.date_closed
            complaint.is_answered_in_time = bool(
                answered and answered <= complaint.date_answer_due
            )
            complaint.is_closed_in_time = bool(
                closed and closed <= complaint.date_solution_due
            )
            complaint.in_time_rate = 100.0 if complaint.is_closed_in_time else 0.0

    @api.depends("state", "date_answer_due", "date_solution_due")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for complaint in self:
            due = complaint._get_next_due()
            complaint.is_late = bool(due and due < now)

    def _get_next_due(self):
        """The deadline that runs; False for a closed complaint."""
        self.ensure_one()
        if self.state == "closed":
            return False
        if self.state == "received":
            return self.date_answer_due
        return self.date_solution_due

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_late_domain()

    @api.model_create_multi
    def create(self, vals_list):
        """Number complaints, mark their orders and record the answers."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        complaints = super().create(vals_list)
        complaints._mark_orders()
        complaints._record_answers()
        return complaints

    def write(self, vals):
        """Keep orders and answers as the complaints say.

        :raise AccessError: an order the user may not read
        """
        res = super().write(vals)
        if "order_id" in vals:
            self._mark_orders()
        if {"order_id", "service_point_id", "cause_id"} & set(vals):
            self._record_answers()
        return res

    def _mark_orders(self):
        """The complaint rate of a point counts the orders complained about.

        :raise AccessError: an order the user may not read
        """
        self.order_id.check_access("read")
        # Whoever takes a complaint may read the order, not always write it.
        orders_sudo = self.order_id.sudo().filtered(lambda o: not o.is_complaint)
        if orders_sudo:
            orders_sudo.write({"is_complaint": True})

    def _record_answers(self):
        """Each complaint is an answer of a dissatisfied customer; one per complaint."""
        self.env["aftersales.satisfaction"]._record(
            [complaint._prepare_answer_vals() for complaint in self]
        )

    def _prepare_answer_vals(self):
        """Values of the row of satisfaction of a complaint."""
        self.ensure_one()
        company = self.company_id
        return {
            "source": "complaint",
            "order_id": self.order_id.id,
            "company_id": company.id,
            "service_point_id": self.service_point_id.id,
            "partner_id": self.partner_id.id,
            "product_categ_id": self.product_id.categ_id.id,
            "date": company._get_aftersales_today(self.date_received),
            "is_dissatisfied": True,
            "cause_id": self.cause_id.id,
            "comment": self.subject,
            "res_model": self._name,
            "res_id": self.id,
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_acknowledged(self):
        self._check_flow_state("received")
