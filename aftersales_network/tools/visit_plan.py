"""Dates of a round of visits, in plain Python."""

from datetime import date, timedelta

SATURDAY = 5


def next_workday(day):
    """The day itself, or the Monday after a weekend."""
    weekday = day.weekday()
    return day + timedelta(days=7 - weekday) if weekday >= SATURDAY else day


def add_months(day, months):
    """Same day of a later month; its last day where that month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def spread(count, start, per_day=0, workdays=True):
    """Dates of ``count`` visits from ``start`` on.

    :param per_day: visits a day; 0: all on the first day
    :param workdays: skip Saturday and Sunday
    :return: list of ``count`` dates in order
    """
    day = next_workday(start) if workdays else start
    dates = []
    for index in range(count):
        if per_day and index and index % per_day == 0:
            day += timedelta(days=1)
            day = next_workday(day) if workdays else day
        dates.append(day)
    return dates


def repeat(day, months, times, workdays=True):
    """The day and its repetitions every ``months`` months.

    :param times: number of dates in all, at least 1
    """
    dates = [add_months(day, months * index) for index in range(max(times, 1))]
    return [next_workday(found) if workdays else found for found in dates]
