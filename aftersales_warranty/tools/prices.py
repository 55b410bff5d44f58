"""Listed price ranges: which range a charge falls under, and what exceeds it.

Plain Python: no ORM, no float.  Money is counted in minor units (cents),
quantities and unit prices are exact decimals.

Practice: the prices of main parts and of repairs are told to the customer
beforehand, so that nobody can charge what he likes; EU Directive 2024/1799
asks makers to publish indicative prices of typical repairs.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ONE = Decimal(1)
HUNDRED = Decimal(100)

#: Units of a range that a quantity multiplies; "job" is one sum for the order.
BY_QUANTITY = ("piece", "hour", "km")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a price list: what it is for, and its range."""

    key: int
    kind: str
    low: Decimal
    high: Decimal
    unit: str = "piece"
    product_id: int | None = None
    part_categ_id: int | None = None
    names: frozenset = frozenset()
    service_type_id: int | None = None
    fault_id: int | None = None
    categ_id: int | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What an order line charges for; category ids from the root downwards."""

    kind: str
    name: str = ""
    product_id: int | None = None
    part_categ_ids: tuple = ()
    service_type_id: int | None = None
    fault_id: int | None = None
    categ_ids: tuple = ()


def normalise(name):
    """A typed description as it is compared: case and spaces do not matter."""
    return " ".join((name or "").split()).casefold()


def score(entry, charge):
    """How exactly an entry names a charge; None where it is for another one.

    The part itself beats a named operation, which beats the category of the
    part, the fault, the kind of service and the category of the unit.  Of two
    categories the one further down is the more exact.
    """
    if entry.kind != charge.kind:
        return None
    part_depth = get_depth(entry.part_categ_id, charge.part_categ_ids)
    categ_depth = get_depth(entry.categ_id, charge.categ_ids)
    named = not entry.names or normalise(charge.name) in entry.names
    equal = (
        (entry.product_id, charge.product_id),
        (entry.service_type_id, charge.service_type_id),
        (entry.fault_id, charge.fault_id),
    )
    differs = any(wanted and wanted != given for wanted, given in equal)
    if differs or not named or part_depth is None or categ_depth is None:
        return None
    return (
        bool(entry.product_id),
        bool(entry.names),
        part_depth,
        bool(entry.fault_id),
        bool(entry.service_type_id),
        categ_depth,
    )


def get_depth(wanted, path):
    """Depth of a category or an area in a path, the widest first.

    :return: 0 where any will do, ``None`` where it is not in the path
    """
    if not wanted:
        return 0
    return path.index(wanted) + 1 if wanted in path else None


def find_entry(lists, charge):
    """Entry for a charge from the most special list that has one.

    :param lists: lists of entries, the most special list first
    :return: the entry, or None where nothing is listed
    """
    for entries in lists:
        best = None
        for entry in entries:
            found = score(entry, charge)
            if found is not None and (best is None or found > best[0]):
                best = (found, entry)
        if best:
            return best[1]
    return None


def limit(price, quantity, unit, share, digits):
    """Amount that a listed price allows, in minor units.

    :param price: unit price in the currency of the order
    :param quantity: quantity in the unit of the range; ignored for a job
    :param share: percent that the customer bears, 0 to 100
    :param digits: decimal places of the currency
    """
    count = quantity if unit in BY_QUANTITY else ONE
    amount = price * count * share / HUNDRED * (10**digits)
    return int(amount.quantize(ONE, ROUND_HALF_UP))


def judge(amount, low, high):
    """below, within or above: a charge against its range, all in minor units."""
    if amount > high:
        return "above"
    return "below" if amount < low else "within"


def spread_excess(amounts, high):
    """Excess of each of several charges that share one limit.

    Two lines for one job have one limit: splitting a charge does not help.

    :param amounts: charges in minor units, in the order of their lines
    :return: excess of each, whose sum is what exceeds the limit
    """
    result, total = [], 0
    for amount in amounts:
        before = max(0, total - high)
        total += amount
        result.append(max(0, total - high) - before)
    return result


def is_covered(total, accepted, tolerance):
    """Whether a total stays inside an accepted quotation.

    :param total, accepted: minor units
    :param tolerance: percent by which the total may exceed it
    """
    return total <= accepted * (HUNDRED + tolerance) / HUNDRED
