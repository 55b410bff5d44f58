"""What the holder of a unit may ask for on a date, by law or by promise.

Source of the rules: each :class:`Rule` carries its own source; this file only
holds the arithmetic that they share. Windows are counted without their first
day, the last day is inside (Civil Code articles 201 and 202). Depreciation is
price x daily rate x (days since the invoice - repair days - waiting days), as
the general three-guarantee regulation of 1995 is applied; a usage fee is
price x usage / 1000 x n (Order 43 of 2021, article 27).

``repair_days`` and ``waiting_days`` must not overlap: a day of waiting for a
part is counted as waiting only. Plain Python: no ORM, no float.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

# Which stated fault satisfies the fault that a rule asks for: a safety fault or
# a fault of a main part is a performance fault as well, not the other way round.
FAULTS = {
    "any": {"appearance", "performance", "main_part", "safety"},
    "appearance": {"appearance"},
    "performance": {"performance", "main_part", "safety"},
    "main_part": {"main_part"},
    "safety": {"safety"},
}


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Everything about one unit that a rule may ask for."""

    price: Decimal = Decimal(0)
    currency: str = ""
    digits: int = 2
    channel: str = "shop"
    category: str = "general"
    date_invoice: date | None = None
    date_delivery: date | None = None
    date_installation: date | None = None
    date_restart: date | None = None
    date_closed: date | None = None
    repair_count: int = 0
    repair_days: int = 0
    longest_repair: int = 0
    waiting_days: int = 0
    longest_waiting: int = 0
    whole_months: int | None = None
    part_months: int | None = None
    daily_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One right: its window, its trigger and its price."""

    type: str
    key: object = None
    source: str = ""
    channel: str = "any"
    category: str = "any"
    clock_start: str = "invoice"
    window_value: int = 0
    window_unit: str = "day"
    usage_limit: Decimal | None = None
    fault: str = "none"
    min_repairs: int = 0
    repair_days_over: int | None = None
    waiting_days_over: int | None = None
    extends: bool = False
    months_after_repair: int = 0
    restarts: bool = True
    fee: str = "none"
    fee_rate: Decimal = Decimal(0)
    chooser: str = "consumer"
    date_from: date | None = None
    date_to: date | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Answer of one rule; ``reason`` is a key, ``args`` its figures."""

    type: str
    allowed: bool
    fee: Decimal | None
    currency: str
    rule: object
    source: str
    reason: str
    args: dict = field(default_factory=dict)
    deadline: date | None = None
    chooser: str = "consumer"


