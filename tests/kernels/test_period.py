"""Periods of the pages of figures (aftersales_evaluation/tools/period.py)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_evaluation/tools/period.py")

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("month", date(2025, 12, 1), date(2025, 12, 31)),
        ("quarter", date(2025, 10, 1), date(2025, 12, 31)),
        ("half", date(2025, 7, 1), date(2025, 12, 31)),
        ("year", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_last_complete_period(kind, first, last):
    assert kernel.last_complete(kind, date(2026, 1, 15)) == (first, last)


@given(st.sampled_from(sorted(kernel.LENGTHS)), days)
def test_the_last_complete_period_is_over_and_the_next_one_is_not(kind, today):
    first, last = kernel.last_complete(kind, today)
    assert last < today
    assert kernel.count_months(first, last) == kernel.LENGTHS[kind]
    assert kernel.shift(first, last, 1)[1] >= today


def test_leap_year():
    assert kernel.shift(date(2024, 3, 1), date(2024, 3, 31), -1) == (
        date(2024, 2, 1),
        date(2024, 2, 29),
    )
    assert kernel.month_end(date(2023, 2, 10)) == date(2023, 2, 28)


@given(days, st.integers(0, 400), st.integers(-5, 5))
def test_shifting_forth_and_back(first, length, steps):
    last = first + timedelta(days=length)
    assert kernel.shift(*kernel.shift(first, last, steps), -steps) == (first, last)


@given(days, st.integers(0, 400))
def test_the_period_before_touches_this_one(first, length):
    last = first + timedelta(days=length)
    before = kernel.shift(first, last, -1)
    assert before[1] + timedelta(days=1) == first
    if not kernel.count_months(first, last):
        assert before[1] - before[0] == last - first


def test_months():
    assert kernel.months_until(date(2026, 2, 10), 3) == [
        (date(2025, 12, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
    ]
    assert kernel.months_within(date(2025, 12, 31), date(2026, 2, 1)) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert kernel.months_within(date(2026, 2, 1), date(2026, 1, 1)) == []
    assert kernel.count_months(date(2026, 1, 2), date(2026, 1, 31)) == 0
