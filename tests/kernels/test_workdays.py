"""Open days of calendars: table cases and properties."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from .conftest import load_kernel

workdays = load_kernel("aftersales_network/tools/workdays.py")
Shift = workdays.Shift

MONDAY = date(2026, 3, 2)
WEEK = [MONDAY + timedelta(days=n) for n in range(7)]
OFFICE = [
    Shift(n, start, stop) for n in range(5) for start, stop in ((8, 12), (13, 17))
]
dates = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def test_week_of_an_office():
    assert sorted(workdays.open_days(WEEK, OFFICE)) == WEEK[:5]


def test_without_hours_always_open():
    assert sorted(workdays.open_days(WEEK, [])) == WEEK


def test_alternating_weeks_as_odoo_counts_them():
    # resource.calendar.attendance.get_week_type(2026-03-02) is 0.
    assert workdays.week_parity(MONDAY) == 0
    saturdays = [date(2026, 3, 7), date(2026, 3, 14)]
    found = workdays.open_days(saturdays, [Shift(5, 9, 12, 1)])
    assert found == {date(2026, 3, 14)}


def test_only_a_whole_day_off_closes():
    def leave(start, stop):
        return (
            datetime(2026, 3, 2, *start),
            datetime(2026, 3, 2, *stop),
        )

    hours = (8.0, 17.0)
    cases = [
        ([], False),
        ([leave((0, 0), (23, 59))], True),
        ([leave((8, 0), (17, 0))], True),
        ([leave((8, 0), (12, 0))], False),
        ([leave((13, 0), (17, 0))], False),
        ([leave((13, 0), (17, 0)), leave((7, 0), (13, 0))], True),
        ([leave((8, 0), (12, 0)), leave((13, 0), (17, 0))], False),
    ]
    for leaves, expected in cases:
        assert workdays.is_covered(MONDAY, hours, leaves) is expected, leaves


def test_days_of_a_job():
    day = timedelta(days=1)
    assert workdays.job_days(MONDAY, planned=MONDAY + 3 * day) == (WEEK[3],)
    assert workdays.job_days(MONDAY) == tuple(WEEK)
    assert workdays.job_days(MONDAY, promised=MONDAY - 30 * day) == tuple(WEEK)
    assert len(workdays.job_days(MONDAY, promised=MONDAY + 9 * day)) == 10
    assert len(workdays.job_days(MONDAY, promised=MONDAY + 900 * day)) == 31
    assert workdays.load_day(MONDAY, None, MONDAY - day) == MONDAY
    assert workdays.load_day(MONDAY, WEEK[2], WEEK[4]) == WEEK[2]


@given(dates, st.none() | dates)
def test_days_of_a_job_run_on_from_today(today, promised):
    days = workdays.job_days(today, promised=promised)
    assert days[0] == today
    assert all(b - a == timedelta(days=1) for a, b in zip(days, days[1:], strict=False))


@given(st.lists(dates, max_size=20))
def test_more_leave_never_opens_a_day(days):
    leaves = [(datetime(2024, 1, 1), datetime(2026, 1, 1))]
    assert workdays.open_days(days, OFFICE, leaves) <= workdays.open_days(days, OFFICE)


def test_hours_of_a_day_leave_the_break_out():
    assert workdays.worked_hours(MONDAY, OFFICE) == 8
    assert workdays.worked_hours(MONDAY + timedelta(days=5), OFFICE) == 0
    assert workdays.worked_hours(MONDAY, []) == 0
    odd = workdays.week_parity(MONDAY)
    assert workdays.worked_hours(MONDAY, [Shift(0, 8, 12, odd)]) == 4
    assert workdays.worked_hours(MONDAY, [Shift(0, 8, 12, 1 - odd)]) == 0
