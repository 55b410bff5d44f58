"""Figures of an audit report: what is strong, what is weak; no ORM.

Points are exact decimals.  What was not applicable has no share, and is neither
strong nor weak.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

#: Shares of the points kept from which a part is strong, and below which weak.
STRONG = Fraction(9, 10)
WEAK = Fraction(7, 10)


def share(applicable, lost):
    """Part of the applicable points that was kept; None when there were none."""
    total = Fraction(str(round(applicable, 6)))
    if total <= 0:
        return None
    return (total - Fraction(str(round(lost, 6)))) / total


def percent(part):
    """Share in per cent with two decimals, rounded half up; None stays None."""
    if part is None:
        return None
    exact = Decimal(part.numerator * 100) / Decimal(part.denominator)
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def rate(rows):
    """Give rows of ``(key, applicable, lost)`` their share and grade.

    :return: ``[{key, applicable, lost, percent, grade}, …]`` in the given order;
        the grade is ``strong``, ``weak``, ``fair`` or ``none``
    """
    rated = []
    for key, applicable, lost in rows:
        part = share(applicable, lost)
        rated.append(
            {
                "key": key,
                "applicable": round(applicable, 2),
                "lost": round(lost, 2),
                "percent": percent(part),
                "grade": grade(part),
            }
        )
    return rated


def grade(part):
    """Grade of a share: the bounds belong to strong and fair."""
    if part is None:
        return "none"
    if part >= STRONG:
        return "strong"
    return "weak" if part < WEAK else "fair"


def best(rows, count):
    """The strong rows, best first, at most ``count``."""
    strong = [row for row in rows if row["grade"] == "strong"]
    return sorted(strong, key=lambda row: -row["percent"])[:count]


def worst(rows, count):
    """The rows that lost most points, of those that are weak; at most ``count``."""
    weak = [row for row in rows if row["grade"] == "weak"]
    return sorted(weak, key=lambda row: (-row["lost"], row["percent"]))[:count]
