"""How far a published promise is kept: the measured value beside its target.

Fulfilment follows the usual scorecard rule: value / target where more is better,
target / value where less is better, never above 100 %. Plain Python: no ORM, no
float; without a measured case there is no figure at all, neither 0 nor 100.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Measure:
    """Figure of a promise; ``status`` is measured, no_data or not_available."""

    status: str
    numerator: Decimal = Decimal(0)
    denominator: Decimal = Decimal(0)
    value: Decimal | None = None
    fulfilment: Decimal | None = None
    is_kept: bool = False


def measure(pairs, unit, operator, target):
    """Return the :class:`Measure` of several points together.

    :param pairs: iterable of (numerator, denominator), or None where no installed
        module offers the metric
    :param unit: unit of the metric; ``%`` shows the quotient times 100
    :param operator: ``>=`` or ``<=``
    :param target: promised value in the unit of the metric
    """
    if pairs is None:
        return Measure("not_available")
    pairs = [(_exact(num), _exact(den)) for num, den in pairs]
    numerator = sum((num for num, _den in pairs), Decimal(0))
    denominator = sum((den for _num, den in pairs), Decimal(0))
    if not denominator:
        return Measure("no_data")
    factor = HUNDRED if unit == "%" else Decimal(1)
    value = numerator / denominator * factor
    target = _exact(target)
    return Measure(
        "measured",
        numerator,
        denominator,
        value.quantize(CENT, rounding=ROUND_HALF_UP),
        fulfilment(value, operator, target),
        value >= target if operator == ">=" else value <= target,
    )


def fulfilment(value, operator, target):
    """Return the fulfilment in percent, from 0 to 100."""
    reached, wanted = (value, target) if operator == ">=" else (target, value)
    if reached >= wanted:
        return HUNDRED
    if reached <= 0:
        return Decimal(0)
    # 99.996 % is not 100 %: what is not kept never reads as kept
    share = (reached / wanted * HUNDRED).quantize(CENT, rounding=ROUND_HALF_UP)
    return min(share, HUNDRED - CENT)


def _exact(number):
    return number if isinstance(number, Decimal) else Decimal(str(number or 0))
