"""Conditions and fees of rights.

Depreciation is price x daily rate x (days since the sale - repair days - waiting
days), as the general three-guarantee regulation of 1995 is applied; a usage fee is
price x usage / 1000 x n (Order 43 of 2021, article 27); an offset is price x usage
/ divisor, as laws on faulty cars abroad have it. Decimal only, no float.
"""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from .entitlement_clock import live_visits, start_basis
from .entitlement_facts import FAULTS


class Condition(NamedTuple):
    """One condition of history: what was counted against what is needed."""

    name: str
    count: int
    needed: int
    is_met: bool


def applies(rule, facts):
    """Tell whether a rule is about this kind of sale at all.

    Only facts that the rule depends on are looked at: answers are remembered by
    what was asked (see ``memo``).
    """
    if rule.channel != "any" and rule.channel != facts.channel:
        return False
    if rule.category != "any" and rule.category != facts.category:
        return False
    if rule.except_category and rule.except_category == facts.category:
        return False
    if rule.classes and facts.class_id not in rule.classes:
        return False
    if not rule.date_from and not rule.date_to:
        return True
    sale = facts.date_invoice or facts.date_delivery
    if rule.date_from and sale and sale < rule.date_from:
        return False
    return not (rule.date_to and sale and sale > rule.date_to)


def refusal(rule, facts, on_date, fault, usage, window):
    """Return (reason, args) of the first condition that fails, or None."""
    return (
        _window_refusal(rule, facts, on_date, window)
        or _usage_refusal(rule, usage)
        or _kind_refusal(rule, facts)
        or _fault_refusal(rule, fault)
        or _history_refusal(rule, facts, fault)
        or _model_refusal(rule, facts)
    )


def _window_refusal(rule, facts, on_date, window):
    if facts.date_closed and on_date >= facts.date_closed:
        return "closed", {"date": facts.date_closed}
    if window.first is None:
        return "no_start", {}
    if rule.window_unit != "none" and window.last is None:
        return "no_window", {}
    if on_date < window.first:
        return "not_started", {"date": window.first}
    if window.last and on_date > window.last:
        return "expired", {"date": window.last}
    return None


def _usage_refusal(rule, usage):
    if rule.usage_limit is None or usage is None or usage <= rule.usage_limit:
        return None
    return "usage", {"usage": usage, "limit": rule.usage_limit}


def _kind_refusal(rule, facts):
    if rule.not_for_excluded and facts.is_excluded:
        return "excluded", {}
    if rule.needs_full_warranty and not facts.is_full_warranty:
        return "not_full", {}
    return None


def _fault_refusal(rule, fault):
    if rule.fault == "none":
        return None
    if fault is None:
        return "needs_fault", {"fault": rule.fault}
    if fault.kind not in FAULTS[rule.fault] or fault.groups & rule.except_groups:
        return "other_fault", {"fault": rule.fault}
    if rule.groups and not fault.groups & rule.groups:
        return "other_group", {"groups": rule.groups}
    return None


def _model_refusal(rule, facts):
    if rule.model == "any":
        return None
    # Unless told otherwise the same model is taken to be available.
    available = facts.model_available is not False
    if rule.model == "available":
        return None if available else ("model_unavailable", {})
    return ("model_available", {}) if available else None


def _history_refusal(rule, facts, fault):
    for item in conditions(rule, facts, fault):
        if not item.is_met:
            figures = {"count": item.count, "needed": item.needed}
            return item.name, figures
    return None


def conditions(rule, facts, fault=None):
    """Return every :class:`Condition` of history that the rule sets."""
    if not rule.has_history:
        return []
    visits = live_visits(rule, facts)
    found = [
        Condition(name, count, needed, count >= needed)
        for name, needed, counter in (
            ("repairs", rule.min_repairs, _count_repairs),
            ("same_fault", rule.min_same_fault, count_same_fault),
            ("safety_repairs", rule.min_safety_repairs, _count_safety),
        )
        if needed
        for count in (counter(visits, fault),)
    ]
    for name, needed, is_assembly in (
        ("assemblies", rule.min_assemblies, True),
        ("parts", rule.min_parts, False),
    ):
        if needed:
            count = count_replacements(rule, facts, fault, is_assembly)
            found.append(Condition(name, count, needed, count >= needed))
    return found + _day_conditions(rule, visits)


def _count_repairs(visits, _fault):
    return sum(1 for visit in visits if visit.end)


def _count_safety(visits, _fault):
    return sum(1 for visit in visits if visit.end and visit.is_safety)


