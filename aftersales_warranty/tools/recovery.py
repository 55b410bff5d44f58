"""What a supplier owes for a part of his that failed.

Source of the rules: practice of supplier recovery in warranty (the supplier's
own contract: cover months or usage from the start of use, share, whether
labour, travel, freight and consequential parts are borne, what is paid where no
fault was found). All lines of a claim follow its causal part. A period in
months is counted like every other one of the suite (see :mod:`.cover`).

Plain Python: money in minor units, shares as decimals; no ORM, no float.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from .entitlement_clock import add_months
from .settlement import scale

HUNDRED = Decimal(100)
#: Kind of a claim line → flag of the term that lets it be recovered.
FLAGS = {
    "labour": "labour",
    "inspection": "labour",
    "sublet": "labour",
    "travel": "travel",
    "freight": "freight",
    "part": "other_parts",
    "other": "other_costs",
}


@dataclass(frozen=True, slots=True)
class Term:
    """Dated promise of a supplier for one part, a category or all he supplies."""

    key: object
    supplier: int
    date_from: date
    date_to: date | None = None
    product_id: int | None = None
    categ_id: int | None = None
    months: int = 0
    usage_limit: Decimal | None = None
    #: what the limit counts; a reading in another unit is not compared with it
    usage_unit: str | None = None
    share: Decimal = HUNDRED
    labour: bool = False
    travel: bool = False
    freight: bool = False
    other_parts: bool = False
    other_costs: bool = False
    #: ``none``: nothing where no fault was found; ``share``: that share of it
    no_fault: str = "none"
    no_fault_share: Decimal = Decimal(0)


class Part(NamedTuple):
    """Causal part of a claim and its circumstances."""

    product_id: int
    categ_ids: tuple = ()
    #: supplier by the purchase data of the part, if known
    supplier: int | None = None
    date_start: date | None = None
    date_failure: date | None = None
    usage: Decimal | None = None
    usage_unit: str | None = None
    #: what the inspection of the old part found; None: not inspected, not due
    finding: str | None = None
    is_waiting: bool = False


class Line(NamedTuple):
    """One approved line of a claim; the amount is in minor units."""

    key: object
    kind: str
    amount: int
    is_causal: bool = False


class Asked(NamedTuple):
    """What is asked for one line, and the rule that decided."""

    key: object
    amount: int
    reason: str


def pick_term(terms, part, day):
    """Return the most specific term in force on a day, or ``None``.

    The part itself beats its nearest category, and that all that the supplier
    supplies. A term of another supplier than the known one does not count; where
    the supplier is not known, only a term that names the part tells him.
    """
    best, merit = None, 0
    for term in terms:
        if not (term.date_from <= day and (not term.date_to or day <= term.date_to)):
            continue
        value = _merit(term, part)
        if value > merit:
            best, merit = term, value
    return best


def _merit(term, part):
    known = part.supplier is not None
    if known and term.supplier != part.supplier:
        return 0
    if term.product_id is not None:
        return 1000 if term.product_id == part.product_id else 0
    if not known:
        return 0
    if term.categ_id is None:
        return 1
    if term.categ_id not in part.categ_ids:
        return 0
    return 100 - min(part.categ_ids.index(term.categ_id), 90)


def refusal(term, part):
    """Return why nothing can be recovered, or ``None``."""
    if part.is_waiting:
        return "waiting"
    if term is None:
        return "no_term"
    if part.finding in ("customer_damage", "wrong_part", "not_ours"):
        return "not_supplier"
    if part.finding == "no_fault" and term.no_fault == "none":
        return "no_fault"
    return _late(term, part)


def _late(term, part):
    if term.months:
        if not (part.date_start and part.date_failure):
            return "no_date"
        if part.date_failure > add_months(part.date_start, term.months):
            return "out_of_time"
    return "out_of_usage" if _is_used_up(term, part) else None


def _is_used_up(term, part):
    """Whether the reading is above the limit; one nobody took is not."""
    if not term.usage_limit or part.usage is None:
        return False
    return part.usage_unit == term.usage_unit and part.usage > term.usage_limit


def share(term, part):
    """Return the percentage that the supplier bears."""
    if part.finding == "no_fault":
        return min(term.share, term.no_fault_share)
    return term.share


def ask(term, part, lines):
    """Return what to ask for each line of a claim: list of :class:`Asked`.

    Amounts are rounded half away from zero to the minor unit; a line that is not
    recoverable gets 0 with the reason.
    """
    reason = refusal(term, part)
    result = []
    for line in lines:
        gone = None if line.amount else "taken_back"
        code = reason or gone or _kind_refusal(term, line)
        amount = 0 if code else scale(line.amount, share(term, part) / HUNDRED)
        result.append(Asked(line.key, amount, code or "asked"))
    return result


def borne(approved, net, coefficient):
    """Return what the company still bears of an approved line, in minor units.

    :param net: what the point was left after deductions, in minor units
    :param coefficient: by which the settlement multiplied the approved amount
    """
    if not coefficient:
        return 0
    return min(approved, _half_up(max(net, 0) / Fraction(coefficient)))


def still_recoverable(asked, base, now):
    """Return the part of an amount asked for that the company still bears.

    :param base: what it bore when the amount was calculated; ``now``: what it bears
    """
    if now >= base:
        return asked
    return _half_up(Fraction(asked * now, base))


def _half_up(exact):
    return int(exact + Fraction(1, 2))


def _kind_refusal(term, line):
    if line.kind == "part" and line.is_causal:
        return None
    return None if getattr(term, FLAGS.get(line.kind, "other_costs")) else "kind"
