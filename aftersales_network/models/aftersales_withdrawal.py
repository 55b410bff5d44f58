from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

#: States in which nothing more happens.
FINAL_STATES = ("closed", "refused", "cancelled")


class AftersalesWithdrawal(models.Model):
    """The way out of the network, filed by the point or by the company.

    Withdrawal form → regional centre → technical department → head approves →
    the centre clears the accounts → the point is told → the cooperation ends
    (network-planning seed text).
    """

    _name = "aftersales.withdrawal"
    _description = "Withdrawal of a Service Point"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, default="/", index=True)
    service_point_id = fields.Many2one(
        "aftersales.service.point",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="service_point_id.company_id", store=True, index=True, precompute=True
    )
    centre_id = fields.Many2one(related="service_point_id.centre_id", store=True)
    point_state = fields.Selection(
        related="service_point_id.state", string="State of the Point"
    )
    filed_by = fields.Selection(
        [("company", "Company"), ("point", "Service Point")],
        default="company",
        required=True,
        readonly=True,
        copy=False,
    )
    filed_by_id = fields.Many2one(
        "res.users",
        "Filed by Person",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self.env.user,
    )
    cause = fields.Selection(
        [
            ("breach", "Breach of Agreement"),
            ("quality", "Quality not Kept"),
            ("complaints", "Complaints"),
            ("own_wish", "Own Wish of the Point"),
            ("end_of_agreement", "End of Agreement"),
            ("failed_probation", "Failed Probation"),
            ("other", "Other"),
        ],
        required=True,
        tracking=True,
    )
    reason = fields.Text(required=True, tracking=True)
    date_requested = fields.Date(
        "Requested End", tracking=True, help="Day on which the cooperation should end."
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_withdrawal_attachment_rel",
        "withdrawal_id",
        "attachment_id",
        "Attachments",
        copy=False,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Centre Review"),
            ("technical_review", "Technical Review"),
            ("head_approval", "Head Approval"),
            ("clearing", "Clearing"),
            ("closed", "Closed"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    date_submitted = fields.Datetime(readonly=True, copy=False)
    date_approved = fields.Datetime(readonly=True, copy=False)
    date_closed = fields.Date(readonly=True, copy=False, tracking=True)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True, copy=False)
    refusal_reason = fields.Text(readonly=True, copy=False)
    state_before = fields.Char(readonly=True, copy=False)
    notice_file = fields.Binary(
        "Termination Notice", attachment=True, readonly=True, copy=False
    )
    notice_filename = fields.Char(readonly=True, copy=False)
    approval_ids = fields.One2many(
        "aftersales.approval",
        "res_id",
        domain=[("res_model", "=", "aftersales.withdrawal")],
        string="Decisions",
    )

    _FLOW_FIELDS = frozenset(
        (
            "name",
            "state",
            "filed_by",
            "filed_by_id",
            "date_submitted",
            "date_approved",
            "date_closed",
            "closed_by_id",
            "refusal_reason",
            "state_before",
            "notice_file",
            "notice_filename",
        )
    )
    #: What was filed stays as it was filed.
    _FILED_FIELDS = frozenset(
        ("service_point_id", "cause", "reason", "date_requested", "attachment_ids")
    )

    _one_running = models.UniqueIndex(
        "(service_point_id) WHERE state NOT IN ('closed', 'refused', 'cancelled')",
        "A withdrawal of this service point is already under way.",
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'",
        "This withdrawal number exists already.",
    )

    @api.depends("name", "service_point_id.name")
    def _compute_display_name(self):
        for withdrawal in self:
            point = withdrawal.service_point_id.name or ""
            withdrawal.display_name = f"{withdrawal.name} {point}"

    @api.model_create_multi
    def create(self, vals_list):
        cleaned = [
            {k: v for k, v in vals.items() if k != "name" or v != "/"}
            for vals in vals_list
        ]
        # The unique index must see those that were ended a moment ago.
        self.flush_model(["state"])
        withdrawals = super().create(cleaned)
        numbered = [{} for _withdrawal in withdrawals]
        self.env["ir.sequence"]._aftersales_fill_numbers(numbered, self._name)
        for withdrawal, vals in zip(withdrawals, numbered, strict=True):
            withdrawal._write_flow(vals)
        return withdrawals

    def write(self, vals):
        if self._FILED_FIELDS & set(vals):
            self._check_not_filed()
        return super().write(vals)

    def _check_not_filed(self):
        """Refuse a change of what has been filed.

        :raise UserError: naming the withdrawal and the way out
        """
        filed = self.filtered(lambda w: w.state != "draft")[:1]
        if filed:
            raise UserError(
                self.env._(
                    "Withdrawal %(number)s has been filed and cannot be changed. "
                    "Cancel it and file a new one.",
                    number=filed.display_name,
                )
            )

    def _get_frozen_attachments(self):
        """Papers of what was filed."""
        return self.filtered(lambda w: w.state != "draft").attachment_ids

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filed(self):
        self._check_not_filed()

    @api.constrains("service_point_id", "state")
    def _check_tier(self):
        for withdrawal in self:
            if withdrawal.service_point_id.tier == "hq":
                raise ValidationError(
                    self.env._(
                        "%(point)s is a head office and cannot withdraw.",
                        point=withdrawal.service_point_id.display_name,
                    )
                )

    def _get_application_start(self):
        """Moment from which approvals belong to this withdrawal."""
        self.ensure_one()
        return self.date_submitted or self.create_date

    @api.model
    def _get_running_domain(self):
        """Domain of the withdrawals that are not at their end."""
        return Domain("state", "not in", FINAL_STATES)
