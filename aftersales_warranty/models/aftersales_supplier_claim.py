from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_claim_flow import CLERK_GROUP


class AftersalesSupplierClaim(models.Model):
    """What a supplier is asked to bear of approved claims, and his answer."""

    _name = "aftersales.supplier.claim"
    _description = "Supplier Claim"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.due.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["name", "partner_id", "supplier_ref"]
    _check_company_auto = True

    _OPEN_STATES = ("sent", "disputed")

    name = fields.Char(
        "Number", required=True, readonly=True, copy=False, default="/", index="trigram"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", "Supplier", required=True, index=True, check_company=True
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("answered", "Answered"),
            ("disputed", "Disputed"),
            ("credited", "Credited"),
            ("closed", "Closed without Credit"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    supplier_ref = fields.Char("Reference of the Supplier", copy=False, tracking=True)
    date_sent = fields.Date("Sent on", readonly=True, copy=False)
    date_due = fields.Date("Answer Due", readonly=True, copy=False, index=True)
    date_answered = fields.Date("Answered on", readonly=True, copy=False)
    dispute_count = fields.Integer("Times Disputed", readonly=True, copy=False)
    dispute_reason = fields.Text(readonly=True, copy=False)
    line_ids = fields.One2many(
        "aftersales.supplier.claim.line", "supplier_claim_id", readonly=True, copy=False
    )
    line_count = fields.Integer("Lines", compute="_compute_amounts", store=True)
    amount_asked = fields.Monetary("Asked For", compute="_compute_amounts", store=True)
    amount_accepted = fields.Monetary(
        "Accepted by the Supplier",
        compute="_compute_amounts",
        store=True,
        tracking=True,
    )
    unanswered_count = fields.Integer(
        "Lines without Answer", compute="_compute_amounts", store=True
    )
    move_id = fields.Many2one(
        "account.move",
        "Credit Note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    payment_state = fields.Selection(related="move_id.payment_state")
    note = fields.Text()

    _move_uniq = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL",
        "A credit note belongs to one supplier claim.",
    )
    _draft_uniq = models.UniqueIndex(
        "(company_id, partner_id) WHERE state = 'draft'",
        "This supplier has a draft claim already. New lines go there.",
    )

    _FLOW_FIELDS = frozenset(
        (
            "state",
            "date_sent",
            "date_due",
            "date_answered",
            "dispute_count",
            "dispute_reason",
            "move_id",
            "line_ids",
        )
    )
    _FIXED_FIELDS = frozenset(("name", "company_id", "partner_id"))

    @api.depends("line_ids.amount_asked", "line_ids.amount_accepted", "line_ids.answer")
    def _compute_amounts(self):
        for claim in self:
            lines = claim.line_ids
            claim.line_count = len(lines)
            claim.amount_asked = sum(lines.mapped("amount_asked"))
            claim.amount_accepted = sum(lines.mapped("amount_accepted"))
            claim.unanswered_count = len(lines.filtered(lambda x: x.answer == "open"))

    @api.model_create_multi
    def create(self, vals_list):
        """Number new claims."""
        self.env["ir.sequence"]._aftersales_fill_numbers(vals_list, self._name)
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._check_flow_state("draft", "cancelled")

    def _check_clerk(self):
        """Refuse a step by anybody but a settlement clerk.

        :raise AccessError: naming the role
        """
        if not self.env.user.has_group(CLERK_GROUP):
            raise AccessError(
                self.env._("Only a settlement clerk claims from suppliers.")
            )
        self.check_access("write")

    # -- sending -------------------------------------------------------------------

    def action_send(self):
        """Send claims with their list as PDF and spreadsheet.

        A supplier without an e-mail address gets the paper: the claim counts as sent.

        :raise UserError: no lines, or a claim of the point was taken back
        """
        self._check_clerk()
        self.lock_for_update(allow_referencing=True)
        self._check_flow_state("draft")
        for claim in self:
            claim._check_sendable()
        for claim in self:
            claim._write_flow(
                {
                    **claim._prepare_deadline(),
                    "state": "sent",
                    "date_sent": claim.company_id._get_aftersales_today(),
                    "sent_by_id": self.env.uid,
                }
            )
            claim._mail_supplier()

    def _prepare_deadline(self):
        """Values of a new day of the answer; nobody was told of it yet."""
        self.ensure_one()
        today = self.company_id._get_aftersales_today()
        due = today + timedelta(days=self._get_answer_days())
        return {"date_due": due, "date_alerted": False}

    def _check_sendable(self):
        """Refuse an empty claim and lines that no longer stand."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%(claim)s has no lines. Collect approved claims first.",
                    claim=self.name,
                )
            )
        stale = self.line_ids.filtered(lambda line: not line._is_present())[:1]
        if stale:
            raise UserError(
                self.env._(
                    "%(claim)s: “%(line)s” of %(origin)s is not approved any more, or "
                    "at another amount. Collect again.",
                    claim=self.name,
                    line=stale.name,
                    origin=stale.claim_id.name,
                )
            )

    def _get_answer_days(self):
        """Days in which the supplier has to answer: the longest of his terms."""
        self.ensure_one()
        return max(self.line_ids.term_id.mapped("answer_days"), default=30)

    def _mail_supplier(self):
        """Send the mail with both files, where there is an address."""
        self.ensure_one()
        if not self.partner_id.email_normalized:
            self.message_post(
                body=self.env._(
                    "%(supplier)s has no e-mail address. Print the claim and send it.",
                    supplier=self.partner_id.display_name,
                )
            )
            return
        template_sudo = self.env.ref(
            "aftersales_warranty.mail_template_supplier_claim"
        ).sudo()
        workbook = self.env["ir.attachment"].create(
            {
                "name": f"{self.name}.xlsx",
                "raw": self._get_workbook(),
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        template_sudo.send_mail(
            self.id, email_values={"attachment_ids": [(4, workbook.id)]}
        )

    # -- answer --------------------------------------------------------------------

    def action_accept_all(self):
        """The supplier accepts every line that he has not answered."""
        self._check_answerable()
        self.line_ids.filtered(lambda x: x.answer == "open")._accept()

    def action_reject_all(self):
        """Ask for his reason, then note that he rejects what is not answered."""
        self._check_answerable()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_reject_all")

    def _reject_all(self, reason):
        """The supplier rejects every line that he has not answered."""
        self._check_answerable()
        reason = self._check_reason_given(reason)
        self.line_ids.filtered(lambda x: x.answer == "open")._answer(0.0, reason)

    def _check_answerable(self):
        """Refuse an answer to claims that wait for none."""
        self._check_clerk()
        self.lock_for_update(allow_referencing=True)
        self._check_flow_state("sent", "disputed")

    def action_conclude(self):
        """The answer is complete.

        :raise UserError: lines without an answer
        """
        self._check_answerable()
        open_one = self.filtered("unanswered_count")[:1]
        if open_one:
            raise UserError(
                self.env._(
                    "%(claim)s: %(count)s lines have no answer yet.",
                    claim=open_one.name,
                    count=open_one.unanswered_count,
                )
            )
        for company, claims in self.grouped("company_id").items():
            claims._write_flow(
                {"state": "answered", "date_answered": company._get_aftersales_today()}
            )

    def action_dispute(self):
        """Ask for the reason, then dispute what the supplier cut."""
        self._check_disputable()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_dispute")

    def _check_disputable(self):
        """Refuse a second dispute, and one about nothing.

        :raise UserError: naming the claim
        """
        self._check_clerk()
        self._check_flow_state("answered")
        for claim in self:
            if claim.dispute_count:
                raise UserError(
                    self.env._(
                        "%(claim)s was disputed once; the second answer stands.",
                        claim=claim.name,
                    )
                )
            if claim.move_id:
                raise UserError(
                    self.env._(
                        "%(claim)s has the credit note %(move)s. Cancel it first.",
                        claim=claim.name,
                        move=claim.move_id.sudo().display_name,
                    )
                )
            if not claim.line_ids._filter_cut():
                raise UserError(
                    self.env._(
                        "%(claim)s was accepted as a whole; there is nothing to "
                        "dispute.",
                        claim=claim.name,
                    )
                )

    def _dispute(self, reason):
        """Ask the supplier to look again at what he cut; once."""
        self._check_disputable()
        reason = self._check_reason_given(reason)
        for claim in self:
            claim.line_ids._filter_cut()._write_flow(
                {"answer": "open", "is_disputed": True}
            )
            claim._write_flow(
                {
                    **claim._prepare_deadline(),
                    "state": "disputed",
                    "dispute_count": 1,
                    "dispute_reason": reason,
                }
            )
            claim.message_post(body=reason)

    # -- end -----------------------------------------------------------------------

    def action_close(self):
        """End claims of which the supplier bears nothing."""
        self._check_clerk()
        self._check_flow_state("answered")
        owed = self.filtered(
            lambda c: c.currency_id.compare_amounts(c.amount_accepted, 0) > 0
        )[:1]
        if owed:
            raise UserError(
                self.env._(
                    "%(claim)s: the supplier accepted %(amount)s. Make the credit "
                    "note.",
                    claim=owed.name,
                    amount=owed.currency_id.format(owed.amount_accepted),
                )
            )
        self._write_flow({"state": "closed"})

    def action_cancel(self):
        """Take claims back; their lines can be collected again."""
        self._check_clerk()
        self._check_flow_state("draft", "sent")
        self.lock_for_update(allow_referencing=True)
        lines = self.line_ids
        lines._write_flow({"is_live": False})
        # The unique index must see it before the lines are collected again.
        lines.flush_recordset(["is_live"])
        self._write_flow({"state": "cancelled"})
