from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aftersales_network.models.flow import FLOW, lock_rows
from odoo.addons.aftersales_network.tools.portal_form import DOCUMENT_TYPES

from ..tools import claim_desk as kernel
from ..tools.settlement import from_minor, to_minor
from .aftersales_claim_flow import CLERK_GROUP

HEAD_GROUP = "aftersales_network.group_head"


class AftersalesClaimAppeal(models.Model):
    """Steps of an appeal: submit, withdraw, decide."""

    _inherit = "aftersales.claim.appeal"

    def action_submit(self):
        """Hand appeals in; they are put on the list of another clerk.

        :raise UserError: too late, or a line that was decided anew meanwhile
        """
        self.check_access("write")
        self._check_flow_state("draft")
        for appeal in self:
            line = appeal.claim_line_id
            line._check_can_appeal()
            company = appeal.company_id
            today = company._get_aftersales_today()
            days = company.sudo().aftersales_decide_days
            appeal._write_flow(
                {
                    "state": "submitted",
                    "reason": appeal._check_reason_given(appeal.reason),
                    "submitted_by_id": self.env.uid,
                    "date_submission": today,
                    "date_due": today + timedelta(days=days),
                    **line.sudo()._get_first_decision(),
                }
            )
        self._ask_other_clerk()

    def _ask_other_clerk(self):
        """Put appeals on the list of a clerk who may decide them."""
        for appeal in self:
            appeal.company_id._ask_aftersales_people(
                appeal,
                CLERK_GROUP,
                self.env._("Appeal to decide"),
                appeal.sudo()._get_barred_users(),
                date_deadline=appeal.date_due,
            )

    def action_withdraw(self):
        """Take appeals back; the first decision stands."""
        self.check_access("write")
        self._check_flow_state("draft", "submitted")
        self._write_flow({"state": "withdrawn"})
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def action_decide(self):
        """Ask how the appeal is decided."""
        self.ensure_one()
        self._check_can_decide()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide Appeal"),
            "res_model": "aftersales.claim.appeal.decision",
            "view_mode": "form",
            "target": "new",
            "context": {"default_appeal_id": self.id},
        }

    def _get_barred_users(self):
        """Users who decided first, gave an opinion, or wrote what is appealed."""
        self.ensure_one()
        claim, line = self.claim_id, self.claim_line_id
        authors = claim._get_authors() | self._get_authors()
        deciders = self.first_decider_id | claim.decided_by_id | line.decided_by_id
        return authors | deciders | claim._get_checkers() | self.submitted_by_id

    def _check_can_decide(self):
        """Refuse a decision by the wrong person or at the wrong time.

        :raise AccessError: neither clerk nor head of service
        :raise UserError: decided already, or somebody who took part before
        """
        if not any(map(self.env.user.has_group, (CLERK_GROUP, HEAD_GROUP))):
            raise AccessError(
                self.env._("A settlement clerk or the head decides appeals.")
            )
        self._lock_for_decision()
        self._check_flow_state("submitted")
        for appeal in self:
            if self.env.user in appeal.sudo()._get_barred_users():
                raise UserError(
                    self.env._(
                        "You wrote %(appeal)s or its claim, or decided it first. "
                        "Somebody else must decide the appeal.",
                        appeal=appeal.name,
                    )
                )

    def _lock_for_decision(self):
        """Take the rows: two people cannot decide the same appeal at once.

        :raise UserError: somebody else decides at this moment
        """
        lock_rows(self, self[:1].name)
        lock_rows(self.claim_id, self[:1].name)

    def _decide(self, amount, note, reason=None):
        """Decide the appeal: upheld, partly upheld or refused, by the amount.

        :param amount: approved amount of the line from now on, between the first
            decision and what is claimed
        :param note: answer to the point
        :param reason: of what is still cut; default the first reason
        :raise UserError: amount outside the limits, no answer, a line that was decided
            anew, an opinion that is missing, or somebody who took part before
        """
        self.ensure_one()
        self._check_can_decide()
        note = self._check_reason_given(note)
        outcome = self._get_outcome(amount)
        self._check_unchanged()
        if outcome != "refused":
            # What was refused before anybody was asked is not paid unasked.
            self.claim_id._check_opinions()
        self.env["aftersales.approval"]._log(
            self, "appeal", "rejected" if outcome == "refused" else "approved", note
        )
        values = {
            "state": outcome,
            "amount_granted": amount,
            "decided_by_id": self.env.uid,
            "date_decision": self.company_id._get_aftersales_today(),
            "decision_note": note,
        }
        if outcome != "refused":
            values["adjustment_id"] = self._grant(amount, reason).id
        self._write_flow(values)
        if outcome != "refused":
            self._refresh_authorization()
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        self._tell_author(note)

    def _get_outcome(self, amount):
        """State that the amount stands for.

        :raise UserError: naming the limits
        """
        digits = self.currency_id.decimal_places
        values = (self.amount_claimed, self.amount_before, amount)
        try:
            return kernel.appeal_outcome(*(to_minor(value, digits) for value in values))
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(appeal)s: grant between the first decision, %(before)s, and "
                    "what is claimed, %(claimed)s.",
                    appeal=self.name,
                    before=self.currency_id.format(self.amount_before),
                    claimed=self.currency_id.format(self.amount_claimed),
                )
            ) from error

    def _check_unchanged(self):
        """Refuse an appeal whose line has another decision by now.

        :raise UserError: naming the appeal
        """
        line = self.claim_line_id
        same = not self.currency_id.compare_amounts(
            line.amount_approved, self.amount_before
        )
        if not line.is_decided or not same:
            raise UserError(
                self.env._(
                    "%(appeal)s: the line was decided anew since the appeal. Withdraw "
                    "the appeal.",
                    appeal=self.name,
                )
            )

    def _grant(self, amount, reason=None):
        """Give the line what the appeal grants.

        Once any line of the claim is being settled, the claim stays as it was
        decided and the difference is paid beside it.

        :return: the addition that pays it; empty where the line itself is worth more
        """
        line = self.claim_line_id
        settled = self.claim_id.line_ids.sudo().settlement_line_ids
        live = settled.filtered("is_live")
        if live:
            line._lock_money()
            return self._add_difference(amount, live[:1])
        reason = reason or self.first_reason_id
        cut = self.currency_id.compare_amounts(amount, self.amount_claimed)
        line.sudo().with_context(aftersales_claim_flow=FLOW).write(
            {
                "amount_allowed": max(amount, line.amount_allowed),
                "amount_approved": amount,
                "reason_id": reason.id if cut else False,
            }
        )
        claim_sudo = self.claim_id.sudo()
        outcome = claim_sudo._get_outcome()
        if outcome != claim_sudo.state:
            # From today on: the period of the first decision may be over.
            claim_sudo._change_state(
                outcome,
                date_decision=self.company_id._get_aftersales_today(),
            )
        return self.adjustment_id.browse()

    def _refresh_authorization(self):
        """Count what the appeal uses of the authorisation, also where no state changes.

        :raise UserError: the authorisation does not reach so far
        """
        permit_sudo = self.claim_id.sudo().authorization_id
        if not permit_sudo:
            return
        used = permit_sudo._get_used()[permit_sudo.id]
        if (
            permit_sudo.currency_id.compare_amounts(used, permit_sudo.amount_approved)
            > 0
        ):
            raise UserError(
                self.env._(
                    "%(appeal)s: authorisation %(permit)s is %(approved)s; with this "
                    "appeal its claims would get %(used)s. Grant less.",
                    appeal=self.name,
                    permit=permit_sudo.name,
                    approved=permit_sudo.currency_id.format(
                        permit_sudo.amount_approved
                    ),
                    used=permit_sudo.currency_id.format(used),
                )
            )
        permit_sudo._refresh_used()

    def _add_difference(self, amount, live):
        """Addition for a line that is settled already, with its coefficient."""
        digits = self.currency_id.decimal_places
        coefficient = Decimal(str(round(live.settlement_id.coefficient, 4)))
        minor = kernel.appeal_difference(
            to_minor(self.amount_before, digits),
            to_minor(amount, digits),
            coefficient,
            to_minor(self._get_corrected_amount(), digits),
        )
        # The clerk may be the head, who enters no additions by hand.
        Adjustment_sudo = self.env["aftersales.point.adjustment"].sudo()
        return Adjustment_sudo._add_once(
            [
                {
                    "service_point_id": self.service_point_id.id,
                    "currency_id": self.currency_id.id,
                    "date": self.company_id._get_aftersales_today(),
                    "kind": "appeal",
                    "amount": float(from_minor(minor, digits)),
                    "reason": self.env._(
                        "Appeal %(appeal)s: %(line)s of %(claim)s",
                        appeal=self.name,
                        line=self.claim_line_id.name,
                        claim=self.claim_id.name,
                    ),
                    "claim_line_id": self.claim_line_id.id,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            ]
        )

    def _get_corrected_amount(self):
        """What the answer to a dispute added for the line already."""
        self.ensure_one()
        entries_sudo = self.claim_line_id._get_later_entries().filtered(
            lambda e: e.res_model == "aftersales.settlement.dispute"
        )
        return max(0, sum(entries_sudo.mapped("amount")))

    def _tell_author(self, note):
        """Notify whoever handed the appeal in about its outcome."""
        author_sudo = self.sudo().submitted_by_id
        if not author_sudo or author_sudo == self.env.user:
            return
        env = self.with_context(lang=author_sudo.lang or self.env.lang).env
        labels = dict(self._fields["state"]._description_selection(env))
        self.message_notify(
            body=note,
            subject=env._(
                "Appeal %(appeal)s: %(outcome)s",
                appeal=self.name,
                outcome=labels[self.state],
            ),
            partner_ids=author_sudo.partner_id.ids,
        )


class AftersalesClaimLine(models.Model):
    _inherit = "aftersales.claim.line"

    def _get_first_decision(self):
        """What an appeal keeps of the decision it contests."""
        self.ensure_one()
        decider = self.decided_by_id or self.claim_id.decided_by_id
        return {
            "amount_before": self.amount_approved,
            "first_reason_id": self.reason_id.id,
            "first_decider_id": decider.id,
        }


class AftersalesClaim(models.Model):
    _inherit = "aftersales.claim"

    def _portal_appeal(self, post, files=()):
        """Appeal against a line of a claim of the own point, from the portal.

        :param post: ``line_id`` and ``reason`` as typed
        :param files: uploaded files as ``(name, content)``
        :return: the appeal, as superuser
        :raise AccessError: a claim of another point
        :raise UserError: too late, once already, or not cut
        :raise ValidationError: a text or a file that cannot be taken
        """
        claim_sudo = self._portal_get_own()
        # Two windows at once make one appeal.
        claim_sudo.lock_for_update(allow_referencing=True)
        line_sudo = claim_sudo._portal_find_line(post.get("line_id") or "0")
        if refusal := line_sudo._get_appeal_refusal():
            raise UserError(refusal)
        Appeal_sudo = self.env["aftersales.claim.appeal"].sudo()
        vals = Appeal_sudo._portal_read(("reason",), post)
        if not vals.get("reason"):
            raise UserError(
                self.env._(
                    "Write why the decision on “%(line)s” is wrong.",
                    line=line_sudo.name,
                )
            )
        appeal_sudo = Appeal_sudo.create({**vals, "claim_line_id": line_sudo.id})
        if files:
            appeal_sudo._portal_attach("attachment_ids", files, DOCUMENT_TYPES)
        appeal_sudo.action_submit()
        return appeal_sudo


class AftersalesApproval(models.Model):
    """Appeals are decided like everything else that needs a second person."""

    _inherit = "aftersales.approval"

    gate = fields.Selection(
        selection_add=[("appeal", "Decision of an Appeal")],
        ondelete={"appeal": "cascade"},
    )
