"""Share of certified service managers, without the ORM.

Source of the rule: GB/T 27922-2011, clause 5.1.2, as read by the indicator
interpretation: certified after-sales service managers are at least 10 % of all
service *management* staff, counted at the head office, its branches and the
service points.  The standard does not say how to round; the suite rounds up and
asks for at least one head wherever there is a manager (a proposal, both figures
are dated settings).

A *person* is any hashable key; somebody with two roles or at two points is one
person.  A holder only counts while he is a manager himself, because the
certificate stands for managing and guiding the service work.
Every interval includes both of its ends; ``None`` is an open end.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

ONE_DAY = timedelta(days=1)
PERCENT_DIGITS = 100  # a percentage is kept with two decimals


@dataclass(frozen=True)
class Interval:
    """Somebody is a manager, or a certificate is valid, between two dates."""

    person: object
    start: date | None = None
    end: date | None = None

    def covers(self, day):
        """Whether the day lies inside, both ends included."""
        return (self.start is None or self.start <= day) and (
            self.end is None or day <= self.end
        )


@dataclass(frozen=True)
class Rule:
    """What the requirement is from ``start`` on, until the next rule starts.

    ``absence`` says how somebody on long leave counts: ``both`` as a manager and
    as a holder, ``managers`` as a manager only, ``neither`` not at all.
    """

    start: date | None
    rate: Fraction
    minimum: int = 1
    absence: str = "both"


DEFAULT_RULE = Rule(None, Fraction(1, 10))


@dataclass(frozen=True)
class RatioPoint:
    """Figures that hold from ``day`` on, until the next point."""

    day: date
    managers: int
    holders: int
    required: int

    @property
    def shortfall(self):
        """Heads that are missing."""
        return shortfall(self.holders, self.required)


def exact_rate(rate):
    """Return the rate as a fraction; a binary float would not be exact.

    :raises TypeError: for a float or anything that is not a number
    :raises ValueError: for a rate outside 0 < rate <= 1
    """
    if isinstance(rate, bool) or not isinstance(rate, int | str | Decimal | Fraction):
        raise TypeError(f"The rate must be exact, not {type(rate).__name__}")
    exact = Fraction(rate)
    if not 0 < exact <= 1:
        raise ValueError(f"The rate must be above 0 and at most 1, not {rate}")
    return exact


def percent_to_rate(percent):
    """Turn a stored percentage (two decimals, may be a float) into a fraction."""
    hundredths = round(Fraction(percent) * PERCENT_DIGITS)
    return exact_rate(Fraction(hundredths, 100 * PERCENT_DIGITS))


def required_heads(managers, rate, minimum=1):
    """Return how many certified managers are needed: ceil(rate × managers).

    30 managers at 10 % need 3, not 4: the product is never a binary float.
    The minimum holds as soon as there is a manager; nobody needs nobody.
    """
    if managers < 0 or minimum < 0:
        raise ValueError("Managers and minimum cannot be negative")
    exact = exact_rate(rate)
    if not managers:
        return 0
    needed = -(-managers * exact.numerator // exact.denominator)
    return max(needed, minimum)


def shortfall(holders, required):
    """Return the number of heads that are missing, never negative."""
    return max(0, required - holders)


def share(holders, managers):
    """Return holders ÷ managers, or ``None`` where there is no manager."""
    return Fraction(holders, managers) if managers else None


def rule_on(rules, day):
    """Return the rule in force on a day; the default before the first one.

    :param rules: rules in the order of their start, ``None`` first
    """
    found = DEFAULT_RULE
    for rule in rules:
        if rule.start is not None and rule.start > day:
            break
        found = rule
    return found


def absences_under(absences, rules, modes):
    """Cut absences down to the days on which a rule of these modes is in force."""
    found = []
    spans = [DEFAULT_RULE, *rules]
    for rule, following in zip(spans, [*spans[1:], None], strict=True):
        if rule.absence not in modes:
            continue
        end = following.start - ONE_DAY if following and following.start else None
        if following is not None and following.start is None:
            continue  # replaced from the beginning
        found += [_clip(row, rule.start, end) for row in absences]
    return [row for row in found if row]


def _clip(row, start, end):
    """The part of an interval between two days, ``None`` where nothing is left."""
    first = max((day for day in (row.start, start) if day), default=None)
    last = min((day for day in (row.end, end) if day), default=None)
    if first and last and last < first:
        return None
    return Interval(row.person, first, last)


def without(rows, absences):
    """Take the absences of each person out of the person's intervals."""
    away = defaultdict(list)
    for absence in absences:
        away[absence.person].append(absence)
    found = []
    for row in rows:
        parts = [row]
        for absence in away.get(row.person, ()):
            parts = [left for part in parts for left in _subtract(part, absence)]
        found += parts
    return found


