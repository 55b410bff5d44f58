"""Rights of a unit's holder, without Odoo; every table case is done by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/entitlement.py")
Rule = kernel.Rule

SALE = date(2026, 3, 1)
FRIDGE = kernel.UnitFacts(
    price=Decimal("3000.00"),
    currency="CNY",
    date_invoice=SALE,
    date_delivery=date(2026, 3, 5),
    whole_months=12,
    part_months=36,
    daily_rate=Decimal("0.0005"),
)
RETURN_7 = Rule("return", "R7", window_value=7, fault="performance")
EXCHANGE_15 = Rule("exchange", "E15", window_value=15, fault="performance")
REPAIR = Rule("free_repair", "FR", window_unit="whole", fault="any", extends=True)
PART = Rule("part_replacement", "PR", window_unit="part", fault="main_part")
TWICE = Rule(
    "exchange",
    "E2",
    window_unit="whole",
    fault="performance",
    min_repairs=2,
    extends=True,
)
TWICE_MONEY = replace(TWICE, type="return", key="R2", fee="depreciation")
SLOW = Rule("exchange", "E30", window_unit="whole", repair_days_over=30, extends=True)
NO_PART = Rule(
    "exchange", "E90", window_unit="whole", waiting_days_over=90, extends=True
)
DISTANCE = Rule(
    "return", "D7", channel="distance", clock_start="delivery", window_value=7
)
CAR_FEE = Rule(
    "return",
    "C24",
    category="car",
    window_value=2,
    window_unit="year",
    usage_limit=Decimal(50000),
    min_repairs=2,
    fault="safety",
    fee="usage",
    fee_rate=Decimal("0.005"),
)
EU_LIABILITY = Rule(
    "free_repair",
    "EU",
    clock_start="delivery",
    window_value=2,
    window_unit="year",
    fault="any",
    months_after_repair=12,
)
CAR = kernel.UnitFacts(
    price=Decimal("200000.00"), currency="CNY", category="car", date_invoice=SALE
)


def with_repairs(facts=FRIDGE, **values):
    return replace(facts, **values)


CASES = [
    # 7 days from 1 March: 8 March is the last day
    (RETURN_7, FRIDGE, date(2026, 3, 8), "performance", "granted", Decimal("0.00")),
    (RETURN_7, FRIDGE, date(2026, 3, 9), "performance", "expired", None),
    # the day of the sale itself is inside, the day before is not
    (RETURN_7, FRIDGE, date(2026, 3, 1), "performance", "granted", Decimal("0.00")),
    (RETURN_7, FRIDGE, date(2026, 2, 28), "performance", "not_started", None),
    # a fault must be stated, and a scratch is no performance fault
    (RETURN_7, FRIDGE, date(2026, 3, 8), None, "needs_fault", None),
    (RETURN_7, FRIDGE, date(2026, 3, 8), "appearance", "other_fault", None),
    # a safety fault is a performance fault as well
    (RETURN_7, FRIDGE, date(2026, 3, 8), "safety", "granted", Decimal("0.00")),
    # 15 days: 16 March last
    (EXCHANGE_15, FRIDGE, date(2026, 3, 16), "performance", "granted", Decimal("0.00")),
    (EXCHANGE_15, FRIDGE, date(2026, 3, 17), "performance", "expired", None),
    # one year: 1 March 2027 last; 20 days of repair move it to 21 March
    (REPAIR, FRIDGE, date(2027, 3, 1), "appearance", "granted", Decimal("0.00")),
    (REPAIR, FRIDGE, date(2027, 3, 2), "appearance", "expired", None),
    (
        REPAIR,
        with_repairs(repair_days=15, waiting_days=5),
        date(2027, 3, 21),
        "any",
        "other_fault",
        None,
    ),
    (
        REPAIR,
        with_repairs(repair_days=15, waiting_days=5),
        date(2027, 3, 21),
        "performance",
        "granted",
        Decimal("0.00"),
    ),
    (
        REPAIR,
        with_repairs(repair_days=15, waiting_days=5),
        date(2027, 3, 22),
        "performance",
        "expired",
        None,
    ),
    # an exchange on 1 December 2026 restarts the year
    (
        REPAIR,
        with_repairs(date_restart=date(2026, 12, 1)),
        date(2027, 12, 1),
        "performance",
        "granted",
        Decimal("0.00"),
    ),
    # the main part: 3 years
    (PART, FRIDGE, date(2029, 3, 1), "main_part", "granted", Decimal("0.00")),
    (PART, FRIDGE, date(2029, 3, 2), "main_part", "expired", None),
    (PART, FRIDGE, date(2028, 3, 2), "performance", "other_fault", None),
    # no class, no period
    (
        PART,
        with_repairs(part_months=None),
        date(2026, 5, 1),
        "main_part",
        "no_window",
        None,
    ),
    # two repairs
    (TWICE, FRIDGE, date(2026, 9, 1), "performance", "repairs", None),
    (
        TWICE,
        with_repairs(repair_count=1),
        date(2026, 9, 1),
        "performance",
        "repairs",
        None,
    ),
    (
        TWICE,
        with_repairs(repair_count=2),
        date(2026, 9, 1),
        "performance",
        "granted",
        Decimal("0.00"),
    ),
    # 1 March -> 17 September is 200 days; 200-10-5=185; 3000 x 0.0005 x 185 = 277.50
    (
        TWICE_MONEY,
        with_repairs(repair_count=2, repair_days=10, waiting_days=5),
        date(2026, 9, 17),
        "performance",
        "granted",
        Decimal("277.50"),
    ),
    # same day: 0 days; nothing to pay
    (
        TWICE_MONEY,
        with_repairs(repair_count=2),
        SALE,
        "performance",
        "granted",
        Decimal("0.00"),
    ),
    # phone at 0.5 %: after 306 days 153 %, never more than the price
    (
        TWICE_MONEY,
        with_repairs(repair_count=2, daily_rate=Decimal("0.005")),
        date(2027, 1, 1),
        "performance",
        "granted",
        Decimal("3000.00"),
    ),
    # no rate known: no fee can be told, so the right is not promised
    (
        TWICE_MONEY,
        with_repairs(repair_count=2, daily_rate=None),
        date(2026, 9, 17),
        "performance",
        "no_fee",
        None,
    ),
    # more than 30 days: 30 is not enough, 31 is
    (
        SLOW,
        with_repairs(longest_repair=30),
        date(2026, 9, 1),
        None,
        "repair_days",
        None,
    ),
    (
        SLOW,
        with_repairs(longest_repair=31),
        date(2026, 9, 1),
        None,
        "granted",
        Decimal("0.00"),
    ),
    (
        NO_PART,
        with_repairs(longest_waiting=90),
        date(2026, 9, 1),
        None,
        "waiting_days",
        None,
    ),
    (
        NO_PART,
        with_repairs(longest_waiting=91),
        date(2026, 9, 1),
        None,
        "granted",
        Decimal("0.00"),
    ),
    # distance sale: received 5 March, 12 March is the last day, no fault needed
    (
        DISTANCE,
        with_repairs(channel="distance"),
        date(2026, 3, 12),
        None,
        "granted",
        Decimal("0.00"),
    ),
    (
        DISTANCE,
        with_repairs(channel="distance"),
        date(2026, 3, 13),
        None,
        "expired",
        None,
    ),
    # a returned unit has no right any more
    (
        REPAIR,
        with_repairs(date_closed=date(2026, 5, 1)),
        date(2026, 5, 1),
        "performance",
        "closed",
        None,
    ),
    # EU: two years from 5 March 2026, one more year once after a repair
    (EU_LIABILITY, FRIDGE, date(2028, 3, 5), "any", "other_fault", None),
    (EU_LIABILITY, FRIDGE, date(2028, 3, 6), "performance", "expired", None),
    (
        EU_LIABILITY,
        with_repairs(repair_count=3),
        date(2029, 3, 5),
        "performance",
        "granted",
        Decimal("0.00"),
    ),
    (
        EU_LIABILITY,
        with_repairs(repair_count=3),
        date(2029, 3, 6),
        "performance",
        "expired",
        None,
    ),
]


@pytest.mark.parametrize(("rule", "facts", "on_date", "fault", "reason", "fee"), CASES)
def test_worked_case(rule, facts, on_date, fault, reason, fee):
    result = kernel.evaluate_rule(rule, facts, on_date, fault)
    assert (result.reason, result.fee) == (reason, fee)
    assert result.allowed is (reason == "granted")
    assert (result.rule, result.type) == (rule.key, rule.type)


@pytest.mark.parametrize(
    ("usage", "reason", "fee"),
    [
        # 200000 x 12000 / 1000 x 0.005 = 12000
        (Decimal(12000), "granted", Decimal("12000.00")),
        (Decimal(50000), "granted", Decimal("50000.00")),
        (Decimal(50001), "usage", None),
        (None, "no_fee", None),
        (Decimal(0), "granted", Decimal("0.00")),
    ],
)
def test_car_usage_fee(usage, reason, fee):
    facts = replace(CAR, repair_count=2)
    result = kernel.evaluate_rule(CAR_FEE, facts, date(2027, 1, 1), "safety", usage)
    assert (result.reason, result.fee) == (reason, fee)


def test_arithmetic_is_shown():
    facts = with_repairs(repair_count=2, repair_days=10, waiting_days=5)
    result = kernel.evaluate_rule(TWICE_MONEY, facts, date(2026, 9, 17), "performance")
    expected = "3000.00 × 0.0005 × (200 − 10 − 5) = 277.50"
    assert result.args["arithmetic"] == expected
    assert (result.currency, result.deadline) == ("CNY", date(2027, 3, 16))


def test_rules_about_another_sale_are_left_out():
    rules = [DISTANCE, CAR_FEE, RETURN_7, REPAIR]
    results = kernel.evaluate(rules, FRIDGE, date(2026, 3, 20), "performance")
    assert [(item.rule, item.allowed) for item in results] == [
        ("FR", True),
        ("R7", False),
    ]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 3, 1), None, True),
        (date(2026, 3, 2), None, False),
        (None, date(2026, 3, 1), True),
        (None, date(2026, 2, 28), False),
    ],
)
def test_a_rule_counts_by_the_date_of_sale(first, last, expected):
    rule = replace(RETURN_7, date_from=first, date_to=last)
    assert kernel.applies(rule, FRIDGE) is expected


def test_unit_without_any_date():
    facts = kernel.UnitFacts()
    result = kernel.evaluate_rule(RETURN_7, facts, SALE, "performance")
    assert (result.reason, result.deadline) == ("no_start", None)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 240))
def test_months_are_counted_as_for_cover(start, months):
    assert kernel.add_months(start, months) == start + relativedelta(months=months)


offsets = st.integers(0, 1500)
counts = st.integers(0, 200)
faults = st.sampled_from([None, "appearance", "performance", "main_part", "safety"])
all_rules = st.sampled_from(
    [
        RETURN_7,
        EXCHANGE_15,
        REPAIR,
        PART,
        TWICE,
        TWICE_MONEY,
        SLOW,
        NO_PART,
        EU_LIABILITY,
    ]
)


@st.composite
def units(draw):
    repair, waiting = draw(counts), draw(counts)
    return replace(
        FRIDGE,
        price=Decimal(draw(st.integers(0, 10**9))) / 100,
        repair_count=draw(st.integers(0, 5)),
        repair_days=repair,
        longest_repair=repair,
        waiting_days=waiting,
        longest_waiting=waiting,
        daily_rate=draw(st.sampled_from([None, Decimal("0.0005"), Decimal("0.005")])),
        date_closed=draw(st.none() | offsets.map(lambda day: SALE + timedelta(day))),
        date_restart=draw(st.none() | offsets.map(lambda day: SALE + timedelta(day))),
    )


@given(all_rules, units(), offsets, offsets, faults)
def test_a_later_date_never_brings_a_cancelled_right_back(
    rule, facts, first, more, fault
):
    before = kernel.evaluate_rule(rule, facts, SALE + timedelta(first), fault)
    after = kernel.evaluate_rule(rule, facts, SALE + timedelta(first + more), fault)
    if before.reason in ("expired", "closed"):
        assert after.reason in ("expired", "closed")
        assert not after.allowed


@given(all_rules, units(), offsets, faults)
def test_the_fee_is_between_zero_and_the_price(rule, facts, offset, fault):
    result = kernel.evaluate_rule(rule, facts, SALE + timedelta(offset), fault)
    assert (result.fee is not None) is result.allowed
    if result.allowed:
        assert 0 <= result.fee <= facts.price


@given(all_rules, units(), offsets, faults, st.integers(1, 300))
def test_a_longer_repair_never_takes_a_right_away(rule, facts, offset, fault, more):
    longer = replace(
        facts,
        repair_days=facts.repair_days + more,
        longest_repair=facts.longest_repair + more,
    )
    on_date = SALE + timedelta(offset)
    before = kernel.evaluate_rule(rule, facts, on_date, fault)
    after = kernel.evaluate_rule(rule, longer, on_date, fault)
    assert after.allowed or not before.allowed
    if before.allowed:
        assert after.fee <= before.fee
        assert after.deadline >= before.deadline


@given(units(), offsets, offsets)
def test_depreciation_never_falls_with_time(facts, first, more):
    early, _text = kernel.fee(TWICE_MONEY, facts, SALE + timedelta(first))
    late, _text = kernel.fee(TWICE_MONEY, facts, SALE + timedelta(first + more))
    assert early is None or late >= early
