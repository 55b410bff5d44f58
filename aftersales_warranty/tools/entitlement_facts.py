"""What the calculation of rights is told and what it answers: plain values.

Money is ``Decimal``, days are calendar days in the company's time zone. Keys of
rules, faults and parts are opaque: the caller gets them back as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

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
class Fault:
    """A stated fault: its class, the assemblies it is about, its code."""

    kind: str
    groups: frozenset = frozenset()
    key: object = None

    @classmethod
    def of(cls, stated):
        """Return a fault for a class name; faults and None stay as they are."""
        return cls(stated) if isinstance(stated, str) else stated


class Visit(NamedTuple):
    """One repair of the unit.

    ``repair_days`` and ``waiting_days`` do not overlap: a day of waiting for a
    part is counted as waiting only. ``visit_days`` is the whole visit, each 24
    hours and a remainder as one day, without the hours that do not count.
    """

    start: date
    end: date | None = None
    repair_days: int = 0
    waiting_days: int = 0
    visit_days: int = 0
    own_delay: bool = True
    fault: object = None
    groups: frozenset = frozenset()
    is_safety: bool = False


class Replacement(NamedTuple):
    """One replaced assembly or main part."""

    day: date
    part: object
    groups: frozenset = frozenset()
    is_assembly: bool = False


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """Everything about one unit that a rule may ask for."""

    price: Decimal = Decimal(0)
    currency: str = ""
    digits: int = 2
    channel: str = "shop"
    category: str = "general"
    class_id: object = None
    date_invoice: date | None = None
    date_delivery: date | None = None
    date_installation: date | None = None
    date_factory: date | None = None
    date_restart: date | None = None
    date_closed: date | None = None
    date_policy_end: date | None = None
    visits: tuple = ()
    replacements: tuple = ()
    whole_months: int | None = None
    part_months: int | None = None
    daily_rate: Decimal | None = None
    usage_rate: Decimal | None = None
    is_excluded: bool = False
    is_full_warranty: bool = False
    model_available: bool | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One right: whom it is for, its window, its trigger and its price.

    ``usage_limit`` beside the window: whichever is reached first ends the right.
    ``…_over`` triggers ask for more than that many days, ``min_…`` triggers for
    at least that many. ``groups`` restrict the stated fault, ``counted_groups`` (or
    else ``groups``) the replacements that are counted. ``reply_days`` and
    ``completion_days`` are working days, ``refund_days`` and ``delay_days`` calendar
    days; ``refund_start`` tells from when the refund has to come.
    """

    type: str
    key: object = None
    source: str = ""
    confidence: str = ""
    channel: str = "any"
    category: str = "any"
    except_category: str = ""
    classes: frozenset = frozenset()
    not_for_excluded: bool = False
    needs_full_warranty: bool = False
    clock_start: str = "invoice"
    counts_first_day: bool = False
    factory_days: int = 0
    window_value: int = 0
    window_unit: str = "day"
    usage_limit: Decimal | None = None
    extends: bool = False
    min_days_left: int = 0
    months_after_repair: int = 0
    restarts: bool = True
    moves_on_holiday: bool = False
    fault: str = "none"
    groups: frozenset = frozenset()
    except_groups: frozenset = frozenset()
    counted_groups: frozenset = frozenset()
    min_repairs: int = 0
    min_same_fault: int = 0
    min_safety_repairs: int = 0
    min_assemblies: int = 0
    min_parts: int = 0
    repair_days_over: int | None = None
    total_days_over: int | None = None
    waiting_days_over: int | None = None
    counts_visit: bool = False
    own_delay: bool = False
    during_repair: bool = False
    model: str = "any"
    fee: str = "none"
    fee_rate: Decimal = Decimal(0)
    fee_divisor: int = 0
    chooser: str = "consumer"
    freight: str = ""
    proof_months: int = 0
    reply_days: int = 0
    completion_days: int = 0
    refund_days: int = 0
    refund_start: str = "request"
    delay_days: int = 0
    date_from: date | None = None
    date_to: date | None = None
    #: Whether any condition of history is set: most rules have none.
    has_history: bool = field(init=False, default=False, compare=False)

    def __post_init__(self):
        counts = (
            self.min_repairs,
            self.min_same_fault,
            self.min_safety_repairs,
            self.min_assemblies,
            self.min_parts,
        )
        days = (self.repair_days_over, self.total_days_over, self.waiting_days_over)
        found = any(counts) or any(limit is not None for limit in days)
        object.__setattr__(self, "has_history", found)


class Result(NamedTuple):
    """Answer of one rule; ``reason`` is a key, ``args`` its figures.

    ``deadline`` is the last day of the right. The other deadlines run from the
    day of the request and stand only where the right is given.
    """

    type: str
    allowed: bool
    fee: Decimal | None
    currency: str
    rule: object
    source: str
    reason: str
    args: Mapping = MappingProxyType({})
    deadline: date | None = None
    chooser: str = "consumer"
    arithmetic: str = ""
    confidence: str = ""
    freight: str = ""
    proof_until: date | None = None
    reply_deadline: date | None = None
    completion_deadline: date | None = None
    refund_deadline: date | None = None
    refund_days: int = 0
    refund_start: str = ""
    delay_deadline: date | None = None
