from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW


class AftersalesInsuranceClaim(models.Model):
    """What an insurer is asked to bear of one compensation, and what he bears."""

    _name = "aftersales.insurance.claim"
    _description = "Claim on an Insurer"
    _inherit = [
        "aftersales.flow.mixin",
        "aftersales.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, copy=False, default="/")
    compensation_id = fields.Many2one(
        "aftersales.compensation",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="compensation_id.company_id", store=True, index=True, precompute=True
    )
    policy_id = fields.Many2one(
        "aftersales.insurance.policy",
        "Insurance Policy",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    insurer_id = fields.Many2one(related="policy_id.insurer_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_case = fields.Monetary(
        "Cost of the Case", related="compensation_id.amount_company"
    )
    amount_share = fields.Monetary(
        "Share by the Policy",
        compute="_compute_amount_share",
        help="Cost above the deductible, as far as the sum insured reaches.",
    )
    amount_claimed = fields.Monetary(
        compute="_compute_amount_claimed",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    amount_accepted = fields.Monetary(tracking=True, copy=False)
    reference = fields.Char("Reference of the Insurer", tracking=True, copy=False)
    date_sent = fields.Date("Sent on", readonly=True, copy=False)
    date_answer = fields.Date("Insurer Answered on", readonly=True, copy=False)
    refusal_reason = fields.Text(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("accepted", "Accepted"),
            ("refused", "Turned Down"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice to the Insurer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    payment_state = fields.Selection(related="move_id.payment_state", compute_sudo=True)
    deposit_id = fields.Many2one(
        "aftersales.fund.move",
        "Deposit into the Fund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _FLOW_FIELDS = frozenset(
        (
            *("name", "state", "date_sent", "date_answer", "refusal_reason"),
            *("move_id", "deposit_id"),
        )
    )
    _SCOPE_FIELDS = frozenset(("compensation_id",))
    _FIXED_FIELDS = frozenset(("compensation_id",))

    _live_uniq = models.UniqueIndex(
        "(compensation_id) WHERE state != 'refused'",
        "An insurer is asked for this compensation already.",
    )
    _amounts_range = models.Constraint(
        "CHECK (amount_claimed >= 0 AND COALESCE(amount_accepted, 0) BETWEEN 0 "
        "AND amount_claimed)",
        "The insurer bears no more than he was asked for.",
    )

    @api.depends("policy_id", "compensation_id.amount_company")
    def _compute_amount_share(self):
        for claim in self:
            policy = claim.policy_id
            amount = claim.compensation_id.amount_company
            claim.amount_share = policy._get_share(amount) if policy else 0.0

    @api.depends("policy_id", "compensation_id")
    def _compute_amount_claimed(self):
        for claim in self:
            policy, amount = claim.policy_id, claim.compensation_id.amount_company
            claim.amount_claimed = policy._get_share(amount) if policy else 0.0

    @api.model_create_multi
    def create(self, vals_list):
        """Number the claims that may be created."""
        claims = super().create(vals_list)
        self.env["ir.sequence"]._aftersales_number(claims)
        return claims

    def write(self, vals):
        """What is asked changes in a draft, the answer once it was sent."""
        if not self._is_flow():
            if set(vals) & {"policy_id", "amount_claimed"}:
                self._check_flow_state("draft")
            if "amount_accepted" in vals:
                self._check_flow_state("sent")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._check_flow_state("draft")

    def action_send(self):
        """Note that the insurer was asked.

        :raise UserError: not approved yet, out of cover, or more than his share
        """
        self.check_access("write")
        self._check_flow_state("draft")
        for claim in self:
            claim._check_can_send()
            claim._write_flow(
                {
                    "state": "sent",
                    "date_sent": claim.company_id._get_aftersales_today(),
                }
            )
        return True

    def _check_can_send(self):
        """Refuse a claim that the policy does not cover."""
        self.ensure_one()
        compensation, policy = self.compensation_id, self.policy_id
        compensation._check_flow_state("approved", "given")
        if not policy._covers(compensation.date):
            raise UserError(
                self.env._(
                    "Policy %(policy)s covers %(start)s to %(end)s, not %(date)s, the "
                    "day of %(compensation)s. Choose another policy.",
                    policy=policy.name,
                    start=format_date(self.env, policy.date_from),
                    end=format_date(self.env, policy.date_to),
                    date=format_date(self.env, compensation.date),
                    compensation=compensation.name,
                )
            )
        currency = self.currency_id
        if currency.is_zero(self.amount_claimed):
            raise UserError(
                self.env._(
                    "%(claim)s asks for nothing: the case is below the deductible, or "
                    "the sum insured is used up.",
                    claim=self.name,
                )
            )
        if currency.compare_amounts(self.amount_claimed, self.amount_share) > 0:
            raise UserError(
                self.env._(
                    "%(claim)s asks for %(amount)s; policy %(policy)s bears "
                    "%(share)s of this case.",
                    claim=self.name,
                    amount=currency.format(self.amount_claimed),
                    policy=policy.name,
                    share=currency.format(self.amount_share),
                )
            )

    def action_accept(self):
        """The insurer bears the amount entered: it is invoiced and put back.

        The deposit into the fund is decided by the head of service like any other.

        :raise UserError: no amount, or no account
        """
        self.check_access("write")
        self._check_flow_state("sent")
        self.lock_for_update(allow_referencing=True)
        for claim in self:
            if claim.currency_id.is_zero(claim.amount_accepted):
                raise UserError(
                    self.env._(
                        "%(claim)s: enter what the insurer bears, or refuse the claim "
                        "in his name.",
                        claim=claim.name,
                    )
                )
            claim._accept()
        return True

    def _accept(self):
        """Invoice the insurer and put his share back into the fund."""
        self.ensure_one()
        self._check_accepted()
        moves_sudo = self.env["account.move"].sudo().with_company(self.company_id)
        # The draft is accounting's document; the deposit waits for its decision.
        move_sudo = moves_sudo.with_context(aftersales_flow=FLOW).create(
            self.sudo()._prepare_invoice_vals()
        )
        deposit_sudo = self.env["aftersales.fund.move"].sudo()
        fund_sudo = self.sudo().compensation_id.fund_id
        if fund_sudo:
            deposit_sudo = deposit_sudo.create(self._prepare_deposit_vals(fund_sudo))
            deposit_sudo._ask_head(self.env._("Decide the movement of the fund"))
        self._write_flow(
            {
                "state": "accepted",
                "date_answer": self.company_id._get_aftersales_today(),
                "move_id": move_sudo.id,
                "deposit_id": deposit_sudo.id,
            }
        )

    def _check_accepted(self):
        """Refuse more than the policy still holds.

        :raise UserError: naming the policy and what is left of it
        """
        self.ensure_one()
        # Two answers at once never use the same cover twice.
        self.policy_id.sudo().lock_for_update(allow_referencing=True)
        if (
            self.currency_id.compare_amounts(self.amount_accepted, self.amount_share)
            > 0
        ):
            raise UserError(
                self.env._(
                    "%(claim)s: policy %(policy)s bears %(share)s of this case by now, "
                    "not %(amount)s.",
                    claim=self.name,
                    policy=self.policy_id.name,
                    share=self.currency_id.format(self.amount_share),
                    amount=self.currency_id.format(self.amount_accepted),
                )
            )

    def _prepare_invoice_vals(self):
        """Values of the invoice to the insurer; extension point."""
        self.ensure_one()
        compensation = self.compensation_id
        label = self.env._(
            "Share of policy %(policy)s in %(compensation)s",
            policy=self.policy_id.name,
            compensation=compensation.name,
        )
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.insurer_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.company_id._get_aftersales_today(),
            "invoice_origin": self.name,
            "ref": self.reference or self.name,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": label,
                        "quantity": 1,
                        "price_unit": self.amount_accepted,
                        "account_id": compensation._get_compensation_account().id,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }

    def _prepare_deposit_vals(self, fund):
        """Values of the deposit into the fund that bore the case."""
        self.ensure_one()
        return {
            "fund_id": fund.id,
            "kind": "deposit",
            "date": self.company_id._get_aftersales_today(),
            "amount": self.amount_accepted,
            "reason": f"{self.name} {self.policy_id.name}",
            "res_model": self._name,
            "res_id": self.id,
            "state": "requested",
            "requested_by_id": self.env.uid,
        }

    def action_ask_refuse(self):
        """Ask for the insurer's reason, then note his refusal."""
        self._check_flow_state("sent")
        return self.env["aftersales.reason.wizard"]._open_for(self, "_refuse")

    def _refuse(self, reason):
        """The insurer bears nothing.

        :param reason: what he says
        """
        self.check_access("write")
        self._check_flow_state("sent")
        reason = self._check_reason_given(reason)
        for claim in self:
            claim.message_post(body=reason)
            claim._write_flow(
                {
                    "state": "refused",
                    "refusal_reason": reason,
                    "amount_accepted": 0.0,
                    "date_answer": claim.company_id._get_aftersales_today(),
                }
            )

    def action_view_invoice(self):
        """Open the invoice to the insurer."""
        self.ensure_one()
        return self.move_id._get_records_action()


class AftersalesCompensation(models.Model):
    """The insurer's share of a compensation."""

    _inherit = "aftersales.compensation"

    def action_claim_insurance(self):
        """Open the claim on the insurer; it is made where none runs.

        :raise UserError: no policy covers the day of the compensation
        """
        self.ensure_one()
        self._check_giver()
        live = self.insurance_claim_ids.filtered(lambda c: c.state != "refused")
        return (live or self._create_insurance_claim())._get_records_action()

    def _create_insurance_claim(self):
        """A draft claim under the running policy of product liability."""
        self.ensure_one()
        self._check_flow_state("approved", "given")
        policies = self.env["aftersales.insurance.policy"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_from", "<=", self.date),
                ("date_to", ">=", self.date),
            ],
            order="kind, date_to desc, id",
        )
        wanted = "recall" if self.case_kind == "recall" else "liability"
        fitting = policies.filtered(lambda p: p.kind == wanted)[:1]
        if not fitting:
            raise UserError(
                self.env._(
                    "No insurance policy of %(company)s covers %(date)s, the day of "
                    "%(compensation)s.",
                    company=self.company_id.name,
                    date=format_date(self.env, self.date),
                    compensation=self.name,
                )
            )
        # Before the new row comes in, the database knows what became of the old one.
        self.insurance_claim_ids.flush_model(["state"])
        return self.env["aftersales.insurance.claim"].create(
            {"compensation_id": self.id, "policy_id": fitting.id}
        )
