"""Cover of one component of one unit: which share, until when, and why.

Source of the rules: general three-guarantee regulation of 1995 (repair and
part-waiting days run the period on, an exchange restarts it) and the practice
of brand promises (share, usage limit, start basis per component). A period that
is counted in months ends on the day with the same number, or on the last day of
a shorter month; the day on which it starts is not counted, so that the end date
itself is still covered (Civil Code articles 201 and 202). A promise may improve
what the law gives and never worsen it (Order 43 of 2021, article 4, and the
Consumer Law): :func:`better` takes the better of the two for each component. A
wear part has the period that its own term states (Order 43, article 19).

Plain Python: no ORM, no float. Money is counted in minor units (cents).
"""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .entitlement_clock import add_months

HUNDRED = Decimal(100)
SECONDS_PER_DAY = 86400

# A basis whose date is unknown falls back to the next one that is known; the
# order goes towards the sale, which every registered unit has.
BASIS_FALLBACK = {
    "invoice": ("invoice", "delivery"),
    "delivery": ("delivery", "invoice"),
    "installation": ("installation", "delivery", "invoice"),
    "factory": ("factory", "invoice", "delivery"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a policy: what is covered, how long and at which share."""

    component: str
    months: int
    share: Decimal = HUNDRED
    basis: str = "invoice"
    factory_days: int = 0
    usage_limit: Decimal | None = None
    part_id: int | None = None
    categ_ids: frozenset = frozenset()
    extends: bool = True
    is_wear: bool = False
    is_excluded: bool = False
    key: object = None


class Legal(NamedTuple):
    """What the law alone gives one component; the key names the rule."""

    date_start: date | None
    date_end: date
    usage_limit: Decimal | None = None
    key: object = None


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """Dates and counters of one unit."""

    date_invoice: date | None = None
    date_delivery: date | None = None
    date_installation: date | None = None
    date_factory: date | None = None
    date_restart: date | None = None
    date_closed: date | None = None
    repair_days: int = 0
    waiting_days: int = 0


class Cover(NamedTuple):
    """Answer for one component on one date; ``basis`` is promise or law."""

    share: Decimal
    date_start: date | None
    date_end: date | None
    reason: str
    key: object = None
    basis: str = "promise"


def local_date(moment, tz_name):
    """Return the calendar day of a UTC moment in a time zone."""
    if not moment:
        return None
    zone = ZoneInfo(tz_name or "UTC")
    return moment.replace(tzinfo=UTC).astimezone(zone).date()


def days_between(start, end):
    """Return the days of one repair: each 24 hours, a remainder counts as one."""
    if not start or not end or end <= start:
        return 0
    seconds = (end - start).total_seconds()
    return -int(-seconds // SECONDS_PER_DAY)


def start_date(term, facts):
    """Return the first day of the term, or None if no date is known."""
    if facts.date_restart:
        return facts.date_restart
    for basis in BASIS_FALLBACK[term.basis]:
        value = getattr(facts, f"date_{basis}")
        if value and basis == "factory":
            return value + timedelta(days=term.factory_days)
        if value:
            return value
    return None


def end_date(term, facts):
    """Return the last covered day, run on by repair and waiting days."""
    return _end_from(start_date(term, facts), term, facts)


def _end_from(start, term, facts):
    if start is None:
        return None
    end = add_months(start, term.months)
    if term.extends:
        end += timedelta(days=facts.repair_days + facts.waiting_days)
    return end


def cover(term, facts, on_date, usage=None):
    """Return the :class:`Cover` that ``term`` gives on ``on_date``."""
    if term.is_excluded:
        return Cover(Decimal(0), None, None, "excluded", term.key)
    start = start_date(term, facts)
    end = _end_from(start, term, facts)
    reason = _refusal(term, facts, on_date, usage, start, end)
    share = Decimal(0) if reason else term.share
    return Cover(share, start, end, reason or "covered", term.key)


def legal_answer(legal, facts, on_date, usage=None):
    """Return the :class:`Cover` that the law gives on ``on_date``: all or nothing."""
    start, end = legal.date_start, legal.date_end
    reason = _refusal(legal, facts, on_date, usage, start, end)
    share = Decimal(0) if reason else HUNDRED
    return Cover(share, start, end, reason or "covered", legal.key, "law")


def better(promise, legal, facts, on_date, usage=None):
    """Return what is better for the holder: the promise or the law.

    The higher share counts, then the later end; where both give the same, the
    promise is named as its source.

    :param promise: :class:`Cover` by the policy
    :param legal: every :class:`Legal` period of the component; a shorter one may
        hold where the usage limit of the longest is exceeded
    """
    law = [legal_answer(period, facts, on_date, usage) for period in legal]
    return best(promise, *law)


def best(*covers):
    """Return the best of several :class:`Cover`, see :func:`better`."""
    return max(covers, key=_merit)


def _merit(item):
    return item.share, item.date_end or date.min, item.basis == "promise"


def last_day(*ends):
    """Return the latest of several days, any of which may be unknown."""
    return max((end for end in ends if end), default=None)


def _refusal(term, facts, on_date, usage, start, end):
    if start is None:
        return "no_start"
    if facts.date_closed and on_date >= facts.date_closed:
        return "closed"
    if on_date < start:
        return "not_started"
    if on_date > end:
        return "expired"
    if term.usage_limit is not None and usage is not None and usage > term.usage_limit:
        return "usage"
    return None


def specificity(term, component, part_id=None, categ_ids=()):
    """Return how exactly a term names the component; None where it does not.

    A named part beats its category, that beats the terms for all parts, and the
    whole unit answers for whatever has no term of its own.
    """
    if term.component == component == "part":
        return _part_specificity(term, part_id, categ_ids)
    if term.component == component:
        return 1
    return 0 if term.component == "whole_unit" else None


def _part_specificity(term, part_id, categ_ids):
    if term.part_id is not None:
        return 3 if term.part_id == part_id else None
    if term.categ_ids:
        return 2 if term.categ_ids & frozenset(categ_ids) else None
    return 1


def best_cover(
    terms, facts, on_date, component, part_id=None, categ_ids=(), usage=None
):
    """Return the cover of the most exact term; the better one among equals."""
    ranked = {}
    for term in terms:
        rank = specificity(term, component, part_id, categ_ids)
        if rank is not None:
            ranked.setdefault(rank, []).append(term)
    if not ranked:
        return Cover(Decimal(0), None, None, "no_term")
    answers = [cover(term, facts, on_date, usage) for term in ranked[max(ranked)]]
    return max(answers, key=lambda item: (item.share, item.date_end or date.min))


def is_wear(terms, part_id=None, categ_ids=()):
    """Tell whether the most exact term for a part treats it as a wear part."""
    ranked = [
        (rank, term.is_wear)
        for term in terms
        if (rank := specificity(term, "part", part_id, categ_ids)) is not None
    ]
    return max(ranked, default=(0, False))[1]


def split(amount, share):
    """Split minor units into (warranty, customer); the two always sum up."""
    exact = Decimal(amount) * share / HUNDRED
    warranty = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return warranty, amount - warranty
