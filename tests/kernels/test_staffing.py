"""Staffing norms: exact ceilings, the best norm, work of subtrees."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .conftest import load_kernel

staffing = load_kernel("aftersales_network/tools/staffing.py")

norms = st.decimals("0.01", "500", places=2)


def test_exact_ceilings():
    assert staffing.required_heads(0, 30) == 0
    assert staffing.required_heads(30, 30) == 1
    assert staffing.required_heads(31, 30) == 2
    assert staffing.required_heads(3, Decimal("0.1")) == 30
    assert staffing.required_heads(10, Decimal("3.33")) == 4


def test_the_least_number_counts_whatever_the_work():
    assert staffing.required_heads(0, 30, 2) == 2
    assert staffing.required_heads(90, 30, 2) == 3


def test_floats_and_empty_norms_are_refused():
    with pytest.raises(TypeError):
        staffing.required_heads(3, 0.1)
    with pytest.raises(ValueError, match="above 0"):
        staffing.required_heads(3, 0)


@given(st.integers(0, 10**7), norms)
def test_enough_and_not_one_more(work, norm):
    heads = staffing.required_heads(work, norm)
    assert heads * norm >= work
    assert heads == 0 or (heads - 1) * norm < work


@given(st.integers(0, 10**5), st.integers(0, 10**5), norms)
def test_more_work_never_needs_fewer(work, more, norm):
    one = staffing.required_heads(work, norm)
    assert staffing.required_heads(work + more, norm) >= one


def test_the_most_specific_norm_wins():
    rows = [(None, None, "all"), ("centre", None, "tier"), (None, "own", "kind")]
    assert staffing.pick_norm(rows, "point", "retailer") == "all"
    assert staffing.pick_norm(rows, "centre", "retailer") == "tier"
    assert staffing.pick_norm(rows, "centre", "own") == "kind"
    assert staffing.pick_norm(rows[1:], "point", "retailer") is None


def test_work_of_points_is_work_of_their_centre():
    paths = {1: "1/", 2: "1/2/", 3: "1/2/3/", 4: "1/2/4/", 12: "1/12/"}
    total = staffing.sum_subtrees({3: 5, 4: 2, 12: 1, 2: 1}, paths)
    assert total == {1: 9, 2: 8, 3: 5, 4: 2, 12: 1}


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_lies_in_its_month(day):
    first, last = staffing.month_of(day)
    assert first <= day <= last
    assert (first.day, first.month, last.month) == (1, day.month, day.month)
