"""Staffing norms by workload, in plain Python and exact arithmetic.

Post standards follow from the workload: one person may cover several tasks in a
small centre, a large one needs as many as the work asks for (network-planning
seed text).  Floats are refused: the ceiling of 100 orders at 0.1 of a person must
be 10, not 11.
"""

from calendar import monthrange
from fractions import Fraction
from math import ceil


def _exact(number):
    if isinstance(number, float):
        raise TypeError("floats are not exact; pass int or Decimal")
    return Fraction(number)


def required_heads(work, per_person, minimum=0):
    """People needed for some work in a month.

    :param work: orders or calls of the month, ``int`` or ``Decimal``
    :param per_person: what one person does in a month, above 0
    :param minimum: people needed whatever the work
    :return: whole people
    :raise ValueError: the norm is not above 0
    """
    work, per_person = _exact(work), _exact(per_person)
    if per_person <= 0:
        raise ValueError("the norm per person must be above 0")
    return max(ceil(work / per_person), minimum, 0)


def pick_norm(norms, tier, kind):
    """The most specific norm that fits a unit, or ``None``.

    :param norms: iterable of ``(tier or None, kind or None, norm)``
    """
    fits = [
        (bool(norm_kind), bool(norm_tier), norm)
        for norm_tier, norm_kind, norm in norms
        if norm_tier in (None, tier) and norm_kind in (None, kind)
    ]
    return max(fits, key=lambda fit: fit[:2])[2] if fits else None


def sum_subtrees(own, paths):
    """Add the work of every unit to all units above it.

    :param own: ``{unit id: work}``
    :param paths: ``{unit id: "1/4/9/"}``, the path ending in the unit itself
    :return: ``{unit id: work}`` of the unit and everything below it
    """
    total = {}
    for unit, work in own.items():
        for part in paths[unit].split("/"):
            if part:
                total[int(part)] = total.get(int(part), 0) + work
    return total


def month_of(day):
    """First and last day of the month of a day."""
    last = monthrange(day.year, day.month)[1]
    return day.replace(day=1), day.replace(day=last)
