from odoo import api, fields, models
from odoo.exceptions import UserError

#: Who sees the company's funds and accounting.
FUND_GROUPS = (
    "aftersales_network.group_settlement_clerk,aftersales_network.group_head,"
    "aftersales_network.group_auditor"
)


class AftersalesCompensation(models.Model):
    """What a customer gets for harm: proposed, approved by amount, charged, given.

    Source: GB/T 27922, special funds for grave complaints and safety cases and a
    reserve for compensation.  The steps are in ``aftersales_compensation_flow.py``,
    accounting in ``aftersales_compensation_money.py``.
    """

    _name = "aftersales.compensation"
    _description = "Compensation"
    _inherit = [
        "aftersales.author.mixin",
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "partner_id"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_aftersales_today(),
        copy=False,
    )

    # The case
    # Not “res_model”: its default would reach the messages of the record as well.
    case_model = fields.Char(readonly=True, copy=False)
    case_id = fields.Many2oneReference(
        model_field="case_model", readonly=True, copy=False
    )
    case_name = fields.Char(
        readonly=True, copy=False, help="As it was called at that time."
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Registered Unit",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    return_id = fields.Many2one(
        "aftersales.return",
        "Customer Return",
        index="btree_not_null",
        check_company=True,
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
        tracking=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
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
    cause_id = fields.Many2one(
        "aftersales.compensation.cause",
        "Cause of Compensation",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    case_kind = fields.Selection(related="cause_id.case_kind", store=True)
    cause = fields.Text(
        "Facts of the Case", required=True, help="Facts on which the proposal rests."
    )

    # What is given
    kind = fields.Selection(
        [
            ("money", "Payment of Money"),
            ("goods", "Goods"),
            ("service", "Free Service"),
        ],
        "Given as",
        required=True,
        default="money",
        tracking=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    amount = fields.Monetary(
        required=True,
        tracking=True,
        help="Money for the customer, or what goods or service cost the company.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company"
    )
    amount_company = fields.Monetary(
        "Cost",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="In the currency of the company, at the rate of the day of the proposal.",
    )
    gift_product_id = fields.Many2one(
        "product.product", "Goods Given", index="btree_not_null", check_company=True
    )
    gift_note = fields.Char(
        "What Is Given", help="For goods and free service: what and when."
    )
    terms = fields.Text(
        "Further Terms",
        help="Printed in the letter of agreement, for example that the customer "
        "makes no further claim.",
    )

    # Decision
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "In Approval"),
            ("approved", "Approved"),
            ("given", "Given"),
            ("closed", "Closed"),
            ("refused", "Turned Down"),
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
    proposed_by_id = fields.Many2one(
        "res.users", "Author of the Proposal", readonly=True, copy=False
    )
    date_proposed = fields.Datetime("Proposed on", readonly=True, copy=False)
    approver = fields.Selection(
        [
            ("centre", "Centre Manager"),
            ("clerk", "Settlement Clerk"),
            ("head", "Head of Service"),
        ],
        "To Be Approved by",
        readonly=True,
        copy=False,
    )
    person_count = fields.Integer("People to Approve", readonly=True, copy=False)
    approved_count = fields.Integer("Approved so Far", readonly=True, copy=False)
    date_approved = fields.Datetime("Approved on", readonly=True, copy=False)
    decision_note = fields.Text(readonly=True, copy=False)
    approval_ids = fields.One2many(
        "aftersales.approval",
        "res_id",
        domain=[("res_model", "=", "aftersales.compensation")],
        string="Decisions",
    )

    # Money
    fund_id = fields.Many2one(
        "aftersales.fund",
        "Charged to",
        check_company=True,
        index="btree_not_null",
        copy=False,
        groups=FUND_GROUPS,
        help="Empty: the fund for safety cases, or the reserve, by the cause.",
    )
    fund_move_id = fields.Many2one(
        "aftersales.fund.move",
        "Draw from the Fund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=FUND_GROUPS,
    )
    fund_state = fields.Selection(
        [
            ("none", "Not Yet Charged"),
            ("requested", "Charge Requested"),
            ("approved", "Charged to the Fund"),
            ("refused", "Charge Refused"),
        ],
        "Charge to the Fund",
        compute="_compute_fund_state",
        store=True,
        compute_sudo=True,
    )
    move_id = fields.Many2one(
        "account.move",
        "Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=FUND_GROUPS,
    )
    date_given = fields.Date("Given on", readonly=True, copy=False)
    date_closed = fields.Datetime("Closed on", readonly=True, copy=False)

    # Insurance
    insurance_claim_ids = fields.One2many(
        "aftersales.insurance.claim", "compensation_id", groups=FUND_GROUPS
    )
    amount_recovered = fields.Monetary(
        "Borne by the Insurer",
        currency_field="company_currency_id",
        compute="_compute_net_cost",
        store=True,
        compute_sudo=True,
    )
    amount_net = fields.Monetary(
        "Net Cost",
        currency_field="company_currency_id",
        compute="_compute_net_cost",
        store=True,
        compute_sudo=True,
    )

    _FLOW_FIELDS = frozenset(
        (
            *("name", "state", "proposed_by_id", "date_proposed", "approver"),
            *("person_count", "approved_count", "date_approved", "decision_note"),
            *("fund_move_id", "move_id", "date_given", "date_closed"),
            *("approval_ids", "insurance_claim_ids", "case_name"),
        )
    )
    _SCOPE_FIELDS = frozenset(("service_point_id", "order_id"))
    _FIXED_FIELDS = frozenset(("company_id", "case_model", "case_id"))
    #: What was decided about; a draft alone changes it.
    _DECIDED_FIELDS = frozenset(
        (
            *("partner_id", "order_id", "registration_id", "return_id", "cause_id"),
            *("cause", "kind", "currency_id", "amount", "date", "gift_product_id"),
            *("service_point_id", "product_id", "terms", "gift_note"),
        )
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A compensation must be above zero."
    )
    _case_idx = models.Index("(case_model, case_id) WHERE case_model IS NOT NULL")

    @api.depends("order_id")
    def _compute_from_order(self):
        names = ("partner_id", "service_point_id", "registration_id", "product_id")
        for compensation in self:
            # Who proposes may read the order; its point he need not manage.
            order = compensation.order_id
            for name in names:
                compensation[name] = order[name] or compensation[name]

    @api.depends("company_id")
    def _compute_currency_id(self):
        for compensation in self:
            compensation.currency_id = (
                compensation.currency_id or compensation.company_id.currency_id
            )

    @api.depends("amount", "currency_id", "company_id", "date")
    def _compute_amount_company(self):
        for compensation in self:
            company = compensation.company_id
            compensation.amount_company = compensation.currency_id._convert(
                compensation.amount, company.currency_id, company, compensation.date
            )

    @api.depends("fund_move_id.state")
    def _compute_fund_state(self):
        for compensation in self:
            state = compensation.fund_move_id.state
            compensation.fund_state = "requested" if state == "draft" else state
            compensation.fund_state = compensation.fund_state or "none"

    @api.depends(
        "amount_company",
        "insurance_claim_ids.amount_accepted",
        "insurance_claim_ids.state",
    )
    def _compute_net_cost(self):
        for compensation in self:
            claims = compensation.insurance_claim_ids
            accepted = claims.filtered(lambda c: c.state == "accepted")
            recovered = sum(accepted.mapped("amount_accepted"))
            compensation.amount_recovered = recovered
            compensation.amount_net = compensation.amount_company - recovered

    @api.model_create_multi
    def create(self, vals_list):
        """Number compensations, for cases that the user may read only."""
        compensations = super().create(vals_list)
        self.env["ir.sequence"]._aftersales_number(compensations)
        for compensation in compensations:
            compensation._check_case_readable()
        return compensations

    def _check_case_readable(self):
        """Refuse a case that the user may not read; keep its name.

        :raise AccessError: a case of somebody else
        :raise UserError: a case that does not exist, or is none
        """
        self.ensure_one()
        if not self.case_model:
            return
        case = self._get_case()
        if not case:
            raise UserError(self.env._("The case of this compensation does not exist."))
        case.check_access("read")
        self.sudo().write({"case_name": case.display_name})

    @api.model
    def _get_decided_fields(self):
        """Fields that only a draft changes; extension point."""
        return self._DECIDED_FIELDS

    def write(self, vals):
        """What was decided changes in a draft only."""
        if set(vals) & self._get_decided_fields() and not self._is_flow():
            # Who may not write at all is not told about the state.
            self.check_access("write")
            self._check_flow_state("draft")
            self._note_author()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proposed(self):
        self._check_flow_state("draft", "cancelled")

    def _get_case(self):
        """The case; ``None`` where it is gone, or its model knows no compensation."""
        self.ensure_one()
        if self.case_model not in self.env:
            return None
        cases = self.env[self.case_model]
        if "can_compensate" not in cases._fields:
            return None
        return cases.browse(self.case_id).exists() or None

    def action_view_case(self):
        """Open the case that the compensation is for."""
        case = self._get_case()
        return case._get_records_action() if case else False