def count_same_fault(visits, fault):
    """Count the finished repairs of one fault.

    The stated code counts; without a code the stated assembly; without both the
    code that came most often. Repairs without a code are of no known fault.
    """
    done = [visit for visit in visits if visit.end]
    if fault and fault.key is not None:
        return sum(1 for visit in done if visit.fault == fault.key)
    if fault and fault.groups:
        return sum(1 for visit in done if visit.groups & fault.groups)
    codes = Counter(visit.fault for visit in done if visit.fault is not None)
    return max(codes.values(), default=0)


def count_replacements(rule, facts, fault, is_assembly):
    """Count the replacements of one assembly, or of one main part.

    Assemblies and parts are not added together. A stated assembly restricts the
    count to itself: what was replaced elsewhere says nothing about this fault.
    """
    stated = fault.groups if fault else frozenset()
    restart = facts.date_restart if rule.restarts else None
    counted = rule.counted_groups or rule.groups
    counts = Counter()
    for item in facts.replacements:
        if item.is_assembly != is_assembly or (restart and item.day < restart):
            continue
        if counted and not item.groups & counted:
            continue
        if stated and not item.groups & stated:
            continue
        keys = item.groups if is_assembly else (item.part,)
        counts.update(keys)
    return max(counts.values(), default=0)


def _day_conditions(rule, visits):
    """Conditions that ask for more than a number of days."""
    attribute = "visit_days" if rule.counts_visit else "repair_days"
    eligible = visits
    name = "repair_days"
    if rule.own_delay:
        eligible, name = [v for v in visits if v.own_delay], "own_days"
    if rule.during_repair:
        eligible, name = [v for v in eligible if not v.end], "running_days"
    return [
        Condition(key, count, over, count > over)
        for key, over, count in (
            (name, rule.repair_days_over, _longest(eligible, attribute)),
            (
                "total_days",
                rule.total_days_over,
                sum(getattr(visit, attribute) for visit in visits),
            ),
            (
                "waiting_days",
                rule.waiting_days_over,
                _longest(visits, "waiting_days"),
            ),
        )
        if over is not None
    ]


def _longest(visits, attribute):
    return max((getattr(visit, attribute) for visit in visits), default=0)


def fee(rule, facts, on_date, usage=None):
    """Return (fee, arithmetic, missing); the fee is None where a figure misses.

    The fee is never below zero nor above the price. ``missing`` names what has
    to be known first: price, rate, usage.
    """
    if rule.fee == "none":
        return _round(Decimal(0), facts), "", ""
    if not facts.price:
        return None, "", "price"
    if rule.fee == "depreciation":
        return _depreciation(rule, facts, on_date)
    if usage is None:
        return None, "", "usage"
    usage = max(Decimal(0), Decimal(usage))
    if rule.fee == "offset":
        return _offset(rule, facts, usage)
    return _usage_fee(rule, facts, usage)


def _depreciation(rule, facts, on_date):
    bought = start_basis(rule, facts)[0]
    if facts.daily_rate is None or bought is None:
        return None, "", "rate"
    visits = live_visits(rule, facts)
    repair = sum(visit.repair_days for visit in visits)
    waiting = sum(visit.waiting_days for visit in visits)
    elapsed = (on_date - bought).days
    days = max(0, elapsed - repair - waiting)
    formula = (
        f"{_plain(facts.daily_rate)} × ({elapsed} − {repair} − {waiting})"
        if repair or waiting
        else f"{_plain(facts.daily_rate)} × {elapsed}"
    )
    return _finish(facts, facts.price * facts.daily_rate * days, formula)


def _usage_fee(rule, facts, usage):
    rate = rule.fee_rate
    if facts.usage_rate is not None:
        # The maker may state less than the law allows, never more.
        rate = min(rate, facts.usage_rate)
    amount = facts.price * usage / 1000 * rate
    return _finish(facts, amount, f"{_plain(usage)} ÷ 1000 × {_plain(rate)}")


def _offset(rule, facts, usage):
    if rule.fee_divisor <= 0:
        return None, "", "rate"
    amount = facts.price * usage / rule.fee_divisor
    return _finish(facts, amount, f"{_plain(usage)} ÷ {rule.fee_divisor}")


def _finish(facts, exact, formula):
    """Round and clamp an amount, and write its arithmetic down."""
    raw, price = _round(exact, facts), _round(facts.price, facts)
    amount = min(max(raw, Decimal(0)), price)
    text = f"{price} × {formula} = {raw}"
    if raw > price:
        text += f" > {price}"
    return amount, text, ""


def _plain(number):
    """Return a number without trailing zeros and without an exponent."""
    return f"{number.normalize():f}"


def _round(amount, facts):
    return amount.quantize(Decimal(1).scaleb(-facts.digits), rounding=ROUND_HALF_UP)
