"""Dates of a round of visits."""

from datetime import date

import pytest

from .conftest import load_kernel

plan = load_kernel("aftersales_network/tools/visit_plan.py")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
        (date(2026, 5, 5), 24, date(2028, 5, 5)),
    ],
)
def test_add_months(day, months, expected):
    assert plan.add_months(day, months) == expected


def test_next_workday():
    assert plan.next_workday(date(2026, 3, 6)) == date(2026, 3, 6)
    assert plan.next_workday(date(2026, 3, 7)) == date(2026, 3, 9)
    assert plan.next_workday(date(2026, 3, 8)) == date(2026, 3, 9)


def test_spread_fills_day_after_day():
    friday = date(2026, 3, 6)
    assert plan.spread(5, friday, 2) == [
        friday,
        friday,
        date(2026, 3, 9),
        date(2026, 3, 9),
        date(2026, 3, 10),
    ]
    assert plan.spread(3, friday, 1, workdays=False) == [
        friday,
        date(2026, 3, 7),
        date(2026, 3, 8),
    ]
    assert plan.spread(3, friday) == [friday] * 3
    assert plan.spread(0, friday, 2) == []


def test_repeat():
    assert plan.repeat(date(2026, 3, 6), 3, 3) == [
        date(2026, 3, 6),
        date(2026, 6, 8),
        date(2026, 9, 7),
    ]
    assert plan.repeat(date(2026, 3, 6), 3, 0) == [date(2026, 3, 6)]
    assert plan.repeat(date(2026, 3, 7), 1, 1, workdays=False) == [date(2026, 3, 7)]
