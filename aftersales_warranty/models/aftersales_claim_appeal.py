from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .aftersales_claim import APPROVED_STATES

#: States of a claim in which its lines have a decision.
DECIDED_STATES = (*APPROVED_STATES, "rejected", "settled")


class AftersalesClaimAppeal(models.Model):
    """A point contests the decision on one line: once, and somebody else decides.

    The difference is settled with the next period: a line that no settlement holds
    is simply worth more from now on; what is settled already stays as it was billed
    and the difference waits as an addition of the point.
    """

    _name = "aftersales.claim.appeal"
    _description = "Claim Appeal"
    _inherit = [
        "aftersales.author.mixin",
        "aftersales.due.mixin",
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "aftersales.portal.form.mixin",
        "aftersales.hidden.amount.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_submission desc, id desc"
    _rec_names_search = ["name", "claim_id"]
    _check_company_auto = True

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    claim_line_id = fields.Many2one(
        "aftersales.claim.line",
        "Line",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    # Not before the record exists: the claim would list the unsaved one as well.
    claim_id = fields.Many2one(related="claim_line_id.claim_id", store=True, index=True)
    company_id = fields.Many2one(
        related="claim_line_id.company_id", store=True, index=True, precompute=True
    )
    service_point_id = fields.Many2one(
        related="claim_line_id.service_point_id",
        store=True,
        index=True,
        precompute=True,
    )
    currency_id = fields.Many2one(related="claim_line_id.currency_id")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("upheld", "Upheld"),
            ("partly", "Partly Upheld"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    reason = fields.Text(
        "Grounds", required=True, help="Why the decision on the line is wrong."
    )
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Supporting Files", copy=False
    )
    amount_claimed = fields.Monetary("Claimed", related="claim_line_id.amount_claimed")
    amount_before = fields.Monetary(
        "First Decision", readonly=True, copy=False, help="What was approved first."
    )
    amount_granted = fields.Monetary(
        "Granted", readonly=True, copy=False, tracking=True
    )
    first_reason_id = fields.Many2one(
        "aftersales.claim.reason", "Reason of the Cut", readonly=True, copy=False
    )
    first_decider_id = fields.Many2one(
        "res.users", "First Decided by", readonly=True, copy=False
    )
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_submission = fields.Date("Submitted on", readonly=True, copy=False)
    date_limit = fields.Date(
        "Appeal until",
        compute="_compute_date_limit",
        help="Last day on which the decision can be appealed.",
    )
    date_due = fields.Date("Decide by", readonly=True, copy=False, index=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    date_decision = fields.Date("Decided on", readonly=True, copy=False)
    decision_note = fields.Text("Answer", readonly=True, copy=False)
    adjustment_id = fields.Many2one(
        "aftersales.point.adjustment",
        "Addition",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Pays the difference of a line that was settled already.",
    )

    # Once for ever; two windows at once make one appeal.
    _line_uniq = models.UniqueIndex(
        "(claim_line_id)", "This line was appealed already. An appeal is possible once."
    )
    _open_idx = models.Index("(company_id, date_due) WHERE state = 'submitted'")

    _OPEN_STATES = ("submitted",)
    _HIDDEN_AMOUNTS = frozenset(("amount_claimed", "amount_before", "amount_granted"))
    _SCOPE_FIELDS = frozenset(("claim_line_id",))
    _FLOW_FIELDS = frozenset(
        (
            "name",
            "state",
            "amount_before",
            "amount_granted",
            "first_reason_id",
            "first_decider_id",
            "submitted_by_id",
            "date_submission",
            "date_due",
            "decided_by_id",
            "date_decision",
            "decision_note",
            "adjustment_id",
        )
    )
    _TYPED_FIELDS = frozenset(("claim_line_id", "reason", "attachment_ids"))

    @api.depends("claim_id.date_decision", "company_id")
    def _compute_date_limit(self):
        for appeal in self:
            appeal.date_limit = appeal.claim_line_id._get_appeal_limit()

    @api.model_create_multi
    def create(self, vals_list):
        """Number new appeals, which may be written on cut lines only.

        :raise UserError: a line that cannot be appealed, or not any more
        """
        appeals = super().create(vals_list)
        appeals.claim_line_id.check_access("read")
        appeals.claim_line_id._check_can_appeal()
        self.env["ir.sequence"]._aftersales_number(appeals)
        return appeals

    def write(self, vals):
        """Keep the text of a submitted appeal as it was handed in.

        :raise UserError: naming the appeal
        """
        if self._TYPED_FIELDS & vals.keys() and not self._is_flow():
            self.check_access("write")
            self._check_flow_state("draft")
            self._note_author()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self._check_flow_state("draft")

    def _get_frozen_attachments(self):
        """Evidence of what was handed in stays as it is."""
        return self.filtered(lambda a: a.state != "draft").sudo().attachment_ids

    def action_view_claim(self):
        """Open the claim."""
        self.ensure_one()
        return self.claim_id._get_records_action()


class AftersalesClaimLine(models.Model):
    """Lines that were cut may be appealed."""

    _inherit = "aftersales.claim.line"

    appeal_ids = fields.One2many(
        "aftersales.claim.appeal", "claim_line_id", "Appeals", readonly=True
    )
    can_appeal = fields.Boolean(compute="_compute_can_appeal", compute_sudo=True)

    @api.depends(
        "appeal_ids", "amount_approved", "amount_claimed", "claim_id.date_decision"
    )
    def _compute_can_appeal(self):
        for line in self:
            line.can_appeal = not line._get_appeal_refusal()

    def _get_appeal_limit(self):
        """Last day on which the decision can be appealed; False without a limit."""
        days = self.company_id.sudo().aftersales_appeal_days
        decided = self.claim_id.date_decision
        return decided + timedelta(days=days) if days and decided else False

    def _check_can_appeal(self):
        """Refuse an appeal against what was not cut, or too late.

        :raise UserError: naming the line and the rule
        """
        for line in self:
            if refusal := line._get_appeal_refusal(appealed=False):
                raise UserError(refusal)

    def _get_appeal_refusal(self, appealed=True):
        """Why the line cannot be appealed; empty when it can.

        :param appealed: whether an earlier appeal counts
        """
        self.ensure_one()
        claim = self.claim_id
        if claim.state not in DECIDED_STATES or not self.is_decided:
            return self.env._(
                "“%(line)s” of %(claim)s is not decided yet; there is nothing to "
                "appeal against.",
                line=self.name,
                claim=claim.name,
            )
        if self.currency_id.compare_amounts(self.amount_approved, self.amount_claimed):
            limit = self._get_appeal_limit()
            if limit and limit < self.company_id._get_aftersales_today():
                return self.env._(
                    "“%(line)s” of %(claim)s could be appealed until %(day)s.",
                    line=self.name,
                    claim=claim.name,
                    day=format_date(self.env, limit),
                )
        else:
            return self.env._(
                "“%(line)s” of %(claim)s was approved in full; there is nothing to "
                "appeal against.",
                line=self.name,
                claim=claim.name,
            )
        if appealed and self.sudo().appeal_ids:
            return self.env._(
                "“%(line)s” of %(claim)s was appealed already. An appeal is possible "
                "once.",
                line=self.name,
                claim=claim.name,
            )
        return ""

    def action_appeal(self):
        """Open a new appeal against the line, or the one that exists."""
        self.ensure_one()
        if self.appeal_ids:
            return self.appeal_ids._get_records_action()
        self._check_can_appeal()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Appeal"),
            "res_model": "aftersales.claim.appeal",
            "view_mode": "form",
            "context": {"default_claim_line_id": self.id},
        }


class AftersalesClaim(models.Model):
    _inherit = "aftersales.claim"

    appeal_ids = fields.One2many(
        "aftersales.claim.appeal", "claim_id", "Appeals", readonly=True
    )
    appeal_count = fields.Integer(compute="_compute_appeal_count")

    @api.depends("appeal_ids")
    def _compute_appeal_count(self):
        counts = dict(
            self.env["aftersales.claim.appeal"]._read_group(
                [("claim_id", "in", self.ids)], ["claim_id"], ["__count"]
            )
        )
        for claim in self:
            claim.appeal_count = counts.get(claim._origin, 0)

    def action_reopen(self):
        """Take a decided claim back into review, unless an appeal hangs on it.

        :raise UserError: naming the appeal
        """
        hanging = self.sudo().appeal_ids.filtered(
            lambda appeal: appeal.state in ("submitted", "upheld", "partly")
        )[:1]
        if hanging:
            raise UserError(
                self.env._(
                    "%(claim)s cannot be reopened: its decision is the subject of "
                    "%(appeal)s.",
                    claim=hanging.claim_id.name,
                    appeal=hanging.name,
                )
            )
        return super().action_reopen()

    def action_view_appeals(self):
        """Open the appeals against the claim."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Appeals"),
            "res_model": "aftersales.claim.appeal",
            "view_mode": "list,form",
            "domain": [("claim_id", "in", self.ids)],
        }
