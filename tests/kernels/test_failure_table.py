"""Failures by month in service, without Odoo."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

kernel = load_kernel("aftersales_warranty/tools/failure_table.py")

KEY = ("model", "")
START = date(2026, 1, 31)
TODAY = date(2026, 6, 30)
days = st.integers(0, 2500).map(lambda offset: date(2020, 1, 1) + timedelta(offset))


def table(groups, failures=(), date_from=date(2000, 1, 1), date_to=TODAY):
    rows = kernel.tally(groups, failures, date_from, date_to).get(KEY, {})
    return {month: (row.units, row.exposure) for month, row in rows.items()}


@pytest.mark.parametrize(
    ("day", "month"),
    [
        (date(2026, 1, 30), 0),
        (START, 1),
        (date(2026, 2, 27), 1),
        (date(2026, 2, 28), 2),
        (date(2026, 3, 30), 2),
        (date(2026, 3, 31), 3),
        (date(2027, 1, 31), 13),
    ],
)
def test_months_end_on_the_eve_of_the_anniversary(day, month):
    assert kernel.month_in_service(START, day) == month


def test_a_running_unit_counts_half_in_its_last_month():
    unit = kernel.Group(KEY, date(2026, 4, 10))
    assert table([unit]) == {1: (1, 1), 2: (1, 1), 3: (1, 0.5)}


def test_a_month_that_ends_today_counts_whole():
    unit = kernel.Group(KEY, date(2026, 5, 1), quantity=10)
    assert table([unit]) == {1: (10, 10), 2: (10, 10)}


def test_a_unit_that_left_counts_until_then():
    unit = kernel.Group(KEY, date(2026, 1, 1), date(2026, 2, 14), 4)
    assert table([unit]) == {1: (4, 4), 2: (4, 2)}


def test_months_before_the_records_do_not_count():
    unit = kernel.Group(KEY, date(2026, 1, 1), date(2026, 4, 30))
    seen = table([unit], date_from=date(2026, 2, 10))
    assert seen == {2: (1, 0.5), 3: (1, 1), 4: (1, 1)}
    assert table([unit], date_from=date(2026, 5, 1)) == {}


def test_late_and_gone_in_one_month_is_one_half():
    unit = kernel.Group(KEY, date(2026, 1, 1), date(2026, 1, 20))
    assert table([unit], date_from=date(2026, 1, 10)) == {1: (1, 0.5)}


def test_failures_fall_into_their_month_with_their_cost():
    start = date(2026, 1, 1)
    group = kernel.Group(KEY, start, None, 8)
    failures = [
        kernel.Failure(KEY, start, None, date(2026, 1, 1), Decimal("10.10")),
        kernel.Failure(KEY, start, None, date(2026, 1, 31), Decimal("0.20")),
        kernel.Failure(KEY, start, None, date(2026, 3, 1), Decimal(5)),
        kernel.Failure(KEY, start, None, date(2026, 7, 1), Decimal(99)),
        kernel.Failure(KEY, start, None, date(2025, 12, 31), Decimal(99)),
    ]
    rows = kernel.tally([group], failures, date(2000, 1, 1), TODAY)[KEY]
    assert [(m, r.failures, r.cost) for m, r in rows.items() if r.failures] == [
        (1, 2, Decimal("10.30")),
        (3, 1, Decimal(5)),
    ]
    assert rows[1].rate == 0.25
    assert rows[2].rate == 0


def test_no_rate_without_exposure():
    assert kernel.Row(failures=3).rate is None


@given(days, st.integers(0, 60))
def test_anniversaries_begin_months(start, months):
    day = kernel.add_months(start, months)
    assert kernel.month_in_service(start, day) == months + 1
    assert kernel.month_in_service(start, day - timedelta(1)) == months


@given(
    st.lists(
        st.tuples(days, st.none() | days, st.integers(1, 50)),
        max_size=12,
    ),
    days,
    days,
)
def test_units_of_a_month_are_those_that_were_seen_in_it(units, date_from, date_to):
    groups = [
        kernel.Group(KEY, start, end if end and end >= start else None, quantity)
        for start, end, quantity in units
    ]
    rows = kernel.tally(groups, [], date_from, date_to).get(KEY, {})
    expected, exposure = {}, {}
    for group in groups:
        last = min(group.end or date_to, date_to)
        first = max(group.start, date_from)
        for month in range(1, 100):
            begin = kernel.add_months(group.start, month - 1)
            stop = kernel.add_months(group.start, month) - timedelta(1)
            if first <= last and begin <= last and stop >= first:
                whole = begin >= first and stop <= last
                expected[month] = expected.get(month, 0) + group.quantity
                share = 1 if whole else 0.5
                exposure[month] = exposure.get(month, 0) + group.quantity * share
    assert {m: r.units for m, r in rows.items()} == expected
    assert {m: r.exposure for m, r in rows.items()} == exposure


@given(
    st.lists(st.tuples(days, days), max_size=20),
    days,
    days,
)
def test_no_failure_is_lost_or_counted_twice(pairs, date_from, date_to):
    failures = [kernel.Failure(KEY, start, None, day) for start, day in pairs]
    groups = [kernel.Group(KEY, start) for start, _day in pairs]
    rows = kernel.tally(groups, failures, date_from, date_to).get(KEY, {})
    seen = [day for start, day in pairs if max(start, date_from) <= day <= date_to]
    assert sum(row.failures for row in rows.values()) == len(seen)
    assert all(row.units > 0 for row in rows.values())
