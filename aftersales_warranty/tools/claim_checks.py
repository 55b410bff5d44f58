"""Checks of a warranty claim: each one a result with its figures.

Source of the rules: practice of warranty adjudication as service networks
publish it (validity, form, amounts, duplicates, deadlines, contract). A check
never decides: it says pass, fail or not applicable and shows what it compared.

Plain Python: no ORM. Money is a whole number of minor units (cents).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

PASS, FAIL, NA = "pass", "fail", "na"

CODES = (
    "SERIAL",
    "COVER",
    "DATES",
    "SUM",
    "DUPLICATE",
    "DEADLINE",
    "AGREEMENT",
    "LABOUR_RATE",
    "PART_MARKUP",
    "OLD_PART",
    "AUTHORISATION",
)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One claimed line; ``reference`` is the list value of a part.

    The share of a line that was typed ``by_hand`` comes from no order and proves
    nothing about the cover.  ``ceiling`` is what the rate table allows, the share
    included; without one the agreement is asked.
    """

    kind: str
    claimed: int
    quantity: Decimal = Decimal(1)
    reference: int | None = None
    old_part_due: bool = False
    share: Decimal | None = None
    by_hand: bool = False
    ceiling: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """Everything about one claim that a check may ask for."""

    serial: str | None = None
    is_registered: bool = False
    covered_until: date | None = None
    has_policy: bool = False
    date_sale: date | None = None
    date_failure: date | None = None
    date_start: date | None = None
    date_end: date | None = None
    date_submitted: date | None = None
    deadline_days: int = 0
    amount_total: int = 0
    lines: tuple = ()
    duplicates: tuple = ()
    has_agreement: bool = False
    labour_rate: int = 0
    parts_markup: Decimal = Decimal(0)
    authorised: int | None = None
    authorised_until: date | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Result of one check; ``reason`` is a key, ``figures`` its numbers."""

    code: str
    result: str
    reason: str
    figures: dict = field(default_factory=dict)


def check_serial(facts):
    """The unit is named and known."""
    if not facts.serial:
        return Check("SERIAL", FAIL, "serial_missing")
    if not facts.is_registered:
        return Check("SERIAL", FAIL, "serial_unknown", {"serial": facts.serial})
    return Check("SERIAL", PASS, "serial_known", {"serial": facts.serial})


def check_cover(facts):
    """The failure happened inside the cover of the claimed components."""
    if not facts.has_policy or not facts.date_failure:
        return Check("COVER", NA, "cover_unknown")
    ended = facts.covered_until is None or facts.date_failure > facts.covered_until
    uncovered = [
        line for line in facts.lines if line.share == 0 or (line.by_hand and ended)
    ]
    figures = {
        "failure": facts.date_failure,
        "end": facts.covered_until,
        "lines": len(uncovered),
    }
    if uncovered:
        return Check("COVER", FAIL, "cover_ended", figures)
    return Check("COVER", PASS, "cover_valid", figures)


def check_dates(facts):
    """Sale, failure, start, end and submission follow each other."""
    names = ("date_sale", "date_failure", "date_start", "date_end", "date_submitted")
    known = [(name, getattr(facts, name)) for name in names if getattr(facts, name)]
    if len(known) < 2:
        return Check("DATES", NA, "dates_unknown")
    for (first, early), (second, late) in zip(known, known[1:], strict=False):
        if early > late:
            figures = {"first": first, "early": early, "second": second, "late": late}
            return Check("DATES", FAIL, "dates_order", figures)
    return Check("DATES", PASS, "dates_right", {"count": len(known)})


def check_sum(facts):
    """The lines sum to the total to the cent and none is negative."""
    total = sum(line.claimed for line in facts.lines)
    figures = {"lines": total, "total": facts.amount_total}
    if not facts.lines:
        return Check("SUM", FAIL, "sum_empty", figures)
    if any(line.claimed < 0 for line in facts.lines):
        return Check("SUM", FAIL, "sum_negative", figures)
    if total != facts.amount_total:
        return Check("SUM", FAIL, "sum_differs", figures)
    return Check("SUM", PASS, "sum_right", figures)


def check_duplicate(facts):
    """No other claim asks for the same order, or the same serial, work and day."""
    if facts.duplicates:
        figures = {"claims": ", ".join(facts.duplicates)}
        return Check("DUPLICATE", FAIL, "duplicate_found", figures)
    return Check("DUPLICATE", PASS, "duplicate_none")


def check_deadline(facts):
    """The claim was filed within the days that the company allows."""
    if not (facts.deadline_days and facts.date_end and facts.date_submitted):
        return Check("DEADLINE", NA, "deadline_unknown")
    last = facts.date_end + timedelta(days=facts.deadline_days)
    figures = {"last": last, "submitted": facts.date_submitted}
    if facts.date_submitted > last:
        return Check("DEADLINE", FAIL, "deadline_missed", figures)
    return Check("DEADLINE", PASS, "deadline_kept", figures)


def check_agreement(facts):
    """The point had an agreement on the day of the repair."""
    if facts.has_agreement:
        return Check("AGREEMENT", PASS, "agreement_valid")
    return Check("AGREEMENT", FAIL, "agreement_missing")


def allowed_labour(line, facts):
    """Return what the contract allows for a labour line (quantity in hours)."""
    return _half_up(line.quantity * facts.labour_rate)


def allowed_part(line, facts):
    """Return list value plus the contract's mark-up for a part line."""
    return _half_up(line.reference * (100 + facts.parts_markup) / 100)


