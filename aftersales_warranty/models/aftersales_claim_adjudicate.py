from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.aftersales_network.models.flow import FLOW, lock_rows

#: What a clerk types into a line while he decides.
INLINE_FIELDS = frozenset(("decide_amount", "decide_reason_id", "decide_note"))
#: Reason that stands for a failed check, in the order of its weight.
CHECK_REASONS = (
    ("SERIAL", "iv"),
    ("COVER", "ew"),
    ("PART_COVER", "ew"),
    ("USAGE_LIMIT", "ew"),
    ("EXCLUSION", "new"),
    ("SALE", "nwr"),
    ("OWNER", "new"),
    ("DEADLINE", "sub"),
    ("DUPLICATE", "dc"),
    ("PART_SERIAL", "dc"),
    ("AGREEMENT", "urf"),
    ("SCOPE", "urf"),
    ("AREA", "urf"),
    ("CERTIFICATE", "ur"),
    ("AUTHORISATION", "ac"),
    ("OLD_PART", "pnr"),
    ("PART_FIT", "pnp"),
    ("OPERATION_FIT", "ir"),
    ("FAULT_FIT", "rdp"),
    ("OVERLAP", "lo"),
    ("HOURS", "elh"),
    ("LABOUR_RATE", "elr"),
    ("PART_MARKUP", "epc"),
    ("SUBLET", "iis"),
    ("SUM", "iis"),
    ("DATES", "iis"),
    ("USAGE", "iis"),
    ("FIELDS", "iis"),
    ("CAUSAL", "iis"),
    ("REFERENCES", "iis"),
)