def add_months(start, months):
    """Return the day ``months`` later, or the last day of a shorter month."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def applies(rule, facts):
    """Tell whether a rule is about this kind of sale at all."""
    sale = facts.date_invoice or facts.date_delivery
    if rule.channel not in ("any", facts.channel):
        return False
    if rule.category not in ("any", facts.category):
        return False
    if rule.date_from and sale and sale < rule.date_from:
        return False
    return not (rule.date_to and sale and sale > rule.date_to)


def window_start(rule, facts):
    """Return the day on which the clock of the rule starts."""
    if rule.restarts and facts.date_restart:
        return facts.date_restart
    fallback = {
        "invoice": (facts.date_invoice, facts.date_delivery),
        "delivery": (facts.date_delivery, facts.date_invoice),
        "installation": (
            facts.date_installation,
            facts.date_delivery,
            facts.date_invoice,
        ),
    }
    return next((day for day in fallback[rule.clock_start] if day), None)


def window_end(rule, facts):
    """Return the last day of the window; None where it is open or unknown."""
    start = window_start(rule, facts)
    if start is None:
        return None
    end = _raw_end(rule, facts, start)
    if end is None:
        return None
    if rule.months_after_repair and facts.repair_count:
        end = add_months(end, rule.months_after_repair)
    if rule.extends:
        end += timedelta(days=facts.repair_days + facts.waiting_days)
    return end


def _raw_end(rule, facts, start):
    unit, value = rule.window_unit, rule.window_value
    if unit == "day":
        return start + timedelta(days=value)
    if unit == "whole":
        value, unit = facts.whole_months, "month"
    elif unit == "part":
        value, unit = facts.part_months, "month"
    if value is None or unit == "none":
        return None
    return add_months(start, value * (12 if unit == "year" else 1))


def _refusal(rule, facts, on_date, fault, usage, end):
    """Return (reason, args) of the first condition that fails, or None."""
    start = window_start(rule, facts)
    if facts.date_closed and on_date >= facts.date_closed:
        return "closed", {"date": facts.date_closed}
    if start is None:
        return "no_start", {}
    if rule.window_unit != "none" and end is None:
        return "no_window", {}
    if on_date < start:
        return "not_started", {"date": start}
    if end and on_date > end:
        return "expired", {"date": end}
    if rule.usage_limit is not None and usage is not None and usage > rule.usage_limit:
        return "usage", {"usage": usage, "limit": rule.usage_limit}
    return _fault_refusal(rule, fault) or _history_refusal(rule, facts)


def _fault_refusal(rule, fault):
    if rule.fault == "none" or fault in FAULTS[rule.fault]:
        return None
    return ("needs_fault" if not fault else "other_fault"), {"fault": rule.fault}


def _history_refusal(rule, facts):
    if facts.repair_count < rule.min_repairs:
        return "repairs", {"count": facts.repair_count, "needed": rule.min_repairs}
    over = rule.repair_days_over
    if over is not None and facts.longest_repair <= over:
        return "repair_days", {"count": facts.longest_repair, "over": over}
    over = rule.waiting_days_over
    if over is not None and facts.longest_waiting <= over:
        return "waiting_days", {"count": facts.longest_waiting, "over": over}
    return None


def fee(rule, facts, on_date, usage=None):
    """Return (fee, arithmetic); the fee is None where a figure is missing."""
    if rule.fee == "none":
        return _round(Decimal(0), facts), ""
    if rule.fee == "depreciation":
        return _depreciation(facts, on_date)
    return _usage_fee(rule, facts, usage)


def _depreciation(facts, on_date):
    bought = facts.date_invoice or facts.date_delivery
    if facts.daily_rate is None or bought is None:
        return None, ""
    elapsed = (on_date - bought).days
    days = max(0, elapsed - facts.repair_days - facts.waiting_days)
    amount = _clamp(facts.price * facts.daily_rate * days, facts)
    text = (
        f"{facts.price} × {facts.daily_rate.normalize():f} × "
        f"({elapsed} − {facts.repair_days} − {facts.waiting_days}) = {amount}"
    )
    return amount, text


def _usage_fee(rule, facts, usage):
    if usage is None:
        return None, ""
    usage = max(Decimal(0), Decimal(usage))
    amount = _clamp(facts.price * usage / 1000 * rule.fee_rate, facts)
    rate = f"{rule.fee_rate.normalize():f}"
    return amount, f"{facts.price} × {usage} ÷ 1000 × {rate} = {amount}"


def _clamp(amount, facts):
    return _round(min(max(amount, Decimal(0)), facts.price), facts)


def _round(amount, facts):
    return amount.quantize(Decimal(1).scaleb(-facts.digits), rounding=ROUND_HALF_UP)


def evaluate_rule(rule, facts, on_date, fault=None, usage=None):
    """Return the :class:`Result` of one rule that applies."""
    end = window_end(rule, facts)
    refused = _refusal(rule, facts, on_date, fault, usage, end)
    amount, arithmetic = None, ""
    if not refused:
        amount, arithmetic = fee(rule, facts, on_date, usage)
        refused = ("no_fee", {}) if amount is None else None
    reason, args = refused or ("granted", {"arithmetic": arithmetic})
    return Result(
        type=rule.type,
        allowed=not refused,
        fee=amount,
        currency=facts.currency,
        rule=rule.key,
        source=rule.source,
        reason=reason,
        args=args,
        deadline=end,
        chooser=rule.chooser,
    )


def evaluate(rules, facts, on_date, fault=None, usage=None):
    """Return one result per rule that applies, allowed ones first."""
    results = [
        evaluate_rule(rule, facts, on_date, fault, usage)
        for rule in rules
        if applies(rule, facts)
    ]
    results.sort(key=lambda result: not result.allowed)
    return results