def _subtract(row, absence):
    """What is left of an interval before and after an absence."""
    before = after = None
    if absence.start is not None:
        before = _clip(row, None, absence.start - ONE_DAY)
    if absence.end is not None:
        after = _clip(row, absence.end + ONE_DAY, None)
    return [part for part in (before, after) if part]


def figures_on(managers, certificates, day, rate, minimum=1):
    """Return (people who manage, those of them who hold) on one day."""
    heads = {row.person for row in managers if row.covers(day)}
    holding = {row.person for row in certificates if row.covers(day)}
    holders = heads & holding
    required = required_heads(len(heads), rate, minimum)
    return RatioPoint(day, len(heads), len(holders), required), heads, holders


def _collect_changes(rows, slot, first, last, changes):
    """Add each start and end within the window as +1 or -1 on its day."""
    for row in rows:
        start = max(row.start or first, first)
        if start > last or (row.end is not None and row.end < start):
            continue
        changes[start].append((row.person, slot, 1))
        if row.end is not None and row.end < last:
            changes[row.end + ONE_DAY].append((row.person, slot, -1))


class _Tally:
    """Running numbers of managers and holders while days go by."""

    def __init__(self):
        self.counts = defaultdict(lambda: [0, 0])
        self.managers = 0
        self.holders = 0

    def apply(self, person, slot, delta):
        """Take one start (+1) or end (-1) of a manager (0) or certificate (1)."""
        count = self.counts[person]
        self.managers -= count[0] > 0
        self.holders -= count[0] > 0 and count[1] > 0
        count[slot] += delta
        self.managers += count[0] > 0
        self.holders += count[0] > 0 and count[1] > 0


def forecast(managers, certificates, first, last, rules=()):
    """Return the course of the ratio between two dates as a list of points.

    The first point stands on ``first``; another follows on every day on which
    one of the figures changes.  Cost: the number of intervals, not of days.

    :param rules: the requirement over time; see :func:`rule_on`
    """
    changes = defaultdict(list)
    _collect_changes(managers, 0, first, last, changes)
    _collect_changes(certificates, 1, first, last, changes)
    starts = {r.start for r in rules if r.start and first < r.start <= last}
    tally = _Tally()
    points = []
    for day in sorted({first, *changes, *starts}):
        for change in changes.get(day, ()):
            tally.apply(*change)
        rule = rule_on(rules, day)
        required = required_heads(tally.managers, rule.rate, rule.minimum)
        point = RatioPoint(day, tally.managers, tally.holders, required)
        if not points or _differs(points[-1], point):
            points.append(point)
    return points


def _differs(before, after):
    return (before.managers, before.holders, before.required) != (
        after.managers,
        after.holders,
        after.required,
    )


def falls_under(points):
    """Return the days on which the requirement stops being met.

    A course that starts below counts with its first day.
    """
    days = []
    was_met = True
    for point in points:
        is_met = point.shortfall == 0
        if was_met and not is_met:
            days.append(point.day)
        was_met = is_met
    return days


def value_on(points, day):
    """Return the point of a course that holds on a day, ``None`` before it."""
    found = None
    for point in points:
        if point.day > day:
            break
        found = point
    return found


def month_end(day):
    """Return the last day of the month of a date."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - ONE_DAY


def month_ends(first, months):
    """Return that many month ends; the first is the one on or after ``first``."""
    ends = [month_end(first)]
    while len(ends) < months:
        ends.append(month_end(ends[-1] + ONE_DAY))
    return ends[:months]
