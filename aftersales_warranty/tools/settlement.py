"""Arithmetic of a settlement: coefficient, shares and totals to the cent.

Source of the rules: settlement practice of service networks (approved lines of
a point times the coefficient of its level, awards and penalties added) and the
largest-remainder method, which shares a total among lines so that the lines
always sum to it and none is off by a cent or more.

Plain Python: money is a whole number of minor units (cents); no ORM, no float.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def to_minor(amount, digits=2):
    """Return an amount as a whole number of minor units."""
    exact = Decimal(str(amount)).scaleb(digits)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_minor(minor, digits=2):
    """Return minor units as an exact decimal amount."""
    return Decimal(minor).scaleb(-digits)


def scale(minor, coefficient):
    """Return an amount times a coefficient, rounded half away from zero."""
    exact = Decimal(minor) * Decimal(str(coefficient))
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def allocate(total, weights):
    """Share ``total`` in proportion to ``weights`` by largest remainder.

    The parts sum to ``total`` exactly and each is within one unit of its exact
    share. Equal remainders go to the earlier line. Without any weight the total
    is shared evenly; without any line only zero can be shared.
    """
    weights = list(weights)
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    if not weights:
        if total:
            raise ValueError("nothing to share the total among")
        return []
    base = sum(weights)
    if not base:
        weights, base = [1] * len(weights), len(weights)
    sign = -1 if total < 0 else 1
    exact = [Fraction(abs(total) * weight, base) for weight in weights]
    parts = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in order[: abs(total) - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]


def settle(lines, coefficient=1):
    """Return the settled minor units of approved ``lines`` (minor units).

    The total is scaled once and then shared, so that a bill over a thousand
    lines does not gather a thousand rounding errors.
    """
    lines = list(lines)
    return allocate(scale(sum(lines), coefficient), lines)
