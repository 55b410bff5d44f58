import logging

from psycopg2 import IntegrityError

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import mute_logger

from .aftersales_claim import APPROVED_STATES
from .aftersales_claim_flow import CLERK_GROUP
from .aftersales_part_return_flow import WAREHOUSE

_logger = logging.getLogger(__name__)

#: Findings that say: it is the part that was missing.
OWN_PART = ("confirmed", "no_fault", "customer_damage")


class AftersalesPartReturn(models.Model):
    """A part that counted as missing and came after all: what it cost goes back."""

    _inherit = "aftersales.part.return"

    def action_inspect(self, finding, note=None):
        """Give back first what was taken because the part was missing.

        What the inspection found, and its lateness, count from then on.
        """
        self._check_role(WAREHOUSE)
        self._check_flow_state("received")
        if finding in OWN_PART:
            for part_sudo in self.sudo():
                part_sudo._note_found()
        return super().action_inspect(finding, note)

    def _note_found(self):
        """Take the effect of “never received” back, once; runs as superuser."""
        self.ensure_one()
        self._refund_missing()
        results = self.result_ids.filtered(
            lambda r: r.event == "missing" and not r.is_reversed
        )
        for result in results:
            result._reverse()

    def _refund_missing(self):
        """Give back what the settlement charged for the missing part."""
        Entry = self.env["aftersales.point.adjustment"]
        charged = Entry.search(
            Domain("source_ref", "=", f"part_missing:{self._name}:{self.id}")
            & Domain("state", "!=", "waived")
        )
        Entry._add_once(
            [
                {
                    "service_point_id": entry.service_point_id.id,
                    "currency_id": entry.currency_id.id,
                    "kind": "part_missing",
                    "key": "found",
                    "amount": -entry.amount,
                    "reason": self.env._(
                        "Old part %(part)s arrived after all", part=self.display_name
                    ),
                    "res_model": self._name,
                    "res_id": self.id,
                    "claim_line_id": entry.claim_line_id.id,
                }
                for entry in charged
            ]
        )


class AftersalesPartResult(models.Model):
    """A result that does not count any more; the row stays as evidence."""

    _inherit = "aftersales.part.result"

    is_reversed = fields.Boolean(
        "Taken Back",
        readonly=True,
        help="The part arrived after all; what it cost was given back.",
    )

    _FLOW_FIELDS = frozenset(("is_reversed",))

    def _reverse(self):
        """Give the line back what the result took, by the state of its claim."""
        self.ensure_one()
        line, claim = self.claim_line_id, self.claim_id
        claim.lock_for_update(allow_referencing=True)
        self._write_flow({"is_reversed": True})
        line._choose_part_result()
        if line._get_live_settlement_line():
            self._give_back_beside()
        elif claim.state in ("submitted", "review"):
            self._restore_waiting()
        elif self.effect == "cut" and claim.state in (*APPROVED_STATES, "rejected"):
            self._restore_approved()
        elif self.effect != "none":
            self._ask_to_look()
        claim.message_post(
            body=self.env._(
                "Old part %(part)s arrived after all.",
                part=self.part_return_id.display_name,
            )
        )

    def _give_back_beside(self):
        """Pay the difference with the next settlement; the line is being settled."""
        line = self.claim_line_id
        live = line._get_live_settlement_line()
        if self.effect != "cut" or self._is_decided_anew():
            return
        more = (self.amount_before - self.amount_after) * live.settlement_id.coefficient
        self.env["aftersales.point.adjustment"]._add_once(
            [
                {
                    "service_point_id": line.service_point_id.id,
                    "currency_id": line.currency_id.id,
                    "kind": "correction",
                    "key": "found",
                    "amount": more,
                    "reason": self.env._(
                        "Old part %(part)s arrived after all: “%(line)s” of %(claim)s",
                        part=self.part_return_id.display_name,
                        line=line.name,
                        claim=line.claim_id.name,
                    ),
                    "res_model": self._name,
                    "res_id": self.id,
                    "claim_line_id": line.id,
                }
            ]
        )

    def _is_decided_anew(self):
        """Whether an appeal or a clerk changed what the result had left."""
        line = self.claim_line_id
        return bool(
            line.currency_id.compare_amounts(line.amount_approved, self.amount_after)
        )

    def _restore_waiting(self):
        """A claim without a decision: its checks measure the line anew."""
        line = self.claim_line_id
        if line.is_decided and not self._is_decided_anew():
            line._write_part({"amount_approved": self.amount_before})
        line.claim_id._run_checks()

    def _restore_approved(self):
        """A decided line that is not settled: worth again what was approved.

        Where the work was claimed anew meanwhile the other claim stands.
        """
        line, claim = self.claim_line_id, self.claim_id
        if self._is_decided_anew():
            return
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                line._write_part({"amount_approved": self.amount_before})
                if not line.currency_id.compare_amounts(
                    self.amount_before, line.amount_claimed
                ):
                    line._write_part({"reason_id": False})
                outcome = claim._get_outcome()
                if outcome != claim.state:
                    claim._change_state(outcome)
                self.env.flush_all()
        except IntegrityError:
            self.env.invalidate_all()
            _logger.info("Claim %s stays as it is: claimed anew", claim.name)
            self._ask_to_look()

    def _ask_to_look(self):
        """Have a clerk look at what the machine cannot restore."""
        claim = self.claim_id
        claim.company_id._ask_aftersales_people(
            claim,
            CLERK_GROUP,
            self.env._(
                "The old part %(part)s arrived after all: look at the decision",
                part=self.part_return_id.display_name,
            ),
        )


class AftersalesClaimLine(models.Model):
    _inherit = "aftersales.claim.line"

    def _choose_part_result(self):
        """Remember the result that leaves least, of those that still count."""
        self.ensure_one()
        counting = self.part_result_ids.filtered(lambda r: not r.is_reversed)
        least = min(counting, key=lambda r: r.share, default=counting)
        self._write_part(
            {"part_result_id": least.id, "part_share": least.share if least else 0.0}
        )