class AftersalesClaim(models.Model):
    """Decisions of two or more clerks on the same claims, one at a time."""

    _inherit = "aftersales.claim"

    # -- guards ----------------------------------------------------------------

    def _check_can_decide(self):
        self._check_clerk()
        self._lock_for_decision()
        res = super()._check_can_decide()
        self._check_in_own_hands()
        self._check_seen()
        return res

    def _lock_for_decision(self):
        """Take the rows: two clerks cannot decide the same claim at once.

        :raise UserError: somebody else decides at this moment
        """
        lock_rows(self, self[:1].name)

    def _check_in_own_hands(self):
        """Refuse a decision on what another clerk has taken up.

        :raise UserError: naming the claim and the clerk
        """
        other = self.filtered(lambda c: c.clerk_id and c.clerk_id != self.env.user)[:1]
        if other:
            raise UserError(
                self.env._(
                    "%(claim)s was taken up by %(clerk)s. Take it over before you "
                    "decide it.",
                    claim=other.name,
                    clerk=other.sudo().clerk_id.name,
                )
            )

    def _check_seen(self):
        """Refuse a decision on a page that is older than the last decision.

        The page sends the claim and the revision that it shows; what a caller adds
        to the context can only make the step refuse.

        :raise UserError: naming the claim
        """
        seen = self.env.context.get("aftersales_claim_seen") or ()
        if len(self) != 1 or len(seen) != 2 or seen[0] != self.id:
            return
        if seen[1] == self.revision:
            return
        raise UserError(
            self.env._(
                "%(claim)s was decided on by somebody else while your page was open. "
                "Reload the page and look again.",
                claim=self.name,
            )
        )

    def _check_writable(self, vals):
        # Each line decides for itself whether it takes the decision.
        kept = {
            name: value
            for name, value in vals.items()
            if name != "decision_line_ids" or not self._is_inline_decision(value)
        }
        return super()._check_writable(kept) if kept else None

    @api.model
    def _is_inline_decision(self, commands):
        """Whether one2many commands only decide lines."""
        return all(
            len(command) == 3
            and command[0] == Command.UPDATE
            and INLINE_FIELDS.issuperset(command[2])
            for command in commands or ()
        )

    # -- steps -----------------------------------------------------------------

    def _change_state(self, state, **values):
        values.setdefault("date_answer_due", False)
        res = super()._change_state(state, date_reminded=False, **values)
        self._raise_revision()
        return res

    def _raise_revision(self):
        """Pages that show an older state are outdated now."""
        flow = self.with_context(aftersales_claim_flow=FLOW)
        for revision, claims in flow.grouped("revision").items():
            claims.write({"revision": revision + 1})

    def action_review(self):
        """Take claims up: only the user decides them from now on.

        :raise UserError: somebody else takes them up at this moment
        """
        self._check_clerk()
        self._lock_for_decision()
        res = super().action_review()
        self._take_up()
        return res

    def action_take_over(self):
        """Take claims over from the clerk who has them.

        :raise UserError: not waiting for a decision
        """
        self._check_clerk()
        self._lock_for_decision()
        wrong = self.filtered(lambda c: c.state not in ("submitted", "review"))[:1]
        if wrong:
            raise UserError(
                self.env._("%(claim)s is not waiting for a decision.", claim=wrong.name)
            )
        self._take_up()
        self._raise_revision()

    def _take_up(self):
        """The user answers for these claims."""
        self.with_context(aftersales_claim_flow=FLOW).write({"clerk_id": self.env.uid})

    def action_approve(self):
        """Approve in full; who decides has the claim in hand."""
        res = super().action_approve()
        self.filtered(lambda c: not c.clerk_id)._take_up()
        return res

    def action_approve_next(self):
        """Approve a claim and open the next one that waits."""
        self.action_approve()
        return self.action_decide_next()

    def action_reopen(self):
        """Decide anew; who reopens has the claim in hand."""
        res = super().action_reopen()
        self._take_up()
        return res

    def _open_decision(self, step):
        """Open the decision with what the failed checks propose."""
        action = super()._open_decision(step)
        context = action["context"]
        if len(self) == 1:
            context["default_revision"] = self.revision
            if step == "reject":
                reason, text = self._propose_refusal()
                context.update(default_reason_id=reason.id, default_note=text)
        return action

    def _propose_refusal(self):
        """Reason and text that the failed checks stand for, for the point.

        :return: ``aftersales.claim.reason``, which may be empty, and the text in the
            language of whoever handed the claim in
        """
        self.ensure_one()
        lang = self.sudo().submitted_by_id.lang or self.env.lang
        failed = self.with_context(lang=lang).check_ids.filtered(
            lambda check: check.result == "fail"
        )
        text = "\n".join(failed.mapped("message"))
        codes = set(failed.mapped("code"))
        for code, reason in CHECK_REASONS:
            if code in codes:
                name = f"aftersales_warranty.claim_reason_{reason}"
                found = self.env.ref(name, raise_if_not_found=False)
                if found and found.active:
                    return found, text
        return self.env["aftersales.claim.reason"], text

    def _reject(self, reason, note=False):
        res = super()._reject(reason, note)
        self.filtered(lambda c: not c.clerk_id)._take_up()
        return res

    # -- sending back ------------------------------------------------------------

    def _send_back(self, note, date_due=None):
        """Give claims back to the point, which has a number of days to answer.

        :param date_due: last day of the answer; default by the company
        :raise UserError: sent back too often already, or a day that is over
        """
        self._check_clerk()
        self._check_send_back_limit()
        days = {claim: claim._get_answer_day(date_due) for claim in self}
        res = super()._send_back(note)
        for claim in self.with_context(aftersales_claim_flow=FLOW):
            claim.date_answer_due = days[claim]
        self.filtered(lambda c: not c.clerk_id)._take_up()
        self._tell_author(note)
        return res

    def _get_answer_day(self, date_due=None):
        """Last day on which the point completes the claim.

        :raise UserError: a day that is over
        """
        self.ensure_one()
        company = self.company_id
        today = company._get_aftersales_today()
        due = date_due or today + timedelta(days=company.aftersales_answer_days)
        if due <= today:
            raise UserError(
                self.env._(
                    "%(claim)s: give the point at least one day to answer.",
                    claim=self.name,
                )
            )
        return due

    def _check_send_back_limit(self):
        """Refuse to ask a point more often than the company allows.

        :raise UserError: naming the claim and the count
        """
        for claim in self:
            limit = claim.company_id.aftersales_send_back_limit
            if limit and claim.send_back_count >= limit:
                raise UserError(
                    self.env._(
                        "%(claim)s was sent back %(count)s times already. Decide it "
                        "as it is.",
                        claim=claim.name,
                        count=claim.send_back_count,
                    )
                )

    def _tell_author(self, note):
        """Notify whoever handed the claim in about what is asked."""
        for claim in self:
            author_sudo = claim.sudo().submitted_by_id
            if not author_sudo or author_sudo == self.env.user:
                continue
            env = claim.with_context(lang=author_sudo.lang or self.env.lang).env
            claim.message_notify(
                body=note,
                subject=env._(
                    "%(claim)s was sent back, please complete it by %(day)s",
                    claim=claim.name,
                    day=format_date(env, claim.date_answer_due),
                ),
                partner_ids=author_sudo.partner_id.ids,
            )
