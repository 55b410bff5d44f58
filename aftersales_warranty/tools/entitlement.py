"""What the holder of a unit may ask for on a date, by law or by promise.

Source of the rules: each :class:`Rule` carries its own source; these files only
hold the arithmetic that they share. Facts, rules and answers are in
``entitlement_facts``, windows and deadlines in ``entitlement_clock``, conditions
and fees in ``entitlement_rules``. Plain Python: no ORM, no float.
"""

from datetime import date, timedelta
from typing import NamedTuple

from .entitlement_clock import (
    add_months,
    add_working_days,
    next_working_day,
    window,
    window_end,
    window_start,
)
from .entitlement_facts import (
    FAULTS,
    Fault,
    Replacement,
    Result,
    Rule,
    UnitFacts,
    Visit,
)
from .entitlement_rules import applies, conditions, count_same_fault, fee, refusal

__all__ = [
    "COVER_TYPES",
    "FAULTS",
    "Fault",
    "LegalPeriod",
    "Replacement",
    "Result",
    "Rule",
    "UnitFacts",
    "Visit",
    "add_months",
    "add_working_days",
    "applies",
    "conditions",
    "count_same_fault",
    "cover_rules",
    "evaluate",
    "evaluate_rule",
    "fee",
    "gives_cover",
    "legal_cover",
    "legal_periods",
    "next_working_day",
    "plain_periods",
    "window",
    "window_end",
    "window_start",
]

#: Rights that make a repair free of charge.
COVER_TYPES = ("free_repair", "part_replacement")


class LegalPeriod(NamedTuple):
    """Free repair that one rule gives without any history."""

    end: date
    key: object
    start: date
    usage_limit: object
    source: str


def evaluate_rule(rule, facts, on_date, fault=None, usage=None, is_working=None):
    """Return the :class:`Result` of one rule that applies."""
    fault = Fault.of(fault)
    span = window(rule, facts, is_working)
    refused = refusal(rule, facts, on_date, fault, usage, span)
    amount, arithmetic, deadlines = None, "", {}
    if not refused:
        amount, arithmetic, missing = fee(rule, facts, on_date, usage)
        refused = (f"no_{missing}", {}) if missing else None
    if not refused:
        refused = "granted", _granted_args(rule, facts, on_date, fault, usage, span)
        deadlines = _deadlines(rule, on_date, is_working)
    reason, args = refused
    return Result(
        type=rule.type,
        allowed=reason == "granted",
        fee=amount,
        currency=facts.currency,
        rule=rule.key,
        source=rule.source,
        reason=reason,
        args=args,
        deadline=span.last,
        chooser=rule.chooser,
        arithmetic=arithmetic,
        confidence=rule.confidence,
        freight=rule.freight,
        proof_until=_proof_until(rule, span),
        **deadlines,
    )


def _granted_args(rule, facts, on_date, fault, usage, span):
    """Figures from which the sentence of a right that is given is made."""
    return {
        "basis": span.basis,
        "start": span.first,
        "day": (on_date - span.first).days,
        "days": (span.last - span.first).days if span.last else None,
        "unit": rule.window_unit,
        "end": span.last,
        "fault": None if rule.fault == "none" else fault.kind,
        "groups": fault.groups & rule.groups if fault else frozenset(),
        "usage": usage,
        "limit": rule.usage_limit,
        "conditions": conditions(rule, facts, fault),
        "model": rule.model,
    }


def _proof_until(rule, span):
    """Last day on which the trader has to prove that the unit was in order."""
    if not rule.proof_months or span.first is None:
        return None
    return add_months(span.first, rule.proof_months)


def _deadlines(rule, on_date, is_working):
    """Deadlines of the other side, from the day of the request on."""
    found = {}
    for name, days in (
        ("reply_deadline", rule.reply_days),
        ("completion_deadline", rule.completion_days),
    ):
        if days:
            found[name] = add_working_days(on_date, days, is_working)
    if rule.delay_days:
        found["delay_deadline"] = on_date + timedelta(days=rule.delay_days)
    if rule.refund_days:
        found |= {"refund_days": rule.refund_days, "refund_start": rule.refund_start}
        if rule.refund_start == "request":
            found["refund_deadline"] = on_date + timedelta(days=rule.refund_days)
    return found


def evaluate(rules, facts, on_date, fault=None, usage=None, is_working=None):
    """Return one result per rule that applies, allowed ones first.

    :param fault: a :class:`Fault`, the name of a class, or None for no fault
    :param usage: kilometres, hours or cycles as ``Decimal``; None: not known
    :param is_working: callable that tells a working day
    """
    fault = Fault.of(fault)
    results = [
        evaluate_rule(rule, facts, on_date, fault, usage, is_working)
        for rule in rules
        if applies(rule, facts)
    ]
    results.sort(key=lambda result: not result.allowed)
    return results


def legal_periods(rules, facts, component, group=None, is_working=None):
    """Return every :class:`LegalPeriod` that the law alone gives a component.

    Only rights to a free repair count that ask for nothing but a fault: no
    history, no price, no written warranty of the maker.

    :param component: whole_unit, labour, travel, or part for a main part
    :param group: the assembly or accessory the part belongs to, where known
    """
    return plain_periods(cover_rules(rules, component, group), facts, is_working)


def cover_rules(rules, component, group=None):
    """Return the rules that make a component free without any history."""
    groups = frozenset((group,)) if group else frozenset()
    return [rule for rule in rules if gives_cover(rule, component, groups)]


def plain_periods(rules, facts, is_working=None):
    """Return the :class:`LegalPeriod` of every rule that applies to a unit."""
    return [
        LegalPeriod(span.last, rule.key, span.first, rule.usage_limit, rule.source)
        for rule in rules
        if applies(rule, facts)
        for span in (window(rule, facts, is_working),)
        if span.last
    ]


def gives_cover(rule, component, groups=frozenset()):
    """Tell whether a rule makes a component free without any history."""
    if rule.type not in COVER_TYPES or rule.fee != "none":
        return False
    if rule.window_unit == "policy" or rule.model == "unavailable":
        return False
    if conditions(rule, UnitFacts()) or groups & rule.except_groups:
        return False
    if rule.groups and not groups & rule.groups:
        return False
    if component == "part":
        return True
    if component == "travel" and rule.freight == "consumer":
        return False
    # A right that needs a named fault does not make just any repair free.
    return rule.type == "free_repair" and rule.fault in ("any", "none")


def legal_cover(rules, facts, component, group=None):
    """Return (last day, rule key) of the best legal period, None without any.

    For the better of law and promise: the free repair or part replacement that
    the law alone gives, whatever happened to the unit before.
    """
    found = legal_periods(rules, facts, component, group)
    if not found:
        return None
    best = max(found, key=lambda period: period.end)
    return best.end, best.key
