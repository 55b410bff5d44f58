from decimal import Decimal

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.aftersales_network.models.flow import FLOW

from ..tools import claim_checks
from ..tools import claim_rule as kernel
from ..tools.settlement import to_minor

#: Who may know which rule decided: a point does not learn how it is audited.
INSIDE = (
    "aftersales_network.group_settlement_clerk,aftersales_network.group_head,"
    "aftersales_network.group_auditor,aftersales_network.group_admin"
)


class AftersalesClaim(models.Model):
    """Approval of clean claims by rule, with a random share for the audit."""

    _inherit = "aftersales.claim"

    auto_rule_id = fields.Many2one(
        "aftersales.claim.rule",
        "Judged by Rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=INSIDE,
    )
    auto_outcome = fields.Selection(
        [
            ("approved", "Approved by Rule"),
            ("audit", "Drawn for the Audit"),
            ("review", "For a Person"),
        ],
        "Outcome of the Rules",
        readonly=True,
        copy=False,
        groups=INSIDE,
    )

    _audit_idx = models.Index("(company_id) WHERE auto_outcome = 'audit'")

    _FLOW_FIELDS = frozenset(("auto_rule_id", "auto_outcome"))

    def _apply_rules(self):
        """Let the rules approve what is clean; runs once, when a claim is handed in.

        Nobody's right is needed: the head of service set the rule, the system
        carries it out, and the decision bears the rule's name.
        """
        rules_sudo = (
            self.env["aftersales.claim.rule"]
            .sudo()
            .search([("company_id", "in", self.company_id.ids)])
        )
        if not rules_sudo and not any(self.mapped("auto_outcome")):
            return
        verdicts = self._judge(rules_sudo)
        self._store_verdicts(rules_sudo, verdicts)
        for outcome, claims in self.grouped(lambda c: verdicts[c].outcome).items():
            if outcome == kernel.APPROVED:
                claims._approve_by_rule()
            elif outcome == kernel.AUDIT:
                claims._change_state("review")

    def _judge(self, rules):
        """Verdict of the rules on each claim."""
        known = [rule._to_kernel() for rule in rules]
        checks = self.env["aftersales.claim.check"].search_fetch(
            Domain("claim_id", "in", self.ids) & Domain("kind", "!=", "approval"),
            ["claim_id", "code", "result"],
        )
        results = {
            claim: tuple((check.code, check.result) for check in own)
            for claim, own in checks.grouped("claim_id").items()
        }
        return {
            claim: kernel.judge(known, claim._to_candidate(results.get(claim, ())))
            for claim in self
        }

    def _to_candidate(self, results):
        """What the rules look at in the claim.

        :param results: pairs of check code and result
        """
        self.ensure_one()
        digits = self.currency_id.decimal_places
        path = self.product_id.categ_id.parent_path or ""
        return kernel.Candidate(
            number=self.name,
            company=self.company_id.id,
            currency=self.currency_id.id,
            amount=to_minor(self.amount_claimed, digits),
            allowed=to_minor(self.amount_allowed, digits),
            type=self.claim_type or None,
            level=self.service_point_id.level_id.id or None,
            point=self.service_point_id.id,
            categories=frozenset(int(x) for x in path.split("/") if x),
            results=results,
            hint_score=Decimal(str(self._get_hint_score() or 0)),
            resubmitted=bool(self.send_back_count),
        )

    def _get_hint_score(self):
        """Combined score of the hints, 0 to 1; flagged by the company is 1."""
        self.ensure_one()
        return 1.0 if self.needs_hint_review else self.hint_score

    def _store_verdicts(self, rules, verdicts):
        """Write each verdict on its claim and beside its checks."""
        by_id = {rule.id: rule for rule in rules}
        empty = rules.browse()
        rows = []
        for claim, verdict in verdicts.items():
            rule = by_id.get(verdict.rule, empty)
            rows.append(claim._prepare_check_row(claim._get_rule_check(verdict, rule)))
            claim.with_context(aftersales_claim_flow=FLOW).write(
                {"auto_rule_id": rule.id, "auto_outcome": verdict.outcome}
            )
        self._insert_checks(rows)

    def _get_rule_check(self, verdict, rule):
        """The verdict as a result in the list of checks."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        passed = verdict.outcome == kernel.APPROVED
        return claim_checks.Check(
            "AUTO",
            claim_checks.PASS if passed else claim_checks.NA,
            verdict.reason,
            {
                "rule": rule.name or "",
                "amount": to_minor(self.amount_claimed, digits),
                "limit": to_minor(rule.amount_limit, digits),
                "share": f"{Decimal(str(rule.audit_share)).normalize():f}",
            },
        )

    def _approve_by_rule(self):
        """Approve clean claims in full, in the name of the system."""
        for line in self.line_ids.with_context(aftersales_claim_flow=FLOW):
            line.write({"amount_approved": line.amount_allowed, "is_decided": True})
        system = self.env.ref("base.user_root")
        for rule, claims in self.grouped("auto_rule_id").items():
            claims.with_user(system)._conclude(rule.name)
