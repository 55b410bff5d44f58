"""When a rule approves a claim without a person.

A rule approves only what is clean: every check green, the decisive ones passed,
the amount inside its limit, no flag of the hints.  One claim in so many is drawn
for a person to look at, see :mod:`audit_draw`.

Plain Python: no ORM. Money is a whole number of minor units (cents).
"""

from dataclasses import dataclass
from decimal import Decimal

from .audit_draw import is_drawn
from .claim_facts import FAIL, PASS

#: Without these a claim is not clean, even where they cannot be answered.
DECISIVE = frozenset(("SERIAL", "COVER", "AGREEMENT", "SUM", "RATES", "DUPLICATE"))
APPROVED, AUDIT, REVIEW = "approved", "audit", "review"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule asks for; an empty set or ``None`` asks for nothing."""

    key: int
    amount_limit: int
    currency: int
    company: int
    types: frozenset = frozenset()
    levels: frozenset = frozenset()
    points: frozenset = frozenset()
    categories: frozenset = frozenset()
    allows_old_part: bool = False
    hint_limit: Decimal | None = None
    audit_share: Decimal = Decimal(0)
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a rule looks at in one claim."""

    number: str
    company: int
    currency: int
    amount: int
    allowed: int
    type: str | None
    level: int | None
    point: int
    categories: frozenset
    results: tuple
    hint_score: Decimal | None = None
    resubmitted: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome with its reason key; ``rule`` is the key of the rule, if any."""

    outcome: str
    reason: str
    rule: int | None = None


def applies(rule, claim):
    """Tell whether a rule is about such a claim, whatever its amount."""
    trusted = not (rule.levels or rule.points)
    trusted = trusted or claim.level in rule.levels or claim.point in rule.points
    return (
        rule.company == claim.company
        and rule.currency == claim.currency
        and trusted
        and (not rule.types or claim.type in rule.types)
        and (not rule.categories or bool(rule.categories & claim.categories))
    )


def refusal(rule, claim):
    """Return the reason key why a rule does not approve a claim, or ``None``."""
    results = dict(claim.results)
    failed = {code for code, result in results.items() if result == FAIL}
    if rule.allows_old_part:
        failed.discard("OLD_PART")
    if claim.amount > rule.amount_limit:
        return "auto_amount"
    unclear = {code for code in DECISIVE if results.get(code) != PASS}
    if not failed and unclear == {"RATES"}:
        return "auto_rates"
    if failed or unclear:
        return "auto_checks"
    if claim.allowed != claim.amount:
        return "auto_cut"
    if claim.resubmitted:
        return "auto_resubmitted"
    if (
        rule.hint_limit is not None
        and claim.hint_score is not None
        and claim.hint_score >= rule.hint_limit
    ):
        return "auto_hint"
    return None


def judge(rules, claim):
    """Return the verdict of the first rule that approves, else of the first one.

    :param rules: the rules in their order
    """
    about = [rule for rule in rules if applies(rule, claim)]
    if not about:
        return Verdict(REVIEW, "auto_none")
    reasons = [(rule, refusal(rule, claim)) for rule in about]
    rule = next((rule for rule, reason in reasons if reason is None), None)
    if rule is None:
        first, reason = reasons[0]
        return Verdict(REVIEW, reason, first.key)
    if is_drawn(rule.seed, claim.number, rule.audit_share):
        return Verdict(AUDIT, "auto_audit", rule.key)
    return Verdict(APPROVED, "auto_approved", rule.key)
