from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

split = load_kernel("aftersales_warranty/tools/history_split.py")

cents = st.integers(min_value=0, max_value=10**12)


def amounts(components, value):
    return [
        (line.kind, line.component, str(line.amount))
        for line in split.split_case(components, Decimal(value))
    ]


def test_no_component_is_an_inspection_over_the_whole_value():
    assert amounts([], "5716.50") == [("inspection", None, "5716.50")]


def test_replacement_is_part_repair_is_labour_and_the_cent_goes_first():
    assert amounts([("A", 2), ("B", 1), ("C", 1)], "100.00") == [
        ("part", "A", "33.34"),
        ("labour", "B", "33.33"),
        ("labour", "C", "33.33"),
    ]


def test_two_cents_left_go_to_the_first_two():
    assert amounts([("A", 1), ("B", 1), ("C", 2)], "0.02") == [
        ("labour", "A", "0.01"),
        ("labour", "B", "0.01"),
        ("part", "C", "0.00"),
    ]


def test_zero_value_keeps_its_lines():
    assert amounts([("A", 2)], "0") == [("part", "A", "0.00")]


def test_currency_without_cents():
    assert split.split_even(Decimal("100"), 3, places=0) == [34, 33, 33]


def test_refuses_no_parts_and_fractions_of_a_cent():
    with pytest.raises(ValueError, match="parts must be 1 or more"):
        split.split_even(Decimal("1"), 0)
    with pytest.raises(ValueError, match="more decimals than the currency"):
        split.split_even(Decimal("1.005"), 2)


def test_unknown_action_is_not_guessed():
    with pytest.raises(KeyError):
        split.split_case([("A", 3)], Decimal("1"))


@given(cents, st.integers(min_value=1, max_value=60), st.integers(0, 4))
def test_shares_sum_to_the_total_and_differ_by_one_unit_at_most(units, parts, places):
    unit = Decimal(1).scaleb(-places)
    shares = split.split_even(units * unit, parts, places)
    assert len(shares) == parts
    assert sum(shares) == units * unit
    assert max(shares) - min(shares) <= unit
    assert shares == sorted(shares, reverse=True)


@given(cents, st.integers(1, 20))
def test_a_negative_total_mirrors_the_positive(units, parts):
    total = Decimal(units) / 100
    assert split.split_even(-total, parts) == [
        -share for share in split.split_even(total, parts)
    ]


@given(cents, st.lists(st.tuples(st.text(min_size=1), st.sampled_from([1, 2]))))
def test_case_lines_sum_exactly_and_keep_every_component(units, components):
    lines = split.split_case(components, Decimal(units) / 100)
    assert sum(line.amount for line in lines) == Decimal(units) / 100
    if components:
        assert [line.component for line in lines] == [code for code, _a in components]
        assert [line.kind == "part" for line in lines] == [
            action == 2 for _code, action in components
        ]
    else:
        assert [line.kind for line in lines] == ["inspection"]
