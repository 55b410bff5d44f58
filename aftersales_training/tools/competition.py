"""Totals and ranks of a competition, exact and without the ORM.

Ranks follow standard competition ranking (1, 1, 3), as in sports; the weighing
of disciplines by their share of the maximum is a proposal.
"""

from decimal import Decimal
from fractions import Fraction


def exact(value):
    """Return points as they were typed, free of binary rounding.

    :param value: number with at most a few decimals, as the database has it
    """
    return Fraction(Decimal(repr(value)) if isinstance(value, float) else value)


def mean(points):
    """Return the exact mean of the judges' points; ``None`` without any."""
    values = [exact(value) for value in points]
    return sum(values, Fraction(0)) / len(values) if values else None


def total(disciplines, points):
    """Return (total out of 100, share of the maximum per discipline).

    A discipline in which the entrant got no points counts as nought; one
    without a weight counts for nothing.

    :param disciplines: list of (key, maximum, weight), maximum above 0
    :param points: ``{key: [points of each judge]}``
    """
    shares = {
        key: (mean(points.get(key, ())) or Fraction(0)) / exact(maximum)
        for key, maximum, _weight in disciplines
    }
    weights = {key: exact(weight) for key, _maximum, weight in disciplines}
    whole = sum(weights.values())
    if not whole:
        return Fraction(0), shares
    gained = sum(shares[key] * weight for key, weight in weights.items())
    return 100 * gained / whole, shares


def ranks(results):
    """Return ``{key: rank}``, best first; equal results share their rank.

    :param results: ``{key: (total, share of the first deciding discipline, …)}``
    """
    ordered = sorted(results.values(), reverse=True)
    first = {}
    for position, result in enumerate(ordered, start=1):
        first.setdefault(result, position)
    return {key: first[result] for key, result in results.items()}


def within(points, maximum):
    """Whether points lie between nought and the maximum, both included."""
    return 0 <= exact(points) <= exact(maximum)
