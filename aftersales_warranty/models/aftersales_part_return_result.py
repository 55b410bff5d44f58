import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .aftersales_part_return import OWED_STATES

_logger = logging.getLogger(__name__)

#: Parts in one transaction of the daily job.
BATCH = 100
#: Results of time; once a line is settled the rules of the settlement deduct them.
TIMED = ("late", "missing")


class AftersalesPartReturn(models.Model):
    """What was found on an old part changes the claim line that it belongs to."""

    _inherit = "aftersales.part.return"

    result_ids = fields.One2many(
        "aftersales.part.result", "part_return_id", "Effect on the Claim", readonly=True
    )
    time_source = fields.Selection(
        [
            ("result", "Result of the Old Part"),
            ("part_late", "Deduction for Lateness"),
            ("part_missing", "Deduction for the Missing Part"),
        ],
        "Lateness Counted by",
        readonly=True,
        copy=False,
        help="The claim line or the settlement: never both.",
    )

    _FLOW_FIELDS = frozenset(("time_source",))

    def action_inspect(self, finding, note=None):
        """Record the finding, then let it count for the claim lines."""
        res = super().action_inspect(finding, note)
        for part in self.filtered("claim_line_id"):
            part._apply_result(part._get_events(), note)
        return res

    def _get_events(self):
        """Results that may count once the part was inspected."""
        self.ensure_one()
        events = [self.finding] if self.finding != "confirmed" else []
        if self.receipt_result == "damaged":
            events.append("damaged")
        if self.date_received and self.date_due and self.date_received > self.date_due:
            events.append("late")
        return events

    def _apply_result(self, events, note=False):
        """Let the rule that leaves least change the claim lines, once.

        :param events: results of the part, see ``aftersales.part.result.rule``
        :param note: what was seen
        """
        self.ensure_one()
        # Who inspects parts reads no claims; the rule says what follows.
        part_sudo = self.sudo()
        company, product = part_sudo.company_id, part_sudo.product_id
        rules_sudo = part_sudo.env["aftersales.part.result.rule"]._find_rules(
            company, events
        )
        chosen = [rules_sudo._choose(event, company, product) for event in events]
        counting = [rule for rule in chosen if part_sudo._is_due(rule)]
        if counting:
            rule = min(counting, key=lambda rule: rule.share)
            part_sudo._apply_result_rule(rule, note)

    def _is_due(self, rule):
        """Whether the rule exists and its days of grace are over."""
        self.ensure_one()
        if not rule or rule.event not in TIMED:
            return bool(rule)
        if self.claim_line_id._get_live_settlement_line():
            return False
        # The settlement charged it already: lateness, or the missing part.
        charged = ("part_missing",)
        if rule.event == "late":
            charged += ("part_late",)
        if self.time_source in charged:
            return False
        if rule.event == "late" and self._is_lateness_charged():
            return False
        today = self.company_id._get_aftersales_today()
        day = self.date_received if rule.event == "late" else today
        return day > self.date_due + timedelta(days=rule.days)

    def _is_lateness_charged(self):
        """Whether a rule of the settlement charged the lateness; runs as superuser."""
        self.ensure_one()
        charged = self.env["aftersales.point.adjustment"].search_count(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("kind", "in", ("part_late", "part_missing")),
            limit=1,
        )
        return bool(charged)

    def _apply_result_rule(self, rule, note):
        """Change the claim line, or all lines of the claim, by one rule."""
        self.ensure_one()
        lines = self.claim_line_id
        claim = lines.claim_id
        claim.lock_for_update()
        if rule.is_whole_claim:
            lines = claim.line_ids
        known = self.env["aftersales.part.result"].search_fetch(
            Domain("part_return_id", "=", self.id) & Domain("event", "=", rule.event),
            ["claim_line_id"],
        )
        lines -= known.claim_line_id
        if not lines:
            return
        if rule.event in TIMED:
            # Whoever settles at this moment writes the same row: one of both waits.
            self._write_flow({"time_source": "result"})
            self.flush_recordset(["time_source"])
        for line in lines:
            self._apply_result_line(line, rule, note)
        if claim.state in ("submitted", "review"):
            claim._run_checks()
        claim.message_post(body=self._get_result_text(rule, note))

    def _apply_result_line(self, line, rule, note):
        """Change one claim line and keep the evidence of it."""
        outcome = line._apply_part_share(line._get_part_share(rule), rule.reason_id)
        result = self.env["aftersales.part.result"].create(
            {
                "claim_line_id": line.id,
                "part_return_id": self.id,
                "event": rule.event,
                "rule_id": rule.id,
                "reason_id": rule.reason_id.id,
                "share": rule.share,
                "note": note,
                "date": self.company_id._get_aftersales_today(),
                "user_id": self.env.uid,
                **outcome,
            }
        )
        line._note_part_result(result)
        if outcome["effect"] == "deduction":
            result._write_flow({"adjustment_id": self._deduct(result).id})

    def _deduct(self, result):
        """Take back in the next settlement what was settled too much.

        :return: the deduction; the same result makes it once
        """
        line = result.claim_line_id
        return self.env["aftersales.point.adjustment"]._add_once(
            [
                {
                    "service_point_id": line.service_point_id.id,
                    "kind": "correction",
                    "amount": result.amount_after - result.amount_before,
                    "currency_id": line.currency_id.id,
                    "reason": self.env._(
                        "%(result)s: “%(line)s” of %(claim)s",
                        result=result.display_name,
                        line=line.name,
                        claim=line.claim_id.name,
                    ),
                    "res_model": result._name,
                    "res_id": result.id,
                    "claim_line_id": line.id,
                }
            ]
        )

    def _get_result_text(self, rule, note):
        """Message on the claim: part, result, share and words of the inspector."""
        labels = dict(rule._fields["event"]._description_selection(self.env))
        return self.env._(
            "Old part %(part)s: %(result)s, %(share)s %% are still paid "
            "(%(reason)s). %(note)s",
            part=self.display_name,
            result=labels[rule.event],
            share=f"{rule.share:g}",
            reason=rule.reason_id.name,
            note=note or "",
        )

    # -- never received --------------------------------------------------------

    @api.model
    def _cron_missing_parts(self):
        """Let parts that never came count for their claim lines, in batches.

        One record that fails never blocks the rest; a second run finds nothing.
        """
        self.env["ir.cron"]._aftersales_each(
            self._find_missing(), "_count_missing", BATCH
        )

    def _count_missing(self):
        """Let one part that never came count; report a failure and go on."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._apply_result(["missing"])
        except UserError as error:
            _logger.warning("Old part %s did not count: %s", self.name, error)

    @api.model
    def _find_missing(self):
        """Parts overdue beyond the grace of their rule that did not count yet."""
        rules = self.env["aftersales.part.result.rule"].search(
            [("event", "=", "missing")]
        )
        if not rules:
            return self.browse()
        counted = self.env["aftersales.part.result"]._search(
            [("event", "=", "missing")]
        )
        parts = self.search(
            Domain("state", "in", OWED_STATES)
            & Domain("duty", "=", "return")
            & Domain("date_due", "<", fields.Date.context_today(self))
            & Domain("claim_line_id", "!=", False)
            & ~Domain("id", "in", counted.subselect("part_return_id")),
            order="date_due, id",
        )
        return parts.filtered(
            lambda part: part._is_due(
                rules._choose("missing", part.company_id, part.product_id)
            )
        )
