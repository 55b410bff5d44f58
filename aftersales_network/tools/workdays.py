"""Days on which a place is open and a person is there, in plain Python.

Moments are naive and local to the calendar; hours are decimal (9.5 = 9:30).
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

#: Working hours assumed where a calendar names none.
DEFAULT_HOURS = (9.0, 17.0)
WINDOW_DAYS = 7
WINDOW_LIMIT = 31


@dataclass(frozen=True)
class Shift:
    """Working hours of one weekday (0 = Monday).

    ``week`` is 0 or 1 for calendars of two alternating weeks, else ``None``.
    """

    weekday: int
    hour_from: float
    hour_to: float
    week: int | None = None


def week_parity(day):
    """Number of the alternating week of a date, counted as Odoo does."""
    return (day.toordinal() - 1) // 7 % 2


def day_hours(day, shifts):
    """First and last working hour of a day, ``None`` on a free day.

    Without any shift the place is always open.
    """
    if not shifts:
        return DEFAULT_HOURS
    found = [
        s
        for s in shifts
        if s.weekday == day.weekday() and s.week in (None, week_parity(day))
    ]
    if not found:
        return None
    return min(s.hour_from for s in found), max(s.hour_to for s in found)


def worked_hours(day, shifts):
    """Working hours of a day, breaks between shifts not counted."""
    return sum(
        s.hour_to - s.hour_from
        for s in shifts
        if s.weekday == day.weekday() and s.week in (None, week_parity(day))
    )


def is_covered(day, hours, leaves):
    """Whether leaves (pairs of moments) take up all the hours of a day."""
    start, stop = (at_hour(day, hour) for hour in hours)
    for leave_start, leave_stop in sorted(leaves):
        if leave_start <= start:
            start = max(start, leave_stop)
    return start >= stop


def at_hour(day, hour):
    """Moment of a decimal hour, to the minute."""
    return datetime.combine(day, time.min) + timedelta(minutes=round(hour * 60))


def open_days(days, shifts, leaves=()):
    """Return the days with working hours that leaves do not take up."""
    return frozenset(
        day
        for day in days
        if (hours := day_hours(day, shifts)) and not is_covered(day, hours, leaves)
    )


def job_days(today, planned=None, promised=None):
    """Days on which a job may be done.

    A planned visit binds to its day.  Else the days up to the promise count,
    at least a week, so that a late job or one asked for before a holiday is
    still given out.

    :return: tuple of dates, first to last
    """
    if planned:
        return (planned,)
    span = (promised - today).days + 1 if promised else 0
    length = min(max(span, WINDOW_DAYS), WINDOW_LIMIT)
    return tuple(today + timedelta(days=n) for n in range(length))


def load_day(today, planned=None, promised=None):
    """Day whose capacity a job uses: planned, else promised, never past."""
    return max(planned or promised or today, today)
