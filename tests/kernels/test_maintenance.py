"""Days of planned visits, without Odoo."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/maintenance.py")

START = date(2026, 1, 31)
days = st.integers(0, 3000).map(lambda offset: date(2020, 1, 1) + timedelta(offset))


@pytest.mark.parametrize(
    ("months", "usage", "per_month", "expected"),
    [
        (12, 0, 0, 12),
        (12, 5000, 0, 12),
        # 5,000 km at 1,000 km a month: after five months
        (12, 5000, 1000, 5),
        (3, 5000, 1000, 3),
        (0, 5000, 900, 5),  # 5.6 months: before the usage is reached
        (12, 100, 1000, 1),
    ],
)
def test_the_shorter_cycle_counts(months, usage, per_month, expected):
    assert kernel.cycle_months(months, usage, per_month) == expected


def test_short_months_do_not_shift_later_visits():
    found = kernel.due_dates(START, 1, START, date(2026, 4, 30))
    assert found == [
        (1, date(2026, 2, 28)),
        (2, date(2026, 3, 31)),
        (3, date(2026, 4, 30)),
    ]


def test_visits_before_the_window_keep_their_numbers():
    found = kernel.due_dates(START, 6, date(2027, 2, 1), date(2028, 1, 31), count=3)
    assert found == [(3, date(2027, 7, 31))]
    assert kernel.due_dates(START, 6, date(2028, 2, 1), date(2029, 1, 1), 3) == []


@pytest.mark.parametrize("start", [None])
def test_no_start_no_visits(start):
    assert kernel.due_dates(start, 6, START, START) == []
    assert kernel.due_dates(START, 0, START, date(2030, 1, 1)) == []
    assert kernel.due_dates(START, 6, date(2030, 1, 1), START) == []


@given(
    start=days,
    months=st.integers(1, 36),
    first=days,
    span=st.integers(0, 800),
    count=st.integers(0, 20),
)
def test_a_window_shows_what_the_whole_list_has_there(
    start, months, first, span, count
):
    last = first + timedelta(span)
    whole = kernel.due_dates(start, months, start, last, count)
    part = kernel.due_dates(start, months, first, last, count)
    assert part == [(number, day) for number, day in whole if day >= first]
