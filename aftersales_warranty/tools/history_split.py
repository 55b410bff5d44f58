"""Claim lines of an old case, made so that they sum to the claim value exactly.

Source of the rules: a replaced component is a part, a repaired one is labour, a case
without any is an inspection; the value is split evenly to the cent and what is left
goes to the first lines, one cent each (largest remainder, all remainders being equal).
"""

from dataclasses import dataclass
from decimal import Decimal

KIND_BY_ACTION = {1: "labour", 2: "part"}


@dataclass(frozen=True)
class SplitLine:
    """One claim line: what kind, which component, how much."""

    kind: str
    component: str | None
    amount: Decimal


def split_even(total, parts, places=2):
    """Cut ``total`` into ``parts`` amounts of ``places`` decimals that sum to it."""
    if parts < 1:
        raise ValueError("parts must be 1 or more")
    unit = Decimal(1).scaleb(-places)
    units = total / unit
    if units != units.to_integral_value():
        raise ValueError("total has more decimals than the currency")
    share, left = divmod(abs(int(units)), parts)
    sign = -1 if total < 0 else 1
    return [sign * unit * (share + (1 if i < left else 0)) for i in range(parts)]


def split_case(components, value, places=2):
    """Lines of a case; ``components`` is a list of (code, action) with action 1 or 2.

    >>> [str(line.amount) for line in split_case([("A", 2), ("B", 1)], Decimal("0.01"))]
    ['0.01', '0.00']
    """
    if not components:
        return [SplitLine("inspection", None, split_even(value, 1, places)[0])]
    amounts = split_even(value, len(components), places)
    return [
        SplitLine(KIND_BY_ACTION[action], code, amount)
        for (code, action), amount in zip(components, amounts, strict=True)
    ]
