"""Properties of the calculation of rights, over the shipped law and beyond it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.law_data import kernel, load_classes, load_groups, load_rules

Rule, Visit = kernel.Rule, kernel.Visit
LAW = {code: rule for code, (rule, _values) in load_rules().items()}
GROUPS, CLASSES = load_groups(), load_classes()
SALE = date(2026, 3, 1)
FRIDGE = kernel.UnitFacts(
    price=Decimal("3000.00"), currency="CNY", date_invoice=SALE, **CLASSES["fridge"]
)
RETURN_7 = Rule("return", "R7", window_value=7, fault="performance")

offsets = st.integers(0, 2500)
counts = st.integers(0, 120)
faults = st.sampled_from(
    [None, "appearance", "performance", "main_part", "safety", *GROUPS.values()]
)
laws = st.sampled_from(sorted(LAW)).map(LAW.get)
usages = st.none() | st.integers(0, 10**6).map(Decimal)


def later(days):
    return SALE + timedelta(days=days)


@st.composite
def visits(draw):
    start = later(draw(offsets))
    repair, waiting = draw(counts), draw(counts)
    group = draw(st.sampled_from([None, *sorted(GROUPS)]))
    stated = GROUPS.get(group)
    return Visit(
        start,
        draw(st.sampled_from([None, start + timedelta(days=repair + waiting)])),
        repair,
        waiting,
        repair + waiting,
        own_delay=draw(st.booleans()),
        fault=draw(st.none() | st.integers(1, 3)),
        groups=stated.groups if stated else frozenset(),
        is_safety=bool(stated) and stated.kind == "safety",
    )


@st.composite
def replacements(draw):
    stated = GROUPS[draw(st.sampled_from(sorted(GROUPS)))]
    day = later(draw(offsets))
    return kernel.Replacement(
        day, draw(st.integers(1, 3)), stated.groups, draw(st.booleans())
    )


@st.composite
def units(draw):
    days = st.none() | offsets.map(later)
    facts = CLASSES[draw(st.sampled_from(sorted(CLASSES)))]
    return kernel.UnitFacts(
        price=Decimal(draw(st.integers(0, 10**9))) / 100,
        currency="CNY",
        channel=draw(st.sampled_from(["shop", "distance"])),
        date_invoice=draw(st.none() | st.just(SALE)),
        date_delivery=draw(days),
        date_factory=draw(days),
        date_restart=draw(days),
        date_closed=draw(days),
        date_policy_end=draw(days),
        visits=tuple(draw(st.lists(visits(), max_size=6))),
        replacements=tuple(draw(st.lists(replacements(), max_size=4))),
        usage_rate=draw(st.none() | st.sampled_from([Decimal("0.003"), Decimal("9")])),
        is_excluded=draw(st.booleans()),
        is_full_warranty=draw(st.booleans()),
        model_available=draw(st.none() | st.booleans()),
        **facts,
    )


@given(laws, units(), offsets, offsets, faults, usages)
def test_a_later_date_never_brings_a_cancelled_right_back(
    rule, facts, first, more, fault, usage
):
    before = kernel.evaluate_rule(rule, facts, later(first), fault, usage)
    after = kernel.evaluate_rule(rule, facts, later(first + more), fault, usage)
    if before.reason in ("expired", "closed"):
        assert after.reason in ("expired", "closed")
        assert not after.allowed


@given(laws, units(), offsets, faults, usages)
def test_the_fee_is_between_zero_and_the_price(rule, facts, offset, fault, usage):
    result = kernel.evaluate_rule(rule, facts, later(offset), fault, usage)
    assert (result.fee is not None) is result.allowed
    if result.allowed:
        assert 0 <= result.fee <= facts.price
        assert bool(result.arithmetic) is (rule.fee != "none")


@given(laws, units(), st.data(), st.integers(1, 300))
def test_a_longer_repair_never_shortens_a_window(rule, facts, data, more):
    if not facts.visits:
        return
    number = data.draw(st.integers(0, len(facts.visits) - 1))
    visit = facts.visits[number]
    longer = visit._replace(
        repair_days=visit.repair_days + more,
        end=visit.end and visit.end + timedelta(days=more),
    )
    changed = (*facts.visits[:number], longer, *facts.visits[number + 1 :])
    before = kernel.window_end(rule, facts)
    after = kernel.window_end(rule, replace(facts, visits=changed))
    assert (before is None) is (after is None)
    assert before is None or after >= before


@given(laws, units(), offsets, faults, usages, st.integers(1, 300))
def test_a_longer_repair_never_takes_a_right_away(
    rule, facts, offset, fault, usage, more
):
    longer = tuple(
        visit._replace(
            repair_days=visit.repair_days + more,
            visit_days=visit.visit_days + more,
        )
        for visit in facts.visits
    )
    changed = replace(facts, visits=longer)
    before = kernel.evaluate_rule(rule, facts, later(offset), fault, usage)
    after = kernel.evaluate_rule(rule, changed, later(offset), fault, usage)
    assert after.allowed or not before.allowed
    if before.allowed:
        assert after.fee <= before.fee


@given(units(), st.sampled_from(["whole_unit", "part", "labour", "travel"]))
def test_legal_cover_is_a_free_right_on_its_last_day(facts, component):
    """What the law gives the policy as its minimum, it gives the holder too."""
    rules = list(LAW.values())
    found = kernel.legal_cover(rules, facts, component)
    if found is None:
        return
    last, key = found
    if facts.date_closed and facts.date_closed <= last:
        return
    result = kernel.evaluate_rule(LAW[key], facts, last, "main_part")
    assert result.allowed
    assert result.fee == 0


@given(units(), st.lists(laws, max_size=6), laws)
def test_one_more_law_never_shortens_the_legal_cover(facts, rules, more):
    before = kernel.legal_cover(rules, facts, "whole_unit")
    after = kernel.legal_cover([*rules, more], facts, "whole_unit")
    assert before is None or after[0] >= before[0]


@given(units(), offsets, offsets)
def test_depreciation_never_falls_with_time(facts, first, more):
    rule = LAW["CN-G-2R-RETURN"]
    early = kernel.fee(rule, facts, later(first))[0]
    late = kernel.fee(rule, facts, later(first + more))[0]
    assert early is None or late >= early


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 240))
def test_months_are_counted_as_for_cover(start, months):
    assert kernel.add_months(start, months) == start + relativedelta(months=months)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 40))
def test_working_days_are_counted_without_weekends(start, count):
    end = kernel.add_working_days(start, count)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    assert sum(1 for day in days if day.weekday() < 5) == count
    assert end.weekday() < 5


def test_a_calendar_without_working_days_ends():
    end = kernel.add_working_days(SALE, 10, lambda _day: False)
    assert end == SALE + timedelta(days=10 * 7 + 366)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # 1 March is a Sunday; 7 days: Sunday 8 March moves to Monday 9 March
        (replace(RETURN_7, moves_on_holiday=True), date(2026, 3, 9)),
        # 8 days: Monday 9 March stays
        (replace(RETURN_7, window_value=8, moves_on_holiday=True), date(2026, 3, 9)),
        # the day of the sale is day one: Saturday 7 March
        (replace(RETURN_7, counts_first_day=True), date(2026, 3, 7)),
        # received 5 March: day one is the 6th, whatever else is ticked
        (
            replace(RETURN_7, clock_start="receipt_next", counts_first_day=True),
            date(2026, 3, 12),
        ),
        # installed 10 March, a month
        (
            Rule("x", clock_start="installation", window_unit="month", window_value=1),
            date(2026, 4, 10),
        ),
        # left the factory 1 January, 90 days are 1 April, one year
        (
            Rule(
                "x",
                clock_start="factory",
                factory_days=90,
                window_unit="year",
                window_value=1,
            ),
            date(2027, 4, 1),
        ),
    ],
)
def test_where_a_window_ends(rule, expected):
    facts = replace(
        FRIDGE,
        date_delivery=date(2026, 3, 5),
        date_installation=date(2026, 3, 10),
        date_factory=date(2026, 1, 1),
    )
    assert kernel.window_end(rule, facts) == expected


def test_a_holiday_of_the_company_moves_the_last_day():
    rule = replace(RETURN_7, window_value=8, moves_on_holiday=True)
    free = {date(2026, 3, 9), date(2026, 3, 10)}
    end = kernel.window_end(
        rule, FRIDGE, lambda day: day.weekday() < 5 and day not in free
    )
    assert end == date(2026, 3, 11)


def test_an_exchange_forgets_the_repairs_before_it():
    twice = tuple(Visit(later(n), later(n + 2), 2) for n in (10, 20))
    facts = replace(FRIDGE, visits=twice, date_restart=later(30))
    rule = LAW["CN-G-2R-EXCHANGE"]
    result = kernel.evaluate_rule(rule, facts, later(40), "performance")
    assert (result.reason, result.args["count"]) == ("repairs", 0)
    # the period starts anew and is not run on by what was before
    assert result.deadline == kernel.add_months(later(30), 12)
    kept = kernel.evaluate_rule(
        replace(rule, restarts=False), facts, later(40), "performance"
    )
    assert kept.allowed


def test_arithmetic_is_shown():
    facts = replace(FRIDGE, visits=(Visit(later(9), later(24), 10, 5),))
    rule = replace(LAW["CN-G-2R-RETURN"], min_repairs=1)
    result = kernel.evaluate_rule(rule, facts, date(2026, 9, 17), "performance")
    # 1 March to 17 September: 200 days
    assert result.arithmetic == "3000.00 × 0.0005 × (200 − 10 − 5) = 277.50"
    assert (result.currency, result.deadline) == ("CNY", date(2027, 3, 16))
    # 3000 x 0.5 % x 200 = 3000.00; a day more would be 3015.00
    facts = replace(facts, visits=(), daily_rate=Decimal("0.005"))
    rule = replace(rule, min_repairs=0)
    result = kernel.evaluate_rule(rule, facts, date(2026, 9, 18), "performance")
    assert result.arithmetic == "3000.00 × 0.005 × 201 = 3015.00 > 3000.00"
    assert result.fee == Decimal("3000.00")


def test_a_currency_without_decimals_is_rounded_to_whole_units():
    facts = replace(FRIDGE, currency="JPY", digits=0, price=Decimal(333))
    rule = replace(LAW["CN-G-2R-RETURN"], min_repairs=0)
    # 333 x 0.05 % x 10 = 1.665
    result = kernel.evaluate_rule(rule, facts, later(10), "performance")
    assert (result.fee, result.currency) == (Decimal(2), "JPY")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"price": Decimal(0)}, "no_price"),
        ({"daily_rate": None}, "no_rate"),
    ],
)
def test_a_fee_without_its_figures_is_not_promised(changes, missing):
    rule = replace(LAW["CN-G-2R-RETURN"], min_repairs=0)
    facts = replace(FRIDGE, **changes)
    result = kernel.evaluate_rule(rule, facts, later(10), "performance")
    assert (result.allowed, result.reason, result.fee) == (False, missing, None)


def test_unit_without_any_date():
    facts = kernel.UnitFacts()
    result = kernel.evaluate_rule(RETURN_7, facts, SALE, "performance")
    assert (result.reason, result.deadline) == ("no_start", None)


def test_the_same_fault_is_counted_by_code_then_by_assembly():
    def visit(fault, group):
        groups = GROUPS[group].groups if group else frozenset()
        return Visit(SALE, SALE, 1, fault=fault, groups=groups)

    done = [
        visit(1, "engine"),
        visit(1, "engine"),
        visit(2, "engine"),
        visit(None, None),
    ]
    stated = kernel.Fault("main_part", frozenset(("engine",)), 2)
    assert kernel.count_same_fault(done, stated) == 1
    assert kernel.count_same_fault(done, GROUPS["engine"]) == 3
    # nothing named: the code that came most often
    assert kernel.count_same_fault(done, kernel.Fault("performance")) == 2
    assert kernel.count_same_fault(done, None) == 2


def test_rules_about_another_sale_are_left_out():
    rules = [LAW[code] for code in ("CN-D-7-RETURN", "CN-C43-22-RETURN", "CN-G-REPAIR")]
    results = kernel.evaluate([*rules, RETURN_7], FRIDGE, later(20), "performance")
    assert [(item.rule, item.allowed) for item in results] == [
        ("CN-G-REPAIR", True),
        ("R7", False),
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"date_from": SALE}, True),
        ({"date_from": later(1)}, False),
        ({"date_to": SALE}, True),
        ({"date_to": later(-1)}, False),
        ({"except_category": "general"}, False),
        ({"except_category": "car"}, True),
        ({"classes": frozenset((7,))}, False),
        ({"channel": "distance"}, False),
    ],
)
def test_whom_a_rule_is_for(changes, expected):
    assert kernel.applies(replace(RETURN_7, **changes), FRIDGE) is expected
