"""Deductions for old parts that come late or not at all.

Source of the rules: returned-parts practice of warranty networks (a part has a due
date; a late one is reminded and then charged, a missing one is charged in full).

Plain Python: days are calendar days, money is a whole number of minor units.
"""

from .settlement import scale


def days_late(due, sent, today):
    """Return the days by which a part is late; 0 when it is in time.

    :param due: day until which it had to be on its way
    :param sent: day on which it was sent, or ``None``
    :param today: day that counts for what was not sent
    """
    return max(((sent or today) - due).days, 0)


def classify(days, is_sent, late_after=None, missing_after=None):
    """Return what a part is charged for: ``part_late``, ``part_missing`` or ``None``.

    :param late_after: days of grace before lateness is charged; ``None``: never
    :param missing_after: days after which a part that was not sent counts as
        missing; ``None``: never
    """
    if not is_sent and missing_after is not None and days > missing_after:
        return "part_missing"
    if late_after is not None and days > late_after:
        return "part_late"
    return None


def charge(basis, amount, share, value, limit=0):
    """Return the deduction in minor units, never below zero.

    :param basis: ``fixed`` takes ``amount``, ``share`` a percentage of ``value``
    :param share: percentage as an exact number
    :param value: what the part is worth to the point, in minor units
    :param limit: highest deduction; 0: none
    """
    minor = amount if basis == "fixed" else scale(value, share / 100)
    minor = max(minor, 0)
    return min(minor, limit) if limit else minor
