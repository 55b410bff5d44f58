"""Failures by month in service: an actuarial life table, in plain Python.

Month 1 of a unit begins on the day it entered service and ends on the eve of its
monthly anniversary; an anniversary that a short month does not have falls on the
last day of that month.  Units are repairable: a failure does not end the time at
risk, and repeated failures of one unit all count.

A month of a unit that was seen only in part (the unit entered observation late,
left service or still runs) counts half: the actuarial convention.  Counts are
kept in halves, so that sums are exact for whole quantities in any order.
"""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Group:
    """``quantity`` like units that entered service on one day.

    ``end`` is the day they left service; empty while they are in use.
    """

    key: tuple
    start: date
    end: date | None = None
    quantity: float = 1


@dataclass(frozen=True)
class Failure:
    """One failure of a unit of a group, and what it cost."""

    key: tuple
    start: date
    end: date | None
    day: date
    cost: Decimal = Decimal(0)


@dataclass(frozen=True)
class Row:
    """One month in service: units that reached it, unit-months seen, failures."""

    units: float = 0
    exposure: float = 0
    failures: int = 0
    cost: Decimal = Decimal(0)

    @property
    def rate(self):
        """Failures per unit and month; ``None`` where nothing was at risk."""
        return self.failures / self.exposure if self.exposure else None


def completed_months(start, day):
    """Monthly anniversaries of ``start`` up to and including ``day``."""
    months = (day.year - start.year) * 12 + day.month - start.month
    anniversary = min(start.day, monthrange(day.year, day.month)[1])
    return months - (day.day < anniversary)


def month_in_service(start, day):
    """Month in service of a day, 1 for the first; below 1 before the start."""
    return completed_months(start, day) + 1


def add_months(start, months):
    """Monthly anniversary of a day, within a month that is too short its end."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def observed_span(start, end, date_from, date_to):
    """First and last day on which a unit was seen; ``None`` where it never was."""
    first = max(start, date_from)
    last = min(end or date_to, date_to)
    return (first, last) if first <= last else None


def tally(groups, failures, date_from, date_to):
    """Life table of many units.

    :param groups: iterable of :class:`Group`
    :param failures: iterable of :class:`Failure`; those that nobody could have
        seen (outside the unit's observed time) do not count
    :param date_from: first day on which failures were recorded
    :param date_to: last day
    :return: ``{key: {month: Row}}``, months in order
    """
    counts = defaultdict(_Counts)
    for group in groups:
        span = observed_span(group.start, group.end, date_from, date_to)
        if span:
            counts[group.key].add_units(group, *span)
    for failure in failures:
        span = observed_span(failure.start, failure.end, date_from, date_to)
        if span and span[0] <= failure.day <= span[1]:
            counts[failure.key].add_failure(failure)
    return {key: count.rows() for key, count in counts.items()}


class _Counts:
    """Sums of one key; ranges of months as differences at their ends."""

    def __init__(self):
        self.steps = defaultdict(int)
        self.partial = defaultdict(int)
        self.failures = defaultdict(int)
        self.costs = defaultdict(Decimal)

    def add_units(self, group, first, last):
        """Count units from the first to the last day they were observed."""
        low = month_in_service(group.start, first)
        high = month_in_service(group.start, last)
        self.steps[low] += group.quantity
        self.steps[high + 1] -= group.quantity
        for month in self._find_partial(group.start, first, last, low, high):
            self.partial[month] += group.quantity

    @staticmethod
    def _find_partial(start, first, last, low, high):
        """Months of a span that were not seen from their first to their last day."""
        months = set()
        if first > add_months(start, low - 1):
            months.add(low)
        if last + ONE_DAY < add_months(start, high):
            months.add(high)
        return months

    def add_failure(self, failure):
        """Count a failure in its month in service."""
        month = month_in_service(failure.start, failure.day)
        self.failures[month] += 1
        self.costs[month] += failure.cost

    def rows(self):
        """The table: ``{month in service: Row}``."""
        months = {*self.steps, *self.failures}
        units, found = 0, {}
        for month in range(min(months), max(months) + 1):
            units += self.steps.get(month, 0)
            if units or month in self.failures:
                found[month] = Row(
                    units,
                    units - self.partial.get(month, 0) / 2,
                    self.failures.get(month, 0),
                    self.costs.get(month, Decimal(0)),
                )
        return found
