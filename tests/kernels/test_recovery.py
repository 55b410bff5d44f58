"""What a supplier owes, without Odoo."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/recovery.py")
Term, Part, Line = kernel.Term, kernel.Part, kernel.Line

DAY = date(2026, 3, 10)
PART = Part(7, (3, 2, 1), 50, date(2025, 3, 10), DAY)
LINES = [
    Line(1, "part", 10001, is_causal=True),
    Line(2, "part", 3000),
    Line(3, "labour", 12000),
    Line(4, "travel", 500),
    Line(5, "freight", 700),
    Line(6, "inspection", 900),
    Line(7, "sublet", 1100),
    Line(8, "other", 1300),
]


def term(**values):
    return Term(**{"key": "t", "supplier": 50, "date_from": date(2020, 1, 1), **values})


def asked(*args):
    return {item.key: (item.amount, item.reason) for item in kernel.ask(*args)}


def test_the_most_specific_term_counts():
    every = term(key="all")
    far, near = term(key="far", categ_id=1), term(key="near", categ_id=3)
    own = term(key="own", product_id=7)
    assert kernel.pick_term([every], PART, DAY) is every
    assert kernel.pick_term([every, far], PART, DAY) is far
    assert kernel.pick_term([near, every, far], PART, DAY) is near
    assert kernel.pick_term([every, far, own, near], PART, DAY) is own


def test_terms_of_others_and_of_other_times_do_not_count():
    others = [
        term(supplier=51),
        term(product_id=8),
        term(categ_id=9),
        term(date_from=date(2026, 3, 11)),
        term(date_to=date(2026, 3, 9)),
    ]
    assert kernel.pick_term(others, PART, DAY) is None
    edges = term(date_from=DAY, date_to=DAY)
    assert kernel.pick_term([edges], PART, DAY) is edges


def test_an_unknown_supplier_is_told_by_a_term_of_the_part_only():
    unknown = PART._replace(supplier=None)
    assert kernel.pick_term([term(), term(categ_id=3)], unknown, DAY) is None
    own = term(product_id=7)
    assert kernel.pick_term([own], unknown, DAY) is own


def test_each_kind_has_its_flag():
    assert asked(term(), PART, LINES) == {
        1: (10001, "asked"),
        **{key: (0, "kind") for key in range(2, 9)},
    }
    flags = {"labour": True, "travel": True, "freight": True, "other_parts": True}
    result = asked(term(**flags, share=Decimal("33.33")), PART, LINES)
    # 10001 × 33.33 % = 3333.33…
    assert result[1] == (3333, "asked")
    assert result[6] == (300, "asked")
    assert result[8] == (0, "kind")
    assert asked(term(other_costs=True), PART, LINES)[8] == (1300, "asked")


@pytest.mark.parametrize(
    ("months", "limit", "usage", "reason"),
    [
        (12, None, None, "asked"),
        (11, None, None, "out_of_time"),
        (12, Decimal(100), Decimal(100), "asked"),
        (12, Decimal(100), Decimal("100.1"), "out_of_usage"),
        (12, Decimal(100), None, "asked"),
        (0, None, None, "asked"),
    ],
)
def test_cover_of_the_supplier(months, limit, usage, reason):
    part = PART._replace(usage=usage)
    own = term(months=months, usage_limit=limit)
    assert asked(own, part, LINES[:1])[1][1] == reason


def test_usage_is_compared_in_its_own_unit():
    own = term(months=12, usage_limit=Decimal(100), usage_unit="km")
    for unit, reason in (("km", "out_of_usage"), ("hour", "asked"), (None, "asked")):
        part = PART._replace(usage=Decimal(101), usage_unit=unit)
        assert asked(own, part, LINES[:1])[1][1] == reason


def test_missing_dates_are_named():
    part = PART._replace(date_start=None)
    assert kernel.refusal(term(months=12), part) == "no_date"
    assert kernel.refusal(term(), part) is None


def test_no_fault_found():
    part = PART._replace(finding="no_fault")
    assert kernel.refusal(term(), part) == "no_fault"
    half = term(no_fault="share", no_fault_share=Decimal(50))
    assert asked(half, part, LINES[:1]) == {1: (5001, "asked")}
    low = term(no_fault="share", no_fault_share=Decimal(50), share=Decimal(20))
    assert kernel.share(low, part) == 20
    for finding in ("customer_damage", "wrong_part", "not_ours"):
        other = PART._replace(finding=finding)
        assert kernel.refusal(half, other) == "not_supplier"
    assert kernel.refusal(half, PART._replace(finding="confirmed")) is None


def test_nothing_before_the_inspection_or_without_a_term():
    assert kernel.refusal(term(), PART._replace(is_waiting=True)) == "waiting"
    assert asked(None, PART, LINES[:1]) == {1: (0, "no_term")}


@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=20),
    st.decimals(0, 100, places=2),
)
def test_nobody_asks_for_more_than_the_share(amounts, percent):
    own = term(share=percent, labour=True, travel=True, freight=True, other_parts=True)
    lines = [Line(i, "labour", amount) for i, amount in enumerate(amounts)]
    for line, item in zip(lines, kernel.ask(own, PART, lines), strict=True):
        assert 0 <= item.amount <= line.amount
        assert abs(item.amount - line.amount * percent / 100) <= Decimal("0.5")


def test_what_was_taken_back_is_not_asked_for():
    lines = [Line("part", "part", 0, True)]
    asked = kernel.ask(Term("t", 1, date(2020, 1, 1)), Part(1), lines)
    assert [(item.amount, item.reason) for item in asked] == [(0, "taken_back")]


def test_borne_after_a_deduction():
    assert kernel.borne(10000, 7000, Decimal(1)) == 7000
    assert kernel.borne(10000, 10000, Decimal("1.25")) == 8000
    assert kernel.borne(10000, -500, Decimal(1)) == 0
    assert kernel.borne(10000, 20000, Decimal(1)) == 10000
    assert kernel.borne(10000, 20000, Decimal(0)) == 0


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7))
def test_never_more_recoverable_than_asked_for(asked, base, now):
    left = kernel.still_recoverable(asked, base, now)
    assert 0 <= left <= asked
    if now < base:
        assert abs(left * base - asked * now) * 2 <= base
    else:
        assert left == asked
