"""How much of what a customer received may still come back.

Plain Python: no ORM, quantities in the product's unit of measure as ``Decimal``.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Position:
    """What happened so far to one product, or one serial, of one customer."""

    delivered: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    expected: Decimal = Decimal(0)

    @property
    def open(self):
        """Quantity with the customer that no other return waits for."""
        return max(Decimal(0), self.delivered - self.returned - self.expected)


def refusal(position, quantity, tolerance=Decimal("0.000001")):
    """Return why ``quantity`` may not come back, or None.

    :return: ``never`` (nothing was delivered), ``back`` (all of it came back),
        ``expected`` (other returns wait for it) or ``more`` (less is open)
    """
    if position.delivered <= tolerance:
        return "never"
    if quantity <= position.open + tolerance:
        return None
    if position.delivered - position.returned <= tolerance:
        return "back"
    return "more" if position.open > tolerance else "expected"


def share_out(quantity, sources):
    """Take ``quantity`` from sources in their order; one that holds all goes first.

    :param sources: list of ``(key, available)``
    :return: (list of ``(key, taken)``, what is missing)
    """
    sources = [(key, max(Decimal(0), available)) for key, available in sources]
    enough = next((key for key, available in sources if available >= quantity), None)
    if enough is not None:
        return [(enough, quantity)], Decimal(0)
    taken, missing = [], quantity
    for key, available in sources:
        part = min(available, missing)
        if part > 0:
            taken.append((key, part))
            missing -= part
    return taken, missing
