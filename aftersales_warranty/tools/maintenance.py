"""Days on which a unit's planned visits are due.

Visit ``n`` falls ``n`` cycles after the start, counted from the start itself: a
short month never shifts the visits after it. Plain Python: no ORM.
"""

from decimal import ROUND_FLOOR, Decimal

from dateutil.relativedelta import relativedelta


def cycle_months(months, usage_cycle=0, usage_per_month=0):
    """Return the months between two visits; of time and usage the earlier counts.

    :param usage_cycle: usage after which a visit is due, 0 for none
    :param usage_per_month: expected usage, 0 for unknown
    """
    if not usage_cycle or not usage_per_month:
        return months
    by_usage = (Decimal(str(usage_cycle)) / Decimal(str(usage_per_month))).quantize(
        Decimal(1), rounding=ROUND_FLOOR
    )
    by_usage = max(1, int(by_usage))
    return min(months, by_usage) if months else by_usage


def due_dates(start, months, first, last, count=0):
    """Return the visits due in ``[first, last]`` as ``[(number, day), …]``.

    :param count: number of visits in all, 0 for as long as the unit is in use
    """
    if not start or months <= 0 or first > last:
        return []
    # the first number that may lie in the window, one early to be safe
    elapsed = relativedelta(first, start)
    number = max(1, (elapsed.years * 12 + elapsed.months) // months)
    result = []
    while not count or number <= count:
        day = start + relativedelta(months=number * months)
        if day > last:
            break
        if day >= first:
            result.append((number, day))
        number += 1
    return result
