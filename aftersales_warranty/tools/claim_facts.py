"""What the checks of a warranty claim compare, and what a check answers.

Plain Python: no ORM. Money is a whole number of minor units (cents). A value
that nobody knows is ``None``: its check is then not applicable.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

PASS, FAIL, NA = "pass", "fail", "na"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One claimed line; ``reference`` is the list value of a part.

    The share of a line that was typed ``by_hand`` comes from no order and proves
    nothing about the cover.  ``ceiling`` is what rates and cover pay for the line
    at most, ``part_share`` the per cent that the inspected old part leaves of it.
    A rate table in force, or an authorisation, was asked where it ``has_rates``; it
    may still set no limit.
    """

    kind: str
    claimed: int
    quantity: Decimal = Decimal(1)
    reference: int | None = None
    old_part_due: bool = False
    share: Decimal | None = None
    by_hand: bool = False
    name: str = ""
    is_causal: bool = False
    ceiling: int | None = None
    part_share: Decimal | None = None
    has_rates: bool = False
    hours_flat: Decimal | None = None
    operation: str | None = None
    includes: frozenset = frozenset()
    operation_fits: bool | None = None
    fault_fits: bool | None = None
    model_fits: bool | None = None
    has_invoice: bool = True
    removed_twice: tuple = ()


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """Everything about one claim that a check may ask for."""

    serial: str | None = None
    is_registered: bool = False
    covered_until: date | None = None
    has_policy: bool = False
    date_sale: date | None = None
    date_service: date | None = None
    date_closed: date | None = None
    date_failure: date | None = None
    date_start: date | None = None
    date_end: date | None = None
    date_submitted: date | None = None
    deadline_days: int = 0
    amount_total: int = 0
    lines: tuple = ()
    duplicates: tuple = ()
    has_agreement: bool = False
    needs_agreement: bool = True
    labour_rate: int = 0
    parts_markup: Decimal = Decimal(0)
    authorised: int | None = None
    authorised_until: date | None = None
    has_order: bool = False
    owner_differs: bool | None = None
    exclusion: str | None = None
    campaigns: tuple = ()
    in_campaign: bool = False
    usage: Decimal | None = None
    usage_limit: Decimal | None = None
    last_usage: Decimal | None = None
    last_usage_on: date | None = None
    missing: tuple = ()
    differs: tuple = ()
    in_scope: bool | None = None
    in_area: bool | None = None
    certificate_gaps: tuple | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Result of one check; ``reason`` is a key, ``figures`` its numbers."""

    code: str
    result: str
    reason: str
    figures: dict = field(default_factory=dict)
