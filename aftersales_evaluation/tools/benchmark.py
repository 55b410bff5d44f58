"""Where we stand beside a competitor. Plain Python: no ORM, no float."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def gap(own, other, direction):
    """Return by how much we are ahead; negative where we are behind.

    :param own: our figure, or None where it is not known
    :param other: figure of the competitor, or None
    :param direction: ``up`` where more is better, ``down`` where less is
    :return: Decimal with two places, or None where one of them is not known
    """
    if own is None or other is None:
        return None
    difference = exact(own) - exact(other)
    return difference if direction == "up" else -difference


def standing(difference):
    """Return ``behind``, ``equal`` or ``ahead``; ``unknown`` without a figure."""
    if difference is None:
        return "unknown"
    if not difference:
        return "equal"
    return "ahead" if difference > 0 else "behind"


def exact(number):
    """Return the number with two places, as it is shown."""
    return Decimal(str(number)).quantize(CENT, rounding=ROUND_HALF_UP)
