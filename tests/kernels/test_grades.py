"""Conditions of technical grades, without Odoo."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.conftest import load_kernel

grades = load_kernel("aftersales_training/tools/grades.py")

DAY = date(2026, 6, 30)
START = date(2024, 1, 1)
offsets = st.integers(0, 1200).map(lambda n: START + timedelta(n))


def rule(**values):
    return {
        "certificates": set(),
        "any_certificate": False,
        "courses": set(),
        "months_in_role": 0,
        "previous": None,
        "months_in_grade": 0,
        "metric": None,
        **values,
    }


def facts(**values):
    return {
        "certificates": set(),
        "courses": set(),
        "role": [],
        "grade": [],
        "holds_previous": False,
        "metric": None,
        "day": DAY,
        **values,
    }


def is_met(the_rule, the_facts):
    return all(c.is_met for c in grades.check(the_rule, the_facts))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 1, 1), date(2026, 1, 31), (1, 0)),
        (date(2026, 1, 1), date(2026, 1, 30), (0, 30)),
        (date(2026, 1, 15), date(2026, 2, 14), (1, 0)),
        (date(2024, 2, 29), date(2025, 2, 28), (12, 1)),
        (date(2026, 1, 31), date(2026, 2, 28), (1, 1)),
        (date(2025, 7, 1), DAY, (12, 0)),
    ],
)
def test_full_months(first, last, expected):
    assert grades.split_months(first, last) == expected


def test_periods_are_counted_once():
    overlapping = [(date(2025, 7, 1), None), (date(2025, 7, 1), date(2025, 12, 31))]
    assert grades.months_in(overlapping, DAY) == 12
    assert grades.months_in([(date(2027, 1, 1), None)], DAY) == 0
    # Two halves of a month: 15 + 16 days.
    halves = [
        (date(2026, 1, 1), date(2026, 1, 15)),
        (date(2026, 3, 1), date(2026, 3, 16)),
    ]
    assert grades.months_in(halves, DAY) == 1


def test_certificates_all_or_any():
    both = rule(certificates={1, 2})
    assert not is_met(both, facts(certificates={1}))
    assert is_met(both, facts(certificates={1, 2, 3}))
    one = rule(certificates={1, 2}, any_certificate=True)
    assert is_met(one, facts(certificates={2}))
    assert not is_met(one, facts(certificates={3}))


def test_courses_and_time():
    wanted = rule(courses={5}, months_in_role=12)
    good = facts(courses={5}, role=[(date(2025, 7, 1), None)])
    assert is_met(wanted, good)
    late = facts(courses={5}, role=[(date(2025, 7, 2), None)])
    kinds = {c.kind: (c.required, c.found) for c in grades.check(wanted, late)}
    assert kinds["months_in_role"] == (12, 11)
    assert not is_met(wanted, late)
    assert not is_met(wanted, {**good, "courses": set()})


def test_previous_grade():
    wanted = rule(previous=3, months_in_grade=6)
    assert is_met(wanted, facts(holds_previous=True, grade=[(date(2026, 1, 1), None)]))
    assert not is_met(
        wanted, facts(holds_previous=False, grade=[(date(2026, 1, 1), None)])
    )
    # Without a grade below, the months in it are not asked.
    assert is_met(rule(months_in_grade=6), facts())


@pytest.mark.parametrize(
    ("value", "direction", "met"),
    [
        (Fraction(90), "up", True),
        (Fraction(8999, 100), "up", False),
        (Fraction(90), "down", True),
        (Fraction(9001, 100), "down", False),
        (None, "up", False),
        (None, "down", False),
    ],
)
def test_metric(value, direction, met):
    assert is_met(rule(metric=(Fraction(90), direction)), facts(metric=value)) is met


def test_metric_value():
    assert grades.metric_value(9, 10, "%") == 90
    assert grades.metric_value(7, 2, "h") == Fraction(7, 2)
    assert grades.metric_value(None, 3, "number") == 0
    assert grades.metric_value(0, 0, "%") is None


def test_no_conditions():
    assert grades.check(rule(), facts()) == []


@given(st.lists(st.tuples(offsets, st.none() | offsets), max_size=6), offsets)
def test_months_never_exceed_the_calendar(periods, day):
    found = grades.months_in(periods, day)
    firsts = [first for first, _last in periods if first <= day]
    assert found >= 0
    if firsts:
        assert found * 28 <= (day - min(firsts)).days + 1
    else:
        assert found == 0


@given(st.lists(st.tuples(offsets, st.none() | offsets), max_size=6), offsets)
def test_a_day_is_counted_once(periods, day):
    merged = grades.merge(periods, day)
    wanted = {
        first + timedelta(n)
        for first, last in periods
        for n in range((min(last or day, day) - first).days + 1)
    }
    got = [
        first + timedelta(n)
        for first, last in merged
        for n in range((last - first).days + 1)
    ]
    assert len(got) == len(set(got))
    assert set(got) == wanted
