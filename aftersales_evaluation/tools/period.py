"""Periods that a page of figures shows; no ORM here.

A period is ``(first day, last day)``, both inclusive.
"""

from datetime import date, timedelta

#: Length of the periods in months.
LENGTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def month_start(day, months=0):
    """First day of the month ``months`` after the one of ``day``."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def month_end(day, months=0):
    """Last day of the month ``months`` after the one of ``day``."""
    return month_start(day, months + 1) - timedelta(days=1)


def last_complete(kind, today):
    """The newest period of a kind that is over.

    :param kind: ``month``, ``quarter``, ``half`` or ``year``, of the calendar
    """
    length = LENGTHS[kind]
    start = month_start(date(today.year, (today.month - 1) // length * length + 1, 1))
    return month_start(start, -length), start - timedelta(days=1)


def count_months(first, last):
    """Number of whole calendar months, 0 where the period is none."""
    if first.day != 1 or last != month_end(last) or last < first:
        return 0
    return (last.year - first.year) * 12 + last.month - first.month + 1


def shift(first, last, steps):
    """The period ``steps`` later (negative: earlier), right beside this one.

    Whole months stay whole months; any other period keeps its number of days.
    """
    months = count_months(first, last) * steps
    if months:
        return month_start(first, months), month_end(last, months)
    days = timedelta(days=((last - first).days + 1) * steps)
    return first + days, last + days


def months_until(last, count):
    """The last ``count`` calendar months up to a day: ``[(first, last day)]``."""
    return [
        (month_start(last, -n), month_end(last, -n)) for n in reversed(range(count))
    ]


def months_within(first, last):
    """First days of the calendar months that a period touches."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [month_start(first, number) for number in range(max(count, 0))]
