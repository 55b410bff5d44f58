"""Windows and deadlines of rights: which day starts, which day is the last.

A window is counted without its first day and its last day is inside (Civil Code
articles 201 and 202), unless the rule counts the first day. Where it says so,
days of repair and of waiting for a part run the window on. Only repairs that
began while it was still open do that: a right that has ended stays ended.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple


class Window(NamedTuple):
    """First and last day of a right and where its clock starts.

    ``last`` is None where the window is open or no period is laid down.
    """

    first: date | None
    last: date | None
    basis: str


# A basis whose date is unknown falls back to the next one that is known; the
# order goes towards the sale, which every registered unit has.
BASIS = {
    "invoice": ("invoice", "delivery"),
    "delivery": ("delivery", "invoice"),
    "receipt_next": ("delivery", "invoice"),
    "installation": ("installation", "delivery", "invoice"),
    "factory": ("factory", "invoice", "delivery"),
}


@lru_cache(maxsize=16384)
def add_months(start, months):
    """Return the day ``months`` later, or the last day of a shorter month."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def is_weekday(day):
    """Return whether a day is a working day where no calendar is known."""
    return day.weekday() < 5


def add_working_days(day, count, is_working=None):
    """Return the ``count``-th working day after ``day``.

    :param is_working: callable that tells a working day; None: Monday to Friday
    """
    is_working = is_working or is_weekday
    # A calendar without any working day must not hang the caller.
    limit = day + timedelta(days=count * 7 + 366)
    while count > 0 and day < limit:
        day += timedelta(days=1)
        count -= bool(is_working(day))
    return day


def next_working_day(day, is_working=None):
    """Return ``day`` itself where it is a working day, else the next one."""
    return add_working_days(day - timedelta(days=1), 1, is_working)


def start_basis(rule, facts):
    """Return (day on which the clock starts, what it starts with)."""
    if rule.restarts and facts.date_restart:
        return facts.date_restart, "restart"
    for basis in BASIS[rule.clock_start]:
        day = getattr(facts, f"date_{basis}")
        if day and basis == "factory":
            return day + timedelta(days=rule.factory_days), basis
        if day:
            return day, basis
    if rule.factory_days and facts.date_factory:
        return facts.date_factory + timedelta(days=rule.factory_days), "factory"
    return None, ""


def window_start(rule, facts):
    """Return the day on which the clock of the rule starts, None if unknown."""
    return start_basis(rule, facts)[0]


def window(rule, facts, is_working=None):
    """Return the :class:`Window` of a rule for a unit."""
    start, basis = start_basis(rule, facts)
    if start is None:
        return Window(None, None, basis)
    last = _plain_last(rule, facts, start)
    if last is not None and rule.window_unit != "policy":
        last = _extend(rule, facts, last)
        if rule.moves_on_holiday:
            last = next_working_day(last, is_working)
    return Window(start, last, basis)


def window_end(rule, facts, is_working=None):
    """Return the last day of the window; None where it is open or unknown."""
    return window(rule, facts, is_working).last


def live_visits(rule, facts):
    """Return the repairs that count: after an exchange only the later ones."""
    if rule.restarts and facts.date_restart:
        return [v for v in facts.visits if v.start >= facts.date_restart]
    return facts.visits


def _plain_last(rule, facts, start):
    unit, value = rule.window_unit, rule.window_value
    if unit == "policy":
        return facts.date_policy_end
    # From the day after the receipt on, the receipt itself is never counted.
    skip = rule.counts_first_day and rule.clock_start != "receipt_next"
    if unit == "day":
        return start + timedelta(days=value - skip)
    if unit in ("whole", "part"):
        value = facts.whole_months if unit == "whole" else facts.part_months
        unit = "month"
    if value is None or unit == "none":
        return None
    months = value * (12 if unit == "year" else 1)
    return add_months(start, months) - timedelta(days=skip)


def _extend(rule, facts, last):
    """Run a window on by the repairs that began while it was open."""
    # What does not matter is not asked: see ``memo``.
    if not (rule.extends or rule.months_after_repair or rule.min_days_left):
        return last
    if not facts.visits:
        return last
    visits = sorted(live_visits(rule, facts), key=lambda visit: visit.start)
    if rule.months_after_repair and any(v.start <= last for v in visits):
        last = add_months(last, rule.months_after_repair)
    for visit in visits:
        if visit.start > last:
            break
        if rule.extends:
            last += timedelta(days=visit.repair_days + visit.waiting_days)
        if rule.min_days_left and visit.end:
            last = max(last, visit.end + timedelta(days=rule.min_days_left))
    return last
