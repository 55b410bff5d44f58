from odoo import models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import FLOW

from .aftersales_claim import APPROVED_STATES

CLERK_GROUP = "aftersales_network.group_settlement_clerk"


class AftersalesClaim(models.Model):
    """Steps of a claim: submit, review, decide, send back, cancel."""

    # One concern a file: the checks have their own.
    _inherit = "aftersales.claim"

    def _change_state(self, state, **values):
        """Move claims to a state, once for the batch.

        :raise UserError: naming the claim whose state does not allow it
        """
        wrong = self.filtered(lambda c: state not in self._TRANSITIONS[c.state])[:1]
        if wrong:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(claim)s is “%(state)s” and cannot become “%(next)s”.",
                    claim=wrong.name,
                    state=labels[wrong.state],
                    next=labels[state],
                )
            )
        self.with_context(aftersales_claim_flow=FLOW).write({"state": state, **values})
        if state in ("cancelled", "rejected"):
            # The unique indexes must see it before the work is claimed again.
            self.flush_recordset(["state"])
            self.line_ids.flush_recordset(["claim_state"])

    def _check_clerk(self):
        """Refuse a decision by anybody but a settlement clerk.

        :raise AccessError: naming the role
        """
        if not self.env.user.has_group(CLERK_GROUP):
            raise AccessError(
                self.env._("Only a settlement clerk decides and settles claims.")
            )

    def _check_can_decide(self):
        """Refuse a decision by the wrong person or at the wrong time.

        :raise AccessError: no settlement clerk
        :raise UserError: own claim, or a claim that is not with the company
        """
        self._check_clerk()
        for claim in self:
            if claim.state not in ("submitted", "review"):
                raise UserError(
                    self.env._(
                        "%(claim)s is not waiting for a decision.", claim=claim.name
                    )
                )
            if self.env.user in claim._get_authors():
                raise UserError(
                    self.env._(
                        "You wrote %(claim)s. Somebody else must decide it.",
                        claim=claim.name,
                    )
                )

    def _check_order_finished(self):
        """Refuse a step of a claim whose order is in work again.

        :raise UserError: naming the claim and its order
        """
        # The clerk may decide without reading every order.
        for claim_sudo in self.sudo():
            order_sudo = claim_sudo.order_id
            if order_sudo and order_sudo.state not in ("done", "closed"):
                raise UserError(
                    self.env._(
                        "%(claim)s: order %(order)s is not finished.",
                        claim=claim_sudo.name,
                        order=order_sudo.name,
                    )
                )

    def action_submit(self):
        """Hand claims in: they are checked and locked for the point.

        :raise UserError: a claim without lines, or whose order is in work
        """
        self.check_access("write")
        self._check_order_finished()
        empty = self.filtered(lambda c: not c.line_ids)[:1]
        if empty:
            raise UserError(
                self.env._("%(claim)s has no lines to claim.", claim=empty.name)
            )
        # The point may not read everything that its claim is compared with.
        claims_sudo = self.sudo()
        claims_sudo.line_ids._set_check_values()
        claims_sudo._check_content()
        claims_sudo._change_state(
            "submitted",
            date_submission=self.env.company._get_aftersales_today(),
            submitted_by_id=self.env.uid,
        )
        claims_sudo._note_author()
        claims_sudo._reset_decision()
        # Before the checks: what may be approved by rule must know the hints.
        claims_sudo._find_hints()
        claims_sudo._run_checks()
        claims_sudo._apply_rules()

    def _check_content(self):
        """Refuse what cannot be handed in; extension point, runs as superuser.

        :raise UserError: naming the claim, what is wrong and the way out
        """

    def action_run_checks(self):
        """Check submitted claims again, after something was put right."""
        self._check_clerk()
        self.check_access("write")
        waiting = self.filtered(lambda c: c.state in ("submitted", "review"))
        # What is compared reaches beyond what a clerk may read.
        waiting.sudo()._run_checks()

    def action_review(self):
        """Take claims up."""
        self._check_clerk()
        self.lock_for_update()
        self._change_state("review")

    def action_approve(self):
        """Approve what is left at the allowed amount and conclude the claims."""
        self._check_can_decide()
        self._check_order_finished()
        self.lock_for_update()
        self._approve_rest()
        self._conclude()

    def _approve_rest(self):
        """Approve the lines that nobody decided, at their allowed amounts."""
        reasons = self._get_limit_reasons()
        for line in self.line_ids.with_context(aftersales_claim_flow=FLOW):
            if line.is_decided:
                continue
            cut = line.currency_id.compare_amounts(
                line.amount_allowed, line.amount_claimed
            )
            line.write(
                {
                    "amount_approved": line.amount_allowed,
                    "is_decided": True,
                    "reason_id": line._get_cut_reason(reasons).id if cut else False,
                }
            )

    def _get_limit_reasons(self):
        """Reason that a contract limit stands for: ``{kind: reason}``.

        ``hours`` is for labour above the flat-rate hours, ``other`` for the rest.
        """
        codes = {
            "hours": "elh",
            "labour": "elr",
            "part": "epc",
            "sublet": "esc",
            "freight": "ef",
            "other": "pwa",
        }
        return {
            kind: self.env.ref(f"aftersales_warranty.claim_reason_{code}")
            for kind, code in codes.items()
        }

    def _conclude(self, note=False):
        """Set the outcome of fully decided claims: one write per outcome."""
        outcomes = {}
        for claim in self:
            outcome = claim._get_outcome()
            outcomes[outcome] = outcomes.get(outcome, self.browse()) | claim
        for outcome, claims in outcomes.items():
            claims._change_state(
                outcome,
                date_decision=self.env.company._get_aftersales_today(),
                decided_by_id=self.env.uid,
                decision_note=note,
            )

    def _get_outcome(self):
        """State that the approved amount stands for."""
        self.ensure_one()
        compare = self.currency_id.compare_amounts
        if not compare(self.amount_approved, self.amount_claimed):
            return "approved"
        return "partially" if compare(self.amount_approved, 0) > 0 else "rejected"

    def action_reject(self):
        """Ask for the reason, then refuse the claims."""
        return self._open_decision("reject")

    def action_send_back(self):
        """Ask for the reason, then give the claims back to the point."""
        return self._open_decision("send_back")

    def _open_decision(self, step):
        self._check_can_decide()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide Claims"),
            "res_model": "aftersales.claim.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_step": step, "default_claim_ids": self.ids},
        }

    def _reject(self, reason, note=False):
        """Refuse claims with all their lines."""
        self._check_can_decide()
        self.lock_for_update()
        self.line_ids.with_context(aftersales_claim_flow=FLOW).write(
            {
                "amount_approved": 0,
                "reason_id": reason.id,
                "decision_note": note,
                "is_decided": True,
            }
        )
        self._conclude(note)

    def _send_back(self, note):
        """Give claims back to the point, which completes and submits them again."""
        self._check_can_decide()
        self._reset_decision()
        for claim in self:
            claim._change_state(
                "sent_back",
                send_back_count=claim.send_back_count + 1,
                decision_note=note,
            )
            claim.message_post(body=note)

    def _reset_decision(self):
        """Forget the decisions of all lines."""
        self.line_ids.with_context(aftersales_claim_flow=FLOW).write(
            {
                "amount_approved": 0,
                "amount_allowed": 0,
                "reason_id": False,
                "decision_note": False,
                "is_decided": False,
            }
        )

    def action_reopen(self):
        """Take a decided claim back into review, unless it is being settled."""
        self._check_clerk()
        bound = self.filtered("settlement_id")[:1]
        if bound:
            raise UserError(
                self.env._(
                    "%(claim)s is part of settlement %(settlement)s.",
                    claim=bound.name,
                    settlement=bound.settlement_id.name,
                )
            )
        self._change_state("review", date_decision=False, decided_by_id=False)
        self._reset_decision()
        self.sudo()._run_checks()

    def action_cancel(self):
        """Cancel claims; their orders can be claimed again."""
        self.check_access("write")
        submitted = self.filtered(lambda c: c.state in ("submitted", "review"))
        if submitted:
            submitted._check_clerk()
        self._change_state("cancelled")

    def _mark_settled(self):
        """Claims whose approved lines are all billed.

        The others stay approved: a line held by its old part, or moved to the next
        period by a dispute, is still to be collected.
        """
        claims = self.filtered(
            lambda c: c.state in APPROVED_STATES and not c.line_ids._get_unbilled()
        )
        claims._change_state("settled")

    def _unmark_settled(self):
        """Claims whose bill is gone: back to what was decided."""
        for claim in self.filtered(lambda c: c.state == "settled"):
            claim._change_state(claim._get_outcome())
