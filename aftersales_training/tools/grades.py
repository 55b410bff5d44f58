"""Conditions of a technical grade, without the ORM.

A month counts when it is full; what is left over of several periods is put
together, 31 days to a month, so that no single period is rounded up (proposal).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .competition import exact


@dataclass(frozen=True)
class Condition:
    """One condition of a grade with the figures that were found."""

    kind: str
    required: object
    found: object
    is_met: bool


def merge(periods, day):
    """Return the periods (first, last) before and on a day, without overlaps.

    :param periods: list of (first day, last day or ``None``)
    """
    cut = sorted(
        (first, min(last or day, day)) for first, last in periods if first <= day
    )
    merged = []
    for first, last in cut:
        if last < first:
            continue
        if merged and first <= merged[-1][1] + timedelta(1):
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def split_months(first, last):
    """Return (full months, days left over) from a first to a last day."""
    end = last + timedelta(1)
    months = (end.year - first.year) * 12 + end.month - first.month
    if end.day < first.day:
        months -= 1
    return months, (end - _shift(first, months)).days


def months_in(periods, day):
    """Return the full months that a person spent in periods until a day."""
    parts = [split_months(first, last) for first, last in merge(periods, day)]
    return sum(months for months, _d in parts) + sum(days for _m, days in parts) // 31


def _shift(day, months):
    """The day some months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (following - timedelta(1)).day
    return date(year, month + 1, min(day.day, last))


def check(rule, facts):
    """Return the conditions of a grade, each met or not.

    :param rule: dict with ``certificates`` (set), ``any_certificate`` (bool),
        ``courses`` (set), ``months_in_role``, ``previous`` (key or ``None``),
        ``months_in_grade``, ``metric`` (``None`` or (minimum, direction))
    :param facts: dict with ``certificates``, ``courses``, ``role`` periods,
        ``grade`` periods in the previous grade, ``holds_previous``, ``metric``
        (exact value or ``None``) and ``day``
    """
    day = facts["day"]
    conditions = []
    wanted = frozenset(rule["certificates"])
    if wanted:
        held = wanted & facts["certificates"]
        met = bool(held) if rule["any_certificate"] else held == wanted
        conditions.append(Condition("certificates", wanted, held, met))
    wanted = frozenset(rule["courses"])
    if wanted:
        passed = wanted & facts["courses"]
        conditions.append(Condition("courses", wanted, passed, passed == wanted))
    if rule["months_in_role"]:
        conditions.append(
            _time("months_in_role", rule["months_in_role"], facts["role"], day)
        )
    if rule["previous"] is not None:
        holds = facts["holds_previous"]
        conditions.append(Condition("previous", rule["previous"], holds, bool(holds)))
        if rule["months_in_grade"]:
            conditions.append(
                _time("months_in_grade", rule["months_in_grade"], facts["grade"], day)
            )
    if rule["metric"] is not None:
        limit, direction = rule["metric"]
        value = facts["metric"]
        met = value is not None and (
            value >= limit if direction == "up" else value <= limit
        )
        conditions.append(Condition("metric", limit, value, met))
    return conditions


def _time(kind, required, periods, day):
    found = months_in(periods, day)
    return Condition(kind, required, found, found >= required)


def metric_value(numerator, denominator, unit):
    """Return the exact value of a metric, ``None`` where nothing was measured.

    :param unit: unit of the metric; shares (``%``) are returned in per cent
    """
    if not denominator:
        return None
    value = Fraction(exact(numerator or 0)) / exact(denominator)
    return 100 * value if unit == "%" else value
