from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_authorization import DECIDERS

#: Claims that use an authorisation up: at what they ask for, then at what they got.
ASKED_STATES = ("submitted", "review")
GRANTED_STATES = ("approved", "partially", "settled")
REVIEWER_GROUP = "aftersales_network.group_technical_reviewer"
#: Authorisations that are ended before the job commits.
EXPIRY_BATCH = 500


class AftersalesAuthorization(models.Model):
    """Use, withdrawal and end of an authorisation."""

    _inherit = "aftersales.authorization"

    state = fields.Selection(
        selection_add=[("withdrawn", "Withdrawn"), ("expired", "Expired")],
        ondelete={"withdrawn": "cascade", "expired": "cascade"},
    )
    rule_id = fields.Many2one(
        "aftersales.authorization.rule",
        "Asked for by",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Rule that makes the authorisation necessary.",
    )
    is_goodwill = fields.Boolean(
        "Outside Cover",
        help="The company is asked to bear work that the policy does not bear.",
    )
    claim_ids = fields.One2many("aftersales.claim", "authorization_id", readonly=True)
    claim_count = fields.Integer(compute="_compute_claim_count")
    amount_used = fields.Monetary(
        "Used",
        readonly=True,
        copy=False,
        default=0.0,
        help="By claims that were handed in.",
    )
    amount_left = fields.Monetary("Left", compute="_compute_amount_left")
    decision_note = fields.Text("Reason of the Decision", readonly=True, copy=False)
    document_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_authorization_document_rel",
        "authorization_id",
        "attachment_id",
        "Documents",
        copy=False,
    )

    _used_within = models.Constraint(
        "CHECK (amount_used >= 0 AND amount_used <= amount_approved)",
        "The claims on an authorisation cannot exceed its amount.",
    )
    _open_idx = models.Index("(company_id, date_to) WHERE state = 'approved'")

    @api.depends("amount_approved", "amount_used")
    def _compute_amount_left(self):
        for permit in self:
            permit.amount_left = permit.amount_approved - permit.amount_used

    def _compute_claim_count(self):
        counts = dict(
            self.env["aftersales.claim"]._read_group(
                [("authorization_id", "in", self.ids)],
                ["authorization_id"],
                ["__count"],
            )
        )
        for permit in self:
            permit.claim_count = counts.get(permit._origin, 0)

    def action_view_claims(self):
        """Open the claims on the authorisation."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Claims on %(name)s", name=self.name),
            "res_model": "aftersales.claim",
            "view_mode": "list,form",
            "domain": [("authorization_id", "=", self.id)],
        }

    def action_request(self):
        """Ask for the consent; a technical reviewer is told."""
        res = super().action_request()
        for permit in self:
            permit._ask_reviewer()
        return res

    def _ask_reviewer(self):
        """Put the request on the list of somebody else who may decide it."""
        self.ensure_one()
        self.company_id._ask_aftersales_people(
            self,
            REVIEWER_GROUP,
            self.env._("Decide on the authorisation"),
            self.create_uid | self.requested_by_id,
        )

    def _step(self, state, allowed, **values):
        """Take decided requests off the lists."""
        res = super()._step(state, allowed, **values)
        if state != "requested":
            # The activity may be somebody else's: the step settles it all the same.
            self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return res

    def action_withdraw(self):
        """Ask for the reason, then take the authorisation or its request back."""
        self._check_can_withdraw()
        return self.env["aftersales.reason.wizard"]._open_for(self, "_withdraw")

    def _check_can_withdraw(self):
        """Refuse a withdrawal by the wrong person or of what is used already.

        A request is withdrawn by whoever may write it, a consent only by those who
        may give one.

        :raise UserError: naming the authorisation and the reason
        """
        self.check_access("write")
        decides = self.env.su or any(
            self.env.user.has_group(group) for group in DECIDERS
        )
        for permit in self:
            if permit.state not in ("draft", "requested", "approved"):
                raise UserError(
                    self.env._(
                        "%(name)s is not at this step any more.", name=permit.name
                    )
                )
            if permit.state == "approved" and not decides:
                raise UserError(
                    self.env._(
                        "%(name)s is approved. Ask the company to withdraw it.",
                        name=permit.name,
                    )
                )
            if permit.amount_used:
                raise UserError(
                    self.env._(
                        "%(name)s is used by a claim and cannot be withdrawn. Reject "
                        "or cancel the claim first.",
                        name=permit.name,
                    )
                )

    def _withdraw(self, reason):
        """Take authorisations or their requests back.

        :param reason: why, for everybody who relied on them
        """
        self._check_can_withdraw()
        self._step(
            "withdrawn",
            ("draft", "requested", "approved"),
            decision_note=self._check_reason(reason),
        )
        self._tell_point(reason)

    def _reject(self, reason):
        """Refuse the consent, with the reason.

        :param reason: why, for the point
        """
        self._check_can_decide()
        self._step(
            "rejected",
            ("requested",),
            decision_note=self._check_reason(reason),
            **self._get_decision_vals(),
        )
        self._tell_point(reason)

    def _check_reason(self, reason):
        """The reason without blanks around it.

        :raise UserError: an empty one
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Give the reason for this decision."))
        return reason

    def _tell_point(self, text):
        """Write a decision into the history of the authorisation."""
        for permit in self:
            permit.message_post(body=text)

    def _refresh_used(self):
        """Count anew what claims use; the constraint holds it to the amount.

        Two claims handed in at once both write the row, so that one of them is
        carried out again and sees the other.
        """
        if not self:
            return
        used = self._get_used()
        for permit in self.sudo().with_context(aftersales_claim_flow=FLOW):
            amount = permit.currency_id.round(used[permit.id])
            if permit.currency_id.compare_amounts(permit.amount_used, amount):
                permit.amount_used = amount

    def _get_used(self):
        """What claims, and appeals paid beside them, use: ``{id: amount}``."""
        Claim_sudo = self.env["aftersales.claim"].sudo()
        rows = Claim_sudo._read_group(
            Domain("authorization_id", "in", self.ids)
            & Domain("state", "in", ASKED_STATES + GRANTED_STATES),
            ["authorization_id", "state"],
            ["amount_claimed:sum", "amount_approved:sum"],
        )
        used = dict.fromkeys(self.ids, 0.0)
        for permit, state, asked, granted in rows:
            used[permit.id] += asked if state in ASKED_STATES else granted
        for permit_id, amount in self._get_paid_beside().items():
            used[permit_id] += amount
        return used

    def _get_paid_beside(self):
        """What appeals granted on lines that were settled already."""
        appeals_sudo = (
            self.env["aftersales.claim.appeal"]
            .sudo()
            .search(
                Domain("claim_id.authorization_id", "in", self.ids)
                & Domain("adjustment_id", "!=", False)
            )
        )
        beside = {}
        for appeal in appeals_sudo:
            permit = appeal.claim_id.authorization_id
            more = appeal.amount_granted - appeal.amount_before
            beside[permit.id] = beside.get(permit.id, 0.0) + more
        return beside

    @api.model
    def _cron_expire(self):
        """End consents whose last day has passed without the work being begun."""
        self.env["ir.cron"]._aftersales_work_off(
            self, self._get_expired_domain(), "_expire", EXPIRY_BATCH
        )

    def _expire(self):
        """End consents that were not used in time."""
        self._step("expired", ("approved",))

    @api.model
    def _get_expired_domain(self):
        """Approved, past their last day in their company, and never used.

        Work that began may be claimed later.
        """
        by_today = self.env["res.company"]._get_aftersales_by_today()
        ended = Domain.OR(
            Domain("company_id", "in", companies.ids) & Domain("date_to", "<", day)
            for day, companies in by_today.items()
        )
        idle = Domain("order_id", "=", False) | Domain(
            "order_id.date_start", "=", False
        )
        return (
            ended
            & idle
            & Domain("state", "=", "approved")
            & Domain("amount_used", "=", 0)
        )

    def _get_frozen_attachments(self):
        """Files of an authorisation that was decided."""
        decided = self.filtered(lambda p: p.state not in ("draft", "requested"))
        return decided.document_ids
