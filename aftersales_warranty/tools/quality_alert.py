"""Repeated failures over a threshold, in plain Python.

A rule counts failures of one fault on one model (and, if it says so, of one batch)
that came up within a number of days, on units within a window of months in
service.  Shares are compared exactly, as fractions.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction


@dataclass(frozen=True)
class Event:
    """One failure; ``month`` is the month in service, empty where unknown."""

    key: int
    model: int
    categories: frozenset
    fault: int
    batch: str | None
    month: int | None
    day: date


@dataclass(frozen=True)
class Rule:
    """What is counted, within what, and from what on it is too much.

    ``limit`` counts failures; with ``is_share`` it is per cent of the units in
    use, and ``minimum`` failures are needed besides.
    """

    days: int
    limit: Fraction
    is_share: bool = False
    minimum: int = 1
    model: int | None = None
    category: int | None = None
    fault: int | None = None
    month_from: int | None = None
    month_to: int | None = None
    per_batch: bool = False

    def covers(self, event):
        """Whether the rule looks at such a failure at all."""
        return (
            self.model in (None, event.model)
            and (self.category is None or self.category in event.categories)
            and self.fault in (None, event.fault)
            and self._is_in_months(event.month)
            and not (self.per_batch and not event.batch)
        )

    def _is_in_months(self, month):
        if self.month_from is None and self.month_to is None:
            return True
        if month is None:
            return False
        low = self.month_from or 1
        return low <= month and (self.month_to is None or month <= self.month_to)

    def first_day(self, today):
        """First of the days that are counted."""
        return today - timedelta(days=self.days - 1)


@dataclass(frozen=True)
class Hit:
    """A fault of a model that came up too often."""

    model: int
    fault: int
    batch: str | None
    events: tuple
    units: float | None = None

    @property
    def share(self):
        """Failures in per cent of the units; ``None`` where nobody counted them."""
        return len(self.events) * 100 / self.units if self.units else None


def find_hits(rule, events, today, count_units=None):
    """Faults that are over the threshold of a rule.

    :param events: iterable of :class:`Event`; the same key counts once
    :param count_units: function (model, batch) → units in use within the months
        of the rule; asked only by rules on a share, and only where the failures
        reach the minimum
    :return: list of :class:`Hit`, most failures first
    """
    first = rule.first_day(today)
    groups = defaultdict(dict)
    for event in events:
        if first <= event.day <= today and rule.covers(event):
            batch = event.batch if rule.per_batch else None
            groups[event.model, event.fault, batch].setdefault(event.key, event)
    hits = []
    for (model, fault, batch), found in groups.items():
        hit = Hit(model, fault, batch, tuple(found.values()))
        hit = _judge(rule, hit, count_units)
        if hit:
            hits.append(hit)
    return sorted(hits, key=lambda h: (-len(h.events), h.model, h.fault, h.batch or ""))


def _judge(rule, hit, count_units):
    """The hit where it is over the threshold, with the units it rests on."""
    count = len(hit.events)
    if not rule.is_share:
        return hit if count >= rule.limit else None
    if count < rule.minimum:
        return None
    units = count_units(hit.model, hit.batch)
    if not units or Fraction(count * 100) < rule.limit * Fraction(str(units)):
        return None
    return Hit(hit.model, hit.fault, hit.batch, hit.events, units)