def _half_up(amount):
    return int(Decimal(amount).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def limit(line, facts):
    """Return the contract's limit of a line; None where nothing is agreed.

    Where the policy bears only a share, the limit is that share of it.
    """
    if line.ceiling is not None:
        return line.ceiling
    if line.kind == "labour" and facts.labour_rate:
        ceiling = allowed_labour(line, facts)
    elif line.kind == "part" and facts.has_agreement and line.reference:
        ceiling = allowed_part(line, facts)
    else:
        return None
    if line.share:
        return _half_up(Decimal(ceiling) * line.share / 100)
    return ceiling


def allowed(line, facts):
    """Return the allowed amount: never more than claimed, never below zero."""
    ceiling = limit(line, facts)
    return max(0, line.claimed if ceiling is None else min(line.claimed, ceiling))


def _check_limit(facts, kind, code, passed, failed):
    limited = [line for line in facts.lines if line.kind == kind]
    limits = [(line.claimed, limit(line, facts)) for line in limited]
    limits = [(claimed, top) for claimed, top in limits if top is not None]
    if not limits:
        return Check(code, NA, f"{passed}_unknown")
    over = [(claimed, top) for claimed, top in limits if claimed > top]
    figures = {
        "claimed": sum(claimed for claimed, _top in over or limits),
        "limit": sum(top for _claimed, top in over or limits),
        "lines": len(over),
    }
    if over:
        return Check(code, FAIL, failed, figures)
    return Check(code, PASS, passed, figures)


def check_labour_rate(facts):
    """Labour lines stay within hours times the contract's rate."""
    return _check_limit(facts, "labour", "LABOUR_RATE", "labour_rate", "labour_over")


def check_part_markup(facts):
    """Part lines stay within list price plus the contract's mark-up."""
    return _check_limit(facts, "part", "PART_MARKUP", "part_markup", "part_over")


def check_old_part(facts):
    """Tell whether replaced parts must come back before a final decision."""
    due = sum(1 for line in facts.lines if line.kind == "part" and line.old_part_due)
    if due:
        return Check("OLD_PART", FAIL, "old_part_due", {"count": due})
    return Check("OLD_PART", NA, "old_part_none")


def check_authorisation(facts):
    """A claim with an authorisation stays within its amount and validity."""
    if facts.authorised is None:
        return Check("AUTHORISATION", NA, "authorisation_none")
    figures = {
        "claimed": facts.amount_total,
        "authorised": facts.authorised,
        "until": facts.authorised_until,
    }
    if facts.amount_total > facts.authorised:
        return Check("AUTHORISATION", FAIL, "authorisation_exceeded", figures)
    started = facts.date_start or facts.date_failure
    if facts.authorised_until and started and started > facts.authorised_until:
        return Check("AUTHORISATION", FAIL, "authorisation_late", figures)
    return Check("AUTHORISATION", PASS, "authorisation_kept", figures)


def run(facts):
    """Return the result of every check, in the order of :data:`CODES`."""
    return [CHECKS[code](facts) for code in CODES]


CHECKS = {
    "SERIAL": check_serial,
    "COVER": check_cover,
    "DATES": check_dates,
    "SUM": check_sum,
    "DUPLICATE": check_duplicate,
    "DEADLINE": check_deadline,
    "AGREEMENT": check_agreement,
    "LABOUR_RATE": check_labour_rate,
    "PART_MARKUP": check_part_markup,
    "OLD_PART": check_old_part,
    "AUTHORISATION": check_authorisation,
}
