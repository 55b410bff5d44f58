from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.aftersales_network.models.flow import FLOW, without_guarded_defaults

STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("review", "In Review"),
    ("approved", "Approved"),
    ("partially", "Partially Approved"),
    ("rejected", "Rejected"),
    ("sent_back", "Sent Back"),
    ("settled", "Settled"),
    ("cancelled", "Cancelled"),
]
EDITABLE_STATES = ("draft", "sent_back")
APPROVED_STATES = ("approved", "partially")


class AftersalesClaim(models.Model):
    """A point's claim for the warranty work of one job.

    Three amounts side by side on each line: what is claimed, what the contract
    allows, what was approved and why.
    """

    _name = "aftersales.claim"
    _description = "Warranty Claim"
    _inherit = [
        "aftersales.author.mixin",
        "aftersales.plain.export.mixin",
        "aftersales.point.kind.mixin",
        "aftersales.portal.form.mixin",
        "portal.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_submission desc, id desc"
    _rec_names_search = ["name", "serial", "order_id"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    order_id = fields.Many2one(
        "aftersales.service.order",
        "Service Order",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        check_company=True,
        domain="[('service_point_id', '=', service_point_id),"
        " ('state', 'in', ('done', 'closed'))]",
    )
    registration_id = fields.Many2one(
        "aftersales.registration",
        "Unit",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    serial = fields.Char(
        "Serial Number",
        compute="_compute_serial",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    product_id = fields.Many2one(
        "product.product",
        compute="_compute_serial",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    complaint = fields.Text(
        compute="_compute_from_order", store=True, readonly=False, precompute=True
    )
    cause = fields.Text(
        compute="_compute_from_order", store=True, readonly=False, precompute=True
    )
    correction = fields.Text(
        compute="_compute_from_order", store=True, readonly=False, precompute=True
    )
    date_failure = fields.Date(
        "Failure Reported",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_start = fields.Date(
        "Repair Started",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_end = fields.Date(
        "Repair Finished",
        compute="_compute_from_order",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_submission = fields.Date("Submitted on", readonly=True, copy=False, index=True)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_decision = fields.Date("Decided on", readonly=True, copy=False, index=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decision_note = fields.Text(readonly=True, copy=False)
    send_back_count = fields.Integer("Times Sent Back", readonly=True, copy=False)
    authorization_id = fields.Many2one(
        "aftersales.authorization",
        "Authorisation",
        copy=False,
        check_company=True,
        index="btree_not_null",
        domain="[('service_point_id', '=', service_point_id),"
        " ('state', '=', 'approved')]",
    )
    # A copy of the lines would claim the same work again.
    line_ids = fields.One2many("aftersales.claim.line", "claim_id", copy=False)
    check_ids = fields.One2many("aftersales.claim.check", "claim_id", readonly=True)
    fail_count = fields.Integer("Failed Checks", readonly=True, copy=False)
    amount_stated = fields.Monetary(
        "Total as Stated", help="Total on the point's own document, to be compared."
    )
    amount_claimed = fields.Monetary(
        "Claimed", compute="_compute_amounts", store=True, tracking=True
    )
    amount_allowed = fields.Monetary("Allowed", compute="_compute_amounts", store=True)
    amount_approved = fields.Monetary(
        "Approved", compute="_compute_amounts", store=True, tracking=True
    )
    # Shown as a number to everybody who reads the claim.
    settlement_id = fields.Many2one(
        "aftersales.settlement", compute="_compute_settlement_id", compute_sudo=True
    )
    age_days = fields.Integer("Days Waiting", compute="_compute_age_days")
    is_binding = fields.Boolean(
        compute="_compute_is_binding",
        help="Was handed in: its order does not change any more.",
    )

    # A cancelled claim gives its order free; two transactions cannot both pass.
    _order_uniq = models.UniqueIndex(
        "(order_id) WHERE order_id IS NOT NULL AND state != 'cancelled'",
        "This order is claimed already.",
    )
    _queue_idx = models.Index(
        "(company_id, date_submission) WHERE state IN ('submitted', 'review')"
    )
    _point_decision_idx = models.Index("(service_point_id, date_decision)")

    #: state → states that may follow
    _TRANSITIONS = {
        "draft": ("submitted", "cancelled"),
        "submitted": (
            "review",
            "approved",
            "partially",
            "rejected",
            "sent_back",
            "cancelled",
        ),
        "review": ("approved", "partially", "rejected", "sent_back", "cancelled"),
        # Not answered in time: refused. An appeal may turn a decision round.
        "sent_back": ("submitted", "rejected", "cancelled"),
        "approved": ("settled", "review", "partially", "rejected"),
        "partially": ("settled", "review", "approved", "rejected"),
        "rejected": ("review", "approved", "partially"),
        "settled": ("approved", "partially"),
        "cancelled": (),
    }
    #: Only the steps of this module write these.
    _FLOW_FIELDS = frozenset(
        (
            "state",
            "date_submission",
            "submitted_by_id",
            "date_decision",
            "decided_by_id",
            "decision_note",
            "send_back_count",
            "fail_count",
            "amount_authorised",
        )
    )
    #: Sums of the lines; nobody writes them.
    _SUM_FIELDS = frozenset(("amount_claimed", "amount_allowed", "amount_approved"))
    #: Fixed once the claim exists.
    _FIXED_FIELDS = frozenset(
        ("service_point_id", "order_id", "company_id", "currency_id")
    )
    #: What a claim is judged by; the author must be allowed to read it.
    _SOURCE_FIELDS = ("order_id", "registration_id", "authorization_id")
    #: May change whatever the state is.
    _FREE_FIELDS = frozenset(("message_main_attachment_id", "access_token"))

    @api.depends("order_id")
    def _compute_from_order(self):
        for claim in self:
            order = claim.order_id
            claim.registration_id = order.registration_id or claim.registration_id
            claim.complaint = order.complaint or claim.complaint
            claim.cause = order.cause or claim.cause
            claim.correction = order.correction or claim.correction
            if not order:
                claim.date_failure = claim.date_failure
                claim.date_start = claim.date_start
                claim.date_end = claim.date_end
                continue
            claim.date_failure = order._get_local_date(order.date_request)
            claim.date_start = order._get_local_date(order.date_start)
            claim.date_end = order._get_local_date(order.date_end)

    @api.depends("registration_id", "order_id")
    def _compute_serial(self):
        for claim in self:
            unit, order = claim.registration_id, claim.order_id
            claim.serial = unit.serial or order.serial or claim.serial
            claim.product_id = unit.product_id or order.product_id or claim.product_id

    @api.depends(
        "line_ids.amount_claimed", "line_ids.amount_allowed", "line_ids.amount_approved"
    )
    def _compute_amounts(self):
        for claim in self:
            lines = claim.line_ids
            claim.amount_claimed = sum(lines.mapped("amount_claimed"))
            claim.amount_allowed = sum(lines.mapped("amount_allowed"))
            claim.amount_approved = sum(lines.mapped("amount_approved"))

    @api.depends("line_ids.settlement_line_ids.is_live")
    def _compute_settlement_id(self):
        for claim in self:
            live = claim.line_ids.settlement_line_ids.filtered("is_live")
            claim.settlement_id = live.settlement_id[:1]

    @api.depends("state")
    def _compute_is_binding(self):
        for claim in self:
            claim.is_binding = claim.state not in ("draft", "cancelled")

    def _compute_age_days(self):
        today = self.env.company._get_aftersales_today()
        for claim in self:
            waits = claim.state in ("submitted", "review") and claim.date_submission
            claim.age_days = (today - claim.date_submission).days if waits else 0

    def _compute_access_url(self):
        for claim in self:
            claim.access_url = f"/my/claims/{claim.id}"

    @api.constrains("order_id", "service_point_id")
    def _check_order_point(self):
        """The claim belongs to the point that did the job."""
        for claim in self.filtered("order_id"):
            if claim.order_id.service_point_id != claim.service_point_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s was not done by %(point)s.",
                        order=claim.order_id.name,
                        point=claim.service_point_id.display_name,
                    )
                )
            if claim.order_id.state not in ("done", "closed"):
                raise ValidationError(
                    self.env._(
                        "%(order)s is not finished and cannot be claimed yet.",
                        order=claim.order_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        guarded, cleaned = self._get_flow_fields() | self._SUM_FIELDS, self
        if not self.env.su:
            cleaned = without_guarded_defaults(self, guarded)
            if self.env.user.share and not self._is_flow():
                # A point claims in the currency of the company or of its order.
                cleaned = without_guarded_defaults(cleaned, ("currency_id",))
                guarded |= {"currency_id"}
            vals_list = [
                {name: value for name, value in vals.items() if name not in guarded}
                for vals in vals_list
            ]
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        claims = super(AftersalesClaim, cleaned).create(vals_list)
        claims._check_sources()
        claims._note_author()
        return claims

    def write(self, vals):
        if not self._is_flow():
            self._check_writable(vals)
            if self._get_written(vals):
                self.filtered(lambda c: c.state in EDITABLE_STATES)._note_author()
        result = super().write(vals)
        if not vals.keys().isdisjoint(self._SOURCE_FIELDS):
            self._check_sources()
        return result

    @classmethod
    def _get_flow_fields(cls):
        """Guarded fields that the model and each extension of it name."""
        named = (vars(base).get("_FLOW_FIELDS", ()) for base in cls.mro())
        return frozenset().union(*named)

    def _is_flow(self):
        """Whether the caller is a step of this module."""
        return self.env.context.get("aftersales_claim_flow") is FLOW

    def _check_sources(self):
        """Refuse an order, unit or authorisation that the user may not read.

        :raise AccessError: by the rules of that record
        """
        if not self.env.su:
            for name in self._SOURCE_FIELDS:
                self[name].check_access("read")

    def _check_writable(self, vals):
        """Refuse what only the steps may write, and changes after submission.

        :raise UserError: naming the claim and the way out
        """
        changed = set(vals) - self._FREE_FIELDS
        if changed & self._get_flow_fields():
            raise UserError(self.env._("The state of a claim changes by its buttons."))
        if changed & self._SUM_FIELDS:
            raise UserError(
                self.env._("The amounts of a claim are the sums of its lines.")
            )
        for name in changed & self._FIXED_FIELDS:
            if any(claim[name].id != vals[name] for claim in self):
                raise UserError(
                    self.env._(
                        "Point, order, company and currency of a claim are fixed. "
                        "Cancel it and make a new one."
                    )
                )
        if self._get_written(vals):
            self._check_editable()

    def _get_written(self, vals):
        """Names in ``vals`` of what a claim says, not of talk about it."""
        return {
            name
            for name in set(vals) - self._FREE_FIELDS
            if not name.startswith(("message_", "activity_"))
        }

    def _get_authors(self):
        """Who wrote the claims or their lines, or handed them in."""
        lines = self.line_ids
        written = self.submitted_by_id | lines.create_uid | lines.author_id
        return super()._get_authors() | written

    def _check_editable(self):
        """Refuse a change of a claim that is with the company.

        :raise UserError: naming the claim
        """
        locked = self.filtered(lambda c: c.state not in EDITABLE_STATES)[:1]
        if locked:
            raise UserError(
                self.env._(
                    "%(claim)s is submitted and cannot be changed. Have it sent back "
                    "first.",
                    claim=locked.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        kept = self.filtered(lambda c: c.state not in ("draft", "cancelled"))[:1]
        if kept:
            raise UserError(
                self.env._(
                    "%(claim)s was submitted and cannot be deleted. Cancel it instead.",
                    claim=kept.name,
                )
            )

    def action_view_settlement(self):
        """Open the settlement that pays the claim."""
        self.ensure_one()
        return self.settlement_id._get_records_action()
