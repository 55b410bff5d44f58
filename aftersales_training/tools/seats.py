"""Seats, waiting list, check-in window and shares of cost; no Odoo in here."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def seat(free, queue, blocked=()):
    """Hand free seats to those who wait, first come, first served.

    Whoever is blocked (he sits elsewhere at that time) keeps his place in the
    queue and lets the next one pass.

    :param free: number of free seats; negative counts as none
    :param queue: who waits, in order
    :param blocked: who cannot take a seat now
    :return: (who gets a seat, who goes on waiting), both in order
    """
    blocked = set(blocked)
    seated, left = [], []
    for person in queue:
        if person not in blocked and len(seated) < free:
            seated.append(person)
        else:
            left.append(person)
    return seated, left


def overlaps(start, stop, other_start, other_stop):
    """Whether two half-open periods have a moment in common."""
    return start < other_stop and other_start < stop


def in_window(now, start, stop, lead):
    """Whether ``now`` lies between ``lead`` before the start and the end."""
    return start - lead <= now <= stop


def attempts_left(limit, used):
    """Attempts that remain; None: as many as needed (limit 0)."""
    return max(0, limit - used) if limit else None


def share_of(total, heads, unit):
    """Cost of one person, rounded half up to the unit of the currency.

    :param total: amount, as a string, integer or Decimal
    :param heads: people among whom it is divided
    :param unit: smallest amount, as a string (``"0.01"``)
    :return: Decimal, or None without people
    """
    if heads <= 0:
        return None
    unit = Fraction(str(unit))
    steps = Fraction(str(total)) / heads / unit
    whole = (steps + Fraction(1, 2)).__floor__()
    value = Decimal(whole) * Decimal(str(float(unit)))
    return value.quantize(Decimal(str(float(unit))), rounding=ROUND_HALF_UP)


def success_rate(passed, taken):
    """Share of passed results as a Fraction; None without results."""
    return Fraction(passed, taken) if taken else None
